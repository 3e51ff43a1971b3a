// Tables `stream_pulls` and `push_targets`: where streams come from and go to. Addresses are sealed before they get here
// (relay/credential_box.h). Both go with their stream.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct PullRow
{
    std::string stream;
    std::string addressSealed;
    std::string mode; ///< "on_demand" or "always".
    std::chrono::system_clock::time_point createdAt;
    bool streamStopped = false; ///< Only read: of the stream.
};

struct PushTargetRow
{
    std::string id;
    std::string stream;
    std::string addressSealed;
    std::chrono::system_clock::time_point createdAt;
};

/// NotFound where there is no such stream; takes the place of the stream's former one. Whether the stream is stopped.
Result<bool> putPull(Transaction &tx, const PullRow &row);
Result<std::optional<PullRow>> findPull(Transaction &tx, const std::string &stream);
Result<bool> deletePull(Transaction &tx, const std::string &stream); ///< False where there is none.
Result<std::vector<PullRow>> listPulls(Transaction &tx);             ///< Of all streams, by name; at most 10,000.

/// NotFound where there is no such stream, FailedPrecondition where it has `limit` targets already.
Result<void> insertPushTarget(Transaction &tx, const PushTargetRow &row, int limit);
Result<std::vector<PushTargetRow>> listPushTargets(Transaction &tx, const std::string &stream); ///< Oldest first.
Result<std::vector<PushTargetRow>> listAllPushTargets(Transaction &tx);                         ///< At most 10,000.
Result<bool> deletePushTarget(Transaction &tx, const std::string &stream, const std::string &id);

} // namespace matinee::store

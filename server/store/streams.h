// Table `streams`: name, hash of the publish key, whether private, whether stopped.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct StreamRow
{
    std::string name;
    std::string keyHash; ///< Lower-case hex of BLAKE2b-256 of the key.
    bool isPrivate = false;
    std::chrono::system_clock::time_point createdAt;
    bool isStopped = false; ///< Publishers are refused.
};

Result<void> insertStream(Transaction &tx, const StreamRow &row); ///< AlreadyExists where the name is taken.
Result<std::optional<StreamRow>> findStream(Transaction &tx, const std::string &name);
Result<std::optional<StreamRow>> findStreamByKeyHash(Transaction &tx, const std::string &keyHash);
/// By name, after `afterName`, at most `limit`.
Result<std::vector<StreamRow>> listStreams(Transaction &tx, const std::string &afterName, int limit);
Result<bool> updateStreamKey(Transaction &tx, const std::string &name, const std::string &keyHash); ///< False where there is none.
Result<bool> updateStreamStopped(Transaction &tx, const std::string &name, bool isStopped);                ///< As above.
Result<bool> deleteStream(Transaction &tx, const std::string &name);

} // namespace matinee::store

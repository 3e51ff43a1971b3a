// Table `audit`: who did what, when, from where. Append-only; a trigger refuses changes.
#pragma once

#include "store/store.h"

namespace matinee::store {

struct AuditEntry
{
    std::int64_t id = 0; ///< Given by the database; grows.
    std::chrono::system_clock::time_point at;
    std::string actor;  ///< Handle of the API key, "local" or "setup". Never a secret.
    std::string action; ///< The call: "streams.create".
    std::string target; ///< What it was done to: the stream's name.
    std::string detail;
    std::string address;
    std::string requestId;
};

/// Longer texts are cut at 1000 characters: some come from outside.
Result<void> appendAudit(Transaction &tx, const AuditEntry &entry);
/// Newest first, before `beforeId` (all where there is none), at most `limit` and never more than 1000.
Result<std::vector<AuditEntry>> listAudit(Transaction &tx, std::optional<std::int64_t> beforeId, int limit);

} // namespace matinee::store

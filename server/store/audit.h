// Table `audit`: who did what, when, from where. Append-only and hash-chained (store/audit_chain.h); triggers refuse changes.
#pragma once

#include "store/audit_chain.h"
#include "store/store.h"

namespace matinee::store {

/// Longer texts are cut at 1000 characters: some come from outside. `id`, `previousHash` and `hash` are made here. Let it be the last
/// statement of its transaction: it holds the end of the chain until the commit, and everybody else's entries wait for that.
Result<void> appendAudit(Transaction &tx, const AuditEntry &entry);

struct AuditFilter
{
    using Time = std::chrono::system_clock::time_point;

    std::string actor; ///< Has this in it, upper and lower case of ASCII being one; empty: any. So with those below.
    std::string action;
    std::string target;
    std::string address;
    std::optional<Time> since; ///< From here on,
    std::optional<Time> until; ///< and before this.
};

enum class AuditOrder
{
    NewestFirst,
    OldestFirst
};

/// Beyond `from` in the order that is asked for (from its beginning where there is none), at most `limit` and never more than 1000.
Result<std::vector<AuditEntry>> searchAudit(Transaction &tx, const AuditFilter &filter, AuditOrder order, std::optional<std::int64_t> from,
                                            int limit);
/// Newest first, before `beforeId` (all where there is none).
Result<std::vector<AuditEntry>> listAudit(Transaction &tx, std::optional<std::int64_t> beforeId, int limit);

/// Gives entries from before the chain their places in it, oldest first, at most `limit` (1000 at most). How many; 0 when none is left.
Result<int> chainLegacyAudit(Transaction &tx, int limit);

struct AuditRemoval
{
    std::int64_t removed = 0;
    bool more = false; ///< There are others as old.
};
/// Removes what is older than `cutoff` from the beginning of the chain, at most `limit` entries (5000 at most), and appends the entry
/// "audit.checkpoint" by which the chain can still be verified. FailedPrecondition where the chain is not whole there: what is evidence of
/// that stays.
Result<AuditRemoval> removeOldAudit(Transaction &tx, AuditFilter::Time cutoff, AuditFilter::Time now, int limit);

struct AuditHead
{
    std::int64_t lastPlace = 0; ///< 0: the log is empty and new.
    std::string lastHash;
    std::int64_t removedThrough = 0;
    std::int64_t checkpointPlace = 0;
    std::int64_t legacyThrough = 0;
};
Result<AuditHead> auditHead(Transaction &tx);

/// One piece of a verification, in one snapshot of the database.
struct AuditPage
{
    AuditHead head;
    std::optional<AuditEntry> checkpoint; ///< The entry at head.checkpointPlace, where there should be one.
    std::vector<AuditEntry> entries;      ///< Those after `after` that were not removed by a checkpoint, oldest first.
    std::int64_t outside = 0;             ///< Entries that have no place in the chain, or one beyond its ends.
    std::int64_t legacy = 0;              ///< Of these, those that wait for chainLegacyAudit().
};
Result<AuditPage> auditPage(Transaction &tx, std::int64_t after, int limit);

} // namespace matinee::store

// What the server does for its audit log by itself: entries from before the chain get their places, what is too old goes once a day, and
// settings that are others than last time are noted. Owned by Core; any thread, but `chainLegacy`, which is for the start.
#pragma once

#include "store/store.h"

#include "common/settings/snapshot.h"

#include <atomic>
#include <chrono>

namespace matinee::app {

class AuditUpkeep
{
public:
    using Time = std::chrono::system_clock::time_point;

    AuditUpkeep(store::Store &store, const settings::Snapshot &settings);

    /// Blocking, a batch in each transaction; before anybody writes.
    Result<void> chainLegacy();
    /// Takes over audit.keep_days and notes what has changed since the last time, of this run or one before.
    void apply(const settings::Snapshot &settings);
    /// Removes what is older than audit.keep_days, if that was not done within a day. A failure is logged.
    Task<void> sweep(Time now);

private:
    store::Store &m_store;
    std::atomic<std::int64_t> m_keepDays;    ///< 0: for ever.
    std::atomic<std::int64_t> m_sweptDay{0}; ///< Since 1970.
};

/// Compares with what the database remembers of the last time and writes an entry "settings.change" for each that differs; the first time,
/// remembers only. Secrets are told to have changed, without their values: what is remembered of them is a digest under `key`.
Result<void> noteSettings(store::Transaction &tx, const settings::Snapshot &settings, const std::string &key, AuditUpkeep::Time now);

} // namespace matinee::app

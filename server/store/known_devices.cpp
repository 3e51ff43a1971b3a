#include "store/known_devices.h"

#include "store/values.h"

namespace matinee::store {

Result<DeviceSeen> noteDevice(Transaction &tx, const std::string &userId, const std::string &deviceHash, SystemTime since, SystemTime now,
                              int most)
{
    const auto rows =
        tx.query("SELECT device_hash, seen_at FROM known_devices WHERE user_id = ? ORDER BY seen_at DESC, device_hash", {text(userId)});
    if (!rows)
        return rows.error();
    DeviceSeen seen;
    seen.isFirst = rows->empty();
    for (const Row &row : *rows)
        seen.isKnown = seen.isKnown || (toText(row[0]) == deviceHash && toTime(row[1]) > since);
    const auto put =
        tx.execute("INSERT INTO known_devices (user_id, device_hash, seen_at) VALUES (?, ?, ?) ON CONFLICT (user_id, device_hash) "
                   "DO UPDATE SET seen_at = excluded.seen_at",
                   {text(userId), text(deviceHash), time(now)});
    if (!put)
        return put.error();
    int kept = 1;
    for (const Row &row : *rows) {
        const std::string other = toText(row[0]);
        if (other == deviceHash || kept++ < most)
            continue;
        const auto gone = tx.execute("DELETE FROM known_devices WHERE user_id = ? AND device_hash = ?", {text(userId), text(other)});
        if (!gone)
            return gone.error();
    }
    return seen;
}

Result<int> forgetDevices(Transaction &tx, SystemTime before)
{
    return tx.execute("DELETE FROM known_devices WHERE seen_at < ?", {time(before)});
}

} // namespace matinee::store

#include "store/sessions.h"

#include "store/values.h"

namespace matinee::store {

namespace {

SessionRow sessionOf(const Row &row)
{
    return {toText(row[0]), toText(row[1]), toText(row[2]), toText(row[3]),
            toText(row[4]), toTime(row[5]), toTime(row[6]), static_cast<std::uint64_t>(row[7].toLongLong()),
            toTime(row[8]), toTime(row[9])};
}

QVariant generation(std::uint64_t value)
{
    return number(static_cast<std::int64_t>(value));
}

std::vector<std::string> idsOf(const std::vector<Row> &rows)
{
    std::vector<std::string> ids;
    ids.reserve(rows.size());
    for (const Row &row : rows)
        ids.push_back(toText(row[0]));
    return ids;
}

} // namespace

Result<void> insertSession(Transaction &tx, const SessionRow &row)
{
    const auto done =
        tx.execute("INSERT INTO sessions (id, user_id, device, address, method, created_at, last_used_at, generation, "
                   "rotated_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   {text(row.id), text(row.userId), text(row.device), text(row.address), text(row.method), time(row.createdAt),
                    time(row.lastUsedAt), generation(row.generation), time(row.rotatedAt), time(row.expiresAt)});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<std::optional<SessionRow>> findSession(Transaction &tx, const std::string &id)
{
    const auto rows = tx.query("SELECT id, user_id, device, address, method, created_at, last_used_at, generation, rotated_at, expires_at "
                               "FROM sessions WHERE id = ?",
                               {text(id)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<SessionRow>(sessionOf(rows->front()));
}

Result<std::vector<SessionRow>> listSessionsOfUser(Transaction &tx, const std::string &userId)
{
    const auto rows = tx.query("SELECT id, user_id, device, address, method, created_at, last_used_at, generation, rotated_at, expires_at "
                               "FROM sessions WHERE user_id = ? ORDER BY last_used_at DESC, id LIMIT 1000",
                               {text(userId)});
    if (!rows)
        return rows.error();
    std::vector<SessionRow> sessions;
    sessions.reserve(rows->size());
    for (const Row &row : *rows)
        sessions.push_back(sessionOf(row));
    return sessions;
}

Result<bool> rotateSession(Transaction &tx, const SessionRow &row, std::uint64_t from)
{
    const auto touched = tx.execute("UPDATE sessions SET generation = ?, rotated_at = ?, last_used_at = ?, expires_at = ?, address = ? "
                                    "WHERE id = ? AND generation = ?",
                                    {generation(row.generation), time(row.rotatedAt), time(row.lastUsedAt), time(row.expiresAt),
                                     text(row.address), text(row.id), generation(from)});
    if (!touched)
        return touched.error();
    return *touched > 0;
}

Result<std::optional<SessionRow::Time>> sessionProvedAt(Transaction &tx, const std::string &id, const std::string &userId)
{
    const auto rows =
        tx.query("SELECT COALESCE(proved_at, created_at) FROM sessions WHERE id = ? AND user_id = ?", {text(id), text(userId)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<SessionRow::Time>(toTime(rows->front()[0]));
}

Result<bool> proveSession(Transaction &tx, const std::string &id, const std::string &userId, SessionRow::Time now)
{
    const auto touched = tx.execute("UPDATE sessions SET proved_at = ? WHERE id = ? AND user_id = ?", {time(now), text(id), text(userId)});
    if (!touched)
        return touched.error();
    return *touched > 0;
}

Result<bool> deleteSession(Transaction &tx, const std::string &id, const std::string &userId)
{
    const auto touched = tx.execute("DELETE FROM sessions WHERE id = ? AND user_id = ?", {text(id), text(userId)});
    if (!touched)
        return touched.error();
    return *touched > 0;
}

Result<std::vector<std::string>> deleteSessionsOfUser(Transaction &tx, const std::string &userId, const std::string &keptId)
{
    const auto rows = tx.query("DELETE FROM sessions WHERE user_id = ? AND id <> ? RETURNING id", {text(userId), text(keptId)});
    if (!rows)
        return rows.error();
    return idsOf(*rows);
}

Result<std::vector<std::string>> deleteExpiredSessions(Transaction &tx, SessionRow::Time now)
{
    const auto rows =
        tx.query("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT 1000) "
                 "RETURNING id",
                 {time(now)});
    if (!rows)
        return rows.error();
    return idsOf(*rows);
}

} // namespace matinee::store

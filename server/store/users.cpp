#include "store/users.h"

#include "store/even_lookup.h"
#include "store/values.h"

#include <algorithm>

namespace matinee::store {

namespace {

#define MATINEE_AVATAR_TAG "(SELECT tag FROM avatars WHERE avatars.user_id = users.id)"
constexpr const char *kById = "SELECT id, name, name_key, role, is_waiting, language, created_at, password_record, password_changed_at, "
                              "banned_until, ban_reason, deleted_at, awaits_address, " MATINEE_AVATAR_TAG " FROM users WHERE id = ?";
constexpr const char *kLockedById =
    "SELECT id, name, name_key, role, is_waiting, language, created_at, password_record, "
    "password_changed_at, banned_until, ban_reason, deleted_at, awaits_address, " MATINEE_AVATAR_TAG " FROM users WHERE id = ? FOR UPDATE";
constexpr const char *kByKey = "SELECT id, name, name_key, role, is_waiting, language, created_at, password_record, password_changed_at, "
                               "banned_until, ban_reason, deleted_at, awaits_address, " MATINEE_AVATAR_TAG " FROM users WHERE name_key = ?";
constexpr const char *kFromKey =
    "SELECT id, name, name_key, role, is_waiting, language, created_at, password_record, password_changed_at, "
    "banned_until, ban_reason, deleted_at, awaits_address, " MATINEE_AVATAR_TAG " FROM users WHERE name_key >= ? "
    "ORDER BY name_key LIMIT 1";
constexpr const char *kPage = "SELECT id, name, name_key, role, is_waiting, language, created_at, password_record, password_changed_at, "
                              "banned_until, ban_reason, deleted_at, awaits_address, " MATINEE_AVATAR_TAG
                              " FROM users WHERE name_key > ? AND name_key LIKE ? ESCAPE '!' "
                              "ORDER BY name_key LIMIT ?";

// kUserStates, for the database.
#define MATINEE_USER_STATE                                                                                                                 \
    "CASE WHEN deleted_at IS NOT NULL THEN 'closed' WHEN banned_until IS NOT NULL AND banned_until > ? THEN 'banned' "                     \
    "WHEN awaits_address THEN 'unconfirmed' WHEN is_waiting THEN 'waiting' ELSE 'active' END"
constexpr const char *kPageOfState =
    "SELECT id, name, name_key, role, is_waiting, language, created_at, password_record, password_changed_at, "
    "banned_until, ban_reason, deleted_at, awaits_address, " MATINEE_AVATAR_TAG
    " FROM users WHERE name_key > ? AND name_key LIKE ? ESCAPE '!' AND " MATINEE_USER_STATE " = ? "
    "ORDER BY name_key LIMIT ?";
constexpr const char *kCounts = "SELECT state, COUNT(*) FROM (SELECT " MATINEE_USER_STATE
                                " AS state FROM users WHERE name_key LIKE ? ESCAPE '!') AS states GROUP BY state";

constexpr const char *kDeleted = "SELECT id, name, name_key, role, is_waiting, language, created_at, password_record, password_changed_at, "
                                 "banned_until, ban_reason, deleted_at, awaits_address, " MATINEE_AVATAR_TAG
                                 " FROM users WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?";

UserRow userOf(const Row &row)
{
    UserRow user;
    user.id = toText(row[0]);
    user.name = toText(row[1]);
    user.nameKey = toText(row[2]);
    user.role = toText(row[3]);
    user.isWaiting = row[4].toBool();
    user.language = toText(row[5]);
    user.createdAt = toTime(row[6]);
    if (!row[7].isNull())
        user.passwordRecord = toText(row[7]);
    user.passwordChangedAt = toOptionalTime(row[8]);
    user.bannedUntil = toOptionalTime(row[9]);
    user.banReason = toText(row[10]);
    user.deletedAt = toOptionalTime(row[11]);
    user.awaitsAddress = row[12].toBool();
    user.avatarTag = toText(row[13]);
    return user;
}

QVariant optionalText(const std::optional<std::string> &value)
{
    return value ? text(*value) : QVariant(QMetaType(QMetaType::QString)); // NULL
}

Result<std::optional<UserRow>> one(Transaction &tx, const char *sql, const std::string &value)
{
    auto rows = tx.query(sql, {text(value)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<UserRow>(userOf(rows->front()));
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

/// A pattern of LIKE that finds `part` anywhere, and nothing but it.
std::string patternOf(const std::string &part)
{
    std::string pattern = "%";
    for (const char c : part) {
        if (c == '%' || c == '_' || c == '!')
            pattern.push_back('!');
        pattern.push_back(c);
    }
    return pattern + "%";
}

} // namespace

Result<void> insertUser(Transaction &tx, const UserRow &row)
{
    auto r = tx.execute("INSERT INTO users (id, name, name_key, role, is_waiting, language, created_at, password_record, "
                        "password_changed_at, banned_until, ban_reason, awaits_address) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        {text(row.id), text(row.name), text(row.nameKey), text(row.role), QVariant(row.isWaiting), text(row.language),
                         time(row.createdAt), optionalText(row.passwordRecord), time(row.passwordChangedAt), time(row.bannedUntil),
                         text(row.banReason), QVariant(row.awaitsAddress)});
    if (!r && r.error().code == ErrorCode::AlreadyExists)
        return fail(ErrorCode::AlreadyExists, "This name is taken, or looks too much like one that is. Choose another.", "name");
    return r ? Result<void>() : Result<void>(r.error());
}

Result<std::optional<UserRow>> findUser(Transaction &tx, const std::string &id)
{
    return one(tx, kById, id);
}

Result<std::optional<UserRow>> lockUser(Transaction &tx, const std::string &id)
{
    return one(tx, tx.engine() == Engine::Postgres ? kLockedById : kById, id);
}

Result<std::optional<UserRow>> findUserByNameKey(Transaction &tx, const std::string &nameKey)
{
    return one(tx, kByKey, nameKey);
}

Result<std::optional<UserRow>> findUserEvenly(Transaction &tx, const std::string &nameKey)
{
    auto near = one(tx, kFromKey, nameKey);
    if (near && !*near) // behind the last of all: the first, then
        near = one(tx, kFromKey, std::string());
    if (near && *near && (*near)->nameKey != nameKey)
        return std::optional<UserRow>();
    return near;
}

Result<std::vector<UserRow>> listUsers(Transaction &tx, const std::string &keyPart, const std::string &afterKey, int limit)
{
    auto rows = tx.query(kPage, {text(afterKey), text(patternOf(keyPart)), number(std::clamp(limit, 0, 10'000))});
    if (!rows)
        return rows.error();
    std::vector<UserRow> users;
    users.reserve(rows->size());
    for (const Row &row : *rows)
        users.push_back(userOf(row));
    return users;
}

Result<std::vector<UserRow>> listUsersOfState(Transaction &tx, const std::string &keyPart, const std::string &state, UserRow::Time now,
                                              const std::string &afterKey, int limit)
{
    const auto rows =
        tx.query(kPageOfState, {text(afterKey), text(patternOf(keyPart)), time(now), text(state), number(std::clamp(limit, 0, 10'000))});
    if (!rows)
        return rows.error();
    std::vector<UserRow> users;
    users.reserve(rows->size());
    for (const Row &row : *rows)
        users.push_back(userOf(row));
    return users;
}

Result<std::map<std::string, std::uint32_t>> countUsersByState(Transaction &tx, const std::string &keyPart, UserRow::Time now)
{
    const auto rows = tx.query(kCounts, {time(now), text(patternOf(keyPart))});
    if (!rows)
        return rows.error();
    std::map<std::string, std::uint32_t> counts;
    for (const Row &row : *rows)
        counts[toText(row[0])] = static_cast<std::uint32_t>(row[1].toLongLong());
    return counts;
}

Result<std::vector<std::string>> lockActiveUsersOfRole(Transaction &tx, const std::string &role, UserRow::Time now)
{
    constexpr const char *select = "SELECT id FROM users WHERE role = ? AND (banned_until IS NULL OR banned_until <= ?) AND is_waiting = ? "
                                   "AND awaits_address = ? AND deleted_at IS NULL ORDER BY id LIMIT 1000";
    constexpr const char *locked = "SELECT id FROM users WHERE role = ? AND (banned_until IS NULL OR banned_until <= ?) AND is_waiting = ? "
                                   "AND awaits_address = ? AND deleted_at IS NULL ORDER BY id LIMIT 1000 FOR UPDATE";
    auto rows = tx.query(tx.engine() == Engine::Postgres ? locked : select, {text(role), time(now), QVariant(false), QVariant(false)});
    if (!rows)
        return rows.error();
    std::vector<std::string> ids;
    for (const Row &row : *rows)
        ids.push_back(toText(row[0]));
    return ids;
}

Result<bool> anyUserOfRole(Transaction &tx, const std::string &role)
{
    const auto rows = tx.query("SELECT 1 FROM users WHERE role = ? LIMIT 1", {text(role)});
    if (!rows)
        return rows.error();
    return !rows->empty();
}

Result<bool> updateUserRole(Transaction &tx, const std::string &id, const std::string &role)
{
    return touched(tx.execute("UPDATE users SET role = ? WHERE id = ?", {text(role), text(id)}));
}

Result<bool> updateUserWaiting(Transaction &tx, const std::string &id, bool isWaiting)
{
    return touched(tx.execute("UPDATE users SET is_waiting = ? WHERE id = ?", {QVariant(isWaiting), text(id)}));
}

Result<bool> updateUserAwaitsAddress(Transaction &tx, const std::string &id, bool awaitsAddress)
{
    return touched(tx.execute("UPDATE users SET awaits_address = ? WHERE id = ?", {QVariant(awaitsAddress), text(id)}));
}

Result<bool> updateUserBan(Transaction &tx, const std::string &id, const std::optional<UserRow::Time> &until, const std::string &reason)
{
    return touched(tx.execute("UPDATE users SET banned_until = ?, ban_reason = ? WHERE id = ?", {time(until), text(reason), text(id)}));
}

Result<bool> updateUserDeletion(Transaction &tx, const std::string &id, const std::optional<UserRow::Time> &deletedAt)
{
    return touched(tx.execute("UPDATE users SET deleted_at = ? WHERE id = ?", {time(deletedAt), text(id)}));
}

Result<std::vector<UserRow>> listUsersDeletedBefore(Transaction &tx, UserRow::Time before, int limit)
{
    const auto rows = tx.query(kDeleted, {time(before), number(std::clamp(limit, 0, 10'000))});
    if (!rows)
        return rows.error();
    std::vector<UserRow> users;
    for (const Row &row : *rows)
        users.push_back(userOf(row));
    return users;
}

Result<bool> deleteUser(Transaction &tx, const std::string &id)
{
    return touched(tx.execute("DELETE FROM users WHERE id = ?", {text(id)}));
}

Result<bool> updateUserPassword(Transaction &tx, const std::string &id, const std::string &record, UserRow::Time now)
{
    return touched(
        tx.execute("UPDATE users SET password_record = ?, password_changed_at = ? WHERE id = ?", {text(record), time(now), text(id)}));
}

} // namespace matinee::store

#include "store/profiles.h"

#include "store/values.h"

#include <algorithm>

namespace matinee::store {

namespace {

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<std::optional<ProfileRow>> findProfile(Transaction &tx, const std::string &userId)
{
    const auto rows = tx.query("SELECT COALESCE(profiles.display_name, ''), users.language, COALESCE(avatars.tag, '') FROM users "
                               "LEFT JOIN profiles ON profiles.user_id = users.id "
                               "LEFT JOIN avatars ON avatars.user_id = users.id WHERE users.id = ?",
                               {text(userId)});
    if (!rows)
        return rows.error();
    if (rows->empty())
        return std::optional<ProfileRow>();
    return std::optional<ProfileRow>(ProfileRow{toText(rows->front()[0]), toText(rows->front()[1]), toText(rows->front()[2])});
}

Result<void> putProfile(Transaction &tx, const std::string &userId, const ProfileRow &profile, SystemTime now)
{
    auto put = tx.execute("INSERT INTO profiles (user_id, display_name, updated_at) VALUES (?, ?, ?) "
                          "ON CONFLICT (user_id) DO UPDATE SET display_name = excluded.display_name, updated_at = excluded.updated_at",
                          {text(userId), text(profile.displayName), time(now)});
    if (put)
        put = tx.execute("UPDATE users SET language = ? WHERE id = ?", {text(profile.language), text(userId)});
    return put ? Result<void>() : Result<void>(put.error());
}

Result<bool> insertBlock(Transaction &tx, const std::string &userId, const std::string &blockedId, SystemTime now)
{
    return touched(tx.execute("INSERT INTO user_blocks (user_id, blocked_id, created_at) VALUES (?, ?, ?) "
                              "ON CONFLICT (user_id, blocked_id) DO NOTHING",
                              {text(userId), text(blockedId), time(now)}));
}

Result<bool> deleteBlock(Transaction &tx, const std::string &userId, const std::string &blockedId)
{
    return touched(tx.execute("DELETE FROM user_blocks WHERE user_id = ? AND blocked_id = ?", {text(userId), text(blockedId)}));
}

Result<bool> isBlocked(Transaction &tx, const std::string &userId, const std::string &blockedId)
{
    const auto rows = tx.query("SELECT 1 FROM user_blocks WHERE user_id = ? AND blocked_id = ?", {text(userId), text(blockedId)});
    if (!rows)
        return rows.error();
    return !rows->empty();
}

Result<int> countBlocks(Transaction &tx, const std::string &userId)
{
    const auto rows = tx.query("SELECT count(*) FROM user_blocks WHERE user_id = ?", {text(userId)});
    if (!rows)
        return rows.error();
    return rows->front()[0].toInt();
}

Result<std::vector<BlockRow>> listBlocks(Transaction &tx, const std::string &userId, int limit)
{
    const auto rows = tx.query("SELECT user_blocks.blocked_id, users.name, user_blocks.created_at FROM user_blocks "
                               "JOIN users ON users.id = user_blocks.blocked_id WHERE user_blocks.user_id = ? "
                               "ORDER BY users.name_key LIMIT ?",
                               {text(userId), number(std::clamp(limit, 0, 10'000))});
    if (!rows)
        return rows.error();
    std::vector<BlockRow> blocks;
    blocks.reserve(rows->size());
    for (const Row &row : *rows)
        blocks.push_back({toText(row[0]), toText(row[1]), toTime(row[2])});
    return blocks;
}

} // namespace matinee::store

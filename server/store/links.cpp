#include "store/links.h"

#include "store/values.h"

namespace matinee::store {

Result<void> insertLink(Transaction &tx, const LinkRow &row)
{
    const auto done = tx.execute("INSERT INTO links (token_hash, kind, user_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
                                 {text(row.tokenHash), text(row.kind), text(row.userId), time(row.createdAt), time(row.expiresAt)});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<std::optional<LinkRow>> findLink(Transaction &tx, const std::string &tokenHash, LinkRow::Time now)
{
    const auto rows =
        tx.query("SELECT token_hash, kind, user_id, created_at, expires_at FROM links WHERE token_hash = ? AND expires_at > ?",
                 {text(tokenHash), time(now)});
    if (!rows)
        return rows.error();
    if (rows->empty())
        return std::optional<LinkRow>();
    const Row &row = rows->front();
    return std::optional<LinkRow>(LinkRow{toText(row[0]), toText(row[1]), toText(row[2]), toTime(row[3]), toTime(row[4])});
}

Result<bool> deleteLink(Transaction &tx, const std::string &tokenHash)
{
    const auto touched = tx.execute("DELETE FROM links WHERE token_hash = ?", {text(tokenHash)});
    if (!touched)
        return touched.error();
    return *touched > 0;
}

Result<int> deleteLinksOfUser(Transaction &tx, const std::string &userId, const std::string &kind)
{
    return tx.execute("DELETE FROM links WHERE user_id = ? AND kind = ?", {text(userId), text(kind)});
}

Result<int> deleteExpiredLinks(Transaction &tx, LinkRow::Time now)
{
    return tx.execute("DELETE FROM links WHERE expires_at <= ?", {time(now)});
}

} // namespace matinee::store

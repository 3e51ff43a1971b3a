#include "store/identities.h"

#include "store/values.h"

namespace matinee::store {

namespace {

IdentityRow identityOf(const Row &row)
{
    return {toText(row[0]), toText(row[1]), toText(row[2]), toText(row[3]), toText(row[4]), toTime(row[5])};
}

Result<std::vector<IdentityRow>> all(Transaction &tx, const char *sql, const std::string &userId)
{
    const auto rows = tx.query(sql, {text(userId)});
    if (!rows)
        return rows.error();
    std::vector<IdentityRow> identities;
    identities.reserve(rows->size());
    for (const Row &row : *rows)
        identities.push_back(identityOf(row));
    return identities;
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

constexpr const char *kOfUser = "SELECT provider, issuer, subject, user_id, name, linked_at FROM identities WHERE user_id = ? "
                                "ORDER BY linked_at, provider, subject LIMIT 100";
constexpr const char *kOfUserLocked = "SELECT provider, issuer, subject, user_id, name, linked_at FROM identities WHERE user_id = ? "
                                      "ORDER BY linked_at, provider, subject LIMIT 100 FOR UPDATE";

} // namespace

Result<void> insertIdentity(Transaction &tx, const IdentityRow &row)
{
    const auto done =
        tx.execute("INSERT INTO identities (provider, issuer, subject, user_id, name, linked_at) VALUES (?, ?, ?, ?, ?, ?)",
                   {text(row.provider), text(row.issuer), text(row.subject), text(row.userId), text(row.name), time(row.linkedAt)});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<std::optional<IdentityRow>> findIdentity(Transaction &tx, const std::string &provider, const std::string &issuer,
                                                const std::string &subject)
{
    const auto rows = tx.query("SELECT provider, issuer, subject, user_id, name, linked_at FROM identities "
                               "WHERE provider = ? AND issuer = ? AND subject = ?",
                               {text(provider), text(issuer), text(subject)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<IdentityRow>(identityOf(rows->front()));
}

Result<std::vector<IdentityRow>> lockIdentitiesOfUser(Transaction &tx, const std::string &userId)
{
    return all(tx, tx.engine() == Engine::Postgres ? kOfUserLocked : kOfUser, userId);
}

Result<std::vector<IdentityRow>> listIdentitiesOfUser(Transaction &tx, const std::string &userId)
{
    return all(tx, kOfUser, userId);
}

Result<bool> renameIdentity(Transaction &tx, const IdentityRow &row)
{
    return touched(tx.execute("UPDATE identities SET name = ? WHERE provider = ? AND issuer = ? AND subject = ?",
                              {text(row.name), text(row.provider), text(row.issuer), text(row.subject)}));
}

Result<bool> deleteIdentity(Transaction &tx, const IdentityRow &row)
{
    return touched(tx.execute("DELETE FROM identities WHERE provider = ? AND issuer = ? AND subject = ? AND user_id = ?",
                              {text(row.provider), text(row.issuer), text(row.subject), text(row.userId)}));
}

} // namespace matinee::store

#include "store/api_keys.h"

#include "store/values.h"

#include <sstream>

namespace matinee::store {

namespace {

/// Scopes have no spaces in their names (accounts/scopes.h).
std::string joined(const std::vector<std::string> &scopes)
{
    std::string all;
    for (const std::string &scope : scopes)
        all += (all.empty() ? "" : " ") + scope;
    return all;
}

std::vector<std::string> parted(const std::string &all)
{
    std::istringstream in(all);
    std::vector<std::string> scopes;
    for (std::string scope; in >> scope;)
        scopes.push_back(std::move(scope));
    return scopes;
}

ApiKeyRow keyOf(const Row &row)
{
    return {toText(row[0]),         toText(row[1]),         toText(row[2]),         parted(toText(row[3])), toTime(row[4]),
            toOptionalTime(row[5]), toOptionalTime(row[6]), toOptionalTime(row[7]), toText(row[8])}; // NULL reads as ""
}

std::vector<ApiKeyRow> keysOf(const std::vector<Row> &rows)
{
    std::vector<ApiKeyRow> keys;
    keys.reserve(rows.size());
    for (const Row &row : rows)
        keys.push_back(keyOf(row));
    return keys;
}

} // namespace

Result<void> insertApiKey(Transaction &tx, const ApiKeyRow &row)
{
    const QVariant owner = row.ownerId.empty() ? QVariant(QMetaType(QMetaType::QString)) : text(row.ownerId); // NULL
    auto r = tx.execute("INSERT INTO api_keys (id, name, key_hash, scopes, created_at, expires_at, last_used_at, revoked_at, owner_id) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        {text(row.id), text(row.name), text(row.keyHash), text(joined(row.scopes)), time(row.createdAt),
                         time(row.expiresAt), time(row.lastUsedAt), time(row.revokedAt), owner});
    return r ? Result<void>() : Result<void>(r.error());
}

Result<std::optional<ApiKeyRow>> findApiKey(Transaction &tx, const std::string &id)
{
    auto rows = tx.query("SELECT id, name, key_hash, scopes, created_at, expires_at, last_used_at, revoked_at, owner_id FROM api_keys "
                         "WHERE id = ?",
                         {text(id)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<ApiKeyRow>(keyOf(rows->front()));
}

Result<std::vector<ApiKeyRow>> listApiKeys(Transaction &tx)
{
    auto rows = tx.query("SELECT id, name, key_hash, scopes, created_at, expires_at, last_used_at, revoked_at, owner_id FROM api_keys "
                         "WHERE revoked_at IS NULL ORDER BY created_at DESC, id LIMIT 10000");
    if (!rows)
        return rows.error();
    return keysOf(*rows);
}

Result<std::vector<ApiKeyRow>> listApiKeysOf(Transaction &tx, const std::string &ownerId)
{
    auto rows = tx.query("SELECT id, name, key_hash, scopes, created_at, expires_at, last_used_at, revoked_at, owner_id FROM api_keys "
                         "WHERE owner_id = ? AND revoked_at IS NULL ORDER BY created_at DESC, id LIMIT 10000",
                         {text(ownerId)});
    if (!rows)
        return rows.error();
    return keysOf(*rows);
}

Result<int> countApiKeysOf(Transaction &tx, const std::string &ownerId)
{
    auto rows = ownerId.empty() ? tx.query("SELECT COUNT(*) FROM api_keys WHERE owner_id IS NULL AND revoked_at IS NULL")
                                : tx.query("SELECT COUNT(*) FROM api_keys WHERE owner_id = ? AND revoked_at IS NULL", {text(ownerId)});
    if (!rows)
        return rows.error();
    return rows->front()[0].toInt();
}

Result<bool> revokeApiKey(Transaction &tx, const std::string &id, std::chrono::system_clock::time_point now)
{
    auto r = tx.execute("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", {time(now), text(id)});
    if (!r)
        return r.error();
    return *r > 0;
}

Result<void> touchApiKey(Transaction &tx, const std::string &id, std::chrono::system_clock::time_point now)
{
    auto r = tx.execute("UPDATE api_keys SET last_used_at = ? WHERE id = ?", {time(now), text(id)});
    return r ? Result<void>() : Result<void>(r.error());
}

} // namespace matinee::store

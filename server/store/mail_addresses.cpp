#include "store/mail_addresses.h"

#include "store/values.h"

#include <algorithm>

namespace matinee::store {

namespace {

constexpr const char *kOfUser =
    "SELECT id, user_id, address, address_key, is_primary, created_at, verified_at, token_hash, token_expires_at "
    "FROM mail_addresses WHERE user_id = ? ORDER BY is_primary DESC, created_at, id";
constexpr const char *kByToken = "SELECT id, user_id, address, address_key, is_primary, created_at, verified_at, token_hash, "
                                 "token_expires_at FROM mail_addresses WHERE token_hash = ? AND token_expires_at > ?";
constexpr const char *kVerified = "SELECT id, user_id, address, address_key, is_primary, created_at, verified_at, token_hash, "
                                  "token_expires_at FROM mail_addresses WHERE address_key = ? AND verified_at IS NOT NULL";
constexpr const char *kPrimary = "SELECT id, user_id, address, address_key, is_primary, created_at, verified_at, token_hash, "
                                 "token_expires_at FROM mail_addresses WHERE user_id = ? AND is_primary = ? AND verified_at IS NOT NULL";

MailAddressRow addressOf(const Row &row)
{
    MailAddressRow address;
    address.id = toText(row[0]);
    address.userId = toText(row[1]);
    address.address = toText(row[2]);
    address.key = toText(row[3]);
    address.isPrimary = row[4].toBool();
    address.createdAt = toTime(row[5]);
    address.verifiedAt = toOptionalTime(row[6]);
    if (!row[7].isNull())
        address.tokenHash = toText(row[7]);
    address.tokenExpiresAt = toOptionalTime(row[8]);
    return address;
}

QVariant optionalText(const std::optional<std::string> &value)
{
    return value ? text(*value) : QVariant(QMetaType(QMetaType::QString)); // NULL
}

Result<std::optional<MailAddressRow>> firstOf(const Result<std::vector<Row>> &rows)
{
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<MailAddressRow>(addressOf(rows->front()));
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<std::vector<MailAddressRow>> listMailAddresses(Transaction &tx, const std::string &userId)
{
    const auto rows = tx.query(kOfUser, {text(userId)});
    if (!rows)
        return rows.error();
    std::vector<MailAddressRow> addresses;
    addresses.reserve(rows->size());
    for (const Row &row : *rows)
        addresses.push_back(addressOf(row));
    return addresses;
}

Result<std::optional<MailAddressRow>> findMailAddressByToken(Transaction &tx, const std::string &tokenHash, SystemTime now)
{
    return firstOf(tx.query(kByToken, {text(tokenHash), time(now)}));
}

Result<std::optional<MailAddressRow>> findVerifiedMailAddress(Transaction &tx, const std::string &key)
{
    return firstOf(tx.query(kVerified, {text(key)}));
}

Result<std::optional<MailAddressRow>> findPrimaryMailAddress(Transaction &tx, const std::string &userId)
{
    return firstOf(tx.query(kPrimary, {text(userId), QVariant(true)}));
}

Result<void> insertMailAddress(Transaction &tx, const MailAddressRow &row)
{
    const auto put = tx.execute("INSERT INTO mail_addresses (id, user_id, address, address_key, is_primary, created_at, verified_at, "
                                "token_hash, token_expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                {text(row.id), text(row.userId), text(row.address), text(row.key), QVariant(row.isPrimary),
                                 time(row.createdAt), time(row.verifiedAt), optionalText(row.tokenHash), time(row.tokenExpiresAt)});
    return put ? Result<void>() : Result<void>(put.error());
}

Result<bool> setMailAddressToken(Transaction &tx, const std::string &id, const std::string &tokenHash, SystemTime expiresAt)
{
    return touched(tx.execute("UPDATE mail_addresses SET token_hash = ?, token_expires_at = ? WHERE id = ?",
                              {text(tokenHash), time(expiresAt), text(id)}));
}

Result<bool> verifyMailAddress(Transaction &tx, const std::string &id, SystemTime now)
{
    return touched(tx.execute(
        "UPDATE mail_addresses SET verified_at = COALESCE(verified_at, ?), token_hash = NULL, token_expires_at = NULL WHERE id = ?",
        {time(now), text(id)}));
}

Result<bool> makeMailAddressPrimary(Transaction &tx, const std::string &userId, const std::string &id)
{
    const auto cleared = tx.execute("UPDATE mail_addresses SET is_primary = ? WHERE user_id = ? AND id <> ? AND is_primary = ?",
                                    {QVariant(false), text(userId), text(id), QVariant(true)});
    if (!cleared)
        return cleared.error();
    return touched(
        tx.execute("UPDATE mail_addresses SET is_primary = ? WHERE user_id = ? AND id = ?", {QVariant(true), text(userId), text(id)}));
}

Result<bool> deleteMailAddress(Transaction &tx, const std::string &userId, const std::string &id)
{
    return touched(tx.execute("DELETE FROM mail_addresses WHERE user_id = ? AND id = ?", {text(userId), text(id)}));
}

Result<MailPreferences> findMailPreferences(Transaction &tx, const std::string &userId)
{
    const auto rows = tx.query("SELECT new_device_letters, codes FROM mail_preferences WHERE user_id = ?", {text(userId)});
    if (!rows)
        return rows.error();
    return rows->empty() ? MailPreferences() : MailPreferences{rows->front()[0].toBool(), rows->front()[1].toBool()};
}

Result<void> putMailPreferences(Transaction &tx, const std::string &userId, const MailPreferences &preferences)
{
    const auto put = tx.execute("INSERT INTO mail_preferences (user_id, new_device_letters, codes) VALUES (?, ?, ?) ON CONFLICT (user_id) "
                                "DO UPDATE SET new_device_letters = excluded.new_device_letters, codes = excluded.codes",
                                {text(userId), QVariant(preferences.newDeviceLetters), QVariant(preferences.codes)});
    return put ? Result<void>() : Result<void>(put.error());
}

Result<int> deleteUsersAwaitingAddress(Transaction &tx, SystemTime madeBefore, int limit)
{
    return tx.execute("DELETE FROM users WHERE id IN (SELECT id FROM users WHERE awaits_address = ? AND created_at < ? LIMIT ?)",
                      {QVariant(true), time(madeBefore), number(std::clamp(limit, 0, 10'000))});
}

} // namespace matinee::store

#include "store/passkeys.h"

#include "store/values.h"

namespace matinee::store {

namespace {

PasskeyRow passkeyOf(const Row &row)
{
    PasskeyRow passkey;
    passkey.id = toText(row[0]);
    passkey.userId = toText(row[1]);
    passkey.credentialId = toText(row[2]);
    passkey.publicKey = toText(row[3]);
    passkey.rpId = toText(row[4]);
    passkey.name = toText(row[5]);
    passkey.signCount = static_cast<std::uint32_t>(row[6].toLongLong());
    passkey.aaguid = toText(row[7]);
    passkey.backupEligible = row[8].toBool();
    passkey.backedUp = row[9].toBool();
    passkey.transports = toText(row[10]);
    passkey.createdAt = toTime(row[11]);
    passkey.lastUsedAt = toOptionalTime(row[12]);
    return passkey;
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<void> insertPasskey(Transaction &tx, const PasskeyRow &row)
{
    const auto done = tx.execute("INSERT INTO passkeys (id, user_id, credential_id, public_key, rp_id, name, sign_count, aaguid, "
                                 "backup_eligible, backed_up, transports, created_at, last_used_at) "
                                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                 {text(row.id), text(row.userId), text(row.credentialId), text(row.publicKey), text(row.rpId),
                                  text(row.name), number(row.signCount), text(row.aaguid), QVariant(row.backupEligible),
                                  QVariant(row.backedUp), text(row.transports), time(row.createdAt), time(row.lastUsedAt)});
    if (!done && done.error().code == ErrorCode::AlreadyExists)
        return fail(ErrorCode::AlreadyExists, "This passkey belongs to an account already.", "credential_json");
    return done ? Result<void>() : Result<void>(done.error());
}

Result<std::optional<PasskeyRow>> findPasskeyByCredential(Transaction &tx, const std::string &credentialId)
{
    const auto rows =
        tx.query("SELECT id, user_id, credential_id, public_key, rp_id, name, sign_count, aaguid, backup_eligible, backed_up, "
                 "transports, created_at, last_used_at FROM passkeys WHERE credential_id = ?",
                 {text(credentialId)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<PasskeyRow>(passkeyOf(rows->front()));
}

Result<std::vector<PasskeyRow>> listPasskeysOfUser(Transaction &tx, const std::string &userId)
{
    const auto rows =
        tx.query("SELECT id, user_id, credential_id, public_key, rp_id, name, sign_count, aaguid, backup_eligible, backed_up, "
                 "transports, created_at, last_used_at FROM passkeys WHERE user_id = ? ORDER BY created_at, id LIMIT 100",
                 {text(userId)});
    if (!rows)
        return rows.error();
    std::vector<PasskeyRow> passkeys;
    passkeys.reserve(rows->size());
    for (const Row &row : *rows)
        passkeys.push_back(passkeyOf(row));
    return passkeys;
}

Result<bool> usePasskey(Transaction &tx, const std::string &id, std::uint32_t from, std::uint32_t count, bool backedUp,
                        PasskeyRow::Time now)
{
    return touched(tx.execute("UPDATE passkeys SET sign_count = ?, backed_up = ?, last_used_at = ? WHERE id = ? AND sign_count = ?",
                              {number(count), QVariant(backedUp), time(now), text(id), number(from)}));
}

Result<bool> renamePasskey(Transaction &tx, const std::string &id, const std::string &userId, const std::string &name)
{
    return touched(tx.execute("UPDATE passkeys SET name = ? WHERE id = ? AND user_id = ?", {text(name), text(id), text(userId)}));
}

Result<bool> deletePasskey(Transaction &tx, const std::string &id, const std::string &userId)
{
    return touched(tx.execute("DELETE FROM passkeys WHERE id = ? AND user_id = ?", {text(id), text(userId)}));
}

} // namespace matinee::store

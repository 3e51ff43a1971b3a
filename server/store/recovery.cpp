#include "store/recovery.h"

#include "store/values.h"

namespace matinee::store {

Result<void> replaceRecoveryCodes(Transaction &tx, const std::string &userId, const std::vector<std::string> &hashes,
                                  std::chrono::system_clock::time_point now)
{
    if (const auto deleted = deleteRecoveryCodes(tx, userId); !deleted)
        return deleted.error();
    for (const std::string &hash : hashes) {
        const auto done = tx.execute("INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES (?, ?, ?)",
                                     {text(userId), text(hash), time(now)});
        if (!done)
            return done.error();
    }
    return {};
}

Result<std::vector<std::string>> listRecoveryCodes(Transaction &tx, const std::string &userId)
{
    const auto rows = tx.query("SELECT code_hash FROM recovery_codes WHERE user_id = ? ORDER BY code_hash LIMIT 100", {text(userId)});
    if (!rows)
        return rows.error();
    std::vector<std::string> hashes;
    for (const Row &row : *rows)
        hashes.push_back(toText(row[0]));
    return hashes;
}

Result<bool> useRecoveryCode(Transaction &tx, const std::string &userId, const std::string &hash)
{
    const auto touched = tx.execute("DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = ?", {text(userId), text(hash)});
    if (!touched)
        return touched.error();
    return *touched > 0;
}

Result<int> deleteRecoveryCodes(Transaction &tx, const std::string &userId)
{
    return tx.execute("DELETE FROM recovery_codes WHERE user_id = ?", {text(userId)});
}

} // namespace matinee::store

#include "store/mail_codes.h"

#include "store/values.h"

namespace matinee::store {

namespace {

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<void> putMailCode(Transaction &tx, const MailCodeRow &row)
{
    const auto put = tx.execute("INSERT INTO mail_codes (user_id, purpose, sealed_code, expires_at, attempts) VALUES (?, ?, ?, ?, 0) "
                                "ON CONFLICT (user_id) DO UPDATE SET purpose = excluded.purpose, sealed_code = excluded.sealed_code, "
                                "expires_at = excluded.expires_at, attempts = 0",
                                {text(row.userId), text(row.purpose), text(row.sealedCode), time(row.expiresAt)});
    return put ? Result<void>() : Result<void>(put.error());
}

Result<std::optional<MailCodeRow>> findMailCode(Transaction &tx, const std::string &userId, const std::string &purpose, SystemTime now)
{
    const auto rows = tx.query("SELECT sealed_code, expires_at FROM mail_codes WHERE user_id = ? AND purpose = ? AND expires_at > ? "
                               "AND sealed_code <> ''",
                               {text(userId), text(purpose), time(now)});
    if (!rows)
        return rows.error();
    if (rows->empty())
        return std::optional<MailCodeRow>();
    return std::optional<MailCodeRow>(MailCodeRow{userId, purpose, toText(rows->front()[0]), toTime(rows->front()[1])});
}

Result<bool> countMailCodeAttempt(Transaction &tx, const std::string &userId, const std::string &purpose, int most, SystemTime now)
{
    return touched(tx.execute("UPDATE mail_codes SET attempts = attempts + 1 WHERE user_id = ? AND purpose = ? AND attempts < ? "
                              "AND expires_at > ? AND sealed_code <> ''",
                              {text(userId), text(purpose), number(most), time(now)}));
}

Result<bool> useMailCode(Transaction &tx, const MailCodeRow &row)
{
    return touched(tx.execute("UPDATE mail_codes SET sealed_code = '' WHERE user_id = ? AND purpose = ? AND sealed_code = ?",
                              {text(row.userId), text(row.purpose), text(row.sealedCode)}));
}

Result<bool> spendMailRequest(Transaction &tx, const std::string &userId, const std::string &kind, int most, SystemTime since,
                              SystemTime now)
{
    const auto rows =
        tx.query("SELECT COUNT(*) FROM mail_requests WHERE user_id = ? AND kind = ? AND at > ?", {text(userId), text(kind), time(since)});
    if (!rows)
        return rows.error();
    if (rows->front()[0].toInt() >= most)
        return false;
    // Two in the same millisecond are one too many.
    return touched(tx.execute("INSERT INTO mail_requests (user_id, kind, at) VALUES (?, ?, ?) ON CONFLICT (user_id, kind, at) DO NOTHING",
                              {text(userId), text(kind), time(now)}));
}

Result<int> forgetMailRequests(Transaction &tx, SystemTime before)
{
    return tx.execute("DELETE FROM mail_requests WHERE at < ?", {time(before)});
}

} // namespace matinee::store

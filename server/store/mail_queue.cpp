#include "store/mail_queue.h"

#include "store/values.h"

namespace matinee::store {

namespace {

Result<std::int64_t> counted(const Result<std::vector<Row>> &rows)
{
    if (!rows)
        return rows.error();
    return std::int64_t{rows->front()[0].toLongLong()};
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<void> insertMail(Transaction &tx, const MailRow &row, const MailLimits &limits)
{
    const auto waiting = counted(tx.query("SELECT COUNT(*) FROM mail_queue WHERE settled_at IS NULL"));
    if (!waiting)
        return waiting.error();
    if (*waiting >= limits.waiting)
        return fail(ErrorCode::Unavailable, "Too many mails are waiting to be sent. Try again later.");
    const auto written = counted(
        tx.query("SELECT COUNT(*) FROM mail_queue WHERE recipient = ? AND created_at > ?", {text(row.recipient), time(limits.since)}));
    if (!written)
        return written.error();
    if (*written >= limits.perRecipient)
        return fail(ErrorCode::RateLimited, "Too many mails were sent to this address. Try again later.");
    const auto put = tx.execute("INSERT INTO mail_queue (id, recipient, kind, sealed, created_at, next_at, expires_at, attempts) "
                                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                {text(row.id), text(row.recipient), text(row.kind), text(row.sealed), time(row.createdAt), time(row.nextAt),
                                 time(row.expiresAt), number(row.attempts)});
    return put ? Result<void>() : Result<void>(put.error());
}

Result<std::optional<MailRow>> claimMail(Transaction &tx, SystemTime now, SystemTime lease)
{
    const auto rows = tx.query("SELECT id, recipient, kind, sealed, created_at, next_at, expires_at, attempts FROM mail_queue "
                               "WHERE settled_at IS NULL AND next_at <= ? ORDER BY next_at, id LIMIT 1",
                               {time(now)});
    if (!rows)
        return rows.error();
    if (rows->empty())
        return std::optional<MailRow>();
    const Row &row = rows->front();
    MailRow mail{toText(row[0]), toText(row[1]), toText(row[2]), toText(row[3]),
                 toTime(row[4]), toTime(row[5]), toTime(row[6]), row[7].toInt()};
    // Another process may have been quicker: then it is not due any more.
    const auto claimed = touched(tx.execute("UPDATE mail_queue SET next_at = ? WHERE id = ? AND next_at = ? AND settled_at IS NULL",
                                            {time(lease), text(mail.id), time(mail.nextAt)}));
    if (!claimed)
        return claimed.error();
    return *claimed ? std::optional<MailRow>(std::move(mail)) : std::nullopt;
}

Result<bool> postponeMail(Transaction &tx, const std::string &id, int attempts, SystemTime nextAt)
{
    return touched(tx.execute("UPDATE mail_queue SET attempts = ?, next_at = ? WHERE id = ? AND settled_at IS NULL",
                              {number(attempts), time(nextAt), text(id)}));
}

Result<bool> settleMail(Transaction &tx, const std::string &id, SystemTime now)
{
    return touched(
        tx.execute("UPDATE mail_queue SET sealed = '', settled_at = ? WHERE id = ? AND settled_at IS NULL", {time(now), text(id)}));
}

Result<int> forgetMails(Transaction &tx, SystemTime before)
{
    return tx.execute("DELETE FROM mail_queue WHERE settled_at IS NOT NULL AND created_at < ?", {time(before)});
}

Result<MailFigures> mailFigures(Transaction &tx)
{
    const auto rows = tx.query("SELECT COUNT(*), MIN(created_at), MIN(next_at) FROM mail_queue WHERE settled_at IS NULL");
    if (!rows)
        return rows.error();
    const Row &row = rows->front();
    return MailFigures{std::int64_t{row[0].toLongLong()}, toOptionalTime(row[1]), toOptionalTime(row[2])};
}

} // namespace matinee::store

#include "store/totp.h"

#include "store/values.h"

namespace matinee::store {

namespace {

QVariant stepNumber(std::uint64_t step)
{
    return number(static_cast<std::int64_t>(step));
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<void> insertTotp(Transaction &tx, const TotpRow &row)
{
    const auto done = tx.execute("INSERT INTO totp (user_id, sealed_secret, newest_step, created_at) VALUES (?, ?, ?, ?)",
                                 {text(row.userId), text(row.sealedSecret), stepNumber(row.newestStep), time(row.createdAt)});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<std::optional<TotpRow>> findTotp(Transaction &tx, const std::string &userId)
{
    const auto rows = tx.query("SELECT user_id, sealed_secret, newest_step, created_at FROM totp WHERE user_id = ?", {text(userId)});
    if (!rows)
        return rows.error();
    if (rows->empty())
        return std::optional<TotpRow>();
    const Row &row = rows->front();
    TotpRow totp{toText(row[0]), toText(row[1]), static_cast<std::uint64_t>(row[2].toLongLong()), toTime(row[3])};
    return std::optional<TotpRow>(std::move(totp));
}

Result<bool> useTotpStep(Transaction &tx, const std::string &userId, std::uint64_t step)
{
    return touched(tx.execute("UPDATE totp SET newest_step = ? WHERE user_id = ? AND newest_step < ?",
                              {stepNumber(step), text(userId), stepNumber(step)}));
}

Result<bool> deleteTotp(Transaction &tx, const std::string &userId)
{
    return touched(tx.execute("DELETE FROM totp WHERE user_id = ?", {text(userId)}));
}

} // namespace matinee::store

#include "store/audit.h"

#include "store/values.h"

#include <algorithm>
#include <limits>

namespace matinee::store {

namespace {

constexpr qsizetype kLongestText = 1000;

/// Whole characters, and none that a database or a reader of the log could trip over.
QVariant trimmed(const std::string &value)
{
    QString cut = text(value).toString();
    cut.remove(QChar(u'\0'));
    cut.truncate(kLongestText);
    if (!cut.isEmpty() && cut.back().isHighSurrogate())
        cut.chop(1);
    return QVariant(cut);
}

} // namespace

Result<void> appendAudit(Transaction &tx, const AuditEntry &entry)
{
    auto r = tx.execute("INSERT INTO audit (at, actor, action, target, detail, address, request_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
                        {time(entry.at), trimmed(entry.actor), trimmed(entry.action), trimmed(entry.target), trimmed(entry.detail),
                         trimmed(entry.address), trimmed(entry.requestId)});
    return r ? Result<void>() : Result<void>(r.error());
}

Result<std::vector<AuditEntry>> listAudit(Transaction &tx, std::optional<std::int64_t> beforeId, int limit)
{
    auto rows =
        tx.query("SELECT id, at, actor, action, target, detail, address, request_id FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
                 {number(beforeId.value_or(std::numeric_limits<std::int64_t>::max())), number(std::clamp(limit, 0, 1000))});
    if (!rows)
        return rows.error();
    std::vector<AuditEntry> entries;
    entries.reserve(rows->size());
    for (const Row &row : *rows)
        entries.push_back({row[0].toLongLong(), toTime(row[1]), toText(row[2]), toText(row[3]), toText(row[4]), toText(row[5]),
                           toText(row[6]), toText(row[7])});
    return entries;
}

} // namespace matinee::store

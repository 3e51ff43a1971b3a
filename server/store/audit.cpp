#include "store/audit.h"

#include "store/values.h"

#include <algorithm>
#include <limits>

namespace matinee::store {

namespace {

constexpr qsizetype kLongestText = 1000;
constexpr std::size_t kLongestState = 16'384;
constexpr int kMostListed = 1000;
constexpr int kMostRemoved = 5000;

#define MATINEE_AUDIT_COLUMNS                                                                                                              \
    "place, at, actor, action, target, detail, address, request_id, state_before, state_after, previous_hash, hash "

constexpr const char *kHead =
    "SELECT last_place, last_hash, removed_through, checkpoint_place, legacy_through FROM audit_head WHERE one = 1";
// Everybody else who appends waits here until the commit. SQLite has one writer anyway.
constexpr const char *kHeadLocked =
    "SELECT last_place, last_hash, removed_through, checkpoint_place, legacy_through FROM audit_head WHERE one = 1 FOR UPDATE";

// LIKE of SQLite takes upper and lower case of ASCII for one; PostgreSQL's lower() does so in the collation "C".
#define MATINEE_AUDIT_WHERE_SQLITE                                                                                                         \
    "at >= ? AND at < ? AND actor LIKE ? ESCAPE '!' AND action LIKE ? ESCAPE '!' AND target LIKE ? ESCAPE '!' AND address LIKE ? "         \
    "ESCAPE '!' "
#define MATINEE_AUDIT_WHERE_POSTGRES                                                                                                       \
    "at >= ? AND at < ? AND lower(actor COLLATE \"C\") LIKE ? ESCAPE '!' AND lower(action COLLATE \"C\") LIKE ? ESCAPE '!' "               \
    "AND lower(target COLLATE \"C\") LIKE ? ESCAPE '!' AND lower(address COLLATE \"C\") LIKE ? ESCAPE '!' "

constexpr const char *kNewestSqlite =
    "SELECT " MATINEE_AUDIT_COLUMNS "FROM audit WHERE place < ? AND " MATINEE_AUDIT_WHERE_SQLITE "ORDER BY place DESC LIMIT ?";
constexpr const char *kOldestSqlite =
    "SELECT " MATINEE_AUDIT_COLUMNS "FROM audit WHERE place > ? AND " MATINEE_AUDIT_WHERE_SQLITE "ORDER BY place LIMIT ?";
constexpr const char *kNewestPostgres =
    "SELECT " MATINEE_AUDIT_COLUMNS "FROM audit WHERE place < ? AND " MATINEE_AUDIT_WHERE_POSTGRES "ORDER BY place DESC LIMIT ?";
constexpr const char *kOldestPostgres =
    "SELECT " MATINEE_AUDIT_COLUMNS "FROM audit WHERE place > ? AND " MATINEE_AUDIT_WHERE_POSTGRES "ORDER BY place LIMIT ?";
constexpr const char *kNext = "SELECT " MATINEE_AUDIT_COLUMNS "FROM audit WHERE place > ? ORDER BY place LIMIT ?";
constexpr const char *kAt = "SELECT " MATINEE_AUDIT_COLUMNS "FROM audit WHERE place = ?";

#undef MATINEE_AUDIT_COLUMNS
#undef MATINEE_AUDIT_WHERE_SQLITE
#undef MATINEE_AUDIT_WHERE_POSTGRES

/// Whole characters, and none that a database or a reader of the log could trip over.
std::string trimmed(const std::string &value)
{
    QString cut = text(value).toString();
    cut.remove(QChar(u'\0'));
    cut.truncate(kLongestText);
    if (!cut.isEmpty() && cut.back().isHighSurrogate())
        cut.chop(1);
    return cut.toStdString();
}

/// JSON cannot be cut: what is too long is told to be.
std::string trimmedState(const std::string &json)
{
    if (json.size() > kLongestState)
        return R"({"omitted":"too long"})";
    QString whole = text(json).toString();
    whole.remove(QChar(u'\0'));
    return whole.toStdString();
}

AuditEntry entryOf(const Row &row)
{
    AuditEntry entry;
    entry.id = row[0].toLongLong();
    entry.at = toTime(row[1]);
    std::size_t column = 2;
    for (std::string *field : {&entry.actor, &entry.action, &entry.target, &entry.detail, &entry.address, &entry.requestId, &entry.before,
                               &entry.after, &entry.previousHash, &entry.hash})
        *field = toText(row[column++]);
    return entry;
}

Result<std::vector<AuditEntry>> entriesOf(const Result<std::vector<Row>> &rows)
{
    if (!rows)
        return rows.error();
    std::vector<AuditEntry> entries;
    entries.reserve(rows->size());
    for (const Row &row : *rows)
        entries.push_back(entryOf(row));
    return entries;
}

Result<AuditHead> readHead(Transaction &tx, const char *sql)
{
    const auto rows = tx.query(sql);
    if (!rows)
        return rows.error();
    if (rows->empty())
        return fail(ErrorCode::Internal, "The audit log has lost the end of its chain (table audit_head). Restore a backup.");
    const Row &row = rows->front();
    return AuditHead{row[0].toLongLong(), toText(row[1]), row[2].toLongLong(), row[3].toLongLong(), row[4].toLongLong()};
}

Result<AuditHead> lockHead(Transaction &tx)
{
    return readHead(tx, tx.engine() == Engine::Postgres ? kHeadLocked : kHead);
}

Result<void> done(const Result<int> &touched)
{
    return touched ? Result<void>() : Result<void>(touched.error());
}

Result<void> moveEnd(Transaction &tx, const AuditHead &head)
{
    return done(
        tx.execute("UPDATE audit_head SET last_place = ?, last_hash = ? WHERE one = 1", {number(head.lastPlace), text(head.lastHash)}));
}

/// The next in the chain; the head knows it afterwards, the table of the head does not yet.
void link(AuditHead &head, AuditEntry &entry)
{
    entry.id = head.lastPlace + 1;
    entry.at = std::chrono::floor<std::chrono::milliseconds>(entry.at); // what the database keeps
    entry.previousHash = head.lastHash;
    entry.hash = auditHash(entry);
    head.lastPlace = entry.id;
    head.lastHash = entry.hash;
}

Result<void> appendBehind(Transaction &tx, AuditHead &head, AuditEntry entry)
{
    for (std::string *field : {&entry.actor, &entry.action, &entry.target, &entry.detail, &entry.address, &entry.requestId})
        *field = trimmed(*field);
    entry.before = trimmedState(entry.before);
    entry.after = trimmedState(entry.after);
    link(head, entry);
    auto inserted = tx.execute(
        "INSERT INTO audit (place, at, actor, action, target, detail, address, request_id, state_before, state_after, "
        "previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {number(entry.id), time(entry.at), text(entry.actor), text(entry.action), text(entry.target), text(entry.detail),
         text(entry.address), text(entry.requestId), text(entry.before), text(entry.after), text(entry.previousHash), text(entry.hash)});
    if (!inserted)
        return inserted.error();
    return moveEnd(tx, head);
}

/// A pattern of LIKE that finds `part` anywhere, and nothing but it; ASCII in lower case.
QVariant containing(const std::string &part)
{
    std::string pattern = "%";
    for (const char c : part) {
        if (c == '%' || c == '_' || c == '!')
            pattern.push_back('!');
        pattern.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    }
    if (!part.empty())
        pattern.push_back('%');
    return text(pattern);
}

Result<std::int64_t> counted(const Result<std::vector<Row>> &rows)
{
    if (!rows)
        return rows.error();
    return rows->front()[0].toLongLong();
}

} // namespace

Result<void> appendAudit(Transaction &tx, const AuditEntry &entry)
{
    auto head = lockHead(tx);
    if (!head)
        return head.error();
    return appendBehind(tx, *head, entry);
}

Result<std::vector<AuditEntry>> searchAudit(Transaction &tx, const AuditFilter &filter, AuditOrder order, std::optional<std::int64_t> from,
                                            int limit)
{
    constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
    const bool newest = order == AuditOrder::NewestFirst;
    const char *sql =
        tx.engine() == Engine::Postgres ? (newest ? kNewestPostgres : kOldestPostgres) : (newest ? kNewestSqlite : kOldestSqlite);
    return entriesOf(tx.query(sql, {number(from.value_or(newest ? kEnd : 0)), filter.since ? time(*filter.since) : number(0),
                                    filter.until ? time(*filter.until) : number(kEnd), containing(filter.actor), containing(filter.action),
                                    containing(filter.target), containing(filter.address), number(std::clamp(limit, 0, kMostListed))}));
}

Result<std::vector<AuditEntry>> listAudit(Transaction &tx, std::optional<std::int64_t> beforeId, int limit)
{
    return searchAudit(tx, {}, AuditOrder::NewestFirst, beforeId, limit);
}

Result<int> chainLegacyAudit(Transaction &tx, int limit)
{
    auto head = lockHead(tx);
    if (!head)
        return head.error();
    const auto rows =
        tx.query("SELECT id, at, actor, action, target, detail, address, request_id, state_before, state_after, previous_hash, "
                 "hash FROM audit WHERE place IS NULL AND id <= ? ORDER BY id LIMIT ?",
                 {number(head->legacyThrough), number(std::clamp(limit, 0, kMostListed))});
    if (!rows)
        return rows.error();
    for (const Row &row : *rows) {
        AuditEntry entry = entryOf(row);
        const std::int64_t id = entry.id;
        link(*head, entry);
        auto r = tx.execute("UPDATE audit SET place = ?, previous_hash = ?, hash = ? WHERE id = ?",
                            {number(entry.id), text(entry.previousHash), text(entry.hash), number(id)});
        if (!r)
            return r.error();
    }
    if (!rows->empty())
        if (auto r = moveEnd(tx, *head); !r)
            return r.error();
    return static_cast<int>(rows->size());
}

Result<AuditRemoval> removeOldAudit(Transaction &tx, AuditFilter::Time cutoff, AuditFilter::Time now, int limit)
{
    auto head = lockHead(tx);
    if (!head)
        return head.error();
    const int most = std::clamp(limit, 0, kMostRemoved);
    const auto oldest =
        entriesOf(tx.query(kNext, {number(head->removedThrough), number(most + 1)})); // one more tells whether there are more
    if (!oldest)
        return oldest.error();
    AuditRemoval removal;
    AuditCheckpoint checkpoint;
    for (const AuditEntry &entry : *oldest) {
        if (entry.at >= cutoff)
            break;
        if (removal.removed == most) {
            removal.more = true;
            break;
        }
        if (entry.id != head->removedThrough + removal.removed + 1)
            return fail(ErrorCode::FailedPrecondition, "The audit log is not whole; run `matinee audit verify`. Nothing was removed.");
        ++removal.removed;
        checkpoint.through = entry.id;
        checkpoint.hash = entry.hash;
    }
    if (removal.removed == 0)
        return removal;
    checkpoint.removed = removal.removed;
    checkpoint.cutoff = std::chrono::floor<std::chrono::milliseconds>(cutoff);

    AuditEntry entry;
    entry.at = now;
    entry.actor = "retention";
    entry.action = kCheckpointAction;
    entry.target = std::to_string(checkpoint.through);
    entry.detail = std::to_string(removal.removed) + " entries whose time was over were removed";
    entry.after = checkpoint.json();
    if (auto r = appendBehind(tx, *head, std::move(entry)); !r)
        return r.error();
    auto r = tx.execute("UPDATE audit_head SET removed_through = ?, checkpoint_place = ? WHERE one = 1",
                        {number(checkpoint.through), number(head->lastPlace)});
    if (r)
        r = tx.execute("DELETE FROM audit WHERE place <= ?", {number(checkpoint.through)});
    return r ? Result<AuditRemoval>(removal) : Result<AuditRemoval>(r.error());
}

Result<AuditHead> auditHead(Transaction &tx)
{
    return readHead(tx, kHead);
}

Result<AuditPage> auditPage(Transaction &tx, std::int64_t after, int limit)
{
    AuditPage page;
    auto head = auditHead(tx);
    if (!head)
        return head.error();
    page.head = std::move(*head);
    if (page.head.checkpointPlace > 0) {
        auto checkpoint = entriesOf(tx.query(kAt, {number(page.head.checkpointPlace)}));
        if (!checkpoint)
            return checkpoint.error();
        if (!checkpoint->empty())
            page.checkpoint = std::move(checkpoint->front());
    }
    auto entries =
        entriesOf(tx.query(kNext, {number(std::max(after, page.head.removedThrough)), number(std::clamp(limit, 0, kMostListed))}));
    if (!entries)
        return entries.error();
    page.entries = std::move(*entries);
    const auto outside = counted(tx.query("SELECT count(*) FROM audit WHERE place IS NULL OR place <= ? OR place > ?",
                                          {number(page.head.removedThrough), number(page.head.lastPlace)}));
    if (!outside)
        return outside.error();
    page.outside = *outside;
    const auto legacy = counted(tx.query("SELECT count(*) FROM audit WHERE place IS NULL AND id <= ?", {number(page.head.legacyThrough)}));
    if (!legacy)
        return legacy.error();
    page.legacy = *legacy;
    return page;
}

} // namespace matinee::store

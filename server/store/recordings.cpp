#include "store/recordings.h"

#include "store/values.h"

#include <algorithm>
#include <limits>

namespace matinee::store {

namespace {

constexpr int kMost = 10'000;

/// The join says whether the stream is still the one that was recorded.
const std::string kSelect =
    "SELECT r.id, r.stream, r.path, r.kind, r.state, r.started_at, r.duration_ms, r.bytes, r.codecs, r.width, r.height, r.note, "
    "s.created_at FROM recordings r LEFT JOIN streams s ON s.name = r.stream WHERE ";
const std::string kById = kSelect + "r.id = ?";
const std::string kPage = kSelect + "r.started_at <= ? AND (r.started_at < ? OR r.id < ?) ORDER BY r.started_at DESC, r.id DESC LIMIT ?";
const std::string kPageOfStream =
    kSelect + "r.stream = ? AND r.started_at <= ? AND (r.started_at < ? OR r.id < ?) ORDER BY r.started_at DESC, r.id DESC LIMIT ?";
// What is being written has no length in its row yet.
const std::string kBetween = kSelect + "r.stream = ? AND r.kind = 'recording' AND r.started_at < ? AND "
                                       "(r.state = 'writing' OR r.started_at + r.duration_ms > ?) ORDER BY r.started_at, r.id LIMIT 1000";
const std::string kUnfinished = kSelect + "r.state = 'writing' ORDER BY r.started_at, r.id LIMIT 10000";
const std::string kOldest = kSelect + "r.state <> 'writing' ORDER BY r.started_at, r.id LIMIT ?";

RecordingRow recordingOf(const Row &row)
{
    RecordingRow recording;
    recording.id = toText(row[0]);
    recording.stream = toText(row[1]);
    recording.path = toText(row[2]);
    recording.kind = toText(row[3]);
    recording.state = toText(row[4]);
    recording.startedAt = toTime(row[5]);
    recording.duration = std::chrono::milliseconds(row[6].toLongLong());
    recording.bytes = row[7].toLongLong();
    recording.codecs = toText(row[8]);
    recording.width = row[9].toUInt();
    recording.height = row[10].toUInt();
    recording.note = toText(row[11]);
    recording.ofStream = !row[12].isNull() && toTime(row[12]) <= recording.startedAt;
    return recording;
}

Result<std::vector<RecordingRow>> recordingsOf(const Result<std::vector<Row>> &rows)
{
    if (!rows)
        return rows.error();
    std::vector<RecordingRow> recordings;
    recordings.reserve(rows->size());
    for (const Row &row : *rows)
        recordings.push_back(recordingOf(row));
    return recordings;
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<void> insertRecording(Transaction &tx, const RecordingRow &row)
{
    const auto done = tx.execute(
        "INSERT INTO recordings (id, stream, path, kind, state, started_at, duration_ms, bytes, codecs, width, height, note) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {text(row.id), text(row.stream), text(row.path), text(row.kind), text(row.state), time(row.startedAt), number(row.duration.count()),
         number(row.bytes), text(row.codecs), number(row.width), number(row.height), text(row.note)});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<bool> updateRecording(Transaction &tx, const RecordingRow &row)
{
    return touched(
        tx.execute("UPDATE recordings SET state = ?, started_at = ?, duration_ms = ?, bytes = ?, codecs = ?, width = ?, height = ?, "
                   "note = ? WHERE id = ?",
                   {text(row.state), time(row.startedAt), number(row.duration.count()), number(row.bytes), text(row.codecs),
                    number(row.width), number(row.height), text(row.note), text(row.id)}));
}

Result<bool> deleteRecording(Transaction &tx, const std::string &id)
{
    return touched(tx.execute("DELETE FROM recordings WHERE id = ?", {text(id)}));
}

Result<std::optional<RecordingRow>> findRecording(Transaction &tx, const std::string &id)
{
    const auto rows = recordingsOf(tx.query(kById.c_str(), {text(id)}));
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<RecordingRow>(rows->front());
}

Result<bool> recordingPathTaken(Transaction &tx, const std::string &path)
{
    const auto rows = tx.query("SELECT 1 FROM recordings WHERE path = ?", {text(path)});
    if (!rows)
        return rows.error();
    return !rows->empty();
}

Result<std::vector<RecordingRow>> listRecordings(Transaction &tx, const RecordingPage &page)
{
    const auto before = page.before ? time(*page.before) : number(std::numeric_limits<std::int64_t>::max());
    const auto limit = number(std::clamp(page.limit, 0, kMost));
    if (page.stream.empty())
        return recordingsOf(tx.query(kPage.c_str(), {before, before, text(page.beforeId), limit}));
    return recordingsOf(tx.query(kPageOfStream.c_str(), {text(page.stream), before, before, text(page.beforeId), limit}));
}

Result<std::vector<RecordingRow>> listRecordingsBetween(Transaction &tx, const std::string &stream, SystemTime from, SystemTime to)
{
    return recordingsOf(tx.query(kBetween.c_str(), {text(stream), time(to), time(from)}));
}

Result<std::vector<RecordingRow>> listUnfinishedRecordings(Transaction &tx)
{
    return recordingsOf(tx.query(kUnfinished.c_str()));
}

Result<std::vector<RecordingRow>> listOldestRecordings(Transaction &tx, int limit)
{
    return recordingsOf(tx.query(kOldest.c_str(), {number(std::clamp(limit, 0, kMost))}));
}

Result<RecordingTotals> recordingTotals(Transaction &tx)
{
    const auto rows = tx.query("SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM recordings");
    if (!rows)
        return rows.error();
    return RecordingTotals{rows->front()[0].toLongLong(), rows->front()[1].toLongLong()};
}

Result<void> setRecordingWish(Transaction &tx, const std::string &stream, bool wanted)
{
    const auto done = tx.execute(
        "INSERT INTO recording_wishes (stream, wanted) VALUES (?, ?) ON CONFLICT (stream) DO UPDATE SET wanted = excluded.wanted",
        {text(stream), QVariant(wanted)});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<std::optional<bool>> recordingWish(Transaction &tx, const std::string &stream)
{
    const auto rows = tx.query("SELECT wanted FROM recording_wishes WHERE stream = ?", {text(stream)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<bool>(rows->front()[0].toBool());
}

} // namespace matinee::store

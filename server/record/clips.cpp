#include "record/clips.h"

#include "observe/log.h"
#include "record/offload.h"

#include <algorithm>
#include <unistd.h>

namespace matinee::record {

namespace {

using std::chrono::milliseconds;
using RowsJob = std::function<Result<std::vector<store::RecordingRow>>(store::Transaction &)>;

constexpr std::size_t kMostAtOnce = 8;

SystemTime wallOf(SystemTime startedAt, MediaTime onTimeline)
{
    return startedAt + std::chrono::duration_cast<SystemTime::duration>(onTimeline);
}

Result<std::string> bytesOf(const Reading &reading, std::uint64_t offset, std::uint64_t size)
{
    std::string bytes(static_cast<std::size_t>(size), '\0');
    const auto got = readerOf(reading.descriptor())(offset, std::span(reinterpret_cast<std::uint8_t *>(bytes.data()), bytes.size()));
    if (!got || *got < bytes.size())
        return fail(ErrorCode::Unavailable, "A recording cannot be read.");
    return bytes;
}

Result<void> sameTracks(const std::vector<Clips::Piece> &pieces)
{
    std::string first;
    for (const auto &piece : pieces) {
        const auto init = bytesOf(*piece.reading, 0, piece.index->initBytes);
        if (!init)
            return init.error();
        if (first.empty())
            first = *init;
        if (first != *init)
            return fail(
                ErrorCode::FailedPrecondition,
                "The stream changed its picture size, codec or sound within this time. Make one clip before the change and one after.");
    }
    return {};
}

struct Copied
{
    std::uint64_t bytes = 0;
    MediaTime duration{};
};

Result<Copied> copy(const std::string &path, const std::vector<Clips::Piece> &pieces, Disk &disk, const std::atomic<bool> &stopping,
                    std::atomic<double> &progress)
{
    const auto init = bytesOf(*pieces.front().reading, 0, pieces.front().index->initBytes);
    if (!init)
        return init.error();
    auto file = RecordingFile::create(path, *init);
    if (!file)
        return file.error().error;
    std::size_t all = 0;
    std::size_t done = 0;
    for (const auto &piece : pieces)
        all += piece.last - piece.first + 1;
    for (const auto &piece : pieces) {
        for (auto i = piece.first; i <= piece.last; ++i) {
            if (stopping)
                return fail(ErrorCode::Cancelled, "The server stopped.");
            const auto &fragment = piece.index->fragments[i];
            if (disk.freeBytes() < disk.minFree() + fragment.size)
                return fail(ErrorCode::Unavailable, "The disk has less room than recording.min_free_megabytes.");
            // What stands before the moof (a styp) is left out: append() takes moof and mdat.
            auto bytes = bytesOf(*piece.reading, fragment.offset, fragment.size);
            if (!bytes)
                return bytes.error();
            std::optional<MediaTime> at;
            if (i == piece.first)
                at = std::max(std::chrono::duration_cast<MediaTime>(piece.begins - pieces.front().begins), file->duration());
            if (const auto appended = file->append(std::move(*bytes), at); !appended)
                return appended.error().error;
            progress = static_cast<double>(++done) / static_cast<double>(all);
        }
    }
    Copied copied{file->bytes(), file->duration()};
    if (const auto finished = file->finish(); !finished)
        return finished.error().error;
    return copied;
}

} // namespace

bool coverRange(const FragmentIndex &index, SystemTime startedAt, SystemTime from, SystemTime to, Clips::Piece &piece)
{
    const auto &fragments = index.fragments;
    std::optional<std::size_t> first;
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < fragments.size(); ++i) {
        const auto begins = wallOf(startedAt, fragments[i].begins - index.begins());
        if (begins >= to)
            break;
        if (fragments[i].independent && (!first || begins <= from))
            first = i;
        if (begins + fragments[i].duration > from)
            last = i;
    }
    if (!first || !last || *last < *first)
        return false;
    piece.first = *first;
    piece.last = *last;
    piece.begins = wallOf(startedAt, fragments[*first].begins - index.begins());
    return true;
}

Clips::~Clips()
{
    m_stopping = true;
    m_thread.join();
}

Task<Result<std::vector<Clips::Piece>>> Clips::find(ClipRange range)
{
    auto &store = m_archive.store();
    if (range.last.count() > 0) {
        // What is newest may be a file that has only begun: its row has no length, its progress has.
        store::RecordingPage page;
        page.stream = range.stream;
        page.limit = 16; // clips among them are passed over
        const RowsJob latest = [page](store::Transaction &tx) { return store::listRecordings(tx, page); };
        const auto rows = co_await store.read<std::vector<store::RecordingRow>>(latest);
        if (!rows)
            co_return rows.error();
        range.to = SystemTime{};
        for (auto row : *rows) {
            if (const auto progress = m_archive.progress(row.id); progress && progress->file) {
                row.startedAt = progress->row.startedAt;
                row.duration = std::chrono::duration_cast<milliseconds>(progress->file->duration());
            }
            if (row.kind == "recording" && row.duration.count() > 0)
                range.to = std::max(range.to, row.startedAt + row.duration);
        }
        range.from = range.to - range.last;
    }
    const RowsJob between = [range](store::Transaction &tx) {
        return store::listRecordingsBetween(tx, range.stream, range.from, range.to);
    };
    const auto rows = co_await store.read<std::vector<store::RecordingRow>>(between);
    if (!rows)
        co_return rows.error();
    std::vector<Piece> pieces;
    for (auto row : *rows) {
        if (const auto progress = m_archive.progress(row.id))
            row.startedAt = progress->row.startedAt; // the row was made a moment before the first frame
        auto index = co_await m_archive.index(row);
        auto reading = co_await m_archive.open(row);
        if (!index || !reading)
            continue; // reserved and not begun, or deleted meanwhile
        Piece piece{*reading, *index};
        if (coverRange(**index, row.startedAt, range.from, range.to, piece))
            pieces.push_back(std::move(piece));
    }
    if (pieces.empty())
        co_return fail(ErrorCode::NotFound, "Nothing of " + range.stream + " was recorded at that time.");
    const auto compare = [&pieces] { return sameTracks(pieces); };
    const auto same = co_await offload(m_archive.threads(), compare);
    if (!same)
        co_return same.error();
    co_return pieces;
}

Task<Result<store::RecordingRow>> Clips::create(ClipRange range, std::string pattern)
{
    if (*m_making >= kMostAtOnce) {
        auto busy = fail(ErrorCode::Unavailable, "Eight clips are being made already. Try again when one is ready.");
        busy.retryAfter = std::chrono::seconds(10);
        co_return busy;
    }
    auto pieces = co_await find(range);
    if (!pieces)
        co_return pieces.error();
    auto row = co_await m_archive.reserve(range.stream, "clip", std::move(pattern), pieces->front().begins);
    if (!row)
        co_return row.error();
    auto progress = std::make_shared<std::atomic<double>>(0.0);
    m_archive.begun(row->id, {nullptr, *row, progress});
    ++*m_making;
    net::Worker::current()->spawn("clip", make(*row, std::move(*pieces), progress));
    co_return row;
}

Task<void> Clips::make(store::RecordingRow row, std::vector<Piece> pieces, std::shared_ptr<std::atomic<double>> progress)
{
    struct Done // also when something throws; the frame may outlive Clips when the server stops
    {
        std::shared_ptr<std::atomic<std::size_t>> making;
        ~Done() { --*making; }
    } const done{m_making};
    const auto work = [this, &pieces, progress, path = m_archive.disk().absolute(row.path)] {
        auto copied = copy(path, pieces, m_archive.disk(), m_stopping, *progress);
        if (!copied)
            ::unlink(path.c_str());
        return copied;
    };
    const auto copied = co_await offload(m_thread, work);
    row.state = copied ? "ready" : "failed";
    if (copied) {
        row.bytes = static_cast<std::int64_t>(copied->bytes);
        row.duration = std::chrono::duration_cast<milliseconds>(copied->duration);
        log::info("record", "{} is ready", row.path);
    } else {
        row.note = copied.error().message;
        log::warn("record", "{}: {}", row.path, row.note);
    }
    const auto saved = co_await m_archive.save(row);
    if (!saved)
        log::warn("record", "{}: {}", row.path, saved.error().message); // the next start tidies up
    m_archive.ended(row.id);
}

} // namespace matinee::record

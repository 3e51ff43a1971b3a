#include "record/archive.h"

#include "observe/log.h"
#include "record/offload.h"
#include "record/wire/name_pattern.h"
#include "store/audit.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace matinee::record {

namespace {

using std::chrono::steady_clock;
using RowJob = std::function<Result<store::RecordingRow>(store::Transaction &)>;
using FoundJob = std::function<Result<std::optional<store::RecordingRow>>(store::Transaction &)>;
using RowsJob = std::function<Result<std::vector<store::RecordingRow>>(store::Transaction &)>;
using VoidJob = std::function<Result<void>(store::Transaction &)>;

constexpr unsigned kMostAttempts = 1000; // at a path that is free: recordings that begin within one second
constexpr std::size_t kMostKnown = 128;
constexpr std::size_t kMostKnownFragments = 500'000; // some 20 MiB
constexpr std::size_t kMostScans = 256;              // waiting or running; more viewers are told to come again
constexpr std::chrono::seconds kReadLately{60};
constexpr std::chrono::hours kLongestWait{1};
constexpr std::size_t kExpireAtOnce = 1000;
constexpr int kWeighedAtOnce = 10'000; // thumbnails of younger recordings than these are not counted: they are a hundredth of the whole

/// 100 bits; whoever may list recordings may play them, so it need not be secret, only never twice.
std::string makeId()
{
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::array<std::uint8_t, 20> random{};
    if (RAND_bytes(random.data(), random.size()) != 1)
        return {};
    std::string id;
    for (const auto byte : random)
        id += alphabet[byte & 31];
    return id;
}

Error noFile()
{
    return fail(ErrorCode::NotFound, "The file of this recording is gone.", "id");
}

/// Says true where the file is gone now, whether or not it was there.
Result<void> unlinked(const std::string &path)
{
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return diskError("The recording's file cannot be deleted", errno);
    const auto preview = path + kPreviewSuffix; // after the recording: whoever writes one looks for the recording once more
    (void)::unlink(preview.c_str());
    (void)::unlink((preview + ".tmp").c_str());
    const auto folder = path.substr(0, path.rfind('/'));
    (void)::rmdir(folder.c_str()); // only where it is empty now; the next recording makes it again
    return {};
}

/// What lies beside each of these files.
std::vector<std::uint64_t> previewBytes(const std::vector<std::string> &paths)
{
    std::vector<std::uint64_t> bytes;
    for (const auto &path : paths) {
        struct stat status = {};
        const bool there = ::stat((path + kPreviewSuffix).c_str(), &status) == 0 && S_ISREG(status.st_mode);
        bytes.push_back(there ? static_cast<std::uint64_t>(status.st_size) : 0);
    }
    return bytes;
}

} // namespace

Archive::Archive(store::Store &store, Disk &disk, observe::Metrics *metrics) : m_store(store), m_disk(disk)
{
    if (!metrics)
        return;
    m_expired = metrics->counter("matinee_record_expired_total", "Recordings that retention deleted.");
}

Archive::~Archive()
{
    m_threads.join();
}

Task<Result<store::RecordingRow>> Archive::reserve(std::string stream, std::string kind, std::string pattern, SystemTime at)
{
    store::RecordingRow row;
    row.id = makeId();
    row.stream = std::move(stream);
    row.kind = std::move(kind);
    row.state = "writing";
    row.startedAt = at;
    if (row.id.empty())
        co_return fail(ErrorCode::Unavailable, "There is no randomness to name a recording with.");
    const RowJob job = [row, pattern](store::Transaction &tx) mutable -> Result<store::RecordingRow> {
        for (unsigned attempt = 0; attempt < kMostAttempts; ++attempt) {
            row.path = fileName(pattern, {row.stream, row.id, row.startedAt, row.kind == "clip"}, attempt);
            const auto taken = store::recordingPathTaken(tx, row.path);
            if (!taken)
                return taken.error();
            if (*taken)
                continue;
            const auto inserted = store::insertRecording(tx, row);
            if (!inserted)
                return inserted.error();
            return row;
        }
        return fail(ErrorCode::Unavailable, "recording.pattern gives too many recordings the same name.");
    };
    co_return co_await m_store.write<store::RecordingRow>(job);
}

Task<Result<void>> Archive::save(store::RecordingRow row)
{
    const VoidJob job = [row](store::Transaction &tx) -> Result<void> {
        const auto updated = store::updateRecording(tx, row);
        return updated ? Result<void>() : Result<void>(updated.error());
    };
    co_return co_await m_store.write<void>(job);
}

Task<Result<std::optional<store::RecordingRow>>> Archive::find(std::string id)
{
    const FoundJob job = [id](store::Transaction &tx) { return store::findRecording(tx, id); };
    co_return co_await m_store.read<std::optional<store::RecordingRow>>(job);
}

Task<Result<void>> Archive::remove(store::RecordingRow row, std::string actor, std::string why)
{
    if (!isSafePath(row.path))
        co_return fail(ErrorCode::Internal, "The recording's path is not one of ours.");
    // The file first: a row without a file is noticed and harmless, a file without a row takes room for ever.
    const auto unlink = [path = m_disk.absolute(row.path)] { return unlinked(path); };
    const auto gone = co_await offload(m_threads, unlink);
    if (!gone)
        co_return gone.error();
    store::AuditEntry entry;
    entry.at = std::chrono::system_clock::now();
    entry.actor = actor;
    entry.action = "recordings.expire";
    entry.target = row.id;
    entry.detail = row.path + ": " + why;
    const VoidJob job = [id = row.id, entry](store::Transaction &tx) -> Result<void> {
        const auto deleted = store::deleteRecording(tx, id);
        if (!deleted)
            return deleted.error();
        return entry.actor.empty() || !*deleted ? Result<void>() : store::appendAudit(tx, entry);
    };
    const auto deleted = co_await m_store.write<void>(job);
    if (!deleted)
        co_return deleted.error();
    const std::lock_guard lock(m_mutex);
    m_uses.erase(row.id);
    if (const auto known = m_known.find(row.id); known != m_known.end()) {
        m_knownFragments -= known->second.index->fragments.size();
        m_recent.erase(known->second.place);
        m_known.erase(known);
    }
    co_return Result<void>();
}

void Archive::begun(const std::string &id, Progress progress)
{
    const std::lock_guard lock(m_mutex);
    m_progress[id] = std::move(progress);
}

void Archive::ended(const std::string &id)
{
    const std::lock_guard lock(m_mutex);
    m_progress.erase(id);
}

std::optional<Progress> Archive::progress(const std::string &id) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_progress.find(id);
    return found == m_progress.end() ? std::nullopt : std::optional(found->second);
}

void Archive::read(const std::string &id, const ReadingPtr &reading)
{
    const std::lock_guard lock(m_mutex);
    auto &use = m_uses[id]; // as many as there are recordings: forgotten with them, or when retention finds them unused
    use.newest = reading;
    use.last = steady_clock::now();
}

Task<Result<ReadingPtr>> Archive::open(store::RecordingRow row)
{
    if (!isSafePath(row.path))
        co_return noFile();
    const auto open = [path = m_disk.absolute(row.path)]() -> Result<ReadingPtr> {
        auto descriptor = openForReading(path);
        if (!descriptor)
            return descriptor.error().code == ErrorCode::NotFound ? noFile() : descriptor.error();
        const auto bytes = fileBytes(descriptor->get());
        if (!bytes)
            return bytes.error();
        return ReadingPtr(std::make_shared<const Reading>(std::move(*descriptor), *bytes));
    };
    auto reading = co_await offload(m_threads, open);
    if (reading)
        read(row.id, *reading);
    co_return reading;
}

Task<Result<IndexPtr>> Archive::index(store::RecordingRow row)
{
    IndexPtr known;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_known.find(row.id); found != m_known.end()) {
            known = found->second.index;
            m_recent.splice(m_recent.begin(), m_recent, found->second.place);
            if (row.state != "writing" && found->second.fileBytes == static_cast<std::uint64_t>(row.bytes)) {
                m_uses[row.id].last = steady_clock::now();
                co_return known;
            }
        }
    }
    struct Scan // also when something throws; the frame may outlive the archive when the server stops
    {
        std::shared_ptr<std::atomic<std::size_t>> count;
        explicit Scan(std::shared_ptr<std::atomic<std::size_t>> all) : count(std::move(all)) { ++*count; }
        ~Scan() { --*count; }
    } const scan(m_scanning);
    if (*m_scanning > kMostScans) {
        auto busy = fail(ErrorCode::Unavailable, "Too many recordings are being opened. Try again in a moment.");
        busy.retryAfter = std::chrono::seconds(1);
        co_return busy;
    }
    const auto reading = co_await open(row);
    if (!reading)
        co_return reading.error();
    const auto look = [reading = *reading, known, growing = row.state == "writing"]() -> Result<IndexPtr> {
        auto index = known ? std::make_shared<FragmentIndex>(*known) : std::make_shared<FragmentIndex>();
        const auto extended = extendIndex(*index, readerOf(reading->descriptor()), reading->bytes());
        if (!extended && extended.error() != BoxError::Truncated && !growing) // of a growing file the end may be half written
            return fail(ErrorCode::Unavailable, "The recording cannot be read: " + std::string(boxErrorText(extended.error())) + ".");
        return IndexPtr(std::move(index));
    };
    auto index = co_await offload(m_threads, look);
    if (index)
        remember(row.id, *index, (*reading)->bytes());
    co_return index;
}

void Archive::remember(const std::string &id, IndexPtr index, std::uint64_t fileBytes)
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_known.find(id); found != m_known.end()) {
        m_knownFragments -= found->second.index->fragments.size();
        m_recent.erase(found->second.place);
        m_known.erase(found);
    }
    m_knownFragments += index->fragments.size();
    m_recent.push_front(id);
    m_known[id] = {std::move(index), fileBytes, m_recent.begin()};
    while (m_known.size() > kMostKnown || (m_knownFragments > kMostKnownFragments && m_known.size() > 1)) {
        const auto oldest = m_known.find(m_recent.back());
        m_knownFragments -= oldest->second.index->fragments.size();
        m_known.erase(oldest);
        m_recent.pop_back();
    }
}

Task<Result<void>> Archive::settle(store::RecordingRow row)
{
    if (row.kind == "clip" || !isSafePath(row.path)) // half a clip is none: it can be made again
        co_return co_await remove(std::move(row), "server", "left unfinished by the last run");
    const auto mend = [path = m_disk.absolute(row.path)] { return repair(path); };
    const auto index = co_await offload(m_threads, mend);
    if (!index && (index.error().code == ErrorCode::NotFound || index.error().code == ErrorCode::FailedPrecondition))
        co_return co_await remove(std::move(row), "", "");
    if (!index) {
        log::warn("record", "{}: {}", row.path, index.error().message);
        co_return Result<void>(); // stays unfinished: the next start tries again
    }
    row.state = "ready";
    row.duration = std::chrono::duration_cast<std::chrono::milliseconds>(index->duration());
    row.bytes = static_cast<std::int64_t>(index->end);
    row.note = "The server ended while this was being recorded.";
    log::info("record", "{}: {} s were recovered", row.path, row.duration.count() / 1000);
    co_return co_await save(std::move(row));
}

Task<Result<void>> Archive::recover()
{
    const RowsJob job = [](store::Transaction &tx) { return store::listUnfinishedRecordings(tx); };
    const auto rows = co_await m_store.read<std::vector<store::RecordingRow>>(job);
    if (!rows)
        co_return rows.error();
    for (const auto &row : *rows) {
        const auto settled = co_await settle(row);
        if (!settled && settled.error().code == ErrorCode::Unavailable)
            co_return settled.error();
        if (!settled)
            log::warn("record", "{}: {}", row.path, settled.error().message);
    }
    co_return Result<void>();
}

bool Archive::mayGo(const std::string &id, SteadyTime now)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_uses.find(id);
    if (found == m_uses.end())
        return true;
    auto &use = found->second;
    if (use.newest.expired() && now - use.last > kReadLately)
        return true;
    if (!use.due)
        use.due = now;
    return now - *use.due > kLongestWait; // who keeps reading must not keep the disk full; an open download still gets its end
}

Task<void> Archive::expire(Keep keep)
{
    if (keep.age.count() == 0 && keep.bytes == 0)
        co_return;
    std::int64_t total = 0;
    const RowsJob job = [](store::Transaction &tx) { return store::listOldestRecordings(tx, kWeighedAtOnce); };
    const auto rows = co_await m_store.read<std::vector<store::RecordingRow>>(job);
    const std::function<Result<store::RecordingTotals>(store::Transaction &)> sum = [](store::Transaction &tx) {
        return store::recordingTotals(tx);
    };
    const auto totals = co_await m_store.read<store::RecordingTotals>(sum);
    if (!rows || !totals)
        co_return; // the database is away; in a minute again
    total = totals->bytes;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &[id, progress] : m_progress)
            total += progress.file ? static_cast<std::int64_t>(progress.file->bytes()) : 0;
    }
    std::vector<std::string> paths;
    for (const auto &row : *rows)
        paths.push_back(m_disk.absolute(row.path));
    const auto weigh = [paths = std::move(paths)] { return previewBytes(paths); };
    const auto previews = co_await offload(m_threads, weigh);
    std::vector<Kept> kept;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const auto &row = (*rows)[i];
        total += static_cast<std::int64_t>(previews[i]);
        kept.push_back(
            {row.id, row.startedAt + row.duration, static_cast<std::uint64_t>(std::max<std::int64_t>(row.bytes, 0)) + previews[i]});
    }
    const auto gone = expired(kept, static_cast<std::uint64_t>(std::max<std::int64_t>(total, 0)), keep, std::chrono::system_clock::now());
    for (std::size_t i = 0; i < std::min(gone.size(), kExpireAtOnce); ++i) {
        const auto &one = gone[i];
        const auto row = std::find_if(rows->begin(), rows->end(), [&](const auto &r) { return r.id == one.id; });
        if (!mayGo(one.id, steady_clock::now()))
            continue;
        const auto removed =
            co_await remove(*row, "retention", one.why == Expiry::Age ? "recording.keep_days" : "recording.keep_gigabytes");
        if (removed)
            m_expired.add();
        if (removed)
            log::info("record", "{} was deleted ({})", row->path,
                      one.why == Expiry::Age ? "recording.keep_days" : "recording.keep_gigabytes");
        else
            log::warn("record", "{}: {}", row->path, removed.error().message);
    }
}

} // namespace matinee::record

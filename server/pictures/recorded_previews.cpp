#include "pictures/recorded_previews.h"

#include "observe/log.h"
#include "pictures/live_previews.h"
#include "pictures/recording_frames.h"
#include "record/offload.h"
#include "record/wire/name_pattern.h"
#include "relay/tracks.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

namespace matinee::pictures {

using record::offload;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kMostKnown = 16;
constexpr std::size_t kMostFailures = 256;
constexpr int kMostBad = 4; // pictures that do not come out, before the recording is given up
constexpr std::chrono::seconds kBreath{1};

Error notFound(const Error &reason)
{
    auto error = reason;
    if (error.code == ErrorCode::FailedPrecondition)
        error.code = ErrorCode::NotFound;
    return error;
}

Result<media::TrackPtr> trackOf(const VideoDescription &video)
{
    relay::wire::Track announced;
    announced.codec = video.codec;
    announced.width = video.width;
    announced.height = video.height;
    announced.config = video.config;
    return relay::makeTrack(announced);
}

} // namespace

RecordedPreviews::RecordedPreviews(record::Archive &archive, net::WorkerPool &workers, std::shared_ptr<Illustrator> illustrator,
                                   RecordedPreviewOptions options)
    : m_archive(archive),
      m_workers(workers),
      m_illustrator(std::move(illustrator)),
      m_options(options),
      m_known(kMostKnown),
      m_failures(kMostFailures)
{
}

std::string RecordedPreviews::pathOf(const store::RecordingRow &row) const
{
    return m_archive.disk().absolute(row.path) + record::kPreviewSuffix;
}

Task<RecordedPreviews::PreviewPtr> RecordedPreviews::find(store::RecordingRow row)
{
    {
        const std::lock_guard lock(m_mutex);
        if (const auto *const known = m_known.find(row.id))
            co_return *known;
    }
    if (row.state != "ready" || !record::isSafePath(row.path))
        co_return nullptr;
    const auto read = [path = pathOf(row)]() -> PreviewPtr {
        const auto bytes = readBeside(path, kMaxPreviewBytes);
        auto preview = bytes ? readPreviewFile(*bytes) : std::nullopt;
        return preview ? std::make_shared<const PreviewFile>(std::move(*preview)) : nullptr;
    };
    auto preview = co_await offload(m_archive.threads(), read);
    if (preview) {
        const std::lock_guard lock(m_mutex);
        m_known.put(row.id, preview);
    }
    co_return preview;
}

Task<Result<RecordedPreviews::Answer>> RecordedPreviews::preview(store::RecordingRow row)
{
    using Told = Result<Answer>;
    if (row.state == "writing")
        co_return Told(fail(ErrorCode::FailedPrecondition, "This is being recorded. Its preview is made when it has ended."));
    if (row.state != "ready" || row.width == 0 || !record::isSafePath(row.path))
        co_return Told(fail(ErrorCode::NotFound, "There is no picture in this recording."));
    auto known = co_await find(row);
    if (known) {
        Answer answer{std::move(known), 1};
        co_return Told(std::move(answer));
    }
    const std::lock_guard lock(m_mutex);
    if (const auto job = m_jobs.find(row.id); job != m_jobs.end()) {
        Answer answer{nullptr, job->second->done};
        co_return Told(std::move(answer));
    }
    if (const auto *const failure = m_failures.find(row.id); failure && steady_clock::now() < failure->until)
        co_return Told(failure->error);
    if (m_draining || m_waiting.size() >= m_options.queue) {
        auto busy = fail(ErrorCode::Unavailable, "Previews of other recordings are being made. Try again in a while.");
        busy.retryAfter = std::chrono::seconds(10);
        co_return Told(std::move(busy));
    }
    const auto job = std::make_shared<Job>();
    job->row = std::move(row);
    m_jobs.emplace(job->row.id, job);
    m_waiting.push_back(job);
    if (!m_working.exchange(true)) {
        auto &worker = m_workers.next();
        worker.post([self = shared_from_this(), &worker] { worker.spawn("recording preview", work(self)); });
    }
    co_return Told(Answer());
}

Task<void> RecordedPreviews::work(std::shared_ptr<RecordedPreviews> self)
{
    struct Working // also when something throws
    {
        RecordedPreviews &previews;
        bool over = false;
        void end() // under the lock
        {
            previews.m_waiting.clear();
            previews.m_jobs.clear();
            previews.m_working = false;
            over = true;
        }
        ~Working()
        {
            const std::lock_guard lock(previews.m_mutex);
            if (!over)
                end();
        }
    } working{*self};
    for (;;) {
        JobPtr job;
        {
            const std::lock_guard lock(self->m_mutex);
            if (self->m_waiting.empty() || self->m_draining) {
                working.end();
                co_return;
            }
            job = self->m_waiting.front();
            self->m_waiting.pop_front();
        }
        const auto made = co_await self->make(job);
        if (!made && made.error().code != ErrorCode::NotFound)
            log::info("pictures", "No preview of {}: {}", job->row.path, made.error().message);
        const std::lock_guard lock(self->m_mutex);
        self->m_jobs.erase(job->row.id);
        if (made)
            self->m_known.put(job->row.id, *made);
        else
            self->m_failures.put(job->row.id, {notFound(made.error()), steady_clock::now() + self->m_options.rest});
    }
}

Task<Result<RecordedPreviews::PreviewPtr>> RecordedPreviews::make(JobPtr job)
{
    using Made = Result<PreviewPtr>;
    const auto &row = job->row;
    const auto index = co_await m_archive.index(row);
    if (!index)
        co_return Made(index.error());
    const auto reading = co_await m_archive.open(row);
    if (!reading)
        co_return Made(reading.error());
    const auto look = [reading = *reading, index = *index] { return describeVideo(*reading, *index); };
    const auto video = co_await offload(m_archive.threads(), look);
    if (!video)
        co_return Made(video.error());
    const auto track = trackOf(*video);
    if (!track)
        co_return Made(track.error());
    const auto whole = (*index)->duration();
    const auto interval = m_options.interval.count() > 0 ? MediaTime(m_options.interval) : thumbnailInterval(whole);
    const auto chosen = chooseFragments(**index, interval, kMaxPreviewTiles);
    const auto preview = std::make_shared<PreviewFile>();
    preview->ends = whole;
    std::vector<SharedText> tiles; // of the sheet that is not full
    int bad = 0;
    Error reason = fail(ErrorCode::FailedPrecondition, "There is no picture in this recording.");
    asio::steady_timer breath(net::Worker::current()->context());
    for (std::size_t i = 0; i < chosen.size() && bad < kMostBad; ++i) {
        if (m_draining)
            co_return Made(fail(ErrorCode::Unavailable, "The server is stopping."));
        const auto &fragment = (*index)->fragments[chosen[i]];
        const auto read = [reading = *reading, fragment, video = *video] { return keyFrameOf(*reading, fragment, video); };
        auto bytes = co_await offload(m_archive.threads(), read);
        if (!bytes && bytes.error().code == ErrorCode::NotFound)
            co_return Made(bytes.error());
        if (!bytes) {
            ++bad;
            reason = bytes.error();
            continue;
        }
        auto frame = std::make_shared<media::Frame>();
        frame->track = *track;
        frame->key = true;
        frame->payload = std::move(*bytes);
        Drawing drawing{std::move(frame), {kThumbnailSide, kThumbnailSide}, kThumbnailQuality};
        auto picture = co_await m_illustrator->draw(std::move(drawing), Urgency::Background);
        const bool fits = picture && (preview->tiles.empty() || picture->size == preview->size);
        if (!fits) {
            ++bad;
            if (!picture)
                reason = picture.error();
            breath.expires_after(kBreath); // what passes by itself does so sooner for who waits
            (void)co_await breath.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        preview->size = picture->size;
        preview->tiles.push_back(fragment.begins - (*index)->begins());
        tiles.push_back(std::move(picture->jpeg));
        job->done = static_cast<double>(i + 1) / static_cast<double>(chosen.size() + 1);
        if (tiles.size() == kSheetTiles) {
            auto full = std::exchange(tiles, {});
            const auto closed = co_await closeSheet(preview, std::move(full));
            if (!closed)
                co_return Made(closed.error());
        }
    }
    if (bad >= kMostBad || preview->tiles.empty())
        co_return Made(reason);
    if (!tiles.empty()) {
        const auto closed = co_await closeSheet(preview, std::move(tiles));
        if (!closed)
            co_return Made(closed.error());
    }
    preview->ends = std::max(whole, preview->tiles.back());
    const PreviewPtr done = preview;
    const auto kept = co_await keep(row, done);
    if (!kept && kept.error().code == ErrorCode::NotFound)
        co_return Made(kept.error());
    if (!kept)
        log::warn("pictures", "{}: {} It is kept in memory only.", row.path, kept.error().message);
    co_return Made(done);
}

Task<Result<void>> RecordedPreviews::closeSheet(std::shared_ptr<PreviewFile> preview, std::vector<SharedText> tiles)
{
    Assembly assembly;
    assembly.tile = preview->size;
    assembly.jpegs = std::move(tiles);
    auto sheet = co_await m_illustrator->assemble(std::move(assembly), Urgency::Background);
    if (!sheet)
        co_return Result<void>(sheet.error());
    if (sheet->jpeg->size() > kMaxPreviewSheetBytes)
        co_return Result<void>(fail(ErrorCode::FailedPrecondition, "The thumbnails of this recording are too large."));
    preview->sheets.push_back(std::move(sheet->jpeg));
    co_return Result<void>();
}

Task<Result<void>> RecordedPreviews::keep(store::RecordingRow row, PreviewPtr preview)
{
    if (!m_archive.disk().hasRoom())
        co_return Result<void>(fail(ErrorCode::Unavailable, "There is no room for its preview on the disk."));
    const auto write = [path = pathOf(row), of = m_archive.disk().absolute(row.path), preview = std::move(preview)] {
        return writeBeside(path, of, writePreviewFile(*preview));
    };
    co_return co_await offload(m_archive.threads(), write);
}

} // namespace matinee::pictures

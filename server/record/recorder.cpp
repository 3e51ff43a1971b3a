#include "record/recorder.h"

#include "observe/log.h"
#include "record/offload.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>

namespace matinee::record {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTick{500};
constexpr milliseconds kTracksWait{1000}; // a stream this young may not have shown all its tracks
constexpr milliseconds kTracksPoll{50};
constexpr milliseconds kDatabaseRetry{1000};
constexpr std::chrono::seconds kFailureRetry{10};
constexpr std::chrono::seconds kSaveRetry{5};
constexpr media::MediaTime kLongestFragment = std::chrono::seconds(4); // groups of pictures that are longer go in pieces
constexpr media::MediaTime kAudioFragment = std::chrono::seconds(2);
constexpr std::chrono::seconds kClockTolerance{1}; // arrivals vary by less; more is a stream whose time was set anew
constexpr std::chrono::seconds kReserveAhead{5};   // of the next file, which the database has to know first
constexpr std::size_t kMostPending = std::size_t{16} << 20;

std::vector<media::TrackPtr> carried(std::vector<media::TrackPtr> tracks)
{
    std::erase_if(tracks, [](const media::TrackPtr &track) { return !mux::FragmentMuxer::carries(*track); });
    return tracks;
}

} // namespace

Recorder::Recorder(Services services, std::string name) : m_services(std::move(services)), m_name(std::move(name)) {}

Recorder::~Recorder() = default;

void Recorder::stop()
{
    m_stopped = true;
    // The coroutine looks at least every kTick; nothing of it may be touched from here.
}

Recorder::Report Recorder::report() const
{
    const std::lock_guard lock(m_mutex);
    return m_report;
}

void Recorder::tell(RecorderState state, std::string words)
{
    {
        const std::lock_guard lock(m_mutex);
        m_report.recordingId = m_file ? m_row.id : std::string();
        if (m_report.state == state && m_report.words == words)
            return;
        m_report.state = state;
        m_report.words = words;
    }
    if (state == RecorderState::NoRoom || state == RecorderState::Failed)
        log::warn("record", "{}: {}", m_name, words);
    else
        log::info("record", "{}: {}", m_name, words);
}

Task<void> Recorder::run(std::shared_ptr<Recorder> self)
{
    struct Over // also when something throws
    {
        Recorder &recorder;
        ~Over() { recorder.m_over = true; }
    } const over{*self};
    self->m_worker = net::Worker::current();
    self->m_timer = std::make_unique<asio::steady_timer>(self->m_worker->context());
    const auto load = [] { return mux::FragmentMuxer::load(); }; // too long for a worker that has viewers
    for (;;) {
        const auto loaded = co_await offload(self->m_services.archive.threads(), load);
        if (loaded)
            break;
        self->tell(RecorderState::Failed, "Not recording: " + loaded.error().message);
        co_await self->pause(kFailureRetry);
        if (self->m_stopped || !self->m_services.registry.isLive(self->m_name))
            co_return;
    }
    {
        const auto subscription = co_await self->m_services.registry.subscribe(self->m_name, {}); // no viewer
        if (subscription)
            co_await self->follow(**subscription);
        else
            co_await self->pause(kTick); // gone again already
    }
    co_await self->discardReserved();
    co_await self->finishing();
}

Task<void> Recorder::pause(milliseconds time)
{
    if (std::exchange(m_poked, false))
        co_return;
    m_timer->expires_after(time);
    (void)co_await m_timer->async_wait(asio::as_tuple(asio::use_awaitable));
    m_poked = false;
}

void Recorder::wake()
{
    m_poked = true;
    m_timer->cancel();
}

Task<void> Recorder::settle(live::Replica &replica)
{
    for (auto waited = milliseconds(0);; waited += kTracksPoll) {
        if (!m_held) { // joins now, so that what comes while we wait is recorded too
            const auto next = replica.next(m_cursor);
            if (next.frame)
                m_held = *next.frame;
        }
        if (replica.tracks().size() >= 2 || replica.ended() || waited >= kTracksWait)
            co_return;
        co_await pause(kTracksPoll);
    }
}

Task<void> Recorder::follow(live::Subscription &subscription)
{
    auto &replica = subscription.replica();
    co_await settle(replica);
    m_replica = &replica;
    m_ended = replica.ended();
    struct Detach
    {
        Recorder &recorder;
        ~Detach() { std::exchange(recorder.m_replica, nullptr)->detach(recorder); }
    } const detach{*this};
    if (!m_ended)
        replica.attach(*this);
    while (!m_ended && !m_stopped) {
        take();
        if (m_wantsFile && !m_reserved)
            co_await reserve();
        else
            co_await pause(kTick);
    }
    if (m_held && m_wantsFile && !m_reserved && !m_stopped)
        co_await reserve(); // a stream that was over before there was a file for it
    if (!m_stopped)
        take(); // what came since
    if (m_file)
        closeFile({});
}

Task<void> Recorder::reserve()
{
    m_options = m_services.options();
    auto row = co_await m_services.archive.reserve(m_name, "recording", m_options.pattern, std::chrono::system_clock::now() + m_expected);
    if (row) {
        m_reserved = std::move(*row);
        m_wantsFile = false;
        co_return;
    }
    if (!m_file)
        tell(RecorderState::Failed, "The recording cannot begin: " + row.error().message);
    co_await pause(kDatabaseRetry);
}

void Recorder::onFrames()
{
    take();
}

void Recorder::onEnd(live::EndReason)
{
    m_ended = true;
    wake();
}

bool Recorder::hasVideo() const
{
    const auto tracks = m_replica->tracks();
    return std::any_of(tracks.begin(), tracks.end(), [](const media::TrackPtr &track) { return track->kind == media::Kind::Video; });
}

bool Recorder::mayStartWith(const media::Frame &frame) const
{
    return frame.isVideo() ? frame.key : !hasVideo();
}

void Recorder::take()
{
    if (!m_replica || m_stopped)
        return;
    if (m_held) {
        if (!m_reserved && m_wantsFile)
            return;
        const auto held = std::move(*m_held);
        m_held.reset();
        if (!accept(held))
            return;
    }
    for (;;) {
        const auto next = m_replica->next(m_cursor);
        if (!next.frame)
            return;
        if (next.jumped)
            lose();
        if (!accept(*next.frame))
            return;
    }
}

/// False where the frame has to wait, and is kept, until there is a file for it.
bool Recorder::accept(const media::Frame &frame)
{
    const auto now = steady_clock::now();
    const bool mayStart = mayStartWith(frame);
    if (m_file && m_file->state() != OpenFile::State::Writing) {
        const bool full = m_file->state() == OpenFile::State::Full;
        const auto words = m_file->words();
        const auto lost = m_file->lostFragments();
        closeFile(words);
        for (std::uint64_t i = 0; i < lost; ++i)
            lose();
        m_retryAt = now + (full ? std::chrono::seconds(1) : kFailureRetry);
        tell(full ? RecorderState::NoRoom : RecorderState::Failed,
             full ? "Not recording: the disk is full. It goes on by itself when there is room." : "Not recording: " + words);
    }
    if (m_muxer && !m_muxer->has(*frame.track)) {
        if (!mux::FragmentMuxer::carries(*frame.track))
            return true;
        if (!mayStart) {
            m_rotate = true;
            return true;
        }
        closeFile("The tracks of the stream changed.");
    }
    if (m_muxer && mayStart && m_rotate)
        closeFile("The tracks of the stream changed.");
    const auto age = m_muxer ? frame.dts - m_begins : media::MediaTime();
    if (m_muxer && mayStart && m_reserved && age >= m_options.segment)
        closeFile({});
    if (m_muxer && !m_reserved && !m_wantsFile && age + kReserveAhead >= m_options.segment) {
        m_wantsFile = true; // until there is one, this file goes on
        m_expected = std::max<media::MediaTime>(m_options.segment - age, {});
        wake();
    }
    if (!m_muxer) {
        if (!mayStart || now < m_retryAt) {
            if (mayStart && frame.isVideo())
                lose();
            return true;
        }
        if (!m_services.archive.disk().hasRoom()) {
            if (frame.isVideo())
                lose();
            tell(RecorderState::NoRoom,
                 "Not recording: the disk has less room than recording.min_free_megabytes. It goes on by itself when there is room.");
            return true;
        }
        if (!m_reserved) {
            m_held = frame;
            m_wantsFile = true;
            m_expected = {};
            wake();
            return false;
        }
        if (!begin(frame.dts))
            return true;
    }
    const bool longEnough = m_fragmentBegins && frame.dts - *m_fragmentBegins >= (hasVideo() ? kLongestFragment : kAudioFragment);
    if ((mayStart && frame.isVideo()) || (longEnough && (frame.isVideo() || !hasVideo())) || m_muxer->pendingBytes() > kMostPending)
        cut(frame.isVideo() ? std::optional(frame.dts) : std::nullopt);
    if (!m_fragmentBegins)
        m_fragmentBegins = frame.dts;
    (void)m_muxer->write(frame); // a malformed frame is left out
    return true;
}

bool Recorder::begin(media::MediaTime first)
{
    const auto tracks = carried(m_replica->tracks());
    auto muxer = mux::FragmentMuxer::create(tracks);
    if (!muxer) {
        m_retryAt = steady_clock::now() + kFailureRetry;
        tell(RecorderState::Failed, "Not recording: " + muxer.error().message);
        return false;
    }
    m_muxer = std::move(*muxer);
    m_options = m_services.options();
    m_row = std::move(*m_reserved);
    m_reserved.reset();
    m_row.startedAt = instantOf(first);
    for (const auto &track : tracks) {
        m_row.codecs += (m_row.codecs.empty() ? "" : ",") + track->codecString;
        if (track->kind == media::Kind::Video) {
            m_row.width = track->width;
            m_row.height = track->height;
        }
    }
    m_file = m_services.archive.disk().open(m_row.path, m_muxer->init());
    m_services.archive.begun(m_row.id, {m_file, m_row, nullptr});
    m_begins = first;
    m_rotate = m_losing = m_wantsFile = false;
    m_fragmentBegins.reset();
    tell(RecorderState::Recording, "Recording.");
    return true;
}

/// When `first` was sent. Where a file goes on from the one before, the stream's own time says so: a clip over both has no step where they
/// meet.
SystemTime Recorder::instantOf(media::MediaTime first)
{
    const auto seen = std::chrono::time_point_cast<SystemTime::duration>(std::chrono::system_clock::now() - m_replica->lag(m_cursor));
    auto instant = seen;
    if (m_clock) {
        const auto told = m_clock->second + std::chrono::duration_cast<SystemTime::duration>(first - m_clock->first);
        if (std::chrono::abs(told - seen) < kClockTolerance)
            instant = told;
    }
    m_clock = {first, instant};
    return instant;
}

void Recorder::lose()
{
    m_services.lostGroups.add();
    const std::lock_guard lock(m_mutex);
    ++m_report.lostGroups;
}

void Recorder::cut(std::optional<media::MediaTime> next)
{
    m_fragmentBegins.reset();
    auto fragment = m_muxer->cut(next);
    if (!fragment || fragment->bytes.empty())
        return;
    if (m_losing && !fragment->independent)
        return; // the rest of a group that is lost
    const bool taken = m_services.archive.disk().append(m_file, std::move(fragment->bytes));
    if (!taken)
        lose();
    if (taken == m_losing)
        tell(RecorderState::Recording, taken ? "Recording." : "Recording with losses: the disk is too slow.");
    m_losing = !taken;
}

void Recorder::closeFile(std::string note)
{
    cut(std::nullopt);
    m_muxer.reset();
    m_rotate = false;
    auto row = std::move(m_row);
    m_row = {};
    row.note = std::move(note);
    auto file = std::move(m_file);
    m_file.reset();
    ++m_finishing;
    {
        const std::lock_guard lock(m_mutex);
        m_report.recordingId.clear();
    }
    auto self = shared_from_this();
    m_services.archive.disk().finish(file, [self, row, file] {
        self->m_worker->post([self, row, file] { self->m_worker->spawn("recording's end", save(self, row, file)); });
    });
}

Task<void> Recorder::save(std::shared_ptr<Recorder> self, store::RecordingRow row, OpenFilePtr file)
{
    auto &archive = self->m_services.archive;
    row.state = "ready";
    row.duration = std::chrono::duration_cast<milliseconds>(file->duration());
    row.bytes = static_cast<std::int64_t>(file->bytes());
    asio::steady_timer timer(self->m_worker->context());
    for (int attempt = 0;; ++attempt) {
        Result<void> saved;
        if (file->duration().count() > 0)
            saved = co_await archive.save(row);
        else
            saved = co_await archive.remove(row, "", "");
        // While the server stops nobody waits long: the row stays "writing", and the next start makes it good.
        if (saved || (self->m_stopped && attempt > 0))
            break;
        timer.expires_after(kSaveRetry);
        (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    archive.ended(row.id);
    --self->m_finishing;
    self->wake();
}

Task<void> Recorder::discardReserved()
{
    if (!m_reserved)
        co_return;
    const auto row = std::move(*m_reserved);
    m_reserved.reset();
    (void)co_await m_services.archive.remove(row, "", ""); // never had a file; what stays behind is found at the next start
}

Task<void> Recorder::finishing()
{
    while (m_finishing > 0)
        co_await pause(kTick);
}

} // namespace matinee::record

#include "ladder/rendition.h"

#include "observe/log.h"
#include "relay/tracks.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

namespace matinee::ladder {

namespace wire = relay::wire;
using media::Kind;
using media::MediaTime;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::seconds kWanted{15}; // subscribe() waits no longer for what it wanted
constexpr std::chrono::seconds kLook{1};    // between two looks whether anybody is there
constexpr milliseconds kPredecessor{20};
constexpr MediaTime kMaxComposition = std::chrono::seconds(10);
constexpr MediaTime kEnd{std::int64_t{1} << 53};            // of believable times: some 280 years
constexpr std::size_t kBatchBytes = std::size_t{256} << 10; // taken from the ring for one write; what is behind it can still be skipped
constexpr std::size_t kMaxBreaks = 64;                      // on their way through the process
constexpr std::size_t kMaxPayload = wire::kMaxMessageBytes - 64;

constexpr std::size_t place(Kind kind)
{
    return static_cast<std::size_t>(kind);
}

double chance()
{
    thread_local std::minstd_rand generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

/// What a process says goes into logs and answers.
std::string printable(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c >= 0x7f; }, '?');
    return text;
}

} // namespace

/// One process from its start to its end, and the viewer of the source that it is.
struct Rendition::Run final : live::Subscriber
{
    explicit Run(net::Worker &worker) : wake(worker.context()) {}
    void onFrames() override { wake.cancel(); }
    void onEnd(live::EndReason reason) override
    {
        sourceEnded = true;
        endReason = reason;
        wake.cancel();
    }

    asio::steady_timer wake; // rings when feed() or runOnce() has something to do
    std::unique_ptr<Process> process;
    std::string error;
    bool unsupported = false;
    bool leaving = false;  // nobody needs it, or the source is not for this rung any more
    bool over = false;     // the process has hung up
    bool heardAll = false; // listen() has returned
    bool sourceEnded = false;
    live::EndReason endReason{};
    Clock::time_point looked{};

    std::array<bool, 2> announced{};                      // by Kind: the process knows the source's track
    std::array<media::TrackPtr, wire::kMaxTracks> tracks; // as the process announced them
    std::array<MediaTime, wire::kMaxTracks> last{};       // of the newest frame that it sent
    std::vector<media::FramePtr> frames;                  // of one read
    std::deque<MediaTime> breaks;                         // in the source's times: what comes out from then on is marked
    bool tracksNew = false;
    bool inStep = false; // a key frame has come that goes on from what was published
    std::uint64_t dropped = 0;
};

Rendition::Rendition(net::Worker &worker, Surroundings &around, std::string stream, Rung rung)
    : m_worker(worker),
      m_around(around),
      m_stream(std::move(stream)),
      m_rung(rung),
      m_name(renditionName(m_stream, m_rung)),
      m_wake(worker.context())
{
    want();
}

void Rendition::start(std::shared_ptr<Rendition> before)
{
    m_around.active.fetch_add(1);
    m_worker.post([self = shared_from_this(), before = std::move(before)]() mutable {
        auto &worker = self->m_worker;
        worker.spawn("rendition", live(std::move(self), std::move(before)));
    });
}

void Rendition::stop()
{
    m_stop = true;
    m_worker.post([self = shared_from_this()] {
        self->m_wake.cancel();
        if (self->m_run) {
            self->m_run->wake.cancel();
            self->m_run->process->hangUp();
        }
    });
}

bool Rendition::wantedLately() const
{
    return Clock::now().time_since_epoch() - Clock::duration(m_wantedAt.load()) < kWanted;
}

/// Ends early when it is to stop.
Task<void> Rendition::sleep(milliseconds time)
{
    m_wake.expires_after(time);
    (void)co_await m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
}

Task<void> Rendition::live(std::shared_ptr<Rendition> self, std::shared_ptr<Rendition> before)
{
    auto &own = *self;
    while (before && !before->ended())
        co_await own.sleep(kPredecessor);
    before.reset();
    own.m_neededAt = Clock::now();
    while (!own.m_stop) {
        const auto run = std::make_shared<Run>(own.m_worker);
        const auto began = Clock::now();
        co_await own.runOnce(run);
        own.m_run = nullptr;
        if (own.m_stop || run->sourceEnded || run->leaving)
            break;
        if (run->unsupported) {
            own.m_around.unsupported(own.m_stream, run->error);
            break;
        }
        own.m_condition = Condition::Starting;
        if (own.m_crashes.note(Clock::now())) {
            log::warn("ladder", "{}: {} It has failed {} times within a minute and is given up for {} s.", own.m_name, run->error,
                      CrashBook::kMost, CrashBook::kPause.count());
            own.m_around.gaveUp(own.m_name);
            break;
        }
        const auto ran = std::chrono::duration_cast<milliseconds>(Clock::now() - began);
        const auto wait = own.m_around.retry ? own.m_around.retry(ran) : own.m_backOff.next(ran, chance());
        log::warn("ladder", "{}: {} Started again in {} ms.", own.m_name, run->error, wait.count());
        own.m_around.restarts.add();
        co_await own.sleep(wait);
    }
    own.leave(live::EndReason::PublisherLeft);
    own.m_ended = true;
    own.m_around.ended(own.m_name, &own);
    own.m_around.active.fetch_sub(1);
}

/// `run.error` says what went wrong where none of the flags says why it ended.
Task<void> Rendition::runOnce(RunPtr run)
{
    auto subscription = co_await m_around.registry.subscribe(m_stream, std::string()); // nobody who watches
    const auto state = m_around.registry.find(m_stream);
    const auto video = state ? videoOf(state->statistics.tracks) : nullptr;
    if (!subscription || !video || !fits(m_rung, *video)) {
        run->leaving = true;
        co_return;
    }
    wire::Job job;
    job.kind = wire::JobKind::Ladder;
    const Source source{video, state->statistics.fps, state->statistics.peakVideoKbps, shareOf(m_rung, m_around.rungs, *video)};
    job.rung = jobOf(m_rung, source);
    auto process = m_around.start(m_worker, job, m_name);
    if (!process) {
        run->error = process.error().message;
        co_return;
    }
    run->process = std::move(*process);
    m_run = run;
    m_around.processes.fetch_add(1);
    m_worker.spawn("rendition", listen(shared_from_this(), run));
    auto &replica = (*subscription)->replica();
    replica.attach(*run);
    if (replica.ended())
        run->onEnd(live::EndReason::PublisherLeft);
    co_await feed(run, replica);
    replica.detach(*run);
    if (m_stop || run->sourceEnded || run->leaving)
        leave(run->endReason);
    run->process->hangUp();
    while (!run->heardAll) {
        run->wake.expires_after(kLook);
        (void)co_await run->wake.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_await run->process->finish();
    m_around.processes.fetch_sub(1);
}

/// Nobody can join from now on: who asks gets a new one. Viewers are told what those of the stream were told.
void Rendition::leave(live::EndReason reason)
{
    m_leaving = true;
    if (m_publication && reason == live::EndReason::Deleted)
        (void)m_around.registry.kick(m_name, "the stream was deleted", reason);
    m_publication.reset();
}

/// Everything new of the source into the process, at its pace: a process that does not read is a viewer who falls behind, and jumps.
Task<void> Rendition::feed(RunPtr run, live::Replica &replica)
{
    live::Cursor cursor;
    while (!m_stop && !run->over && !run->sourceEnded && !run->leaving) {
        look(*run);
        media::Bytes bytes;
        while (bytes.size() < kBatchBytes && !run->leaving) {
            const auto next = replica.next(cursor);
            if (!next.frame)
                break;
            append(*run, bytes, *next.frame);
        }
        if (bytes.empty()) {
            run->wake.expires_after(kLook);
            (void)co_await run->wake.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        const media::SharedBytes part = std::make_shared<const media::Bytes>(std::move(bytes));
        const bool sent = co_await run->process->send(std::span(&part, 1));
        if (!sent)
            break;
    }
}

void Rendition::append(Run &run, media::Bytes &bytes, const media::Frame &frame)
{
    const auto kind = place(frame.track->kind);
    const auto id = static_cast<std::uint8_t>(kind);
    auto &known = m_sources[kind];
    // A break while no process ran shows by the track alone.
    const bool missed = frame.isVideo() && !run.announced[kind] && known && known != frame.track;
    if ((frame.discontinuity || missed) && m_last[kind] && run.breaks.size() < kMaxBreaks)
        run.breaks.push_back(frame.dts);
    if (known != frame.track || !run.announced[kind]) {
        const auto &track = *frame.track;
        if (frame.isVideo() && !fits(m_rung, track)) { // as small as this now, or smaller
            run.leaving = true;
            return;
        }
        known = frame.track;
        run.announced[kind] = true;
        wire::write(bytes, wire::Track{id, track.codec, track.width, track.height, track.sampleRate, track.channels, track.config});
    }
    if (frame.payload.size() <= kMaxPayload)
        wire::write(bytes, wire::Frame{id, frame.key, frame.dts, frame.pts, frame.payload});
}

Task<void> Rendition::listen(std::shared_ptr<Rendition> self, RunPtr run)
{
    for (;;) {
        auto messages = co_await run->process->receive();
        if (!messages) {
            if (run->error.empty())
                run->error = messages.error().message;
            break;
        }
        for (auto &message : *messages)
            self->take(*run, message);
        if (!run->error.empty())
            break;
        self->publish(*run);
    }
    run->over = true;
    run->heardAll = true;
    run->process->hangUp(); // a send that waits returns
    run->wake.cancel();
}

void Rendition::take(Run &run, wire::Message &message)
{
    if (!run.error.empty())
        return;
    if (auto *const frame = std::get_if<wire::Frame>(&message)) {
        takeFrame(run, *frame);
    } else if (const auto *const track = std::get_if<wire::Track>(&message)) {
        takeTrack(run, *track);
    } else if (const auto *const progress = std::get_if<wire::Progress>(&message)) {
        if (progress->dropped > run.dropped)
            m_around.dropped.add(static_cast<double>(progress->dropped - run.dropped));
        run.dropped = std::max(run.dropped, progress->dropped);
    } else if (const auto *const failure = std::get_if<wire::Failure>(&message)) {
        run.unsupported = failure->reason == wire::Reason::Unsupported;
        run.error = failure->text.empty() ? "The process failed." : printable(failure->text);
    }
}

void Rendition::takeTrack(Run &run, const wire::Track &announced)
{
    auto track = relay::makeTrack(announced);
    if (!track) {
        run.error = "The process announced a track that cannot be: " + track.error().message;
        return;
    }
    // The same again, as after a failure, is nothing new to viewers.
    const auto &shown = m_tracks[place((*track)->kind)];
    const bool same = shown && shown->codec == (*track)->codec && shown->config == (*track)->config;
    run.tracks[announced.id] = same ? shown : std::move(*track);
    run.tracksNew = true;
}

void Rendition::takeFrame(Run &run, wire::Frame &frame)
{
    auto &track = run.tracks[frame.track];
    const auto composition = frame.pts - frame.dts;
    const bool good = track && frame.dts >= run.last[frame.track] && frame.dts < kEnd && composition >= MediaTime(0) &&
                      composition <= kMaxComposition && !frame.payload.empty();
    if (!good) {
        run.error = "The process sent a frame that cannot be.";
        return;
    }
    run.last[frame.track] = frame.dts;
    const bool video = track->kind == Kind::Video;
    auto &last = m_last[place(track->kind)];
    run.inStep = run.inStep || (video && frame.key && (!last || frame.dts > *last));
    if (!run.inStep || (last && frame.dts <= *last))
        return; // what viewers have had, or cannot decode
    bool broken = false;
    while (!run.breaks.empty() && frame.dts >= run.breaks.front()) {
        run.breaks.pop_front();
        broken = true;
    }
    if (broken) { // all tracks are new objects
        for (auto &other : run.tracks) {
            if (!other)
                continue;
            auto &shown = m_tracks[place(other->kind)];
            if (other == shown)
                other = std::make_shared<const media::Track>(*other);
            shown = other;
        }
        run.tracksNew = true;
    }
    last = frame.dts;
    m_tracks[place(track->kind)] = track;
    auto made = std::make_shared<media::Frame>();
    made->track = track;
    made->dts = frame.dts;
    made->pts = frame.pts;
    made->key = frame.key;
    made->discontinuity = broken;
    made->payload = std::move(frame.payload);
    run.frames.push_back(std::move(made));
}

void Rendition::publish(Run &run)
{
    if (run.frames.empty() || m_leaving)
        return;
    if (!m_publication) {
        live::PublisherInfo info;
        info.encoder = "Matinee ladder";
        info.protocol = "ladder";
        auto claimed = m_around.registry.publish(m_name, std::move(info), m_worker,
                                                 [weak = weak_from_this()](const std::string &) { // only when everything ends
                                                     if (const auto self = weak.lock())
                                                         self->stop();
                                                 },
                                                 {.backup = false, .internal = true});
        if (!claimed) {
            run.error = claimed.error().message;
            run.process->hangUp();
            return;
        }
        m_publication = std::move(*claimed);
    }
    if (std::exchange(run.tracksNew, false)) {
        std::vector<media::TrackPtr> tracks;
        std::copy_if(run.tracks.begin(), run.tracks.end(), std::back_inserter(tracks), [](const auto &track) { return track != nullptr; });
        m_publication->setTracks(std::move(tracks));
    }
    m_publication->write(std::exchange(run.frames, {}));
    m_condition = Condition::Running;
}

/// Whether anybody needs it still.
void Rendition::look(Run &run)
{
    const auto now = Clock::now();
    if (now - run.looked < kLook)
        return;
    run.looked = now;
    const auto state = m_around.registry.find(m_name);
    const bool held = state && state->statistics.holders > 0;
    const bool awaited = m_condition == Condition::Starting && wantedLately();
    if (held || awaited)
        m_neededAt = now;
    run.leaving = run.leaving || now - m_neededAt >= m_around.idle;
}

} // namespace matinee::ladder

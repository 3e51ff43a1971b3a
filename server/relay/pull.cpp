#include "relay/pull.h"

#include "observe/log.h"
#include "relay/tracks.h"

#include <boost/asio/as_tuple.hpp>

#include <random>

namespace matinee::relay {

using media::MediaTime;
using std::chrono::milliseconds;

namespace {

constexpr MediaTime kMaxComposition = std::chrono::seconds(10);
constexpr MediaTime kEnd{std::int64_t{1} << 53}; // of believable times: some 280 years
constexpr std::chrono::seconds kWanted{15};      // subscribe() waits no longer for what it wanted
constexpr std::chrono::seconds kLook{2};         // between two looks whether anybody watches
constexpr milliseconds kPredecessor{20};

double chance()
{
    thread_local std::minstd_rand generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

std::chrono::system_clock::time_point wallClock()
{
    return std::chrono::system_clock::now();
}

} // namespace

/// One process from its start to its end.
struct Pull::Run
{
    std::array<media::TrackPtr, wire::kMaxTracks> tracks;
    std::array<MediaTime, wire::kMaxTracks> last{};
    std::vector<media::FramePtr> frames; // of one read
    std::unique_ptr<live::Publication> publication;
    std::string error; // empty: it goes on, or has ended well
    bool tracksNew = false;
    bool leaving = false;    // because nobody watches, or somebody said so
    std::uint64_t bytes = 0; // as the process counts
    Clock::time_point looked = Clock::now();
};

Pull::Pull(net::Worker &worker, Surroundings &around, std::string name, StreamAddress address, PullMode mode)
    : m_worker(worker), m_around(around), m_name(std::move(name)), m_address(std::move(address)), m_mode(mode), m_wake(worker.context())
{
}

void Pull::start(std::shared_ptr<Pull> before)
{
    m_around.active.fetch_add(1);
    m_worker.post([self = shared_from_this(), before = std::move(before)]() mutable {
        auto &worker = self->m_worker;
        worker.spawn("pull", live(std::move(self), std::move(before)));
    });
}

void Pull::stop()
{
    m_stop = true;
    m_worker.post([self = shared_from_this()] {
        self->m_wake.cancel();
        if (self->m_child)
            self->m_child->hangUp();
    });
}

void Pull::setPaused(bool paused)
{
    if (m_paused.exchange(paused) == paused)
        return;
    m_worker.post([self = shared_from_this()] {
        self->m_wake.cancel();
        if (self->m_paused && self->m_child)
            self->m_child->hangUp();
    });
}

void Pull::want()
{
    const auto now = Clock::now().time_since_epoch().count();
    const auto before = m_wantedAt.exchange(now);
    // Asked with every request of a viewer that waits: one post a second is enough.
    if (Clock::duration(now - before) > std::chrono::seconds(1))
        m_worker.post([self = shared_from_this()] { self->m_wake.cancel(); });
}

bool Pull::wantedLately() const
{
    const auto at = m_wantedAt.load();
    return at != 0 && Clock::now().time_since_epoch() - Clock::duration(at) < kWanted;
}

bool Pull::watched()
{
    const auto state = m_around.registry.find(m_name);
    if (!state)
        return false;
    for (const auto &[protocol, viewers] : state->statistics.viewers) {
        if (viewers > 0)
            return true;
    }
    return false;
}

/// Ends early when somebody wants the stream or it is to stop.
Task<void> Pull::sleep(milliseconds time)
{
    m_wake.expires_after(time);
    (void)co_await m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
}

Task<void> Pull::live(std::shared_ptr<Pull> self, std::shared_ptr<Pull> before)
{
    auto &pull = *self;
    while (before && !before->ended())
        co_await pull.sleep(kPredecessor);
    before.reset();
    while (!pull.m_stop) {
        const bool unwanted = pull.m_mode == PullMode::OnDemand && !pull.wantedLately() && !pull.watched();
        if (pull.m_paused || unwanted) {
            pull.m_board.become(Condition::Idle, wallClock());
            co_await pull.sleep(std::chrono::hours(1));
            continue;
        }
        const auto began = Clock::now();
        auto error = co_await pull.runOnce();
        if (pull.m_stop || pull.m_paused || error.empty())
            continue;
        const auto wait = pull.m_backOff.next(std::chrono::duration_cast<milliseconds>(Clock::now() - began), chance());
        log::warn("relay", "Pull of {}: {} Next try in {} s.", pull.m_name, error, (wait.count() + 500) / 1000);
        pull.m_around.failures.add();
        pull.m_board.wait(std::move(error), wallClock(), wait);
        const auto until = Clock::now() + wait;
        while (!pull.m_stop && !pull.m_paused && Clock::now() < until)
            co_await pull.sleep(std::chrono::ceil<milliseconds>(until - Clock::now()));
    }
    pull.m_board.become(Condition::Idle, wallClock());
    pull.m_ended = true;
    pull.m_around.active.fetch_sub(1);
}

/// What went wrong; empty when it ended because it was no longer wanted.
Task<std::string> Pull::runOnce()
{
    const ProcessSlot slot(m_around);
    if (!slot.granted())
        co_return slot.refusal();
    m_board.become(Condition::Connecting, wallClock());
    m_watchedAt = Clock::now();
    const wire::Job job{wire::JobKind::Pull, m_address.full(), m_around.allowedNetworks()};
    ChildOptions options;
    options.program = m_around.program;
    options.name = "Pull of " + m_name;
    options.redact = [address = m_address](std::string text) { return address.redact(std::move(text)); };
    auto child = Child::start(m_worker, job, std::move(options));
    if (!child)
        co_return child.error().message;
    m_child = child->get();
    m_kicked.clear();
    Run run;
    while (!m_stop && run.error.empty() && !run.leaving) {
        auto messages = co_await m_child->receive();
        if (!messages) {
            if (!m_stop && !m_paused)
                run.error = m_kicked.empty() ? messages.error().message : "It was ended here: " + m_kicked;
            break;
        }
        for (auto &message : *messages)
            take(run, message);
        publish(run);
    }
    m_child = nullptr;
    if (run.publication && !run.error.empty() && m_kicked.empty())
        run.publication->lost(); // viewers stay for the grace time
    run.publication.reset();
    co_await (*child)->finish();
    co_return std::move(run.error);
}

void Pull::take(Run &run, wire::Message &message)
{
    if (!run.error.empty())
        return;
    if (auto *const frame = std::get_if<wire::Frame>(&message)) {
        takeFrame(run, *frame);
    } else if (const auto *const track = std::get_if<wire::Track>(&message)) {
        takeTrack(run, *track);
    } else if (const auto *const progress = std::get_if<wire::Progress>(&message)) {
        if (progress->bytes >= run.bytes)
            m_board.add(progress->bytes - run.bytes);
        run.bytes = progress->bytes;
    } else if (const auto *const failure = std::get_if<wire::Failure>(&message)) {
        run.error = m_address.redact(failure->text.empty() ? "The source failed." : failure->text);
    }
}

void Pull::takeTrack(Run &run, const wire::Track &announced)
{
    auto track = makeTrack(announced);
    if (!track) {
        run.error = track.error().message;
        return;
    }
    run.tracks[announced.id] = std::move(*track);
    run.tracksNew = true;
}

void Pull::takeFrame(Run &run, wire::Frame &frame)
{
    const auto &track = run.tracks[frame.track];
    const auto composition = frame.pts - frame.dts;
    const bool good = track && frame.dts >= run.last[frame.track] && frame.dts < kEnd && composition >= MediaTime(0) &&
                      composition <= kMaxComposition && !frame.payload.empty();
    if (!good) {
        run.error = "The relay process sent a frame that cannot be.";
        return;
    }
    run.last[frame.track] = frame.dts;
    auto made = std::make_shared<media::Frame>();
    made->track = track;
    made->dts = frame.dts;
    made->pts = frame.pts;
    made->key = frame.key;
    made->payload = std::move(frame.payload);
    run.frames.push_back(std::move(made));
}

void Pull::publish(Run &run)
{
    const auto now = Clock::now();
    if (!run.frames.empty() && !run.publication) {
        live::PublisherInfo info;
        info.address = m_address.masked();
        info.encoder = "Matinee pull";
        info.protocol = "pull";
        auto claimed = m_around.registry.publish(m_name, std::move(info), m_worker, [weak = weak_from_this()](std::string reason) {
            const auto self = weak.lock();
            if (!self || !self->m_child)
                return;
            self->m_kicked = std::move(reason);
            self->m_child->hangUp();
        });
        if (!claimed) {
            run.error = claimed.error().message;
            return;
        }
        run.publication = std::move(*claimed);
        m_board.become(Condition::Running, wallClock());
    }
    if (run.publication && std::exchange(run.tracksNew, false)) {
        std::vector<media::TrackPtr> tracks;
        for (const auto &track : run.tracks) {
            if (track)
                tracks.push_back(track);
        }
        run.publication->setTracks(std::move(tracks));
    }
    if (!run.frames.empty())
        run.publication->write(std::exchange(run.frames, {}));
    if (m_mode == PullMode::Always || now - run.looked < kLook)
        return;
    run.looked = now;
    if (wantedLately() || watched())
        m_watchedAt = now;
    run.leaving = now - m_watchedAt >= m_around.idleTime();
}

} // namespace matinee::relay

#include "hls/egress.h"

#include "flv/wire/tag_format.h"
#include "observe/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/thread_pool.hpp>

#include <openssl/rand.h>

#include <array>
#include <atomic>
#include <utility>

namespace matinee::hls {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTick{500};        // viewers are counted and idleness is noticed this often
constexpr milliseconds kReturnPoll{200};  // a publisher's return is noticed this soon
constexpr milliseconds kTracksWait{1000}; // a stream this young may not have shown all its tracks
constexpr milliseconds kTracksPoll{50};
constexpr int kViewerWindow = 3; // in target durations

/// 80 bits: who has not seen the playlist cannot name a segment.
std::string unguessable()
{
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::array<std::uint8_t, 16> random;
    if (RAND_bytes(random.data(), random.size()) != 1)
        return {};
    std::string text;
    for (const auto byte : random)
        text += alphabet[byte & 31];
    return text;
}

/// Loading FFmpeg takes longer than a worker may be kept from its other viewers.
Task<Result<void>> loadMuxer()
{
    static std::atomic<bool> loaded{false};
    if (loaded)
        co_return Result<void>{};
    asio::thread_pool loader(1);
    auto outcome = co_await asio::co_spawn(
        loader, []() -> Task<Result<void>> { co_return mux::TsMuxer::load(); }, asio::use_awaitable);
    loaded = outcome.has_value();
    co_return outcome;
}

} // namespace

Egress::Egress(Directory &directory, std::string name, std::string secret, std::shared_ptr<Shelf> shelf, Sequences start)
    : m_directory(directory),
      m_name(name),
      m_shelf(std::move(shelf)),
      m_segmenter(std::move(name), std::move(secret), directory.options().segmenter, start, directory.store()),
      m_timer(net::Worker::current()->context()),
      m_lastLive(steady_clock::now())
{
}

Task<void> Egress::run(std::shared_ptr<Directory> directory, std::string name, std::shared_ptr<Shelf> shelf, Sequences start)
{
    struct Leave // also when something throws; not when the worker itself is being taken apart
    {
        Directory &directory;
        const std::string &name;
        const std::shared_ptr<Shelf> &shelf;
        Sequences next;
        ~Leave()
        {
            if (!net::Worker::current())
                return;
            (void)directory.retire(name, shelf, SteadyTime::max(), next);
            shelf->close();
        }
    } leave{*directory, name, shelf, start};

    auto secret = unguessable();
    const auto ready = co_await loadMuxer();
    if (!ready || secret.empty()) {
        shelf->refuse(ready ? fail(ErrorCode::Unavailable, "There is no randomness to name segments with.") : ready.error());
        co_return;
    }
    Egress egress(*directory, name, std::move(secret), shelf, start);
    log::info("hls", "{}: segmenting begins", name);
    co_await egress.live();
    leave.next = egress.m_segmenter.successor();
    log::info("hls", "{}: segmenting ends after {} segments; {} frames were refused", name, egress.m_segmenter.segmentsMade(),
              egress.m_segmenter.framesRefused());
}

Task<void> Egress::pause(milliseconds time)
{
    m_timer.expires_after(time);
    (void)co_await m_timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

bool Egress::isOver()
{
    if (m_over)
        return true;
    const auto now = steady_clock::now();
    const auto &options = m_directory.options();
    auto unasked = now - options.idle;
    if (m_directory.isDraining() || m_deleted || now - m_lastLive > options.absence)
        unasked = SteadyTime::max(); // whoever asks
    m_over = m_directory.retire(m_name, m_shelf, unasked, m_segmenter.successor());
    return m_over;
}

Task<void> Egress::live()
{
    while (!isOver()) {
        auto subscription = co_await m_directory.registry().subscribe(m_name, {}); // no viewer: those are counted by their requests
        if (subscription) {
            co_await follow(**subscription);
        } else {
            co_await pause(kReturnPoll);
        }
    }
}

/// Waits until the stream has had its time to show its tracks: one that turns up later costs a discontinuity.
Task<void> Egress::settle(live::Replica &replica)
{
    while (replica.tracks().size() < 2 && !replica.ended()) {
        const auto state = m_directory.registry().find(m_name);
        if (!state || std::chrono::system_clock::now() - state->statistics.startedAt > kTracksWait)
            co_return;
        co_await pause(kTracksPoll);
    }
}

Task<void> Egress::follow(live::Subscription &subscription)
{
    auto &replica = subscription.replica();
    co_await settle(replica);
    if (replica.ended())
        co_return;
    m_cursor = {};
    m_ended = false;
    m_replica = &replica;
    replica.attach(*this);
    struct Detach
    {
        Egress &egress;
        ~Detach() { std::exchange(egress.m_replica, nullptr)->detach(egress); }
    } const detach{*this};
    countViewers();
    take(); // the cached group of pictures
    while (!m_ended) {
        m_lastLive = steady_clock::now();
        if (isOver())
            co_return;
        countViewers();
        co_await pause(kTick);
    }
    m_segmenter.endTimeline();
    publish();
}

void Egress::countViewers()
{
    const auto state = m_directory.registry().find(m_name);
    if (!state)
        return;
    m_interval = std::chrono::microseconds(static_cast<std::int64_t>(state->statistics.keyFrameIntervalSeconds * 1e6));
    const auto &snapshot = m_segmenter.snapshot();
    const auto target = snapshot ? snapshot->playlist.target() : std::chrono::seconds(2);
    m_directory.registry().setViewers(m_name, "hls", m_shelf->viewersSince(steady_clock::now() - kViewerWindow * target));
}

void Egress::take()
{
    const auto tracks = m_replica->tracks();
    for (;;) {
        const auto next = m_replica->next(m_cursor);
        if (!next.frame)
            break;
        m_segmenter.write(*next.frame, tracks, m_directory.wallNow() - m_replica->lag(m_cursor), m_interval);
    }
    publish();
}

void Egress::publish()
{
    const auto made = m_segmenter.segmentsMade();
    if (made != m_counted) {
        m_directory.segmentsMade().add(static_cast<double>(made - std::exchange(m_counted, made)));
        m_shelf->publish(m_segmenter.snapshot());
    } else if (!m_segmenter.snapshot() && m_segmenter.failure()) {
        m_shelf->refuse(*m_segmenter.failure());
    }
}

void Egress::onFrames()
{
    take();
}

void Egress::onEnd(live::EndReason reason)
{
    m_ended = true;
    m_deleted = reason == live::EndReason::Deleted;
    m_timer.cancel();
}

} // namespace matinee::hls

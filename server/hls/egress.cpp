#include "hls/egress.h"

#include "observe/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/thread_pool.hpp>

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

/// Loading FFmpeg takes longer than a worker may be kept from its other viewers.
Task<Result<void>> loadMuxer()
{
    static std::atomic<bool> loaded{false};
    if (loaded)
        co_return Result<void>{};
    asio::thread_pool loader(1);
    auto outcome = co_await asio::co_spawn(
        loader, []() -> Task<Result<void>> { co_return mux::FragmentMuxer::load(); }, asio::use_awaitable);
    loaded = outcome.has_value();
    co_return outcome;
}

} // namespace

Egress::Egress(Directory &directory, std::string name, std::shared_ptr<Shelf> shelf, Sequences start)
    : m_directory(directory),
      m_name(name),
      m_shelf(std::move(shelf)),
      m_segmenter(std::move(name), m_shelf->secret(), directory.options().segmenter, start, directory.store()),
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
        std::optional<WallTime> ended;
        ~Leave()
        {
            if (!net::Worker::current())
                return;
            (void)directory.retire(name, shelf, SteadyTime::max(), next, ended);
            shelf->close();
        }
    } leave{*directory, name, shelf, start, {}};

    const auto ready = co_await loadMuxer();
    if (!ready || shelf->secret().empty()) {
        for (const auto form : kForms)
            shelf->refuse(form, ready ? fail(ErrorCode::Unavailable, "There is no randomness to name segments with.") : ready.error());
        co_return;
    }
    Egress egress(*directory, name, shelf, start);
    if (live::isRendition(name))
        egress.m_segmenter.follow(
            [&directory, &egress](media::MediaTime time) { return directory->leadAt(egress.m_name, time, egress.m_broadcast); },
            directory->known(name));
    if (const auto ended = directory->endedLately(name))
        egress.m_segmenter.resume(*ended);
    log::info("hls", "{}: segmenting begins", name);
    co_await egress.live();
    leave.next = egress.m_segmenter.successor();
    leave.ended = egress.m_segmenter.ended();
    log::info("hls", "{}: segmenting ends after {} segments; {} frames were refused", name, egress.m_segmenter.segmentsMade(),
              egress.m_segmenter.framesRefused());
}

Task<void> Egress::pause(milliseconds time)
{
    m_timer.expires_after(time);
    (void)co_await m_timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

/// Segmented also while nobody looks. A rendition is not: it would be made for nobody.
bool Egress::isKept() const
{
    return m_directory.isKept() && !live::isRendition(m_name);
}

bool Egress::isOver()
{
    if (m_over)
        return true;
    const auto now = steady_clock::now();
    const auto &options = m_directory.options();
    auto unasked = isKept() ? SteadyTime::min() : now - options.idle;
    if (m_directory.isDraining() || m_deleted || now - m_lastLive > options.absence)
        unasked = SteadyTime::max(); // whoever asks
    m_over = m_directory.retire(m_name, m_shelf, unasked, m_segmenter.successor(), m_segmenter.ended());
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
    m_directory.registry().setViewers(m_name, "hls", 0);
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
    const auto state = m_directory.registry().find(std::string(live::baseName(m_name)));
    m_broadcast = state ? std::chrono::floor<Microseconds>(state->statistics.startedAt) : WallTime();
    m_shelf->broadcast(m_broadcast);
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
    if (live::isRendition(m_name)) // in step with its stream, which is therefore segmented as long as this is
        (void)m_directory.open(std::string(live::baseName(m_name)), Form::Main);
    const auto state = m_directory.registry().find(m_name);
    if (!state)
        return;
    m_interval = std::chrono::microseconds(static_cast<std::int64_t>(state->statistics.keyFrameIntervalSeconds * 1e6));
    auto target = std::chrono::seconds(2);
    for (const auto form : kForms) {
        if (const auto *const rendition = m_segmenter.rendition(form); rendition && rendition->playlist())
            target = rendition->playlist()->shape().target;
    }
    m_directory.registry().setViewers(m_name, "hls", m_shelf->viewersSince(steady_clock::now() - kViewerWindow * target));
}

void Egress::wantForms()
{
    auto forms = m_shelf->askedSince(steady_clock::now() - m_directory.options().idle);
    if (isKept())
        forms.set(static_cast<std::size_t>(Form::Main));
    m_segmenter.want(forms);
}

void Egress::take()
{
    const auto tracks = m_replica->tracks();
    std::optional<media::MediaTime> reached;
    wantForms();
    for (;;) {
        const auto next = m_replica->next(m_cursor);
        if (!next.frame)
            break;
        m_segmenter.write(*next.frame, tracks, m_directory.wallNow() - m_replica->lag(m_cursor), m_interval);
        if (m_segmenter.hasBegun() && m_segmenter.beginning().numbers.media != m_told) {
            m_told = m_segmenter.beginning().numbers.media;
            m_shelf->began(m_segmenter.beginning());
        }
        if (next.frame->isVideo())
            reached = next.frame->pts;
    }
    if (reached)
        m_shelf->reached(*reached);
    publish();
}

void Egress::publish()
{
    if (m_published == m_segmenter.version() && !m_segmenter.failure())
        return;
    m_published = m_segmenter.version();
    const auto made = m_segmenter.segmentsMade();
    const auto more = made - std::exchange(m_counted, made);
    m_directory.segmentsMade().add(static_cast<double>(more));
    const auto next = m_segmenter.successor();
    if (std::exchange(m_discontinuities, next.discontinuity) != next.discontinuity || more > 0)
        m_directory.note(m_name, next, m_segmenter.ended());
    for (const auto form : kForms)
        publish(form);
}

void Egress::publish(Form form)
{
    const auto *const rendition = m_segmenter.rendition(form);
    const auto failure = rendition ? rendition->failure() : m_segmenter.failure();
    if (failure)
        m_shelf->refuse(form, *failure);
    else if (!rendition)
        m_shelf->withdraw(form);
    else if (rendition->playlist() && !rendition->playlist()->segments().empty())
        m_shelf->publish(
            form, std::make_shared<const Snapshot>(*rendition->playlist(), rendition->maps(), m_segmenter.tracks(),
                                                   form == Form::Main ? m_directory.reportsFor(m_name) : std::vector<RenditionReport>()));
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

#include "live/registry.h"

#include "live/stream.h"
#include "observe/log.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <iterator>

namespace matinee::live {

namespace {

constexpr std::chrono::seconds kNotLiveRetry{2};

} // namespace

/// A viewer of a stream that is being brought. `timer` is touched on `worker` only.
struct Registry::Waiter
{
    net::Worker &worker;
    asio::steady_timer timer;
};

std::string_view streamEventName(StreamEvent event)
{
    switch (event) {
    case StreamEvent::Began:
        return "went live";
    case StreamEvent::Interrupted:
        return "lost its publisher; viewers wait for its return";
    case StreamEvent::Returned:
        return "goes on: a publisher is back";
    case StreamEvent::Replaced:
        return "has another publisher, which took it over";
    case StreamEvent::BackupReady:
        return "has a backup publisher";
    case StreamEvent::BackupGone:
        return "lost its backup publisher";
    case StreamEvent::BackupTookOver:
        return "goes on from its backup publisher";
    case StreamEvent::Ended:
        return "ended";
    }
    return "changed";
}

std::string_view baseName(std::string_view name)
{
    return name.substr(0, name.find('@'));
}

Publication::Publication(std::shared_ptr<Stream> stream, Registry &registry, SourceId id)
    : m_stream(std::move(stream)), m_registry(registry), m_id(id), m_underWay(std::make_shared<std::atomic<std::size_t>>(0))
{
}

Publication::~Publication()
{
    m_registry.release(m_stream, m_id, m_lost);
}

void Publication::write(std::vector<media::FramePtr> frames)
{
    if (m_stream->home().isCurrent())
        return m_stream->write(m_id, std::move(frames));
    if (m_underWay->fetch_add(1) >= kMaxUnderWay) {
        if (m_underWay->fetch_sub(1) == kMaxUnderWay + 1)
            m_stream->turnAway(m_id, "The server is overloaded and cannot take the stream now. Try again later.");
        return;
    }
    m_stream->home().post([stream = m_stream, id = m_id, underWay = m_underWay, frames = std::move(frames)]() mutable {
        underWay->fetch_sub(1);
        stream->write(id, std::move(frames));
    });
}

void Publication::setTracks(std::vector<media::TrackPtr> tracks)
{
    if (m_stream->home().isCurrent())
        return m_stream->setTracks(m_id, std::move(tracks));
    m_stream->home().post(
        [stream = m_stream, id = m_id, tracks = std::move(tracks)]() mutable { stream->setTracks(id, std::move(tracks)); });
}

void Publication::setEncoder(std::string encoder)
{
    m_stream->setEncoder(m_id, std::move(encoder));
}

void Publication::setPromisedKbps(std::uint32_t kbps)
{
    m_stream->setPromisedKbps(m_id, kbps);
}

bool Publication::standsBy() const
{
    return m_stream->standsBy(m_id);
}

Subscription::Subscription(std::shared_ptr<Stream> stream, std::shared_ptr<Stream> base, std::shared_ptr<Replica> replica,
                           std::string protocol)
    : m_stream(std::move(stream)),
      m_base(std::move(base)),
      m_replica(std::move(replica)),
      m_protocol(std::move(protocol)),
      m_worker(net::Worker::current()->index())
{
    m_stream->addHolder(1);
    if (!m_protocol.empty())
        m_stream->addViewers(m_protocol, 1);
    if (!m_protocol.empty() && m_base)
        m_base->addViewers(m_protocol, 1);
}

Subscription::~Subscription()
{
    m_stream->addHolder(-1);
    if (!m_protocol.empty())
        m_stream->addViewers(m_protocol, -1);
    if (!m_protocol.empty() && m_base)
        m_base->addViewers(m_protocol, -1);
    m_stream->home().post([stream = m_stream, worker = m_worker] { stream->releaseReplica(worker); });
}

void Subscription::sent(std::uint64_t bytes, media::MediaTime lag)
{
    m_stream->sent(m_worker, bytes, lag);
    if (m_base)
        m_base->sent(m_worker, bytes, lag);
}

Registry::Registry(net::WorkerPool &workers, RegistryLimits limits, PublishPolicy policy)
    : m_workers(workers), m_limits(limits), m_policy(policy)
{
}

Registry::~Registry() = default;

Result<std::unique_ptr<Publication>> Registry::publish(const std::string &name, PublisherInfo info, net::Worker &worker,
                                                       std::function<void(std::string)> kick, PublishOptions options)
{
    std::shared_ptr<Stream> stream;
    SourceId id = 0;
    Seats::Claim claimed{};
    {
        const std::lock_guard lock(m_mutex);
        if (m_draining)
            return fail(ErrorCode::Unavailable, "The server is shutting down.");
        const auto found = m_streams.find(name);
        const auto counted = std::count_if(m_streams.begin(), m_streams.end(), [](const auto &entry) { return !entry.second->internal(); });
        if (found != m_streams.end())
            stream = found->second;
        else if (!options.internal && static_cast<std::size_t>(counted) >= m_limits.streams)
            return fail(ErrorCode::Unavailable,
                        "This server has its limit of " + std::to_string(m_limits.streams) + " live streams (livestream.max_streams).");
        else
            stream = std::make_shared<Stream>(name, *this, m_workers, worker, m_limits, m_policy, options.internal);
        id = ++m_lastId;
        const auto seated = stream->claim({id, std::move(info), options.backup, &worker, std::move(kick)}, m_policy);
        if (!seated)
            return seated.error();
        claimed = *seated;
        m_streams.try_emplace(name, stream);
    }
    stream->settleSoon();
    switch (claimed) {
    case Seats::Claim::Live:
        tell(name, StreamEvent::Began);
        break;
    case Seats::Claim::Returned:
        tell(name, StreamEvent::Returned);
        break;
    case Seats::Claim::Replaced:
        tell(name, StreamEvent::Replaced);
        break;
    case Seats::Claim::StandsBy:
        tell(name, StreamEvent::BackupReady);
        break;
    }
    return std::make_unique<Publication>(std::move(stream), *this, id);
}

void Registry::release(const std::shared_ptr<Stream> &stream, SourceId id, bool lost)
{
    Seats::Left left{};
    {
        const std::lock_guard lock(m_mutex);
        left = stream->leave(id, lost, m_policy.grace);
        if (left == Seats::Left::Ended)
            m_streams.erase(stream->name());
    }
    stream->settleSoon();
    switch (left) {
    case Seats::Left::Nobody:
        break;
    case Seats::Left::Standby:
        tell(stream->name(), StreamEvent::BackupGone);
        break;
    case Seats::Left::TookOver:
        tell(stream->name(), StreamEvent::BackupTookOver);
        break;
    case Seats::Left::Interrupted:
        tell(stream->name(), StreamEvent::Interrupted);
        break;
    case Seats::Left::Ended:
        tell(stream->name(), StreamEvent::Ended);
        break;
    }
}

void Registry::graceOver(const std::shared_ptr<Stream> &stream, std::uint64_t interruption)
{
    {
        const std::lock_guard lock(m_mutex);
        if (!stream->expire(interruption))
            return;
        m_streams.erase(stream->name());
    }
    stream->settleSoon();
    tell(stream->name(), StreamEvent::Ended);
}

void Registry::tell(const std::string &name, StreamEvent event) const
{
    log::info("live", "{} {}", name, streamEventName(event));
    if (event == StreamEvent::Began || event == StreamEvent::Ended) {
        for (const auto &callback : m_onChange)
            callback(name, event == StreamEvent::Began);
    }
    for (const auto &callback : m_onEvent)
        callback(name, event);
}

std::shared_ptr<Stream> Registry::lookUp(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_streams.find(name);
    return found == m_streams.end() ? nullptr : found->second;
}

bool Registry::want(const std::string &name) const
{
    if (isLive(name))
        return true;
    return std::any_of(m_onWanted.begin(), m_onWanted.end(), [&](const auto &bring) { return bring(name); });
}

Error Registry::absence(const std::string &name) const
{
    for (const auto &explain : m_onAbsent) {
        if (auto known = explain(name))
            return std::move(*known);
    }
    auto error = fail(ErrorCode::NotFound, name + " is not live at the moment. Try again in a little while.");
    error.retryAfter = kNotLiveRetry;
    return error;
}

/// The stream as soon as it has frames; null where it has none in time.
Task<std::shared_ptr<Stream>> Registry::await(std::string name)
{
    auto &worker = *net::Worker::current();
    const std::shared_ptr<Waiter> waiter(new Waiter{worker, asio::steady_timer(worker.context(), m_limits.wantedWait)});
    std::shared_ptr<Stream> stream;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_streams.find(name); found != m_streams.end() && found->second->hasFrames())
            stream = found->second;
        else if (m_waiters.size() < m_limits.viewers)
            m_waiters.emplace(name, waiter);
        else
            co_return nullptr;
    }
    if (stream)
        co_return stream;
    (void)co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    {
        const std::lock_guard lock(m_mutex);
        std::erase_if(m_waiters, [&](const auto &entry) { return entry.second == waiter; });
        if (const auto found = m_streams.find(name); found != m_streams.end() && found->second->hasFrames())
            stream = found->second;
    }
    co_return stream;
}

void Registry::firstFrames(const std::string &name)
{
    std::vector<std::shared_ptr<Waiter>> waiters;
    {
        const std::lock_guard lock(m_mutex);
        const auto [from, to] = m_waiters.equal_range(name);
        std::transform(from, to, std::back_inserter(waiters), [](const auto &entry) { return entry.second; });
        m_waiters.erase(from, to);
    }
    for (const auto &waiter : waiters)
        waiter->worker.post([waiter] { waiter->timer.cancel(); });
}

Task<Result<std::unique_ptr<Subscription>>> Registry::subscribe(std::string name, std::string protocol)
{
    using Answer = Result<std::unique_ptr<Subscription>>;
    std::size_t viewers = 0;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &[other, live] : m_streams)
            viewers += live->internal() ? 0 : live->viewerCount(); // those of renditions are counted with their streams
    }
    if (viewers >= m_limits.viewers)
        co_return Answer(fail(ErrorCode::Unavailable, "This server has its limit of viewers (livestream.max_viewers). Try again later."));
    auto stream = lookUp(name);
    if (!stream && want(name)) {
        stream = co_await await(name);
        if (!stream)
            co_return Answer(fail(ErrorCode::Unavailable, name + " is being fetched and has not begun yet. Try again in a moment."));
    }
    if (!stream)
        co_return Answer(absence(name));
    const auto worker = net::Worker::current()->index();
    auto acquire = [stream, worker]() -> Task<std::shared_ptr<Replica>> { co_return stream->acquireReplica(worker); };
    std::shared_ptr<Replica> replica;
    if (stream->home().isCurrent())
        replica = stream->acquireReplica(worker);
    else
        replica = co_await asio::co_spawn(stream->home().executor(), acquire, asio::use_awaitable);
    if (!replica)
        co_return Answer(absence(name));
    auto base = isRendition(name) ? lookUp(std::string(baseName(name))) : nullptr;
    co_return Answer(std::make_unique<Subscription>(std::move(stream), std::move(base), std::move(replica), std::move(protocol)));
}

void Registry::setViewers(const std::string &name, const std::string &protocol, std::uint32_t count)
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_streams.find(name); found != m_streams.end())
        found->second->setViewers(protocol, count);
    if (!isRendition(name))
        return;
    if (const auto base = m_streams.find(std::string(baseName(name))); base != m_streams.end())
        base->second->setRenditionViewers(name, protocol, count);
}

bool Registry::kick(const std::string &name, std::string reason, EndReason end)
{
    std::shared_ptr<Stream> stream;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_streams.find(name);
        if (found == m_streams.end())
            return false;
        stream = found->second;
        stream->close(end, reason);
        m_streams.erase(found);
    }
    stream->settleSoon();
    tell(name, StreamEvent::Ended);
    return true;
}

bool Registry::isLive(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    return m_streams.contains(name);
}

std::optional<StreamState> Registry::find(const std::string &name) const
{
    const auto stream = lookUp(name);
    if (!stream)
        return std::nullopt;
    return StreamState{name, stream->statistics()};
}

std::vector<StreamState> Registry::list() const
{
    std::vector<std::shared_ptr<Stream>> streams;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &[name, stream] : m_streams)
            streams.push_back(stream);
    }
    std::vector<StreamState> states;
    for (const auto &stream : streams)
        states.push_back({stream->name(), stream->statistics()});
    std::sort(states.begin(), states.end(), [](const auto &a, const auto &b) { return a.name < b.name; });
    return states;
}

std::size_t Registry::liveCount() const
{
    const std::lock_guard lock(m_mutex);
    return static_cast<std::size_t>(
        std::count_if(m_streams.begin(), m_streams.end(), [](const auto &entry) { return !entry.second->internal(); }));
}

void Registry::onChange(std::function<void(const std::string &, bool)> callback)
{
    m_onChange.push_back(std::move(callback));
}

void Registry::onEvent(std::function<void(const std::string &, StreamEvent)> callback)
{
    m_onEvent.push_back(std::move(callback));
}

void Registry::onWanted(std::function<bool(const std::string &)> bring)
{
    m_onWanted.push_back(std::move(bring));
}

void Registry::onAbsent(std::function<std::optional<Error>(const std::string &)> explain)
{
    m_onAbsent.push_back(std::move(explain));
}

void Registry::setPolicy(PublishPolicy policy)
{
    const std::lock_guard lock(m_mutex);
    m_policy = policy;
}

void Registry::drain()
{
    std::unordered_map<std::string, std::shared_ptr<Stream>> streams;
    std::unordered_multimap<std::string, std::shared_ptr<Waiter>> waiters;
    {
        const std::lock_guard lock(m_mutex);
        m_draining = true;
        streams.swap(m_streams);
        waiters.swap(m_waiters);
        for (const auto &[name, stream] : streams)
            stream->close(EndReason::Draining, "The server is shutting down.");
    }
    for (const auto &[name, waiter] : waiters)
        waiter->worker.post([waiter = waiter] { waiter->timer.cancel(); });
    for (const auto &[name, stream] : streams) {
        stream->settleSoon();
        tell(name, StreamEvent::Ended);
    }
}

} // namespace matinee::live

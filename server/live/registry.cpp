#include "live/registry.h"

#include "live/stream.h"
#include "observe/log.h"

#include <algorithm>

namespace matinee::live {

Publication::Publication(std::shared_ptr<Stream> stream, Registry &registry)
    : m_stream(std::move(stream))
    , m_registry(registry)
{
}

Publication::~Publication() { m_registry.release(m_stream); }

void Publication::write(std::vector<media::FramePtr> frames) { m_stream->write(std::move(frames)); }

void Publication::setEncoder(std::string encoder) { m_stream->setEncoder(std::move(encoder)); }

void Publication::setTracks(std::vector<media::TrackPtr> tracks) { m_stream->setTracks(std::move(tracks)); }

Subscription::Subscription(std::shared_ptr<Stream> stream, std::shared_ptr<Replica> replica, std::string protocol)
    : m_stream(std::move(stream))
    , m_replica(std::move(replica))
    , m_protocol(std::move(protocol))
    , m_worker(net::Worker::current()->index())
{
    if (!m_protocol.empty())
        m_stream->addViewers(m_protocol, 1);
}

Subscription::~Subscription()
{
    if (!m_protocol.empty())
        m_stream->addViewers(m_protocol, -1);
    m_stream->home().post([stream = m_stream, worker = m_worker] { stream->releaseReplica(worker); });
}

Registry::Registry(net::WorkerPool &workers, RegistryLimits limits)
    : m_workers(workers)
    , m_limits(limits)
{
}

Registry::~Registry() = default;

Result<std::unique_ptr<Publication>> Registry::publish(const std::string &name, PublisherInfo info, net::Worker &worker,
                                                       std::function<void(std::string)> kick)
{
    std::shared_ptr<Stream> stream;
    {
        const std::lock_guard lock(m_mutex);
        if (m_streams.contains(name))
            return fail(ErrorCode::AlreadyExists, "Somebody is publishing to " + name + " already. Stop that encoder first, or kick it.");
        if (m_streams.size() >= m_limits.streams)
            return fail(ErrorCode::Unavailable, "This server has its limit of " + std::to_string(m_limits.streams) + " live streams (livestream.max_streams).");
        stream = std::make_shared<Stream>(name, std::move(info), m_workers, worker, m_limits.replica, std::move(kick));
        m_streams.emplace(name, stream);
    }
    log::info("live", "{} went live", name);
    if (m_onChange)
        m_onChange(name, true);
    return std::make_unique<Publication>(std::move(stream), *this);
}

void Registry::release(const std::shared_ptr<Stream> &stream)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_streams.find(stream->name());
        if (found != m_streams.end() && found->second == stream)
            m_streams.erase(found);
    }
    stream->home().post([stream] { stream->end(EndReason::PublisherLeft); });
    log::info("live", "{} ended", stream->name());
    if (m_onChange)
        m_onChange(stream->name(), false);
}

Task<Result<std::unique_ptr<Subscription>>> Registry::subscribe(std::string name, std::string protocol)
{
    using Answer = Result<std::unique_ptr<Subscription>>;
    std::shared_ptr<Stream> stream;
    std::size_t viewers = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_streams.find(name); found != m_streams.end())
            stream = found->second;
        for (const auto &[other, live] : m_streams)
            viewers += live->viewerCount();
    }
    if (!stream)
        co_return Answer(fail(ErrorCode::NotFound, name + " is not live."));
    if (viewers >= m_limits.viewers)
        co_return Answer(fail(ErrorCode::Unavailable, "This server has its limit of viewers (livestream.max_viewers). Try again later."));
    const auto worker = net::Worker::current()->index();
    auto acquire = [stream, worker]() -> Task<std::shared_ptr<Replica>> { co_return stream->acquireReplica(worker); };
    std::shared_ptr<Replica> replica;
    if (stream->home().isCurrent())
        replica = stream->acquireReplica(worker);
    else
        replica = co_await asio::co_spawn(stream->home().executor(), acquire, asio::use_awaitable);
    if (!replica)
        co_return Answer(fail(ErrorCode::NotFound, name + " is not live."));
    co_return Answer(std::make_unique<Subscription>(std::move(stream), std::move(replica), std::move(protocol)));
}

void Registry::setViewers(const std::string &name, const std::string &protocol, std::uint32_t count)
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_streams.find(name); found != m_streams.end())
        found->second->setViewers(protocol, count);
}

bool Registry::kick(const std::string &name, std::string reason)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_streams.find(name);
    if (found == m_streams.end())
        return false;
    found->second->kick(std::move(reason));
    return true;
}

bool Registry::isLive(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    return m_streams.contains(name);
}

std::optional<StreamState> Registry::find(const std::string &name) const
{
    std::shared_ptr<Stream> stream;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_streams.find(name);
        if (found == m_streams.end())
            return std::nullopt;
        stream = found->second;
    }
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
    return m_streams.size();
}

void Registry::onChange(std::function<void(const std::string &, bool)> callback) { m_onChange = std::move(callback); }

void Registry::drain()
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[name, stream] : m_streams)
        stream->kick("The server is shutting down.");
}

} // namespace matinee::live

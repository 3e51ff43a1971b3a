// The directory of live streams: who publishes which name, on which worker it lives, which workers have viewers.
// Owned by app; every method may be called from any worker. Looked up when somebody comes or goes, never per frame.
#pragma once

#include "live/replica.h"
#include "net/worker.h"

#include "common/protocol/result.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace matinee::live {

struct PublisherInfo
{
    std::string address;  ///< Client address, for people.
    std::string encoder;  ///< What it calls itself, cut to 128 characters.
    std::string protocol; ///< "rtmp"
};

struct Statistics
{
    std::chrono::system_clock::time_point startedAt;
    PublisherInfo publisher;
    std::vector<media::TrackPtr> tracks;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    std::uint32_t bitrateKbps = 0; ///< Over the last 4 s.
    double fps = 0;
    double keyFrameIntervalSeconds = 0;
    std::uint64_t jumps = 0;
    std::map<std::string, std::uint32_t> viewers; ///< By protocol.
};

struct StreamState
{
    std::string name;
    Statistics statistics;
};

class Stream;
class Registry;

/// A publisher's hold on its stream. Used on the publisher's worker; destroying it ends the stream for its viewers.
class Publication
{
public:
    Publication(std::shared_ptr<Stream> stream, Registry &registry);
    ~Publication();
    Publication(const Publication &) = delete;
    Publication &operator=(const Publication &) = delete;
    /// Hands over what one read brought, in order, all tracks mixed. One post per home, whatever the count.
    void write(std::vector<media::FramePtr> frames);
    /// The stream's tracks as known so far, so that outputs name only real ones.
    void setTracks(std::vector<media::TrackPtr> tracks);
    /// A better name of the encoder than that of the connection, from the stream's metadata.
    void setEncoder(std::string encoder);

private:
    std::shared_ptr<Stream> m_stream;
    Registry &m_registry;
};

/// A viewer's hold on a replica of its own worker; counts it under `protocol` while it lives (empty: no viewer, a segmenter).
/// Destroy on that worker.
class Subscription
{
public:
    Subscription(std::shared_ptr<Stream> stream, std::shared_ptr<Replica> replica, std::string protocol);
    ~Subscription();
    Subscription(const Subscription &) = delete;
    Subscription &operator=(const Subscription &) = delete;
    [[nodiscard]] Replica &replica() { return *m_replica; }

private:
    std::shared_ptr<Stream> m_stream;
    std::shared_ptr<Replica> m_replica;
    const std::string m_protocol;
    const std::size_t m_worker;
};

struct RegistryLimits
{
    ReplicaLimits replica;
    std::size_t streams = 1000;  ///< livestream.max_streams
    std::size_t viewers = 20000; ///< livestream.max_viewers, all streams together
};

class Registry
{
public:
    Registry(net::WorkerPool &workers, RegistryLimits limits);
    ~Registry();

    /// Claims the name. AlreadyExists while another publisher holds it. `kick` is called on `worker` when the publisher must go.
    [[nodiscard]] Result<std::unique_ptr<Publication>> publish(const std::string &name, PublisherInfo info, net::Worker &worker,
                                                               std::function<void(std::string reason)> kick);

    /// Joins from the calling worker. NotFound where nobody publishes, Unavailable when the server is full.
    [[nodiscard]] Task<Result<std::unique_ptr<Subscription>>> subscribe(std::string name, std::string protocol);

    /// Counts a viewer that holds no connection (HLS); the stream is told the number now.
    void setViewers(const std::string &name, const std::string &protocol, std::uint32_t count);

    /// Ends the publisher's connection. False where nobody publishes.
    bool kick(const std::string &name, std::string reason);
    [[nodiscard]] bool isLive(const std::string &name) const;
    [[nodiscard]] std::optional<StreamState> find(const std::string &name) const;
    [[nodiscard]] std::vector<StreamState> list() const; ///< By name.
    [[nodiscard]] std::size_t liveCount() const;
    /// Called on some worker after a stream went live or ended. Set before start.
    void onChange(std::function<void(const std::string &name, bool live)> callback);
    /// Kicks every publisher and ends every stream.
    void drain();

private:
    friend class Publication;
    void release(const std::shared_ptr<Stream> &stream);

    net::WorkerPool &m_workers;
    const RegistryLimits m_limits;
    mutable std::mutex m_mutex; // guards m_streams: arrivals and departures only
    std::unordered_map<std::string, std::shared_ptr<Stream>> m_streams;
    std::function<void(const std::string &, bool)> m_onChange;
};

} // namespace matinee::live

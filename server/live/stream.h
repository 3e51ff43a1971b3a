// A live stream at home: the publisher's worker. Hands each batch of frames once to every replica; keeps the figures people see.
// Shared by its Publication, its Subscriptions and the registry; says of each method which thread may call it.
#pragma once

#include "live/registry.h"
#include "live/stream_meter.h"

#include <array>
#include <atomic>
#include <mutex>

namespace matinee::live {

class Stream : public std::enable_shared_from_this<Stream>
{
public:
    Stream(std::string name, PublisherInfo info, net::WorkerPool &workers, net::Worker &home, ReplicaLimits limits, std::function<void(std::string)> kick);

    // home worker
    void write(std::vector<media::FramePtr> frames);
    void setTracks(std::vector<media::TrackPtr> tracks);
    void end(EndReason reason);
    /// The replica of that worker, made where it has none; null after the end. Each call needs one releaseReplica().
    [[nodiscard]] std::shared_ptr<Replica> acquireReplica(std::size_t worker);
    void releaseReplica(std::size_t worker);

    // any thread
    [[nodiscard]] const std::string &name() const { return m_name; }
    [[nodiscard]] net::Worker &home() { return m_home; }
    void kick(std::string reason);
    void setEncoder(std::string encoder);
    void addViewers(const std::string &protocol, int change);
    void setViewers(const std::string &protocol, std::uint32_t count);
    [[nodiscard]] std::size_t viewerCount() const;
    [[nodiscard]] Statistics statistics() const;

private:
    struct Place
    {
        std::shared_ptr<Replica> replica;
        std::size_t users = 0;
    };

    // fixed at construction
    const std::string m_name;
    net::WorkerPool &m_workers;
    net::Worker &m_home;
    const ReplicaLimits m_limits;
    const std::function<void(std::string)> m_kick;
    const std::chrono::system_clock::time_point m_startedAt;
    const std::shared_ptr<std::atomic<std::uint64_t>> m_jumps;

    // home worker
    std::vector<Place> m_places; // by worker; the home's own is always there: it is the key-frame cache
    bool m_ended = false;

    // any thread
    StreamMeter m_meter;
    mutable std::mutex m_mutex; // guards what people see; taken when somebody comes, goes or looks, not per frame
    PublisherInfo m_info;
    std::map<std::string, std::uint32_t> m_viewers;
    std::array<media::TrackPtr, 2> m_tracks;
};

} // namespace matinee::live

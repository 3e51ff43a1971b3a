// A live stream at home: the worker of its first publisher. Hands each batch of frames once to every replica, whoever publishes; keeps
// the viewers over the loss of a publisher; keeps the figures people see.
// Shared by Publications, Subscriptions and the registry; says of each method which thread may call it.
#pragma once

#include "live/registry.h"
#include "live/standby.h"
#include "live/stream_meter.h"
#include "live/timeline.h"
#include "media/peak_rate.h"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <mutex>

namespace matinee::live {

class Stream : public std::enable_shared_from_this<Stream>
{
public:
    Stream(std::string name, Registry &registry, net::WorkerPool &workers, net::Worker &home, const RegistryLimits &limits,
           PublishPolicy policy, bool internal);

    // home worker
    void write(SourceId source, std::vector<media::FramePtr> frames);
    void setTracks(SourceId source, std::vector<media::TrackPtr> tracks);
    /// Brings what runs here into line with the seats as they are now. Any number of times; after each change of them.
    void settle();
    /// The replica of that worker, made where it has none; null after the end. Each call needs one releaseReplica().
    [[nodiscard]] std::shared_ptr<Replica> acquireReplica(std::size_t worker);
    void releaseReplica(std::size_t worker);

    // registry, under its lock; settle() must follow
    [[nodiscard]] Result<Seats::Claim> claim(Seat seat, PublishPolicy policy);
    [[nodiscard]] Seats::Left leave(SourceId source, bool lost, std::chrono::milliseconds grace);
    [[nodiscard]] bool expire(std::uint64_t interruption);
    void close(EndReason end, const std::string &reason);

    // any thread
    [[nodiscard]] const std::string &name() const { return m_name; }
    [[nodiscard]] net::Worker &home() { return m_home; }
    [[nodiscard]] bool internal() const { return m_internal; }
    [[nodiscard]] bool hasFrames() const { return m_hasFrames; }
    [[nodiscard]] bool standsBy(SourceId source) const;
    void settleSoon(); ///< settle() at home: now where that is here.
    /// Tells the publisher why it must go. Its seat is free when it went.
    void turnAway(SourceId source, std::string reason);
    void setEncoder(SourceId source, std::string encoder);
    void setPromisedKbps(SourceId source, std::uint32_t kbps);
    void addViewers(const std::string &protocol, int change);
    void addHolder(int change) { m_holders.fetch_add(static_cast<std::uint32_t>(change), std::memory_order_relaxed); }
    void setViewers(const std::string &protocol, std::uint32_t count);
    /// Those of a rendition, on top of this stream's own.
    void setRenditionViewers(const std::string &rendition, const std::string &protocol, std::uint32_t count);
    void sent(std::size_t worker, std::uint64_t bytes, media::MediaTime lag);
    [[nodiscard]] std::size_t viewerCount() const;
    [[nodiscard]] Statistics statistics() const;

private:
    struct Place
    {
        std::shared_ptr<Replica> replica;
        std::size_t users = 0;
    };
    /// Written by one worker only, so that workers do not fight for a cache line.
    struct alignas(64) Sent
    {
        std::atomic<std::uint64_t> bytes{0};
        std::atomic<std::int64_t> lag{0}; // microseconds; the greatest since it was read
    };

    void deliver(std::vector<media::FramePtr> frames);
    void show(const std::vector<media::TrackPtr> &tracks);
    void enterSource(SourceId source);
    void startGrace(std::uint64_t interruption, Seats::Time since);
    void end(EndReason reason);
    void everySecond(StreamMeter::Clock::time_point now);
    [[nodiscard]] std::string tooMuch() const;
    [[nodiscard]] std::uint64_t bytesOut() const;

    // fixed at construction
    const std::string m_name;
    Registry &m_registry;
    net::WorkerPool &m_workers;
    net::Worker &m_home;
    const ReplicaLimits m_limits;
    const bool m_internal;
    const std::chrono::system_clock::time_point m_startedAt;
    const std::shared_ptr<std::atomic<std::uint64_t>> m_jumps;

    // home worker
    std::vector<Place> m_places; // by worker; the home's own is always there: it is the key-frame cache
    SourceId m_source = 0;       // whose frames the viewers get
    SourceId m_standbyId = 0;
    SourceId m_turnedAway = 0; // its frames are dropped until it is gone
    Timeline m_timeline;
    Standby m_standby;
    Advice m_advice;
    media::PeakRate m_pictureRate;
    StreamMeter::Clock::time_point m_since; // m_source has published
    std::unique_ptr<asio::steady_timer> m_grace;
    std::uint64_t m_graceOf = 0; // the interruption for which it runs
    bool m_ended = false;

    // any thread
    std::atomic<bool> m_hasFrames{false};
    std::atomic<std::uint32_t> m_holders{0};
    std::atomic<std::uint32_t> m_peakVideoKbps{0};
    StreamMeter m_meter;
    std::vector<Sent> m_sent; // by worker
    std::atomic<std::int64_t> m_lag{0};
    mutable std::mutex m_mutex; // guards what people see; taken when somebody comes, goes or looks, and once a second
    Seats m_seats;
    PublishPolicy m_policy;
    EndReason m_endReason = EndReason::PublisherLeft;
    PublisherInfo m_publisher; // also while it is away
    std::map<std::string, std::uint32_t> m_viewers;
    std::map<std::pair<std::string, std::string>, std::uint32_t> m_renditionViewers; // by rendition and protocol
    std::map<SourceId, std::uint32_t> m_promised;                                    // of those seated
    std::array<media::TrackPtr, 2> m_tracks;
    std::vector<Warning> m_warnings;
};

} // namespace matinee::live

// The directory of live streams: who publishes which name, on which worker it lives, which workers have viewers.
// Owned by app; every method may be called from any worker. Looked up when somebody comes or goes, never per frame.
#pragma once

#include "live/advice.h"
#include "live/publish_policy.h"
#include "live/replica.h"
#include "live/seats.h"
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

/// What people see of a stream. Totals run on over interruptions.
struct Statistics
{
    std::chrono::system_clock::time_point startedAt; ///< When the stream went live.
    bool interrupted = false;                        ///< The publisher is lost; the stream waits for it.
    bool backup = false;                             ///< Another publisher stands by.
    std::uint64_t interruptions = 0;
    PublisherInfo publisher;
    std::vector<media::TrackPtr> tracks;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    std::uint64_t bytesOut = 0;
    std::uint32_t bitrateKbps = 0; ///< Over the last 4 s.
    std::uint32_t outKbps = 0;     ///< To all viewers, over the last 4 s.
    std::uint32_t peakVideoKbps = 0; ///< The most of the picture over any 4 s of this publisher; 0: not known yet.
    double fps = 0;
    double keyFrameIntervalSeconds = 0;
    std::uint64_t jumps = 0;
    media::MediaTime lag{};                       ///< Of the viewer furthest behind, over the last seconds.
    std::map<std::string, std::uint32_t> viewers; ///< By protocol.
    std::uint32_t holders = 0;                    ///< Subscriptions, of viewers and of what is none (a segmenter, a recorder).
    std::vector<Warning> warnings;                ///< For the publisher, the gravest first.
};

struct StreamState
{
    std::string name;
    Statistics statistics;
};

class Stream;
class Registry;

struct PublishOptions
{
    /// Stands by where somebody publishes already, and takes over when that one is lost. Where nobody does: publishes.
    bool backup = false;
    /// Made by the server itself (a rendition "name@720p"): no grace time, no limits, not counted.
    bool internal = false;
};

/// A publisher's hold on its stream. Used on the publisher's worker, which need not be the stream's home. Destroying it ends the stream
/// for its viewers; after lost() it leaves the stream in its grace time, or to the publisher that stands by.
class Publication
{
public:
    Publication(std::shared_ptr<Stream> stream, Registry &registry, SourceId id);
    ~Publication();
    Publication(const Publication &) = delete;
    Publication &operator=(const Publication &) = delete;
    /// Hands over what one read brought, in order, all tracks mixed. One post per home, whatever the count.
    void write(std::vector<media::FramePtr> frames);
    /// The stream's tracks as known so far, so that outputs name only real ones.
    void setTracks(std::vector<media::TrackPtr> tracks);
    /// A better name of the encoder than that of the connection, from the stream's metadata.
    void setEncoder(std::string encoder);
    /// What the encoder said it would send, all tracks together; 0 where it did not say.
    void setPromisedKbps(std::uint32_t kbps);
    /// The publisher went without ending its stream: connection broken, killed, silent. Call before destroying.
    void lost() { m_lost = true; }
    /// Another one is seen by the viewers; this one waits.
    [[nodiscard]] bool standsBy() const;

private:
    /// Batches on their way to a home on another worker. With more the home is stuck: the publisher is told, and the frames are dropped.
    static constexpr std::size_t kMaxUnderWay = 2048;

    const std::shared_ptr<Stream> m_stream;
    Registry &m_registry;
    const SourceId m_id;
    const std::shared_ptr<std::atomic<std::size_t>> m_underWay;
    bool m_lost = false;
};

/// A viewer's hold on a replica of its own worker; counts it under `protocol` while it lives (empty: no viewer, a segmenter).
/// Destroy on that worker.
class Subscription
{
public:
    /// `base`: the stream of which this is a rendition, or null; the viewer is counted there as well.
    Subscription(std::shared_ptr<Stream> stream, std::shared_ptr<Stream> base, std::shared_ptr<Replica> replica, std::string protocol);
    ~Subscription();
    Subscription(const Subscription &) = delete;
    Subscription &operator=(const Subscription &) = delete;
    [[nodiscard]] Replica &replica() { return *m_replica; }
    /// For the figures, after each write to the viewer: bytes that went out, and how far the viewer is behind now.
    void sent(std::uint64_t bytes, media::MediaTime lag);

private:
    std::shared_ptr<Stream> m_stream;
    const std::shared_ptr<Stream> m_base;
    std::shared_ptr<Replica> m_replica;
    const std::string m_protocol;
    const std::size_t m_worker;
};

struct RegistryLimits
{
    ReplicaLimits replica;
    std::size_t streams = 1000;                             ///< livestream.max_streams
    std::size_t viewers = 20000;                            ///< livestream.max_viewers, all streams together
    std::size_t standbyBytes = std::size_t{16} << 20;       ///< Kept of a publisher that stands by.
    std::chrono::milliseconds wantedWait{10000};            ///< subscribe() waits so long for a stream that something will bring.
};

enum class StreamEvent
{
    Began,
    Interrupted,   ///< The publisher is lost; grace time runs.
    Returned,      ///< A publisher is back within the grace time.
    Replaced,      ///< Another publisher took the stream over (on_conflict: replace).
    BackupReady,   ///< A second publisher stands by.
    BackupGone,    ///< It left.
    BackupTookOver, ///< The first was lost; the one that stood by is seen now.
    Ended,
};
[[nodiscard]] std::string_view streamEventName(StreamEvent event); ///< "interrupted"

/// "name@720p" is made by the server from "name", and is played under the permission of "name".
[[nodiscard]] std::string_view baseName(std::string_view name);
[[nodiscard]] inline bool isRendition(std::string_view name) { return name.find('@') != std::string_view::npos; }

class Registry
{
public:
    Registry(net::WorkerPool &workers, RegistryLimits limits, PublishPolicy policy = {});
    ~Registry();

    /// Claims the name, or takes it up again within its grace time, or stands by. AlreadyExists while another publisher holds it and
    /// livestream.on_conflict says so. `kick` is called on `worker` when the publisher must go, with a sentence for it.
    [[nodiscard]] Result<std::unique_ptr<Publication>> publish(const std::string &name, PublisherInfo info, net::Worker &worker,
                                                               std::function<void(std::string reason)> kick, PublishOptions options = {});

    /// True where the stream is live, in its grace time, or something will bring it: then subscribe() waits for it.
    [[nodiscard]] bool want(const std::string &name) const;
    /// Asked by want() about a name that is not live, on the asking worker: begin to bring it and say true, or false where it is none of
    /// yours. Must be quick; may be asked again and again. Several may be set, before the start.
    void onWanted(std::function<bool(const std::string &name)> bring);
    /// Asked about a name that is not live and that nobody brings: better words than that it is not live, from who knows more. Several may
    /// be set, before the start.
    void onAbsent(std::function<std::optional<Error>(const std::string &name)> explain);
    /// What to tell who asked for it.
    [[nodiscard]] Error absence(const std::string &name) const;

    /// Joins from the calling worker. NotFound where nobody publishes, Unavailable when the server is full. Waits for a stream that want()
    /// knows of until its first frames are there.
    [[nodiscard]] Task<Result<std::unique_ptr<Subscription>>> subscribe(std::string name, std::string protocol);

    /// Counts a viewer that holds no connection (HLS); the stream is told the number now.
    void setViewers(const std::string &name, const std::string &protocol, std::uint32_t count);

    /// Ends the stream and the connections of its publishers, also in its grace time. False where there is no such stream.
    bool kick(const std::string &name, std::string reason, EndReason end = EndReason::PublisherLeft);
    /// Has a publisher, or waits for its return.
    [[nodiscard]] bool isLive(const std::string &name) const;
    [[nodiscard]] std::optional<StreamState> find(const std::string &name) const;
    [[nodiscard]] std::vector<StreamState> list() const; ///< By name, renditions too.
    [[nodiscard]] std::size_t liveCount() const;         ///< Without renditions.
    /// Called on some worker after a stream went live or ended. Several may be set, before the start.
    void onChange(std::function<void(const std::string &name, bool live)> callback);
    /// The same for everything that happens to a stream's publishers.
    void onEvent(std::function<void(const std::string &name, StreamEvent event)> callback);
    void setPolicy(PublishPolicy policy); ///< Any thread.
    /// Kicks every publisher and ends every stream.
    void drain();

private:
    friend class Publication;
    friend class Stream;
    struct Waiter;

    void release(const std::shared_ptr<Stream> &stream, SourceId id, bool lost);
    void graceOver(const std::shared_ptr<Stream> &stream, std::uint64_t interruption);
    void firstFrames(const std::string &name);
    void tell(const std::string &name, StreamEvent event) const;
    [[nodiscard]] std::shared_ptr<Stream> lookUp(const std::string &name) const;
    Task<std::shared_ptr<Stream>> await(std::string name);

    // fixed at the start
    net::WorkerPool &m_workers;
    const RegistryLimits m_limits;
    std::vector<std::function<void(const std::string &, bool)>> m_onChange;
    std::vector<std::function<void(const std::string &, StreamEvent)>> m_onEvent;
    std::vector<std::function<bool(const std::string &)>> m_onWanted;
    std::vector<std::function<std::optional<Error>(const std::string &)>> m_onAbsent;

    mutable std::mutex m_mutex; // guards what follows: arrivals and departures only
    PublishPolicy m_policy;
    SourceId m_lastId = 0;
    bool m_draining = false;
    std::unordered_map<std::string, std::shared_ptr<Stream>> m_streams;
    std::unordered_multimap<std::string, std::shared_ptr<Waiter>> m_waiters; // at most m_limits.viewers
};

} // namespace matinee::live

// A worker's copy of one live stream: a ring of the newest frames, the point to join at, and this worker's viewers.
// Made by the registry when the worker gets its first viewer; every method runs on that worker. Nothing here locks.
#pragma once

#include "live/frame_format.h"
#include "media/frame.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace matinee::live {

enum class EndReason
{
    PublisherLeft, ///< The stream ended; it may come back under the same name.
    Deleted,       ///< The stream is gone.
    Draining,      ///< The server stops.
};

/// A viewer on this worker. Told that there is news; fetches it by its own cursor at its own pace.
class Subscriber
{
public:
    virtual ~Subscriber() = default;
    virtual void onFrames() = 0;              ///< There is something at the end of the ring. Must not detach others.
    virtual void onEnd(EndReason reason) = 0; ///< No more frames. The replica forgets the subscriber before it calls.
};

/// What a viewer asks for next: one frame, with `jumped` frames given up before it.
struct Next
{
    const media::Frame *frame = nullptr; ///< Null: nothing new. Valid until the worker handles another event.
    media::SharedBytes encoded;          ///< In the format asked for.
    bool trackChanged = false;           ///< Send the track's header first: first frame of the track, or a new configuration.
    bool jumped = false;                 ///< Video was skipped before this frame.
};

class Replica;

/// A viewer's place in the ring. A value of a few words; never copies frames. When it falls more than the replica's lag limit
/// behind, it moves on to the newest key frame: the video between is given up, the audio between is kept.
class Cursor
{
public:
    [[nodiscard]] std::uint64_t jumps() const { return m_jumps; }

private:
    friend class Replica;
    std::uint64_t m_next = 0;      // sequence number of the frame to look at next
    std::uint64_t m_videoFrom = 0; // video before this is skipped
    bool m_joined = false;
    bool m_awaitKey = false; // video is skipped until a key frame comes
    bool m_jumped = false;   // the next frame is the first after a jump
    std::uint64_t m_jumps = 0;
    std::array<media::TrackPtr, 2> m_seen; // by Kind: the configuration that this viewer was sent last
};

struct ReplicaLimits
{
    media::MediaTime lag{std::chrono::seconds(4)};    ///< A viewer further behind jumps.
    std::size_t ringBytes = std::size_t{48} << 20;     ///< Oldest frames go beyond this, whatever their age.
    media::MediaTime history{std::chrono::seconds(12)}; ///< Kept at least since the newest key frame, at most this.
};

class Replica
{
public:
    /// `jumps` counts over all replicas of the stream; it outlives the replica.
    Replica(std::string name, ReplicaLimits limits, std::shared_ptr<std::atomic<std::uint64_t>> jumps);

    // viewers
    void attach(Subscriber &subscriber);
    void detach(Subscriber &subscriber); ///< Harmless where it is not attached.
    /// Next frame for this viewer in `format`. The first one joins at the newest key frame (at the newest second where there is no video).
    [[nodiscard]] Next next(Cursor &cursor, const FrameFormat &format);
    /// The same without an encoded form, for who makes something else of the frames.
    [[nodiscard]] Next next(Cursor &cursor);
    /// How far the cursor is behind the newest frame.
    [[nodiscard]] media::MediaTime lag(const Cursor &cursor) const;

    /// Tracks of the stream now, video first. Empty before the first frame.
    [[nodiscard]] std::vector<media::TrackPtr> tracks() const;
    [[nodiscard]] const std::string &name() const { return m_name; }
    [[nodiscard]] bool ended() const { return m_ended; }

    // home's side of the relay, posted to this worker
    void push(const std::vector<media::FramePtr> &frames);
    void setTracks(std::vector<media::TrackPtr> tracks);
    void end(EndReason reason);
    /// What a new replica needs to let viewers join at once: everything since the newest key frame.
    [[nodiscard]] std::vector<media::FramePtr> sinceKeyFrame() const;

private:
    struct Slot
    {
        media::FramePtr frame;
        std::array<media::SharedBytes, kFormatCount> encoded;
    };
    [[nodiscard]] Slot &slot(std::uint64_t sequence) { return m_ring[sequence - m_begin]; }
    [[nodiscard]] media::MediaTime newest() const { return m_ring.back().frame->dts; }
    [[nodiscard]] std::uint64_t end() const { return m_begin + m_ring.size(); }
    void append(const media::FramePtr &frame);
    [[nodiscard]] Next advance(Cursor &cursor, const FrameFormat *format);
    void trim();
    void join(Cursor &cursor) const;
    void jump(Cursor &cursor, std::uint64_t videoFrom);
    [[nodiscard]] std::uint64_t joinPoint() const;

    const std::string m_name;
    const ReplicaLimits m_limits;
    std::deque<Slot> m_ring;
    std::uint64_t m_begin = 0;    // sequence number of m_ring.front()
    std::uint64_t m_keyFrame = 0; // newest video key frame in the ring, where m_hasKeyFrame
    bool m_hasKeyFrame = false;
    std::size_t m_bytes = 0;
    std::array<media::TrackPtr, 2> m_tracks; // by Kind
    std::vector<Subscriber *> m_subscribers; // null: detached while being told
    bool m_telling = false;
    bool m_ended = false;
    const std::shared_ptr<std::atomic<std::uint64_t>> m_jumps;
};

} // namespace matinee::live

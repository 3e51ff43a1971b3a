// A worker's copy of one live stream: a ring of the newest frames, the point to join at, and this worker's viewers.
// Made by the registry when the worker gets its first viewer; every method runs on that worker. Nothing here locks.
#pragma once

#include "live/flush_rounds.h"
#include "live/frame_format.h"
#include "media/frame.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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
    virtual void onFrames() = 0;              ///< There is something at the end of the ring.
    virtual void onEnd(EndReason reason) = 0; ///< No more frames. The replica forgets the subscriber before it calls.

private:
    friend class FlushRounds;
    static constexpr std::size_t kNowhere = SIZE_MAX;
    std::size_t m_place = kNowhere;
};

/// What a viewer asks for next: one frame, with `jumped` frames given up before it.
struct Next
{
    const media::Frame *frame = nullptr; ///< Null: nothing new. Valid until the worker handles another event.
    media::SharedBytes encoded;          ///< In the format asked for.
    bool trackChanged = false;           ///< Send the track's header first: first frame of the track, or a new configuration.
    bool jumped = false;                 ///< Video was skipped before this frame.
};

/// The newest frames as one piece of memory, for viewers who are where most are: up to date until this round.
struct Batch
{
    std::uint64_t begin = 0; // sequence numbers
    std::uint64_t end = 0;
    std::array<const media::Track *, 2> tracks{}; // by Kind: what the frames in it are of, null where none is
    media::Bytes bytes;
    [[nodiscard]] std::uint64_t frames() const { return end - begin; }
};

class Replica;

/// A viewer's place in the ring. A value of a few words; never copies frames. When it falls more than the replica's lag limit
/// behind, it moves on to the newest key frame: the video between is given up, the audio between is kept.
class Cursor
{
public:
    [[nodiscard]] std::uint64_t jumps() const { return m_jumps; }
    [[nodiscard]] bool joined() const { return m_joined; }

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
    /// Older goes, unless it is of the newest key-frame group. A viewer this far behind jumps as soon as there is a key frame to jump to.
    media::MediaTime history{std::chrono::seconds(5)};
    WorkerPaces *paces = nullptr; ///< How much each worker merges; null: not at all. Outlives the replica.
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
    /// Nothing that is later than `until`, for who is held back.
    [[nodiscard]] Next next(Cursor &cursor, const FrameFormat &format, media::MediaTime until = media::MediaTime::max());
    /// The same without an encoded form, for who makes something else of the frames.
    [[nodiscard]] Next next(Cursor &cursor);
    /// Everything that is new to this viewer, where that is what the others get too; null where it must go by next(). When it was sent whole:
    /// pass(). Valid until the worker handles another event.
    [[nodiscard]] const Batch *batch(const Cursor &cursor, const FrameFormat &format);
    void pass(Cursor &cursor, const Batch &batch) const { cursor.m_next = batch.end; }
    /// Puts the cursor where a new viewer begins. What it begins with, and the stream's newest; nothing where there is nothing to begin with.
    [[nodiscard]] std::optional<std::pair<media::MediaTime, media::MediaTime>> enter(Cursor &cursor) const;
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
    [[nodiscard]] Next advance(Cursor &cursor, const FrameFormat *format, media::MediaTime until);
    [[nodiscard]] const media::SharedBytes &encoded(Slot &slot, const FrameFormat &format) const;
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
    std::array<Batch, kFormatCount> m_batches;
    const std::shared_ptr<FlushRounds> m_rounds;
    bool m_ended = false;
    const std::shared_ptr<std::atomic<std::uint64_t>> m_jumps;
};

} // namespace matinee::live

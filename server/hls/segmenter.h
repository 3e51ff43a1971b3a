// Makes MPEG-TS segments and a sliding playlist from one stream's frames. Used by the stream's egress on its worker; has no socket,
// timer or clock: arrival times come in as arguments.
#pragma once

#include "hls/segment_store.h"
#include "hls/wire/cutter.h"
#include "hls/wire/playlist.h"
#include "media/frame.h"
#include "mux/ts_muxer.h"

#include "common/protocol/result.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace matinee::hls {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// What viewers are given: a value that never changes, shared by all workers.
struct Snapshot
{
    Playlist playlist;
    SharedText text;
};

struct SegmenterLimits
{
    CutLimits cut;
    std::size_t playlistLength = 6; ///< livestream.hls_playlist_segments
    std::size_t kept = 4;           ///< Segments that stay in the store after they slid out, for who read the playlist just before.
};

class Segmenter
{
public:
    /// `secret`: an unguessable part of every segment's name, of letters and digits.
    Segmenter(std::string name, std::string secret, SegmenterLimits limits, Sequences start, SegmentStore &store);
    ~Segmenter(); ///< Its segments leave the store.
    Segmenter(const Segmenter &) = delete;
    Segmenter &operator=(const Segmenter &) = delete;

    /// `tracks`: those of the stream now. `arrived`: wall clock at which the frame came in. `interval`: between key frames as far as is
    /// known, which the target duration will allow for. Frames that HLS cannot carry are left out.
    void write(const media::Frame &frame, const std::vector<media::TrackPtr> &tracks, WallTime arrived, std::chrono::microseconds interval);
    /// The publisher is gone: the open segment is finished; what comes next, if anything, begins a new timeline.
    void endTimeline();

    /// Null until there is a first segment. A new one for each change.
    [[nodiscard]] const std::shared_ptr<const Snapshot> &snapshot() const { return m_snapshot; }
    /// Why there will be no segment as things are.
    [[nodiscard]] const std::optional<Error> &failure() const { return m_failure; }
    /// Where a later segmenter of this name may start.
    [[nodiscard]] Sequences successor() const;

    [[nodiscard]] std::uint64_t segmentsMade() const { return m_segmentsMade; }
    [[nodiscard]] std::uint64_t framesRefused() const { return m_framesRefused; }

private:
    [[nodiscard]] bool needsTables(const media::Frame &frame) const;
    [[nodiscard]] bool mayChangeTables(const media::Frame &frame);
    [[nodiscard]] bool changeTables(const media::Frame &frame, std::vector<media::TrackPtr> tracks);
    void begin(WallTime arrived, bool newTimeline);
    void finish(media::MediaTime duration);
    void settleTarget(media::MediaTime first);

    // fixed at construction
    const std::string m_name;
    const std::string m_secret;
    const SegmenterLimits m_limits;
    const Sequences m_start;
    SegmentStore &m_store;

    // the open segment
    Cutter m_cutter;
    std::unique_ptr<mux::TsMuxer> m_muxer;
    bool m_hasVideo = false;
    bool m_discontinuity = false; // between the last segment and the open one
    WallTime m_begins{};
    std::optional<WallTime> m_expected;           // where the last segment ended
    std::optional<media::MediaTime> m_audioWaits; // new audio, since when; until a key frame lets the tables change
    media::TrackPtr m_refused;                    // the track that no muxer could be made for
    std::chrono::microseconds m_interval{};

    // what is finished
    std::optional<Playlist> m_playlist; // once the first segment has settled its target duration
    std::deque<std::string> m_stored;   // ids, oldest first: those in the playlist, and before them at most `kept`
    std::shared_ptr<const Snapshot> m_snapshot;
    std::optional<Error> m_failure;
    std::uint64_t m_segmentsMade = 0;
    std::uint64_t m_framesRefused = 0;
};

} // namespace matinee::hls

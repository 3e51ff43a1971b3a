// Decides where one stream's segments begin and end, once for all the forms that viewers ask for, so that their numbers agree.
// Used by the stream's egress on its worker; has no socket, timer or clock: arrival times come in as arguments.
#pragma once

#include "hls/facts.h"
#include "hls/rendition.h"
#include "hls/segment_store.h"
#include "hls/wire/cutter.h"
#include "hls/wire/playlist.h"
#include "media/frame.h"

#include "common/protocol/result.h"

#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace matinee::hls {

using FormSet = std::bitset<kFormCount>;

struct SegmenterLimits
{
    CutLimits cut;
    std::size_t playlistLength = 6;      ///< livestream.hls_playlist_segments
    std::size_t kept = 4;                ///< Segments that stay in the store after they slid out, for who read the playlist just before.
    std::chrono::milliseconds part{250}; ///< livestream.hls_part_milliseconds; 0: none
    std::chrono::seconds window{0};      ///< livestream.dvr_window_seconds
};

class Segmenter
{
public:
    /// `secret`: an unguessable part of every segment's name, of letters and digits.
    Segmenter(std::string name, std::string secret, SegmenterLimits limits, Sequences start, SegmentStore &store);

    /// Asked once, with the time of the first segment: the numbers that it has in other renditions of the same stream.
    using Align = std::function<std::optional<Sequences>(media::MediaTime)>;
    void alignWith(Align align, Sequences known);

    /// Which forms are made from the next segment on. Those that are not leave the store.
    void want(FormSet forms) { m_wanted = forms; }

    /// `tracks`: those of the stream now. `arrived`: wall clock at which the frame came in. `interval`: between key frames as far as is
    /// known, which the target duration will allow for. Frames that HLS cannot carry are left out.
    void write(const media::Frame &frame, const std::vector<media::TrackPtr> &tracks, WallTime arrived, Microseconds interval);
    /// The publisher is gone: the open segment is finished; what comes next, if anything, begins a new timeline.
    void endTimeline();

    /// Rises with everything that a viewer could see.
    [[nodiscard]] std::uint64_t version() const { return m_version; }
    /// Null where the form is not made.
    [[nodiscard]] const Rendition *rendition(Form form) const { return m_renditions[static_cast<std::size_t>(form)].get(); }
    [[nodiscard]] const std::vector<media::TrackPtr> &tracks() const { return m_tracks; }
    /// Why there will be nothing in any form, as things are.
    [[nodiscard]] std::optional<Error> failure() const;
    /// Of the segment that is being made.
    [[nodiscard]] std::pair<media::MediaTime, Sequences> beginning() const
    {
        return {m_segmentBegins, {m_next - (m_begun ? 1 : 0), m_discontinuities}};
    }
    [[nodiscard]] bool hasBegun() const { return m_begun; }
    /// Where a later segmenter of this name may start.
    [[nodiscard]] Sequences successor() const { return {m_next, m_discontinuities + (m_begun ? 1 : 0)}; }

    [[nodiscard]] std::uint64_t segmentsMade() const { return m_segmentsMade; }
    [[nodiscard]] std::uint64_t framesRefused() const { return m_framesRefused; }

private:
    static constexpr std::size_t kMaxRefused = 16;

    [[nodiscard]] bool has(const media::TrackPtr &track) const;
    [[nodiscard]] bool isUsable(const media::TrackPtr &track);
    [[nodiscard]] bool needsTables(const media::Frame &frame) const;
    [[nodiscard]] bool mayChangeTables(const media::Frame &frame);
    void changeTables(const media::Frame &frame, std::vector<media::TrackPtr> tracks);
    void begin(const media::Frame &frame, WallTime arrived, bool newTimeline);
    void finish(media::MediaTime duration, std::optional<media::MediaTime> next);
    void considerPart(const media::Frame &frame);
    void settle(media::MediaTime first);
    [[nodiscard]] std::size_t pendingBytes() const;

    // fixed at construction
    const std::string m_name;
    const std::string m_secret;
    const SegmenterLimits m_limits;
    SegmentStore &m_store;
    Align m_align;       // until the first segment
    Sequences m_known{}; // numbers below these have been given away

    // the open segment
    Cutter m_cutter;
    FormSet m_wanted;
    std::array<std::unique_ptr<Rendition>, kFormCount> m_renditions;
    std::vector<media::TrackPtr> m_tracks; // that the renditions' muxers were made for
    bool m_hasVideo = false;
    bool m_discontinuity = false; // between the last segment and the open one
    WallTime m_begins{};
    std::optional<WallTime> m_expected;           // where the last segment ended
    std::optional<media::MediaTime> m_audioWaits; // new audio, since when; until a key frame lets the tables change
    std::vector<media::TrackPtr> m_refused;       // tracks that no muxer could be made for
    Microseconds m_interval{};
    media::MediaTime m_partBegins{};
    media::MediaTime m_segmentBegins{};
    std::uint64_t m_leadFrames = 0; // of the open segment: pictures, or audio frames where there are none

    // what is finished
    std::optional<PlaylistShape> m_shape; // once the first segment has settled it
    Microseconds m_frameTime{};           // between two lead frames, with m_shape
    bool m_begun = false;
    std::uint64_t m_next;            // number of the next segment
    std::uint64_t m_discontinuities; // so far
    std::uint64_t m_version = 0;
    std::uint64_t m_segmentsMade = 0;
    std::uint64_t m_framesRefused = 0;
};

} // namespace matinee::hls

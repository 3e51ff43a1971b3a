// Decides where one stream's segments begin and end, once for all the forms that viewers ask for, so that their numbers agree.
// Used by the stream's egress on its worker; has no socket, timer or clock: arrival times come in as arguments.
#pragma once

#include "hls/facts.h"
#include "hls/lead.h"
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

    /// Asked about each key frame: what the segmenter of the stream did there, of which this is a rendition. Segments begin where its
    /// segments begin, and are numbered and dated alike. `known`: numbers below these have been given away.
    using Follow = std::function<Lead(media::MediaTime)>;
    void follow(Follow lead, Sequences known);

    /// A list of this name ended at `ended`, and players may still wait for it to go on: hls.js finds its way only where the new list tells
    /// what became of the time between. The first segments listed are gaps, back to there.
    void resume(WallTime ended) { m_resume = ended; }
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
    [[nodiscard]] Beginning beginning() const { return {m_firstShown, {m_next - (m_begun ? 1 : 0), m_discontinuities}, m_begins}; }
    [[nodiscard]] bool hasBegun() const { return m_begun; }
    [[nodiscard]] std::optional<WallTime> ended() const { return m_expected; } ///< The last segment that is whole.
    /// Where a later segmenter of this name may start.
    [[nodiscard]] Sequences successor() const { return {m_next, m_discontinuities + (m_begun ? 1 : 0)}; }

    [[nodiscard]] std::uint64_t segmentsMade() const { return m_segmentsMade; }
    [[nodiscard]] std::uint64_t framesRefused() const { return m_framesRefused; }

private:
    static constexpr std::size_t kMaxRefused = 16;
    static constexpr std::int64_t kMaxMissing = 64; // segments that are listed as gaps; beyond this the list begins anew
    static constexpr std::uint64_t kMaxBridge = 24; // the same, before the first one
    static constexpr int kBehindSegments = 4;       // so far a player may have been behind when its list ended

    [[nodiscard]] bool has(const media::TrackPtr &track) const;
    [[nodiscard]] bool isUsable(const media::TrackPtr &track);
    [[nodiscard]] bool needsTables(const media::Frame &frame) const;
    [[nodiscard]] bool mayChangeTables(const media::Frame &frame);
    void changeTables(const media::Frame &frame, std::vector<media::TrackPtr> tracks);
    [[nodiscard]] Lead leadAt(const media::Frame &frame) const;
    [[nodiscard]] Elsewhere elsewhere(const media::Frame &frame, const Lead &lead) const;
    [[nodiscard]] bool breaks(const Lead &lead) const;
    [[nodiscard]] WallTime keepStep(const Beginning &lead, const media::Frame &frame);
    void begin(const media::Frame &frame, WallTime arrived, bool newTimeline, const Lead &lead);
    [[nodiscard]] std::uint64_t bridge(bool follows);
    void finish(media::MediaTime duration, std::optional<media::MediaTime> next);
    void considerPart(const media::Frame &frame);
    void settle(media::MediaTime first);
    [[nodiscard]] std::size_t pendingBytes() const;

    // fixed at construction
    const std::string m_name;
    const std::string m_secret;
    const SegmenterLimits m_limits;
    SegmentStore &m_store;
    Follow m_follow;
    Sequences m_known{}; // numbers below these have been given away

    // the open segment
    Cutter m_cutter;
    FormSet m_wanted;
    std::array<std::unique_ptr<Rendition>, kFormCount> m_renditions;
    std::vector<media::TrackPtr> m_tracks; // that the renditions' muxers were made for
    bool m_hasVideo = false;
    bool m_discontinuity = false; // between the last segment and the open one
    bool m_hole = false;          // no segment is open, because none could begin after the last one
    std::optional<WallTime> m_resume; // until the first segment
    WallTime m_begins{};
    std::optional<WallTime> m_expected;           // where the last segment ended
    std::optional<media::MediaTime> m_audioWaits; // new audio, since when; until a key frame lets the tables change
    std::vector<media::TrackPtr> m_refused;       // tracks that no muxer could be made for
    Microseconds m_interval{};
    media::MediaTime m_partBegins{};
    media::MediaTime m_segmentBegins{};
    media::MediaTime m_firstShown{}; // its first frame
    std::uint64_t m_leadFrames = 0; // of the open segment: pictures, or audio frames where there are none

    // what is finished
    media::MediaTime m_end{}; // of the last segment
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

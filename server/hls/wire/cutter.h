// Where one segment ends and the next begins: at key frames once the wanted length is reached; audio alone, by time. A pure value that
// sees each frame once, before it is written; never lets a segment outgrow the playlist's target duration.
#pragma once

#include "media/frame.h"

#include <cstddef>
#include <optional>

namespace matinee::hls {

struct CutLimits
{
    media::MediaTime wanted{std::chrono::seconds(2)};   ///< livestream.hls_segment_seconds
    media::MediaTime longest{std::chrono::seconds(20)}; ///< Bound before the target duration is known; without key frames, cut by force.
    std::size_t bytes = std::size_t{32} << 20;          ///< Cut by force above this.
};

enum class Cut
{
    None,
    Begin,  ///< This frame begins the first segment.
    Key,    ///< The segment ends here; the frame begins the next, and decoding can begin with it.
    Forced, ///< The same in the middle of a group of pictures: the segment has reached a bound.
    Gap,    ///< The segment ended where its last frame did; then the publisher was silent, or time went back.
    End,    ///< As Gap, but no segment can begin with this frame; leave it out.
    Skip,   ///< No segment can begin with this frame; leave it out.
};

/// What another segmenter, which this one keeps step with, did at a frame.
enum class Elsewhere
{
    Unknown, ///< There is none, or it is not known.
    Behind,  ///< It has not come so far, or the frame is none to begin with: a segment that begins waits for a better one.
    Begins,  ///< It began a segment there.
    GoesOn,  ///< It did not.
    Taken,   ///< It did not, and its segment has its counterpart here: the open one may go on, but none begins before its next.
};

struct CutDecision
{
    Cut cut = Cut::None;
    media::MediaTime duration{}; ///< Of the segment that ends (Key, Forced, Gap, End).
};

class Cutter
{
public:
    explicit Cutter(CutLimits limits);

    /// `pendingBytes`: size of the open segment. `hasVideo`: a video track is among those known.
    [[nodiscard]] CutDecision consider(const media::Frame &frame, std::size_t pendingBytes, bool hasVideo,
                                       Elsewhere elsewhere = Elsewhere::Unknown);
    /// From now on no segment lasts longer. Call when the target duration has been settled.
    void limitTo(media::MediaTime target) { m_longest = target; }

    /// Ends the open segment, if any: after its last frame, or at `next`, where a frame of other tracks follows without a break.
    [[nodiscard]] std::optional<media::MediaTime> close(std::optional<media::MediaTime> next = std::nullopt);
    /// Decode time of the first frame of the open segment.
    [[nodiscard]] media::MediaTime start() const { return m_start; }
    [[nodiscard]] bool isOpen() const { return m_open; }

private:
    [[nodiscard]] media::MediaTime heldDuration() const;
    CutDecision begin(const media::Frame &frame, CutDecision decision);
    [[nodiscard]] CutDecision decide(const media::Frame &frame, std::size_t pendingBytes, bool hasVideo, Elsewhere elsewhere) const;
    [[nodiscard]] bool mayBegin(const media::Frame &frame, bool hasVideo, Elsewhere elsewhere);

    const CutLimits m_limits;
    media::MediaTime m_longest;
    bool m_open = false;
    bool m_seekKey = false; // the last cut was by force: cut at the next key frame, however near, to get back into step
    media::MediaTime m_start{};
    media::MediaTime m_newest{}; // of the frames seen
    media::MediaTime m_step{};   // between the last two frames of one kind
    std::optional<media::MediaTime> m_lastOfKind[2];
    std::optional<media::MediaTime> m_waitingSince; // for a key frame, while only audio comes; for who is behind
};

} // namespace matinee::hls

#include "hls/wire/cutter.h"

#include <algorithm>
#include <utility>

namespace matinee::hls {

using media::MediaTime;

namespace {

// Millisecond time stamps make 2 s between key frames 1.999 s now and then.
constexpr MediaTime kRounding = std::chrono::milliseconds(50);
// A silence of this length is the publisher's, not a low frame rate.
constexpr MediaTime kSilence = std::chrono::seconds(3);
// Tracks are interleaved this loosely at most; a larger step back is a new timeline.
constexpr MediaTime kInterleaving = std::chrono::seconds(2);
// A video track that was announced and gives no key frame for so long is not waited for.
constexpr MediaTime kPatience = std::chrono::seconds(5);

} // namespace

Cutter::Cutter(CutLimits limits) : m_limits(limits), m_longest(limits.longest) {}

CutDecision Cutter::consider(const media::Frame &frame, std::size_t pendingBytes, bool hasVideo, Elsewhere elsewhere)
{
    auto &last = m_lastOfKind[static_cast<std::size_t>(frame.track->kind)];
    CutDecision decision;
    if (m_open)
        decision = decide(frame, pendingBytes, hasVideo, elsewhere);
    // Who keeps step begins no segment that the other one does not have: its numbers would be out of step from then on.
    const bool waits = elsewhere == Elsewhere::Behind || elsewhere == Elsewhere::Taken;
    if ((decision.cut == Cut::Gap && waits) || (decision.cut == Cut::Forced && elsewhere != Elsewhere::Unknown)) {
        m_open = false;
        return {Cut::End, decision.duration};
    }
    if (m_open)
        decision = begin(frame, decision);
    else
        decision = mayBegin(frame, hasVideo, elsewhere) ? begin(frame, {Cut::Begin, {}}) : CutDecision{Cut::Skip, {}};
    const bool newTimeline = decision.cut == Cut::Begin || decision.cut == Cut::Gap;
    if (newTimeline)
        m_newest = frame.dts;
    else if (last && frame.dts > *last)
        m_step = frame.dts - *last;
    last = frame.dts;
    m_newest = std::max(m_newest, frame.dts);
    return decision;
}

bool Cutter::mayBegin(const media::Frame &frame, bool hasVideo, Elsewhere elsewhere)
{
    const bool clean = frame.isVideo() && frame.key;
    if (!hasVideo || (clean && elsewhere != Elsewhere::Behind && elsewhere != Elsewhere::Taken))
        return true;
    if (!m_waitingSince || frame.dts < *m_waitingSince)
        m_waitingSince = frame.dts;
    return (clean || !frame.isVideo()) && frame.dts - *m_waitingSince > kPatience;
}

CutDecision Cutter::begin(const media::Frame &frame, CutDecision decision)
{
    if (decision.cut == Cut::None)
        return decision;
    m_open = true;
    m_start = decision.cut == Cut::Forced ? std::max(frame.dts, m_start) : frame.dts;
    m_seekKey = decision.cut == Cut::Forced;
    m_waitingSince.reset();
    return decision;
}

MediaTime Cutter::heldDuration() const
{
    return std::clamp(m_newest - m_start + m_step, MediaTime(0), m_longest);
}

CutDecision Cutter::decide(const media::Frame &frame, std::size_t pendingBytes, bool hasVideo, Elsewhere elsewhere) const
{
    const auto elapsed = frame.dts - m_start;
    if (frame.dts + kInterleaving < m_newest)
        return {Cut::Gap, heldDuration()};
    if (elapsed > m_longest || frame.dts - m_newest > kSilence)
        return {Cut::Gap, heldDuration()};
    if (elapsed <= MediaTime(0))
        return {};
    const bool clean = frame.isVideo() ? frame.key : !hasVideo;
    const bool due = elapsed + kRounding >= m_limits.wanted || (m_seekKey && frame.isVideo());
    const bool goesOn = elsewhere == Elsewhere::GoesOn || elsewhere == Elsewhere::Taken;
    if (clean && !goesOn && (due || elsewhere == Elsewhere::Begins))
        return {Cut::Key, elapsed};
    // The frame after this one may be as far away as this one is from the last: it must not find the segment over its bound. Where there is
    // a stream to keep step with, frames that are missing are a hole, and the next ones are near again.
    const auto last = std::max(frame.dts - m_newest, MediaTime(0));
    const auto step = elsewhere == Elsewhere::Unknown ? std::max(m_step, last) : std::min(m_step, last);
    if (elapsed + 2 * step > m_longest || pendingBytes >= m_limits.bytes)
        return {Cut::Forced, elapsed};
    return {};
}

std::optional<MediaTime> Cutter::close(std::optional<MediaTime> next)
{
    if (!std::exchange(m_open, false))
        return std::nullopt;
    if (next && *next >= m_newest && *next - m_newest <= kSilence)
        return std::min(*next - m_start, m_longest);
    return heldDuration();
}

} // namespace matinee::hls

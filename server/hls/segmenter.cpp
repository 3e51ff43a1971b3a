#include "hls/segmenter.h"

#include "observe/log.h"

#include <algorithm>
#include <utility>

namespace matinee::hls {

using media::MediaTime;

namespace {

// New audio waits so long for a key frame to begin a new segment at; then it does not wait any more.
constexpr MediaTime kAudioPatience = std::chrono::seconds(10);
// The dates in the playlist follow the sum of durations; they are set anew where the wall clock says something else by this much.
constexpr Microseconds kClockDrift = std::chrono::seconds(1);
// Room between the segments seen and the target duration: key frames do not come to the millisecond.
constexpr Microseconds kTargetMargin = std::chrono::milliseconds(500);

/// As many whole frames as come nearest to `wanted`, with room for time stamps that were rounded to milliseconds. Parts that are cut when
/// the next frame would not fit then last at least 85 % of it, as RFC 8216bis wants (4.4.4.9).
Microseconds partTargetOf(Microseconds wanted, Microseconds frame)
{
    if (wanted.count() <= 0 || frame.count() <= 0)
        return Microseconds(0);
    const auto frames = std::max<std::int64_t>((wanted + frame / 2) / frame, 1);
    const auto target = frames * frame + std::max<Microseconds>(frames * frame / 20, std::chrono::milliseconds(2));
    return std::chrono::ceil<std::chrono::milliseconds>(target);
}

} // namespace

Segmenter::Segmenter(std::string name, std::string secret, SegmenterLimits limits, Sequences start, SegmentStore &store)
    : m_name(std::move(name)),
      m_secret(std::move(secret)),
      m_limits(limits),
      m_store(store),
      m_cutter(limits.cut),
      m_next(start.media),
      m_discontinuities(start.discontinuity)
{
}

void Segmenter::follow(Follow lead, Sequences known)
{
    m_follow = std::move(lead);
    m_known = known;
}

Lead Segmenter::leadAt(const media::Frame &frame) const
{
    return m_follow && frame.isVideo() && frame.key ? m_follow(frame.pts) : Lead{};
}

Elsewhere Segmenter::elsewhere(const media::Frame &frame, const Lead &lead) const
{
    if (!m_follow || !m_hasVideo)
        return Elsewhere::Unknown;
    if (lead.begins)
        return Elsewhere::Begins;
    if (lead.segment)
        return m_begun && lead.segment->numbers.media < m_next ? Elsewhere::Taken : Elsewhere::GoesOn;
    const bool clean = frame.isVideo() && frame.key;
    return !clean || (lead.present && !lead.passed) ? Elsewhere::Behind : Elsewhere::Unknown;
}

/// After a hole. Where the stream itself went on, time goes on here too.
bool Segmenter::breaks(const Lead &lead) const
{
    return m_begun && !(lead.segment && lead.segment->numbers.discontinuity <= m_discontinuities);
}

bool Segmenter::has(const media::TrackPtr &track) const
{
    return std::find(m_tracks.begin(), m_tracks.end(), track) != m_tracks.end();
}

/// A muxer is tried once for each new track, so that one broken configuration does not take the other track with it.
bool Segmenter::isUsable(const media::TrackPtr &track)
{
    if (std::find(m_refused.begin(), m_refused.end(), track) != m_refused.end())
        return false;
    if (has(track))
        return true;
    if (const auto muxer = mux::FragmentMuxer::create({track}); !muxer) {
        log::warn("hls", "{}: a track is left out: {}", m_name, muxer.error().message);
        if (m_refused.size() >= kMaxRefused)
            m_refused.erase(m_refused.begin());
        m_refused.push_back(track);
        return false;
    }
    return true;
}

std::optional<Error> Segmenter::failure() const
{
    if (!m_tracks.empty() || m_refused.empty())
        return std::nullopt;
    return fail(ErrorCode::FailedPrecondition, "The encoder's description of its tracks is of no use; HLS cannot carry them.");
}

bool Segmenter::needsTables(const media::Frame &frame) const
{
    return !has(frame.track) || (m_audioWaits && frame.isVideo() && frame.key);
}

/// Tables and decoder configurations change between segments only, and video can only go on from a key frame. So new audio waits for
/// one; the video that everybody is watching is not interrupted for it.
bool Segmenter::mayChangeTables(const media::Frame &frame)
{
    if (frame.isVideo() || !m_cutter.isOpen() || !m_hasVideo || frame.discontinuity)
        return true;
    if (!m_audioWaits || frame.dts < *m_audioWaits)
        m_audioWaits = frame.dts;
    return frame.dts - *m_audioWaits > kAudioPatience;
}

void Segmenter::changeTables(const media::Frame &frame, std::vector<media::TrackPtr> tracks)
{
    if (const auto duration = m_cutter.close(frame.dts))
        finish(*duration, frame.isVideo() ? std::optional(frame.dts) : std::nullopt);
    std::erase_if(tracks, [&](const media::TrackPtr &track) { return track->kind == frame.track->kind || !isUsable(track); });
    tracks.insert(frame.isVideo() ? tracks.begin() : tracks.end(), frame.track);
    m_tracks = std::move(tracks);
    // A rendition's sound may be back before its picture: a segment of sound alone would be one that the stream does not have.
    m_hasVideo = m_tracks.front()->kind == media::Kind::Video || (m_follow && m_hasVideo);
    m_audioWaits.reset();
    for (auto &rendition : m_renditions) {
        if (rendition)
            rendition->setTracks(m_tracks);
    }
    ++m_version;
    m_discontinuity = m_begun;
}

void Segmenter::write(const media::Frame &frame, const std::vector<media::TrackPtr> &tracks, WallTime arrived, Microseconds interval)
{
    if (!isUsable(frame.track))
        return;
    m_interval = interval;
    if (frame.discontinuity && has(frame.track)) // its tracks should be new; where they are not, the break is one all the same
        endTimeline();
    if (needsTables(frame)) {
        if (!mayChangeTables(frame))
            return;
        changeTables(frame, tracks);
    }
    const auto lead = leadAt(frame);
    const auto decision = m_cutter.consider(frame, pendingBytes(), m_hasVideo, elsewhere(frame, lead));
    const auto next = frame.isVideo() ? std::optional(frame.dts) : std::nullopt;
    switch (decision.cut) {
    case Cut::Skip:
        return;
    case Cut::None:
        considerPart(frame);
        break;
    case Cut::End:
        finish(decision.duration, std::nullopt);
        m_hole = true;
        return;
    case Cut::Begin:
        m_discontinuity = m_discontinuity || (std::exchange(m_hole, false) && breaks(lead));
        begin(frame, arrived, true, lead);
        break;
    case Cut::Key:
    case Cut::Forced:
        finish(decision.duration, next);
        begin(frame, arrived, false, lead);
        break;
    case Cut::Gap:
        finish(decision.duration, std::nullopt);
        m_discontinuity = breaks(lead);
        begin(frame, arrived, true, lead);
        break;
    }
    m_leadFrames += frame.isVideo() || !m_hasVideo ? 1 : 0;
    bool refused = false;
    for (const auto &rendition : m_renditions)
        refused = (rendition && !rendition->write(frame)) || refused;
    m_framesRefused += refused ? 1 : 0;
}

void Segmenter::endTimeline()
{
    if (const auto duration = m_cutter.close())
        finish(*duration, std::nullopt);
    m_tracks.clear();
    m_audioWaits.reset();
    m_discontinuity = m_begun;
}

/// Numbers as the stream's own segment has them. What this rendition missed is listed as gaps. Gives the date of the frame.
WallTime Segmenter::keepStep(const Beginning &lead, const media::Frame &frame)
{
    const auto date = lead.begins + (frame.pts - lead.time);
    const auto &numbers = lead.numbers;
    if (!m_begun) {
        m_next = std::max(numbers.media, m_known.media);
        m_discontinuities = std::max(numbers.discontinuity, m_known.discontinuity);
    } else if (numbers.media > m_next && (m_discontinuity || frame.dts > m_end)) {
        const auto missing = static_cast<std::int64_t>(numbers.media - m_next);
        const auto each = m_discontinuity ? m_limits.cut.wanted : (frame.dts - m_end) / missing;
        for (std::int64_t i = 0; i < missing && missing <= kMaxMissing; ++i) {
            const SegmentBeginning gap{m_next + static_cast<std::uint64_t>(i), m_discontinuities, false, date - (missing - i) * each};
            for (auto &rendition : m_renditions) {
                if (rendition)
                    rendition->skip(gap, each);
            }
        }
        m_next = numbers.media;
    }
    return date;
}

/// How many gaps the list begins with, and makes room for their numbers. `follows`: the first segment's own number is given.
std::uint64_t Segmenter::bridge(bool follows)
{
    const auto ended = std::exchange(m_resume, std::nullopt);
    if (!ended || *ended >= m_begins)
        return 0;
    const auto count = std::min<std::uint64_t>(static_cast<std::uint64_t>((m_begins - *ended) / m_limits.cut.wanted) + 1 + kBehindSegments, kMaxBridge);
    if (follows)
        return std::min(count, m_next > m_known.media ? m_next - m_known.media : 0);
    m_next += count;
    return count;
}

void Segmenter::begin(const media::Frame &frame, WallTime arrived, bool newTimeline, const Lead &lead)
{
    const bool drifted = !m_expected || arrived - *m_expected > kClockDrift || *m_expected - arrived > kClockDrift;
    m_begins = newTimeline || drifted ? arrived : *m_expected;
    if (lead.segment)
        m_begins = keepStep(*lead.segment, frame);
    const auto bridge = m_begun ? 0 : this->bridge(lead.segment.has_value());
    const bool discontinuity = std::exchange(m_discontinuity, false) || bridge > 0;
    m_discontinuities += discontinuity && !(bridge > 0 && lead.segment) ? 1 : 0; // the stream's own segmenter has counted it
    m_begun = true;
    m_leadFrames = 0;
    m_partBegins = frame.dts;
    m_segmentBegins = frame.dts;
    m_firstShown = frame.pts;
    for (const auto form : kForms) {
        auto &rendition = m_renditions[static_cast<std::size_t>(form)];
        const bool wanted = m_wanted[static_cast<std::size_t>(form)];
        if (rendition && !wanted)
            rendition.reset();
        if (!rendition && wanted) {
            rendition = std::make_unique<Rendition>(form, m_name, m_secret, m_limits.kept, m_store);
            rendition->setTracks(m_tracks);
        }
        if (rendition && !rendition->failure())
            rendition->begin({m_next, m_discontinuities, discontinuity, m_begins, bridge, m_limits.cut.wanted});
    }
    ++m_next; // of the segment after this one: the number is taken whether or not anything comes of it
    ++m_version;
}

/// Fixes what must not change while a playlist lives, by what the first segment was like.
void Segmenter::settle(MediaTime first)
{
    const auto &cut = m_limits.cut;
    // As many whole groups of pictures as reach the wanted length.
    const auto groups = m_interval.count() > 0 ? (cut.wanted + m_interval - Microseconds(1)) / m_interval : 0;
    const auto longest = std::max({cut.wanted, first, groups * m_interval}) + kTargetMargin;
    m_shape.emplace();
    m_shape->target = std::chrono::ceil<std::chrono::seconds>(std::min<Microseconds>(longest, cut.longest));
    m_shape->length = m_limits.playlistLength;
    m_shape->window = m_limits.window;
    m_frameTime = m_leadFrames > 0 ? first / static_cast<std::int64_t>(m_leadFrames) : Microseconds(0);
    const auto part = partTargetOf(m_limits.part, m_frameTime);
    m_shape->partTarget = part * 3 <= m_shape->target ? part : Microseconds(0); // longer ones would bring no viewer nearer
    m_cutter.limitTo(m_shape->target);
}

void Segmenter::finish(MediaTime duration, std::optional<MediaTime> next)
{
    m_expected = m_begins + duration;
    m_end = m_segmentBegins + duration;
    if (!m_shape)
        settle(duration);
    bool any = false;
    for (const auto &rendition : m_renditions) {
        if (rendition && rendition->isOpen())
            any = rendition->finish(duration, next, *m_shape) || any;
    }
    m_segmentsMade += any ? 1 : 0;
    ++m_version;
}

void Segmenter::considerPart(const media::Frame &frame)
{
    auto &main = m_renditions[static_cast<std::size_t>(Form::Main)];
    if (!main || !m_shape || m_shape->partTarget.count() == 0 || frame.isVideo() != m_hasVideo)
        return;
    if (frame.dts - m_partBegins + m_frameTime <= m_shape->partTarget)
        return;
    main->endPart(frame.dts);
    m_partBegins = frame.dts;
    ++m_version;
}

std::size_t Segmenter::pendingBytes() const
{
    std::size_t most = 0;
    for (const auto &rendition : m_renditions)
        most = std::max(most, rendition ? rendition->pendingBytes() : 0);
    return most;
}

} // namespace matinee::hls

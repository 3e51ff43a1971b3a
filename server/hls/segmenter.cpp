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

void Segmenter::alignWith(Align align, Sequences known)
{
    m_align = std::move(align);
    m_known = known;
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
    m_hasVideo = m_tracks.front()->kind == media::Kind::Video;
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
    const auto decision = m_cutter.consider(frame, pendingBytes(), m_hasVideo);
    const auto next = frame.isVideo() ? std::optional(frame.dts) : std::nullopt;
    switch (decision.cut) {
    case Cut::Skip:
        return;
    case Cut::None:
        considerPart(frame);
        break;
    case Cut::Begin:
        begin(frame, arrived, true);
        break;
    case Cut::Key:
    case Cut::Forced:
        finish(decision.duration, next);
        begin(frame, arrived, false);
        break;
    case Cut::Gap:
        finish(decision.duration, std::nullopt);
        m_discontinuity = m_begun;
        begin(frame, arrived, true);
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

void Segmenter::begin(const media::Frame &frame, WallTime arrived, bool newTimeline)
{
    const bool drifted = !m_expected || arrived - *m_expected > kClockDrift || *m_expected - arrived > kClockDrift;
    m_begins = newTimeline || drifted ? arrived : *m_expected;
    const bool discontinuity = std::exchange(m_discontinuity, false);
    m_discontinuities += discontinuity ? 1 : 0;
    if (const auto align = std::exchange(m_align, nullptr)) {
        if (const auto numbers = align(frame.dts)) {
            m_next = std::max(numbers->media, m_known.media);
            m_discontinuities = std::max(numbers->discontinuity, m_known.discontinuity);
        }
    }
    m_begun = true;
    m_leadFrames = 0;
    m_partBegins = frame.dts;
    m_segmentBegins = frame.dts;
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
            rendition->begin({m_next, m_discontinuities, discontinuity, m_begins});
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

#include "hls/segmenter.h"

#include "observe/log.h"

#include <algorithm>
#include <utility>

namespace matinee::hls {

using media::MediaTime;
using std::chrono::microseconds;

namespace {

// New audio waits so long for a key frame to begin a new segment at; then it does not wait any more.
constexpr MediaTime kAudioPatience = std::chrono::seconds(10);
// The dates in the playlist follow the sum of durations; they are set anew where the wall clock says something else by this much.
constexpr microseconds kClockDrift = std::chrono::seconds(1);
// Room between the segments seen and the target duration: key frames do not come to the millisecond.
constexpr microseconds kTargetMargin = std::chrono::milliseconds(500);

std::string percentEncoded(std::string_view text)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            out += c;
        else
            out.append({'%', hex[byte >> 4], hex[byte & 15]});
    }
    return out;
}

} // namespace

Segmenter::Segmenter(std::string name, std::string secret, SegmenterLimits limits, Sequences start, SegmentStore &store)
    : m_name(std::move(name)), m_secret(std::move(secret)), m_limits(limits), m_start(start), m_store(store), m_cutter(limits.cut)
{
}

Segmenter::~Segmenter()
{
    for (const auto &id : m_stored)
        m_store.drop(id);
}

Sequences Segmenter::successor() const
{
    return m_playlist ? m_playlist->successor() : m_start;
}

bool Segmenter::needsTables(const media::Frame &frame) const
{
    return !m_muxer || !m_muxer->has(*frame.track) || (m_audioWaits && frame.isVideo() && frame.key);
}

/// Tables and decoder configurations change between segments only, and video can only go on from a key frame. So new audio waits for
/// one; the video that everybody is watching is not interrupted for it.
bool Segmenter::mayChangeTables(const media::Frame &frame)
{
    if (frame.isVideo() || !m_cutter.isOpen() || !m_hasVideo)
        return true;
    if (!m_audioWaits || frame.dts < *m_audioWaits)
        m_audioWaits = frame.dts;
    return frame.dts - *m_audioWaits > kAudioPatience;
}

bool Segmenter::changeTables(const media::Frame &frame, std::vector<media::TrackPtr> tracks)
{
    if (const auto duration = m_cutter.close(frame.dts))
        finish(*duration);
    std::erase_if(tracks, [&](const media::TrackPtr &track) { return track->kind == frame.track->kind || !mux::TsMuxer::carries(*track); });
    tracks.insert(frame.isVideo() ? tracks.begin() : tracks.end(), frame.track);
    m_hasVideo = tracks.front()->kind == media::Kind::Video;
    m_audioWaits.reset();
    m_muxer.reset();
    auto muxer = mux::TsMuxer::create(tracks);
    if (!muxer) {
        m_refused = frame.track;
        m_failure = muxer.error();
        log::warn("hls", "{}: no segments: {}", m_name, muxer.error().message);
        return false;
    }
    m_muxer = std::move(*muxer);
    m_failure.reset();
    m_discontinuity = m_playlist.has_value();
    return true;
}

void Segmenter::write(const media::Frame &frame, const std::vector<media::TrackPtr> &tracks, WallTime arrived, microseconds interval)
{
    if (!mux::TsMuxer::carries(*frame.track)) {
        if (!m_muxer && std::none_of(tracks.begin(), tracks.end(), [](const auto &track) { return mux::TsMuxer::carries(*track); }))
            m_failure = fail(ErrorCode::FailedPrecondition, "HLS carries H.264 video and AAC audio here; this stream has neither.");
        return;
    }
    if (frame.track == m_refused)
        return;
    m_interval = interval;
    if (needsTables(frame) && (!mayChangeTables(frame) || !changeTables(frame, tracks)))
        return;
    const auto decision = m_cutter.consider(frame, m_muxer->pendingBytes(), m_hasVideo);
    switch (decision.cut) {
    case Cut::Skip:
        return;
    case Cut::None:
        break;
    case Cut::Begin:
        begin(arrived, true);
        break;
    case Cut::Key:
    case Cut::Forced:
        finish(decision.duration);
        begin(arrived, false);
        break;
    case Cut::Gap:
        finish(decision.duration);
        m_discontinuity = true;
        begin(arrived, true);
        break;
    }
    if (const auto written = m_muxer->write(frame); !written) {
        ++m_framesRefused;
        log::debug("hls", "{}: left out a frame: {}", m_name, written.error().message);
    }
}

void Segmenter::endTimeline()
{
    if (const auto duration = m_cutter.close())
        finish(*duration);
    m_muxer.reset();
    m_audioWaits.reset();
    m_discontinuity = m_playlist.has_value();
}

void Segmenter::begin(WallTime arrived, bool newTimeline)
{
    const bool drifted = !m_expected || arrived - *m_expected > kClockDrift || *m_expected - arrived > kClockDrift;
    m_begins = newTimeline || drifted ? arrived : *m_expected;
}

void Segmenter::settleTarget(MediaTime first)
{
    const auto &cut = m_limits.cut;
    // As many whole groups of pictures as reach the wanted length.
    const auto groups = m_interval.count() > 0 ? (cut.wanted + m_interval - microseconds(1)) / m_interval : 0;
    const auto longest = std::max({cut.wanted, first, groups * m_interval}) + kTargetMargin;
    const auto target = std::chrono::ceil<std::chrono::seconds>(std::min<microseconds>(longest, cut.longest));
    m_playlist.emplace(target, m_limits.playlistLength, m_start);
    m_cutter.limitTo(target);
}

void Segmenter::finish(MediaTime duration)
{
    auto bytes = m_muxer->cut();
    m_expected = m_begins + duration;
    if (!bytes || bytes->empty()) {
        m_discontinuity = m_playlist.has_value();
        return;
    }
    if (!m_playlist)
        settleTarget(duration);
    const auto number = m_secret + "-" + std::to_string(m_playlist->nextSequence());
    const auto id = m_name + "/" + number;
    if (const auto stored = m_store.put(id, std::make_shared<const std::string>(std::move(*bytes))); !stored) {
        log::warn("hls", "{}: a segment is lost: {}", m_name, stored.error().message);
        m_discontinuity = true;
        return;
    }
    m_stored.push_back(id);
    m_playlist->push({percentEncoded(m_name) + "/" + number + ".ts", duration, m_begins, std::exchange(m_discontinuity, false)});
    while (m_stored.size() > m_playlist->segments().size() + m_limits.kept) {
        m_store.drop(m_stored.front());
        m_stored.pop_front();
    }
    ++m_segmentsMade;
    m_snapshot = std::make_shared<const Snapshot>(Snapshot{*m_playlist, std::make_shared<const std::string>(m_playlist->text())});
}

} // namespace matinee::hls

#include "live/timeline.h"

#include <algorithm>
#include <utility>

namespace matinee::live {

using media::Kind;
using media::MediaTime;

namespace {

constexpr MediaTime kUsualStep{33'333};
constexpr MediaTime kLongestStep{1'000'000};
constexpr MediaTime kShortestStep{1'000}; // what FLV and RTMP can tell apart

} // namespace

void Timeline::interrupt()
{
    if (!m_started)
        return;
    m_broken = true;
    m_firstSound.reset();
    for (Lane &lane : m_lanes) {
        if (lane.shown)
            lane.former = lane.shown;
        lane.source = lane.shown = nullptr;
        lane.announced = false;
        lane.awaitKey = true;
    }
}

media::TrackPtr Timeline::announce(const media::TrackPtr &track)
{
    Lane &lane = m_lanes[static_cast<std::size_t>(track->kind)];
    lane.announced = true;
    if (lane.source != track) {
        lane.source = track;
        lane.shown = track == lane.former ? std::make_shared<const media::Track>(*track) : track;
    }
    return lane.shown;
}

/// Whether the stream can go on with this frame; then the offset is known.
bool Timeline::resume(const media::Frame &frame)
{
    const Lane &video = m_lanes[static_cast<std::size_t>(Kind::Video)];
    if (frame.isVideo()) {
        if (!frame.key)
            return false;
    } else if (video.announced || video.last) {
        const auto first = m_firstSound.value_or(frame.dts);
        m_firstSound = first;
        if (frame.dts - first < (video.announced ? kAwaitAnnounced : kAwaitFormer))
            return false;
    }
    const Lane &sound = m_lanes[static_cast<std::size_t>(Kind::Audio)];
    const auto step = video.step > MediaTime::zero() ? video.step : sound.step > MediaTime::zero() ? sound.step : kUsualStep;
    m_offset = m_newest + std::clamp(step, kShortestStep, kLongestStep) - frame.dts;
    m_broken = false;
    m_mark = true;
    return true;
}

media::FramePtr Timeline::map(const media::FramePtr &frame)
{
    Lane &lane = m_lanes[static_cast<std::size_t>(frame->track->kind)];
    if (m_broken && !resume(*frame))
        return nullptr;
    if (frame->isVideo() && lane.awaitKey && !frame->key)
        return nullptr;
    auto dts = frame->dts + m_offset;
    if (lane.last && dts <= *lane.last) {
        if (!frame->isVideo())
            return nullptr; // recorded before the picture with which the stream went on
        dts = *lane.last + kShortestStep;
    }
    lane.awaitKey = false;
    const auto track = announce(frame->track);
    if (lane.last)
        lane.step = dts - *lane.last;
    lane.last = dts;
    m_newest = m_started ? std::max(m_newest, dts) : dts;
    m_started = true;
    const bool mark = std::exchange(m_mark, false) || frame->discontinuity; // a rendition hands on the breaks of its stream
    if (dts == frame->dts && track == frame->track && mark == frame->discontinuity)
        return frame;
    auto moved = std::make_shared<media::Frame>(*frame); // one copy for all viewers, and only after a break
    moved->track = track;
    moved->pts = std::max(frame->pts + m_offset, dts);
    moved->dts = dts;
    moved->discontinuity = mark;
    return moved;
}

} // namespace matinee::live

#include "rtmp/wire/timestamp_repair.h"

#include <algorithm>
#include <chrono>

namespace matinee::rtmp {

namespace {

/// The short way from one 32-bit time to another, so that both the sign bit and the wrap are passed without notice.
std::int64_t distance(std::uint32_t from, std::uint32_t to)
{
    return static_cast<std::int32_t>(to - from);
}

} // namespace

bool TimestampRepair::plausible(const Lane &lane, std::int64_t time) const
{
    // Ahead is measured from the newest of all tracks: sound that was muted for a minute has not jumped.
    if (!lane.started)
        return time >= m_newest - kGapMs && time <= m_newest + kGapMs;
    return time > lane.last - kReorderMs && time <= m_newest + kGapMs;
}

media::MediaTime TimestampRepair::apply(media::Kind kind, std::uint32_t timestamp)
{
    Lane &lane = m_lanes[static_cast<std::size_t>(kind)];
    Lane &other = m_lanes[1 - static_cast<std::size_t>(kind)];
    const bool first = !lane.started && !other.started;
    if (lane.started) {
        lane.unwrapped += distance(lane.raw, timestamp);
    } else if (other.started) {
        lane.unwrapped = other.unwrapped + distance(other.raw, timestamp);
        lane.offset = other.offset;
    } else {
        lane.unwrapped = timestamp;
    }
    lane.raw = timestamp;

    std::int64_t time = lane.unwrapped + lane.offset;
    if (!first && !plausible(lane, time)) {
        ++m_jumps;
        // Where the other track follows the same clock already, take its measure: sound and picture stay together to the millisecond.
        const std::int64_t shared = other.unwrapped + distance(other.raw, timestamp) + other.offset;
        time = other.started && plausible(lane, shared) ? shared : lane.started ? lane.last + lane.step : m_newest;
        lane.offset = time - lane.unwrapped;
    } else if (lane.started && time > lane.last && time - lane.last <= 1000) {
        lane.step = time - lane.last;
    }
    const std::int64_t earliest = lane.started ? lane.last + 1 : 0;
    if (time < earliest) {
        ++m_corrections;
        time = earliest;
    }
    lane.last = time;
    lane.started = true;
    m_newest = std::max(m_newest, time);
    return std::chrono::milliseconds(time);
}

} // namespace matinee::rtmp

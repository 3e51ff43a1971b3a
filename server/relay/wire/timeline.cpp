#include "relay/wire/timeline.h"

#include <algorithm>

namespace matinee::relay::wire {

using media::MediaTime;

namespace {

/// What a damaged or hostile source may claim, so that sums cannot overflow: some 140 years.
MediaTime believable(MediaTime time)
{
    constexpr MediaTime kMost{std::int64_t{1} << 52};
    return std::clamp(time, -kMost, kMost);
}

} // namespace

Placed Timeline::place(std::size_t track, std::optional<MediaTime> dts, std::optional<MediaTime> pts)
{
    if (!dts)
        dts = pts;
    if (!pts)
        pts = dts;
    auto &last = m_last[track];
    Placed placed;
    if (!dts) {
        placed.dts = last ? *last + kLeast : m_newest;
    } else {
        const auto given = believable(*dts);
        if (!m_shift)
            m_shift = m_newest - given;
        const auto distance = given + *m_shift - m_newest;
        if (distance > kLeap || distance < -kLeap)
            m_shift = m_newest + kStep - given;
        placed.dts = std::max(given + *m_shift, MediaTime(0));
    }
    if (last)
        placed.dts = std::max(placed.dts, *last + kLeast);
    last = placed.dts;
    m_newest = std::max(m_newest, placed.dts);
    const auto composition = dts ? believable(*pts) - believable(*dts) : MediaTime(0);
    placed.pts = placed.dts + std::clamp(composition, MediaTime(0), kMaxComposition);
    return placed;
}

MediaTime Pacer::delay(MediaTime dts, MediaTime now)
{
    if (!m_begin)
        m_begin = now - dts;
    const auto ahead = dts - (now - *m_begin);
    if (ahead < -kLate)
        m_begin = now - dts;
    return std::max(ahead - m_lead, MediaTime(0));
}

} // namespace matinee::relay::wire

#include "live/flush_pacer.h"

#include <algorithm>

namespace matinee::live {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kFirstStep{40}; // 1.2 pictures at 30 a second, and still what people call low latency
constexpr milliseconds kLeast{12};     // shorter has no effect even at 60 a second

} // namespace

void MergeWindow::update(double busy)
{
    if (busy >= kFull) {
        const auto step = m_value + (busy >= kSaturated ? m_value : m_value / 2);
        m_value = std::min(std::max(step, kFirstStep), m_longest);
    } else if (busy < kRelaxed) {
        m_value = m_value * 3 / 4;
    } else if (busy * 8 / 7 < kRoom) { // at worst all of the work is the rounds'
        m_value = m_value * 7 / 8;
    }
    if (m_value < kLeast)
        m_value = milliseconds(0);
}

void FlushPacer::add(Instant now, bool picture)
{
    const Instant wanted = picture ? now : now + kAudioWait;
    m_wanted = m_wanted ? std::min(*m_wanted, wanted) : wanted;
}

std::optional<Instant> FlushPacer::due(milliseconds merge) const
{
    if (!m_wanted || merge == milliseconds(0))
        return m_wanted;
    return std::max(*m_wanted, m_last + merge);
}

void FlushPacer::begin(Instant now)
{
    m_wanted.reset();
    m_last = now;
}

JoinPace::JoinPace(Instant now, media::MediaTime from, media::MediaTime newest)
    : m_began(now),
      m_from(from),
      m_speed(std::max(kLeastSpeed, 1 + static_cast<int>(std::max(newest - from, media::MediaTime{}) / kCatchUp)))
{
}

media::MediaTime JoinPace::limit(Instant now) const
{
    return m_from + kAtOnce + m_speed * std::chrono::duration_cast<media::MediaTime>(now - m_began);
}

} // namespace matinee::live

#include "mux/audio_clock.h"

#include <algorithm>
#include <cstdlib>

namespace matinee::mux {

AudioClock::AudioClock(std::uint32_t samplesPerFrame, std::uint32_t sampleRate)
    : m_samplesPerFrame(std::max<std::uint32_t>(samplesPerFrame, 1)), m_sampleRate(std::max<std::uint32_t>(sampleRate, 1))
{
}

std::int64_t AudioClock::elapsed(std::int64_t frames) const
{
    return frames * m_samplesPerFrame * kTicks / m_sampleRate;
}

std::int64_t AudioClock::next(std::int64_t ticks)
{
    auto counted = m_anchor + elapsed(m_frames);
    if (!m_started || std::abs(ticks - counted) > kTolerance) {
        // A step back never goes below half a frame after the last one: time keeps rising while the publisher catches up.
        m_anchor = m_started ? std::max(ticks, m_last + std::max<std::int64_t>(elapsed(1) / 2, 1)) : ticks;
        m_started = true;
        m_frames = 0;
        counted = m_anchor;
    }
    ++m_frames;
    m_last = counted;
    return counted;
}

} // namespace matinee::mux

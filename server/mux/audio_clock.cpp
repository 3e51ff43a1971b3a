#include "mux/audio_clock.h"

#include <algorithm>
#include <cstdlib>

namespace matinee::mux {

AudioClock::AudioClock(std::uint32_t samplesPerFrame, std::uint32_t sampleRate, std::int64_t ticks)
    : m_samplesPerFrame(std::max<std::uint32_t>(samplesPerFrame, 1)), m_sampleRate(std::max<std::uint32_t>(sampleRate, 1)), m_ticks(ticks)
{
}

std::int64_t AudioClock::elapsed(std::int64_t samples) const
{
    return samples / m_sampleRate * m_ticks + samples % m_sampleRate * m_ticks / m_sampleRate;
}

std::int64_t AudioClock::next(std::int64_t ticks, std::uint32_t samples)
{
    auto counted = end();
    if (!m_started || std::abs(ticks - counted) > m_ticks / 20) {
        // A step back never goes below half a frame after the last one: time keeps rising while the publisher catches up.
        m_anchor = m_started ? std::max(ticks, m_last + std::max<std::int64_t>(elapsed(m_samplesPerFrame) / 2, 1)) : ticks;
        m_started = true;
        m_samples = 0;
        counted = m_anchor;
    }
    m_samples += samples;
    m_last = counted;
    return counted;
}

std::optional<std::uint32_t> opusSamples(std::span<const std::uint8_t> packet)
{
    if (packet.empty())
        return std::nullopt;
    const unsigned config = packet[0] >> 3;
    std::uint32_t frame = 0;
    if (config < 12)
        frame = std::uint32_t{480} << (config % 4);
    else if (config < 16)
        frame = std::uint32_t{480} << (config % 2);
    else
        frame = std::uint32_t{120} << (config % 4);
    if (config < 12 && config % 4 == 3) // 60 ms, not 80
        frame = 2880;
    std::uint32_t frames = 0;
    switch (packet[0] & 3) {
    case 0:
        frames = 1;
        break;
    case 1:
    case 2:
        frames = 2;
        break;
    default:
        frames = packet.size() > 1 ? packet[1] & 63 : 0;
    }
    const auto samples = frame * frames;
    return samples == 0 || samples > 5760 ? std::nullopt : std::optional(samples);
}

std::optional<Mp3Header> mp3Header(std::span<const std::uint8_t> frame)
{
    if (frame.size() < 4 || frame[0] != 0xff || (frame[1] & 0xe0) != 0xe0)
        return std::nullopt;
    const unsigned version = frame[1] >> 3 & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
    const unsigned layer = frame[1] >> 1 & 3;   // 1: III
    const unsigned rate = frame[2] >> 2 & 3;
    if (version == 1 || layer != 1 || rate == 3)
        return std::nullopt;
    constexpr std::uint32_t rates[] = {44100, 48000, 32000};
    const unsigned halvings = version == 3 ? 0 : version == 2 ? 1 : 2;
    return Mp3Header{rates[rate] >> halvings, version == 3 ? 1152U : 576U, (frame[3] >> 6) == 3 ? 1U : 2U};
}

} // namespace matinee::mux

// Times of audio frames from their sample counts. Publishers round to milliseconds, which makes players hear gaps and overlaps;
// a frame of 1024 samples lasts 1024 samples. A pure value of the muxer that owns it.
#pragma once

#include "media/frame.h"

#include <cstdint>
#include <optional>
#include <span>

namespace matinee::mux {

class AudioClock
{
public:
    static constexpr std::int64_t kTicks = 90000; ///< MPEG-TS time, a second.
    /// Counting and the publisher's clock may differ by this, a twentieth of a second; beyond it the publisher is believed (lost frames,
    /// a drifting clock).
    static constexpr std::int64_t kTolerance = kTicks / 20;

    /// `ticks`: how many a second has, of the times given and taken.
    AudioClock(std::uint32_t samplesPerFrame, std::uint32_t sampleRate, std::int64_t ticks = kTicks);

    /// The time of the next frame, which the publisher puts at `ticks`. Always later than the one before.
    [[nodiscard]] std::int64_t next(std::int64_t ticks) { return next(ticks, m_samplesPerFrame); }
    /// The same for a codec whose frames differ in length.
    [[nodiscard]] std::int64_t next(std::int64_t ticks, std::uint32_t samples);
    /// Where the frame that next() has timed last ends.
    [[nodiscard]] std::int64_t end() const { return m_anchor + elapsed(m_samples); }

private:
    [[nodiscard]] std::int64_t elapsed(std::int64_t samples) const;

    const std::uint32_t m_samplesPerFrame;
    const std::int64_t m_sampleRate;
    const std::int64_t m_ticks;
    bool m_started = false;
    std::int64_t m_anchor = 0;  // time of the frame that counting began at
    std::int64_t m_samples = 0; // since then
    std::int64_t m_last = 0;
};

/// Samples at 48 kHz in one Opus packet, from its TOC byte (RFC 6716, 3.1); nothing where it is no packet or longer than 120 ms.
[[nodiscard]] std::optional<std::uint32_t> opusSamples(std::span<const std::uint8_t> packet);

struct Mp3Header
{
    std::uint32_t sampleRate = 0;
    std::uint32_t samples = 0;
    std::uint32_t channels = 0;
};
/// Of one layer III frame (ISO/IEC 11172-3, 2.4.1.3; 13818-3 for the lower rates).
[[nodiscard]] std::optional<Mp3Header> mp3Header(std::span<const std::uint8_t> frame);

} // namespace matinee::mux

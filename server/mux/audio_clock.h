// Times of audio frames from their sample counts. Publishers round to milliseconds, which makes players hear gaps and overlaps;
// a frame of 1024 samples lasts 1024 samples. A pure value of the muxer that owns it.
#pragma once

#include "media/frame.h"

#include <cstdint>

namespace matinee::mux {

class AudioClock
{
public:
    static constexpr std::int64_t kTicks = 90000; ///< MPEG-TS time, a second.
    /// Counting and the publisher's clock may differ by this; beyond it the publisher is believed (lost frames, a drifting clock).
    static constexpr std::int64_t kTolerance = kTicks / 20;

    AudioClock(std::uint32_t samplesPerFrame, std::uint32_t sampleRate);

    /// The time of the next frame, which the publisher puts at `ticks`. Always later than the one before.
    [[nodiscard]] std::int64_t next(std::int64_t ticks);

private:
    [[nodiscard]] std::int64_t elapsed(std::int64_t frames) const;

    const std::int64_t m_samplesPerFrame;
    const std::int64_t m_sampleRate;
    bool m_started = false;
    std::int64_t m_anchor = 0; // time of the frame that counting began at
    std::int64_t m_frames = 0; // since then
    std::int64_t m_last = 0;
};

} // namespace matinee::mux

// Turns the 32-bit millisecond timestamps of a publisher into times that never wrap, jump or go back, for each track by itself.
// A value of a FrameReader; no clock; any thread, one at a time.
#pragma once

#include "media/frame.h"

#include <array>
#include <cstdint>

namespace matinee::rtmp {

class TimestampRepair
{
public:
    /// Further back than this is a new clock; less is an encoder that sends out of order, and is held at the last time plus 1 ms.
    static constexpr std::int64_t kReorderMs = 500;
    /// Further ahead of everything seen than this is a new clock.
    static constexpr std::int64_t kGapMs = 10000;

    /// Decode time of the next frame of this kind; strictly later than that of the one before, by 1 ms at least.
    [[nodiscard]] media::MediaTime apply(media::Kind kind, std::uint32_t timestamp);

    [[nodiscard]] std::uint64_t jumps() const { return m_jumps; }             ///< New clocks met.
    [[nodiscard]] std::uint64_t corrections() const { return m_corrections; } ///< Single frames moved.

private:
    struct Lane
    {
        bool started = false;
        std::uint32_t raw = 0;      // as sent last
        std::int64_t unwrapped = 0; // the same without wrapping
        std::int64_t offset = 0;    // from there to what we say
        std::int64_t last = 0;      // what we said last
        std::int64_t step = 20;     // between the last two good frames
    };
    [[nodiscard]] bool plausible(const Lane &lane, std::int64_t time) const;

    std::array<Lane, 2> m_lanes; // by Kind
    std::int64_t m_newest = 0;   // over both
    std::uint64_t m_jumps = 0;
    std::uint64_t m_corrections = 0;
};

} // namespace matinee::rtmp

// MP3 as streams carry it: every frame begins with a header of four bytes and needs nothing else (ISO/IEC 11172-3, 2.4.1.3).
// Pure functions on bytes that came from strangers; any thread.
#pragma once

#include "media/frame.h"

#include <cstdint>
#include <optional>
#include <span>

namespace matinee::media::mp3 {

struct FrameHeader
{
    std::uint32_t sampleRate = 0; ///< Hz
    std::uint32_t channels = 0;
    std::uint32_t samplesPerFrame = 1152; ///< 576 below 32 kHz.
};
/// Nothing where `frame` does not begin with a header of layer III (MPEG-1, MPEG-2 or 2.5).
[[nodiscard]] std::optional<FrameHeader> parseFrameHeader(std::span<const std::uint8_t> frame);

/// A track for frames with such headers; its config is empty.
[[nodiscard]] TrackPtr makeTrack(const FrameHeader &header);

} // namespace matinee::media::mp3

// Length-prefixed NAL units, the same for H.264 and HEVC (ISO/IEC 14496-15, 4.3 and 8.3), and the bytes within one.
// Pure functions on bytes that came from strangers; any thread.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace matinee::media::nal {

using View = std::span<const std::uint8_t>;

enum class SplitError
{
    BadLengthSize, ///< A length field of 3 bytes.
    BadNalLength,  ///< A NAL unit reaches past the end of its access unit.
    TooManyNals,   ///< More than kMaxNalsPerFrame.
};

inline constexpr std::size_t kMaxNalsPerFrame = 4096;

/// The NAL units of an access unit; empty ones are left out. The spans point into `payload`.
[[nodiscard]] Result<std::vector<View>, SplitError> split(View payload, unsigned lengthSize = 4);

/// The same access unit with 4-byte lengths, from NAL units that were split.
[[nodiscard]] Bytes join(std::span<const View> nals);

/// Without emulation prevention: 00 00 03 stands for 00 00 (H.264 and HEVC, 7.4).
[[nodiscard]] Bytes unescaped(View nal);

} // namespace matinee::media::nal

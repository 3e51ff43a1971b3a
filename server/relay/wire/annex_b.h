// H.264 and HEVC as a byte stream has them (Annex B): NAL units between start codes, parameter sets in between.
// From these the decoder configuration of an MP4 is made: avcC and hvcC (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).
// Pure functions on bytes that came from strangers; any thread.
#pragma once

#include "media/frame.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace matinee::relay::wire {

using Nal = std::span<const std::uint8_t>;

inline constexpr std::size_t kMaxNals = 4096;        ///< In one access unit; what follows is left out.
inline constexpr std::size_t kMaxParameterSets = 16; ///< Of one kind.

/// The NAL units, without start codes and trailing zeros; empty ones are left out. They point into `bytes`.
[[nodiscard]] std::vector<Nal> splitAnnexB(std::span<const std::uint8_t> bytes);

/// What stands between start codes, by what it is for.
enum class NalUse
{
    Picture, ///< Goes into the payload: slices, SEI.
    Vps,
    Sps,
    Pps,
    Framing ///< Access unit delimiter, end of sequence, filler: of use to a byte stream only.
};
[[nodiscard]] NalUse h264Use(Nal nal);
[[nodiscard]] NalUse hevcUse(Nal nal);

struct ParameterSets
{
    std::vector<media::Bytes> vps; ///< HEVC only.
    std::vector<media::Bytes> sps;
    std::vector<media::Bytes> pps;
    friend bool operator==(const ParameterSets &, const ParameterSets &) = default;
};

/// The record, with 4-byte lengths; nothing while a set is missing or damaged.
[[nodiscard]] std::optional<media::Bytes> avcConfig(const ParameterSets &sets);
[[nodiscard]] std::optional<media::Bytes> hevcConfig(const ParameterSets &sets);

} // namespace matinee::relay::wire

// VP9 as streams carry it: the configuration of its MP4 binding and the header of a key frame, which alone has the picture's size.
// Pure functions on bytes that came from strangers; any thread. VP9 bitstream specification 6.2; "VP Codec ISO Media File Format Binding".
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace matinee::media::vp9 {

enum class ParseError
{
    Truncated,        ///< Ends inside a structure.
    BadConfiguration, ///< A profile, bit depth or chroma format that does not exist.
    BadFrame,         ///< Not the first byte of a VP9 frame, or a key frame without its sync code.
    TooLarge,         ///< A configuration of more than kMaxConfigBytes.
};
[[nodiscard]] std::string_view describe(ParseError error);

inline constexpr std::size_t kMaxConfigBytes = 1024;

/// VPCodecConfigurationRecord.
struct CodecConfig
{
    std::uint8_t profile = 0;
    std::uint8_t level = 0; ///< 31 for 3.1; 0: the encoder does not know.
    std::uint8_t bitDepth = 8;
};
/// With or without the version and flags of the "vpcC" box before it: senders of FLV do both.
[[nodiscard]] Result<CodecConfig, ParseError> parseCodecConfig(std::span<const std::uint8_t> record);

struct FrameHeader
{
    bool key = false;
    std::uint8_t profile = 0;
    std::uint8_t bitDepth = 8; ///< This and the size: of key frames only.
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};
[[nodiscard]] Result<FrameHeader, ParseError> parseFrameHeader(std::span<const std::uint8_t> frame);

/// "vp09.00.31.08"; where the record has no level, the lowest for such a picture.
[[nodiscard]] std::string codecString(const CodecConfig &config, std::uint32_t width, std::uint32_t height);

/// A track from a record and the size that a key frame gave. Track::config is the record without version and flags.
[[nodiscard]] Result<TrackPtr, ParseError> makeTrack(std::span<const std::uint8_t> record, std::uint32_t width, std::uint32_t height);

} // namespace matinee::media::vp9

// H.264 as streams carry it: decoder configuration, picture size, and the two ways of separating NAL units.
// Pure functions on bytes that came from strangers; any thread. Sections are those of ITU-T H.264 and ISO/IEC 14496-15.
#pragma once

#include "media/codec/nal_units.h"
#include "media/frame.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::media::h264 {

enum class ParseError
{
    Truncated,            ///< Ends before its own lengths say so.
    UnsupportedVersion,   ///< configurationVersion is not 1.
    NoParameterSet,       ///< No SPS or no PPS: nothing could be decoded.
    TooManyParameterSets, ///< More bytes of parameter sets than kMaxConfigBytes.
    BadLengthSize,        ///< NAL length fields of 3 bytes do not exist.
    BadParameterSet,      ///< The SPS is not one, or a value in it is out of its range.
    BadNalLength,         ///< A NAL unit reaches past the end of its access unit.
    TooManyNals,          ///< More NAL units than kMaxNalsPerFrame in an access unit.
};
[[nodiscard]] std::string_view describe(ParseError error);

inline constexpr std::size_t kMaxConfigBytes = 64 * 1024;
inline constexpr std::size_t kMaxNalsPerFrame = nal::kMaxNalsPerFrame;
inline constexpr std::uint32_t kMaxDimension = 16384;

enum NalType : std::uint8_t
{
    NonIdrSlice = 1,
    IdrSlice = 5,
    Sei = 6,
    SpsNal = 7,
    PpsNal = 8,
    AccessUnitDelimiter = 9
};
[[nodiscard]] constexpr std::uint8_t nalType(std::uint8_t firstByte)
{
    return firstByte & 0x1f;
}

struct Sps
{
    std::uint8_t profile = 0;
    std::uint8_t constraints = 0;
    std::uint8_t level = 0;
    std::uint32_t width = 0; ///< After cropping.
    std::uint32_t height = 0;
    bool interlaced = false; ///< frame_mbs_only_flag is not set.
};
/// `nal` begins with the NAL header (0x67).
[[nodiscard]] Result<Sps, ParseError> parseSps(std::span<const std::uint8_t> nal);

/// AVCDecoderConfigurationRecord, "avcC" (14496-15, 5.3.3.1).
struct DecoderConfig
{
    std::uint8_t profile = 0;
    std::uint8_t constraints = 0;
    std::uint8_t level = 0;
    unsigned nalLengthSize = 4; ///< 1, 2 or 4.
    std::vector<Bytes> sps;     ///< NAL units with their headers; at least one of each.
    std::vector<Bytes> pps;
};
[[nodiscard]] Result<DecoderConfig, ParseError> parseDecoderConfig(std::span<const std::uint8_t> record);

/// "avc1.64001f"
[[nodiscard]] std::string codecString(std::uint8_t profile, std::uint8_t constraints, std::uint8_t level);

/// A track from an avcC record; the record in it always says 4-byte lengths (see Frame::payload).
[[nodiscard]] Result<TrackPtr, ParseError> makeTrack(std::span<const std::uint8_t> record);

/// The NAL units of a length-prefixed access unit; empty ones are left out. The spans point into `payload`.
[[nodiscard]] Result<std::vector<std::span<const std::uint8_t>>, ParseError> splitNals(std::span<const std::uint8_t> payload,
                                                                                       unsigned lengthSize = 4);

/// A length-prefixed access unit with 4-byte lengths, whatever it came with.
[[nodiscard]] Result<Bytes, ParseError> withFourByteLengths(std::span<const std::uint8_t> payload, unsigned lengthSize);

/// Annex B (start codes) from a frame's payload, begun with an access unit delimiter. On key frames the parameter sets of
/// `config` come first, unless the access unit brings its own.
[[nodiscard]] Result<Bytes, ParseError> toAnnexB(std::span<const std::uint8_t> payload, const DecoderConfig &config, bool key);

} // namespace matinee::media::h264

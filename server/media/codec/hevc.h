// H.265 (HEVC) as streams carry it: decoder configuration and picture size. NAL units are split as in h264.h.
// Pure functions on bytes that came from strangers; any thread. Sections are those of ITU-T H.265 and ISO/IEC 14496-15.
#pragma once

#include "media/codec/nal_units.h"
#include "media/frame.h"

#include "common/protocol/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::media::hevc {

enum class ParseError
{
    Truncated,            ///< Ends before its own lengths say so.
    UnsupportedVersion,   ///< configurationVersion is not 1.
    NoParameterSet,       ///< No VPS, no SPS or no PPS: nothing could be decoded.
    TooManyParameterSets, ///< More bytes than kMaxConfigBytes, or more NAL units than kMaxParameterSets.
    BadLengthSize,        ///< NAL length fields of 3 bytes do not exist.
    BadParameterSet,      ///< The SPS is not one, or a value in it is out of its range.
};
[[nodiscard]] std::string_view describe(ParseError error);

inline constexpr std::size_t kMaxConfigBytes = 64 * 1024;
inline constexpr std::size_t kMaxParameterSets = 64;
inline constexpr std::uint32_t kMaxDimension = 16384;

enum NalType : std::uint8_t
{
    FirstIrap = 16, ///< BLA, IDR and CRA pictures: decoding can start there (7.4.2.2).
    LastIrap = 23,
    VpsNal = 32,
    SpsNal = 33,
    PpsNal = 34,
    AccessUnitDelimiter = 35
};
[[nodiscard]] constexpr std::uint8_t nalType(std::uint8_t firstByte)
{
    return firstByte >> 1 & 0x3f;
}
[[nodiscard]] constexpr bool isIrap(std::uint8_t firstByte)
{
    return nalType(firstByte) >= FirstIrap && nalType(firstByte) <= LastIrap;
}

/// profile_tier_level (7.3.3), of the whole stream.
struct Profile
{
    std::uint8_t space = 0;
    bool highTier = false;
    std::uint8_t idc = 0;
    std::uint32_t compatibility = 0; ///< Flag of profile 0 in the highest bit, as it is sent.
    std::array<std::uint8_t, 6> constraints{};
    std::uint8_t level = 0;

    /// "hvc1.1.6.L93.B0" (14496-15, E.3).
    [[nodiscard]] std::string codecString() const;
};

struct Sps
{
    Profile profile;
    std::uint32_t width = 0; ///< Within the conformance window.
    std::uint32_t height = 0;
};
/// `nal` begins with the two bytes of its NAL header (0x42 0x01).
[[nodiscard]] Result<Sps, ParseError> parseSps(std::span<const std::uint8_t> nal);

/// HEVCDecoderConfigurationRecord, "hvcC" (14496-15, 8.3.3.1).
struct DecoderConfig
{
    unsigned nalLengthSize = 4; ///< 1, 2 or 4.
    std::vector<Bytes> vps;     ///< NAL units with their headers; at least one of each.
    std::vector<Bytes> sps;
    std::vector<Bytes> pps;
};
[[nodiscard]] Result<DecoderConfig, ParseError> parseDecoderConfig(std::span<const std::uint8_t> record);

/// A track from an hvcC record; the record in it always says 4-byte lengths (see Frame::payload).
[[nodiscard]] Result<TrackPtr, ParseError> makeTrack(std::span<const std::uint8_t> record);

} // namespace matinee::media::hevc

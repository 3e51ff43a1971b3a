// AV1 as streams carry it: "av1C", the sequence header, and temporal units as a chain of OBUs.
// Pure functions on bytes that came from strangers; any thread. Sections are those of the AV1 bitstream specification.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace matinee::media::av1 {

enum class ParseError
{
    Truncated,          ///< Ends inside a structure.
    UnsupportedVersion, ///< av1C of another version, or without its marker.
    BadObu,             ///< The forbidden bit, a size that does not exist or reaches past the end.
    TooManyObus,        ///< More than kMaxObus.
    NoSequenceHeader,   ///< None in the configuration: the first key frame has it (see withSequenceHeader).
    BadSequenceHeader,  ///< A reserved value, or a picture larger than kMaxDimension.
    TooLarge,           ///< A configuration of more than kMaxConfigBytes.
};
[[nodiscard]] std::string_view describe(ParseError error);

inline constexpr std::size_t kMaxConfigBytes = 16 * 1024;
inline constexpr std::size_t kMaxObus = 1024;
inline constexpr std::uint32_t kMaxDimension = 16384;

enum ObuType : std::uint8_t
{
    SequenceHeaderObu = 1,
    TemporalDelimiterObu = 2
};

struct SequenceHeader
{
    std::uint8_t profile = 0;
    std::uint8_t level = 0; ///< seq_level_idx of the first operating point.
    bool highTier = false;
    std::uint8_t bitDepth = 8;
    std::uint32_t width = 0; ///< The largest of the sequence.
    std::uint32_t height = 0;

    [[nodiscard]] std::string codecString() const; ///< "av01.0.04M.08"
};
/// `payload` without the OBU header (5.5).
[[nodiscard]] Result<SequenceHeader, ParseError> parseSequenceHeader(std::span<const std::uint8_t> payload);

/// The first sequence header OBU of a chain, with its header; NoSequenceHeader where there is none.
[[nodiscard]] Result<std::span<const std::uint8_t>, ParseError> findSequenceHeader(std::span<const std::uint8_t> obus);

/// A temporal unit as frames carry it: without temporal delimiters (which belong to the container's packets). Each OBU but the last
/// must have its size.
[[nodiscard]] Result<Bytes, ParseError> withoutTemporalDelimiters(std::span<const std::uint8_t> unit);

/// A track from an av1C record (AV1 in ISOBMFF, 2.3.3), which may come without sequence header: NoSequenceHeader.
[[nodiscard]] Result<TrackPtr, ParseError> makeTrack(std::span<const std::uint8_t> record);
/// Such a record with the sequence header that a key frame brings.
[[nodiscard]] Result<Bytes, ParseError> withSequenceHeader(std::span<const std::uint8_t> record, std::span<const std::uint8_t> keyFrame);

} // namespace matinee::media::av1

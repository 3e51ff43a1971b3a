// Opus as streams carry it: the identification header "OpusHead" (RFC 7845, 5.1) and how long a packet lasts (RFC 6716, 3.1).
// Pure functions on bytes that came from strangers; any thread.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace matinee::media::opus {

enum class ParseError
{
    Truncated,          ///< Ends inside the header or its channel map.
    NotOpus,            ///< Does not begin with "OpusHead".
    UnsupportedVersion, ///< A major version other than 0.
    BadChannels,        ///< No channels, or a channel map that cannot be.
    TooLarge,           ///< More than kMaxConfigBytes.
};
[[nodiscard]] std::string_view describe(ParseError error);

inline constexpr std::size_t kMaxConfigBytes = 21 + 255; ///< With the longest channel map.
inline constexpr std::uint32_t kSampleRate = 48000;      ///< Of all Opus, whatever was recorded (RFC 7845, 5.1).

struct Head
{
    std::uint8_t channels = 0;
    std::uint16_t preSkip = 0; ///< Samples to throw away at the beginning.
};
[[nodiscard]] Result<Head, ParseError> parseHead(std::span<const std::uint8_t> head);

/// A track from an OpusHead.
[[nodiscard]] Result<TrackPtr, ParseError> makeTrack(std::span<const std::uint8_t> head);

/// Samples at 48 kHz of a packet, at most 5760 (120 ms); nothing where it is malformed.
[[nodiscard]] std::optional<std::uint32_t> samplesOf(std::span<const std::uint8_t> packet);

} // namespace matinee::media::opus

// onMetaData: read from an encoder for its name only, written for players from the tracks that really are. Pure; any thread.
// The body is that of an RTMP data message and of an FLV script tag alike.
#pragma once

#include "media/frame.h"

#include <cstdint>
#include <span>
#include <string>

namespace matinee::rtmp {

/// What an encoder says of itself. For people: tracks are made from sequence headers, never from this.
struct EncoderMetadata
{
    std::string encoder; ///< Through printable().
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t kbps = 0; ///< Picture and sound together; 0 where it does not say both.
};

/// From the arguments of a data message: with or without "@setDataFrame" before "onMetaData". Empty where it is something else.
[[nodiscard]] EncoderMetadata parseMetadata(std::span<const std::uint8_t> body);

/// "onMetaData" and an array that names these tracks and no others.
[[nodiscard]] media::Bytes metadataBody(std::span<const media::TrackPtr> tracks);

/// The first `limit` bytes without control characters, in ASCII ('?' for the rest): for what strangers call themselves.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 128);

} // namespace matinee::rtmp

// The FLV container: file header and tags (Adobe FLV 10.1, annex E). Pure functions and values; any thread.
#pragma once

#include "media/frame.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace matinee::flv {

enum class TagType : std::uint8_t
{
    Audio = 8,
    Video = 9,
    Script = 18
};

/// Milliseconds as a tag has them: 32 bits that wrap after 49.7 days.
using Timestamp = std::uint32_t;
[[nodiscard]] inline Timestamp toTimestamp(media::MediaTime time)
{
    return static_cast<Timestamp>(std::chrono::floor<std::chrono::milliseconds>(time).count());
}

struct Header
{
    bool hasAudio = false;
    bool hasVideo = false;
};

inline constexpr std::size_t kHeaderBytes = 9;
inline constexpr std::size_t kTagHeaderBytes = 11;
inline constexpr std::size_t kBackPointerBytes = 4;    ///< PreviousTagSize, which follows the header and each tag.
inline constexpr std::size_t kMaxBodyBytes = 0xffffff; ///< What the 24-bit length can say.

/// File header with the back pointer that follows it.
[[nodiscard]] media::Bytes fileHeader(Header header);

/// One whole tag with its back pointer; the body is given in parts, at most kMaxBodyBytes together.
[[nodiscard]] media::Bytes tag(TagType type, Timestamp timestamp, std::initializer_list<std::span<const std::uint8_t>> body);

} // namespace matinee::flv

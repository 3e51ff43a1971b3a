// What the server asks the process for pictures, and what that answers: each order is answered once, by Picture or PictureRefused with
// its id, in the order in which they came. Values; any thread.
#pragma once

#include "relay/wire/track.h"

#include <cstddef>
#include <string>
#include <vector>

namespace matinee::relay::wire {

/// One key frame, to be made a JPEG of that fits into the given size (never enlarged, its shape kept).
struct PictureOrder
{
    std::uint32_t id = 0;
    Track track;
    media::Bytes keyFrame;
    std::uint16_t maxWidth = 0;
    std::uint16_t maxHeight = 0;
    std::uint8_t quality = 75; ///< 1..100
    friend bool operator==(const PictureOrder &, const PictureOrder &) = default;
};

/// Small JPEGs, to be put row by row on one large JPEG. An empty one, and what is missing of the last row, is black.
struct SheetOrder
{
    std::uint32_t id = 0;
    std::uint16_t columns = 0;
    std::uint16_t tileWidth = 0; ///< Of each place; a picture of another shape stands in its middle.
    std::uint16_t tileHeight = 0;
    std::vector<media::Bytes> jpegs; ///< 1..kMaxTiles
    friend bool operator==(const SheetOrder &, const SheetOrder &) = default;
};

/// An image file that somebody uploaded, to be made the square JPEG of a person.
struct PortraitOrder
{
    std::uint32_t id = 0;
    std::uint16_t side = 0;    ///< Of the JPEG.
    std::uint8_t quality = 85; ///< 1..100
    media::Bytes file;         ///< 1..kMaxPortraitBytes
    friend bool operator==(const PortraitOrder &, const PortraitOrder &) = default;
};

struct Picture
{
    std::uint32_t id = 0;
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    media::Bytes jpeg;
    friend bool operator==(const Picture &, const Picture &) = default;
};

enum class Refusal : std::uint8_t
{
    Material = 1, ///< No picture can be made of this.
    System = 2,   ///< This system cannot do it.
};
struct PictureRefused
{
    std::uint32_t id = 0;
    std::string text; ///< For people. Untrusted.
    Refusal why = Refusal::Material;
    friend bool operator==(const PictureRefused &, const PictureRefused &) = default;
};

inline constexpr std::size_t kMaxTiles = 100;
inline constexpr std::size_t kMaxTileBytes = 128 * 1024; ///< Of one JPEG of a sheet, so that a hundred fit into a message.
inline constexpr std::size_t kMaxPortraitBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxPictureOrders = 8;    ///< Under way at a time.
inline constexpr std::uint16_t kMaxPictureSide = 8192; ///< Of every width and height here.

} // namespace matinee::relay::wire

// The WebVTT (W3C WebVTT 1, 4.1) that tells players which part of which sheet shows which time: one cue a thumbnail, its text an address
// with a spatial fragment (Media Fragments 1.0, 4.2.2). Pure; any thread.
#pragma once

#include "media/frame.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::pictures {

using media::MediaTime;

inline constexpr std::size_t kSheetColumns = 5;
inline constexpr std::size_t kSheetTiles = 25;

struct TileSize
{
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    friend bool operator==(const TileSize &, const TileSize &) = default;
};

struct Thumbnail
{
    MediaTime begins{};
    MediaTime ends{};
    std::size_t place = 0; ///< On its sheet, row by row, below kSheetTiles.
    TileSize size;
    std::string sheet; ///< Address of the sheet, with its query. Holds no blank, no line break and no '#'.
};

/// `newest`: where the stream is now, told in a note, so that a player that knows how far it is behind live finds its place without a
/// clock.
[[nodiscard]] std::string thumbnailTrack(const std::vector<Thumbnail> &thumbnails, std::optional<MediaTime> newest);

/// "00:00:05.000", "101:00:00.000". Negative times are shown as 0.
[[nodiscard]] std::string cueTime(MediaTime time);

} // namespace matinee::pictures

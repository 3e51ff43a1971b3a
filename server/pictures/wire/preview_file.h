// The file in which the thumbnails of a recording are kept beside it: when each was, and the sheets. Written whole or not at all.
// Pure: bytes come in, values go out. Any thread.
//
//   "MATPREV1"  magic and version
//   u16 width, u16 height   of a tile
//   u32 tiles, then for each u64: microseconds since the recording's beginning, rising
//   u64 ends                where the last tile's time ends
//   u32 sheets, then for each u32 bytes and that many bytes of JPEG
// All numbers big-endian. Sheets are of 25 tiles, the last one of what is left.
#pragma once

#include "pictures/wire/film_strip.h"

#include "common/protocol/result.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::pictures {

inline constexpr std::size_t kMaxPreviewTiles = 1000;
inline constexpr std::size_t kMaxPreviewSheetBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxPreviewBytes = std::size_t{64} << 20;

struct PreviewFile
{
    TileSize size;
    std::vector<MediaTime> tiles;
    MediaTime ends{};
    std::vector<SharedText> sheets;

    /// The address of sheet n is `folder` + "n.jpg" + `query`.
    [[nodiscard]] std::vector<Thumbnail> thumbnails(const std::string &folder, const std::string &query) const;
};

[[nodiscard]] std::string writePreviewFile(const PreviewFile &preview);
/// Nothing where the bytes are not such a file, whole, with nothing behind it.
[[nodiscard]] std::optional<PreviewFile> readPreviewFile(std::string_view bytes);

} // namespace matinee::pictures

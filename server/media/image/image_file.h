// A picture file as people upload it, taken apart without decoding it: what kind it is by its first bytes, how large, which way up, and
// nothing but what its first picture is made of. Pure; any thread. The bytes are a stranger's.
#pragma once

#include "media/frame.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace matinee::media {

enum class ImageKind : std::uint8_t
{
    Jpeg,
    Png,
    Webp,
    Gif
};
/// "JPEG"
[[nodiscard]] std::string_view nameOf(ImageKind kind);
/// By the first bytes alone.
[[nodiscard]] std::optional<ImageKind> imageKind(std::span<const std::uint8_t> file);

struct ImageFile
{
    ImageKind kind = ImageKind::Jpeg;
    std::uint32_t width = 0; ///< As stored, before `orientation`; never 0.
    std::uint32_t height = 0;
    std::uint8_t orientation = 1; ///< 1 to 8, as TIFF 6.0 and EXIF number them.
    /// A file of that kind with the first picture in it and no more: no metadata, no comment, no colour profile, no later pictures, and
    /// nothing that stood behind the end.
    Bytes picture;
};

/// None where it is no file of these kinds, or one that ends early or contradicts itself.
[[nodiscard]] std::optional<ImageFile> readImageFile(std::span<const std::uint8_t> file);

/// Tag 0x0112 of the first directory of a TIFF, as EXIF has it; 1 where it is not there or makes no sense.
[[nodiscard]] std::uint8_t tiffOrientation(std::span<const std::uint8_t> tiff);

} // namespace matinee::media

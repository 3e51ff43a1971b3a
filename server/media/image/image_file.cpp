#include "media/image/image_file.h"

#include "media/image/byte_walk.h"
#include "media/image/kinds.h"

#include <algorithm>
#include <array>

namespace matinee::media {

namespace {

constexpr std::array<std::uint8_t, 3> kJpeg = {0xff, 0xd8, 0xff};
constexpr std::array<std::uint8_t, 8> kPng = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

template <class Magic> bool begins(std::span<const std::uint8_t> file, const Magic &magic)
{
    return file.size() >= std::size(magic) && std::equal(std::begin(magic), std::end(magic), file.begin());
}

bool holds(std::span<const std::uint8_t> file, std::size_t at, std::string_view text)
{
    return file.size() >= at + text.size() && std::equal(text.begin(), text.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
}

} // namespace

std::string_view nameOf(ImageKind kind)
{
    switch (kind) {
    case ImageKind::Jpeg:
        return "JPEG";
    case ImageKind::Png:
        return "PNG";
    case ImageKind::Webp:
        return "WebP";
    case ImageKind::Gif:
        return "GIF";
    }
    return "";
}

std::optional<ImageKind> imageKind(std::span<const std::uint8_t> file)
{
    if (begins(file, kJpeg))
        return ImageKind::Jpeg;
    if (begins(file, kPng))
        return ImageKind::Png;
    if (holds(file, 0, "RIFF") && holds(file, 8, "WEBP"))
        return ImageKind::Webp;
    if (holds(file, 0, "GIF87a") || holds(file, 0, "GIF89a"))
        return ImageKind::Gif;
    return std::nullopt;
}

std::optional<ImageFile> readImageFile(std::span<const std::uint8_t> file)
{
    const auto kind = imageKind(file);
    if (!kind)
        return std::nullopt;
    ImageFile image;
    image.kind = *kind;
    image.picture.reserve(file.size());
    bool whole = false;
    switch (*kind) {
    case ImageKind::Jpeg:
        whole = readJpeg(file, image);
        break;
    case ImageKind::Png:
        whole = readPng(file, image);
        break;
    case ImageKind::Webp:
        whole = readWebp(file, image);
        break;
    case ImageKind::Gif:
        whole = readGif(file, image);
        break;
    }
    if (!whole || image.width == 0 || image.height == 0)
        return std::nullopt;
    return image;
}

std::uint8_t tiffOrientation(std::span<const std::uint8_t> tiff)
{
    constexpr std::uint32_t kOrientation = 0x0112;
    constexpr std::uint32_t kShort = 3;
    if (!holds(tiff, 0, "II") && !holds(tiff, 0, "MM"))
        return 1;
    const bool little = tiff[0] == 'I';
    ByteWalk walk(tiff);
    const auto number = [&](std::size_t bytes) { return little ? walk.little(bytes) : walk.big(bytes); };
    (void)walk.take(2);
    if (number(2) != 42)
        return 1;
    const auto directory = number(4);
    if (directory < walk.at())
        return 1;
    (void)walk.take(directory - walk.at());
    const auto entries = number(2);
    for (std::uint32_t i = 0; i < entries && walk.ok(); ++i) {
        const auto tag = number(2);
        const auto type = number(2);
        const auto count = number(4);
        const auto value = number(2); // a short stands in the first two of the four bytes
        (void)walk.take(2);
        if (tag == kOrientation)
            return walk.ok() && type == kShort && count == 1 && value >= 1 && value <= 8 ? static_cast<std::uint8_t>(value) : 1;
    }
    return 1;
}

} // namespace matinee::media

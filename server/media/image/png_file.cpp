// PNG: W3C Portable Network Graphics (Second Edition), 5 and 11; eXIf of its extensions.
#include "media/image/byte_walk.h"
#include "media/image/kinds.h"

namespace matinee::media {

namespace {

constexpr std::size_t kSignature = 8;

constexpr std::uint32_t name(const char (&text)[5])
{
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | static_cast<std::uint8_t>(text[i]);
    return value;
}

constexpr std::uint32_t kHeader = name("IHDR");
constexpr std::uint32_t kEnd = name("IEND");

/// Colour profiles and texts among the others may be packed, and would be unpacked.
bool isPicture(std::uint32_t type)
{
    return type == kHeader || type == name("PLTE") || type == name("tRNS") || type == name("IDAT") || type == kEnd;
}

} // namespace

bool readPng(std::span<const std::uint8_t> file, ImageFile &image)
{
    ByteWalk walk(file);
    append(image.picture, walk.take(kSignature));
    bool first = true;
    bool samples = false;
    for (;;) {
        const auto begin = walk.at();
        const auto length = walk.big(4);
        const auto type = walk.big(4);
        const auto content = walk.take(length);
        (void)walk.take(4); // its checksum
        if (!walk.ok() || first != (type == kHeader))
            return false;
        if (first) {
            ByteWalk header(content);
            image.width = header.big(4);
            image.height = header.big(4);
            if (content.size() != 13)
                return false;
            first = false;
        }
        if (type == name("eXIf"))
            image.orientation = tiffOrientation(content);
        samples |= type == name("IDAT") && !content.empty();
        if (isPicture(type))
            append(image.picture, file.subspan(begin, walk.at() - begin));
        if (type == kEnd)
            return samples;
    }
}

} // namespace matinee::media

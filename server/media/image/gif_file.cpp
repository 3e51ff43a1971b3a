// GIF: CompuServe's specification of version 89a.
#include "media/image/byte_walk.h"
#include "media/image/kinds.h"

namespace matinee::media {

namespace {

constexpr std::uint8_t kExtension = 0x21;
constexpr std::uint8_t kControl = 0xf9; // transparency of the picture that follows
constexpr std::uint8_t kPicture = 0x2c;
constexpr std::uint8_t kTrailer = 0x3b;

std::size_t tableBytes(std::uint8_t flags)
{
    return (flags & 0x80) != 0 ? std::size_t{3} << ((flags & 7) + 1) : 0;
}

void skipBlocks(ByteWalk &walk)
{
    while (walk.take(walk.u8()).size() > 0) {
    }
}

} // namespace

bool readGif(std::span<const std::uint8_t> file, ImageFile &image)
{
    ByteWalk walk(file);
    (void)walk.take(6);
    image.width = walk.little(2);
    image.height = walk.little(2);
    const auto flags = walk.u8();
    (void)walk.take(2 + tableBytes(flags));
    append(image.picture, file.first(walk.at()));
    std::span<const std::uint8_t> control;
    while (walk.ok()) {
        const auto begin = walk.at();
        const auto kind = walk.u8();
        if (kind == kExtension) {
            const auto label = walk.u8();
            skipBlocks(walk);
            if (walk.ok() && label == kControl)
                control = file.subspan(begin, walk.at() - begin);
            continue;
        }
        if (kind != kPicture)
            return false;
        (void)walk.take(8);
        const auto local = walk.u8();
        (void)walk.take(tableBytes(local) + 1); // and the size of the first codes
        skipBlocks(walk);
        if (!walk.ok())
            return false;
        append(image.picture, control);
        append(image.picture, file.subspan(begin, walk.at() - begin));
        image.picture.push_back(kTrailer);
        return true;
    }
    return false;
}

} // namespace matinee::media

// Uploaded picture files: what is left of one is never much longer than it was, and is read again as itself.
#include "media/image/image_file.h"

#include <cstdlib>

using namespace matinee::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    constexpr std::size_t kOwnHead = 64; // of an extended WebP, and padding
    const std::span bytes(data, size);
    (void)tiffOrientation(bytes);
    const auto image = readImageFile(bytes);
    if (!image)
        return 0;
    if (image->picture.size() > size + kOwnHead || image->orientation < 1 || image->orientation > 8)
        std::abort();
    const auto again = readImageFile(image->picture);
    if (!again || again->picture != image->picture || again->width != image->width || again->height != image->height ||
        again->orientation != 1)
        std::abort();
    return 0;
}

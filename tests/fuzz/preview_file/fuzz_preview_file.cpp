// The file of thumbnails beside a recording: what is taken for one must be written as the same bytes again.
#include "pictures/wire/preview_file.h"

#include <cstdlib>

using namespace matinee::pictures;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const auto preview = readPreviewFile(bytes);
    if (!preview)
        return 0;
    const auto shown = preview->thumbnails("r/", "");
    if (writePreviewFile(*preview) != bytes || shown.size() != preview->tiles.size() || thumbnailTrack(shown, {}).empty())
        std::abort();
    return 0;
}

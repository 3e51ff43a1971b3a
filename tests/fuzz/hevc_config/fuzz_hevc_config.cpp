// HEVC records and parameter sets: whatever is accepted has a size and a codec string that browsers could read.
#include "media/codec/hevc.h"

#include <cstdlib>

using namespace matinee::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span bytes(data, size);
    const auto sps = hevc::parseSps(bytes);
    if (sps && (sps->width == 0 || sps->height == 0 || sps->width > hevc::kMaxDimension || sps->height > hevc::kMaxDimension))
        std::abort();
    if (const auto track = hevc::makeTrack(bytes)) {
        if ((*track)->codecString.size() > 48 || !(*track)->codecString.starts_with("hvc1."))
            std::abort();
        const auto again = hevc::makeTrack((*track)->config);
        if (!again || (*again)->config != (*track)->config || (*again)->codecString != (*track)->codecString)
            std::abort();
    }
    return 0;
}

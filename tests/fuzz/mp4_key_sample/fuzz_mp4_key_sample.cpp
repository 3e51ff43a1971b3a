// Payloads of moov and moof: what is found must lie within the limits, whatever the bytes.
#include "pictures/wire/key_sample.h"

#include <cstdlib>

using namespace matinee::pictures;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span<const std::uint8_t> bytes(data, size);
    const auto video = readVideoDescription(bytes);
    if (video && *video && ((*video)->config.empty() || (*video)->config.size() > size || (*video)->trackId == 0))
        std::abort();
    VideoDescription known;
    known.trackId = 1;
    known.defaultSampleSize = 100;
    const auto sample = readKeySample(bytes, known);
    if (sample && *sample && ((*sample)->offset == 0 || (*sample)->size == 0 || (*sample)->size > kMaxKeySampleBytes))
        std::abort();
    return 0;
}

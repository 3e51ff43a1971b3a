// AV1 records, sequence headers and temporal units: what was stripped has nothing left to strip.
#include "media/codec/av1.h"

#include <cstdlib>

using namespace matinee::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span bytes(data, size);
    const auto header = av1::parseSequenceHeader(bytes);
    if (header && (header->width > av1::kMaxDimension || header->height > av1::kMaxDimension || header->profile > 2))
        std::abort();
    (void)av1::makeTrack(bytes);
    if (const auto unit = av1::withoutTemporalDelimiters(bytes)) {
        const auto again = av1::withoutTemporalDelimiters(*unit);
        if (unit->size() > size || !again || *again != *unit)
            std::abort();
    }
    if (size > 4) {
        if (const auto record = av1::withSequenceHeader(bytes.first(4), bytes.subspan(4)); record && record->size() > size)
            std::abort();
    }
    return 0;
}

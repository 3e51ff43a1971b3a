// What tells decoders about a stream: H.264 parameter sets and records, AAC configurations, NAL units.
#include "media/codec/aac.h"
#include "media/codec/h264.h"

#include <cstdlib>

using namespace matinee::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span bytes(data, size);
    const auto sps = h264::parseSps(bytes);
    if (sps && (sps->width == 0 || sps->height == 0 || sps->width > h264::kMaxDimension || sps->height > h264::kMaxDimension))
        std::abort();
    (void)h264::makeTrack(bytes);
    for (const unsigned lengthSize : {1U, 2U, 4U}) {
        const auto wide = h264::withFourByteLengths(bytes, lengthSize);
        if (wide && !h264::splitNals(*wide))
            std::abort();
    }
    if (const auto config = h264::parseDecoderConfig(bytes))
        (void)h264::toAnnexB(bytes, *config, true);
    if (const auto config = aac::parseAudioConfig(bytes)) {
        if (config->sampleRate == 0 || config->channels == 0)
            std::abort();
        (void)aac::adtsHeader(*config, size);
    }
    return 0;
}

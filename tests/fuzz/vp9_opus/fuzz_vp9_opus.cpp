// The small headers: VP9 records and frames, OpusHead and packets, MP3 frames.
#include "media/codec/mp3.h"
#include "media/codec/opus.h"
#include "media/codec/vp9.h"

#include <cstdlib>

using namespace matinee::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span bytes(data, size);
    const auto frame = vp9::parseFrameHeader(bytes);
    if (frame && frame->key != (frame->width != 0 && frame->height != 0))
        std::abort();
    if (const auto track = vp9::makeTrack(bytes, 1280, 720)) {
        const auto again = vp9::makeTrack((*track)->config, 1280, 720);
        if (!again || (*again)->codecString != (*track)->codecString || (*track)->codecString.size() != 13)
            std::abort();
    }
    if (const auto head = opus::parseHead(bytes); head && head->channels == 0)
        std::abort();
    if (const auto samples = opus::samplesOf(bytes); samples && (*samples == 0 || *samples > 5760))
        std::abort();
    if (const auto header = mp3::parseFrameHeader(bytes); header && (header->sampleRate < 8000 || header->channels == 0))
        std::abort();
    return 0;
}

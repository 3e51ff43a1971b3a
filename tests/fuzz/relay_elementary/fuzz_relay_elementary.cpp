// Packets of a foreign source: first byte the codec, second the length of the extradata, then packets, each behind a length of two bytes.
// Whatever comes out is what a Track and a Frame promise.
#include "media/codec/nal_units.h"
#include "relay/tracks.h"
#include "relay/wire/elementary.h"

#include <cstdlib>

using namespace matinee;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 2)
        return 0;
    const auto codec = static_cast<media::Codec>(data[0] % 7);
    std::span<const std::uint8_t> rest(data + 2, size - 2);
    const auto extradata = rest.first(std::min<std::size_t>(data[1], rest.size()));
    rest = rest.subspan(extradata.size());
    relay::wire::Elementary elementary(codec, extradata);
    while (rest.size() > 2) {
        const std::size_t length = std::min<std::size_t>(std::size_t{rest[0]} << 8 | rest[1], rest.size() - 2);
        const auto piece = elementary.take(rest.subspan(2, length));
        rest = rest.subspan(2 + length);
        if (!piece)
            continue;
        if (!elementary.config())
            std::abort(); // a payload that nobody can decode
        if (piece->config)
            (void)relay::makeTrack({.id = 0, .codec = codec, .width = 16, .height = 16, .sampleRate = 48000, .channels = 2, .config = *piece->config});
        const bool nals = codec == media::Codec::H264 || codec == media::Codec::Hevc;
        if (nals && !media::nal::split(piece->payload, 4))
            std::abort();
    }
    return 0;
}

#include "hls/wire/multivariant.h"

#include "hls/wire/playlist_text.h"

#include <algorithm>
#include <cmath>

namespace matinee::hls {

std::string multivariantText(std::span<const Variant> variants, std::string_view query)
{
    std::string out = "#EXTM3U\n#EXT-X-VERSION:6\n";
    for (const auto &variant : variants) {
        out += "#EXT-X-STREAM-INF:BANDWIDTH=";
        appendNumber(out, std::max<std::uint64_t>(variant.bandwidth, 1));
        if (variant.average > 0) {
            out += ",AVERAGE-BANDWIDTH=";
            appendNumber(out, variant.average);
        }
        if (!variant.codecs.empty())
            out += ",CODECS=\"" + variant.codecs + '"';
        if (variant.width > 0 && variant.height > 0) {
            out += ",RESOLUTION=";
            appendNumber(out, variant.width);
            out += 'x';
            appendNumber(out, variant.height);
        }
        if (variant.fps > 0) {
            const auto thousandths = static_cast<std::uint64_t>(std::llround(std::min(variant.fps, 1000.0) * 1000));
            out += ",FRAME-RATE=";
            appendNumber(out, thousandths / 1000);
            out += '.';
            appendNumber(out, thousandths % 1000, 3);
        }
        out += '\n';
        appendUri(out, variant.uri, query);
        out += '\n';
    }
    return out;
}

} // namespace matinee::hls

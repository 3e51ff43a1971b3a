// What is measured of a stream, for the multivariant playlist. A value; any thread.
#pragma once

#include "hls/wire/multivariant.h"
#include "hls/wire/playlist.h"
#include "media/frame.h"

#include <cstdint>
#include <string>
#include <vector>

namespace matinee::hls {

struct StreamFacts
{
    std::string video; ///< Codec strings; empty: no such track.
    std::string audio;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    double fps = 0;
    std::uint64_t bandwidth = 0; ///< All tracks; peak over any segment, bits a second.
    std::uint64_t average = 0;
    std::uint64_t audioBandwidth = 0;
    std::uint64_t audioAverage = 0;
};

/// From the tracks and the segments of a playlist.
[[nodiscard]] StreamFacts factsOf(const std::vector<media::TrackPtr> &tracks, const Playlist &playlist);
/// Of a rendition: what is foreseen of its picture, the sound of its stream, and what is measured while it is made (null: nothing yet).
/// Rates do not fall below what is foreseen, so that players find the same order whatever is shown.
[[nodiscard]] StreamFacts renditionFacts(const StreamFacts &forecast, const StreamFacts &stream, const StreamFacts *measured);

[[nodiscard]] Variant wholeVariant(const StreamFacts &facts, std::string uri);
[[nodiscard]] Variant audioVariant(const StreamFacts &facts, std::string uri);

} // namespace matinee::hls

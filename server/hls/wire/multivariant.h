// The multivariant playlist: which forms of a stream there are, and what a player needs to know to choose. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace matinee::hls {

struct Variant
{
    std::string uri;    ///< Relative to the playlist.
    std::string codecs; ///< "avc1.64001f,mp4a.40.2"
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    double fps = 0;              ///< 0: unknown, or no picture.
    std::uint64_t bandwidth = 0; ///< Peak over any segment, bits a second.
    std::uint64_t average = 0;   ///< 0: unknown.
};

/// In the order given: players begin with the first that they can play.
[[nodiscard]] std::string multivariantText(std::span<const Variant> variants, std::string_view query);

} // namespace matinee::hls

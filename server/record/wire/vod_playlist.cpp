#include "record/wire/vod_playlist.h"

#include <algorithm>
#include <cstdio>

namespace matinee::record {

namespace {

constexpr MediaTime kGap = std::chrono::milliseconds(500); // more between two fragments is a loss, not rounding

struct Segment
{
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    MediaTime duration{};
    bool afterGap = false;
};

std::vector<Segment> segmentsOf(const FragmentIndex &index, MediaTime wanted)
{
    std::vector<Segment> segments;
    for (std::size_t i = 0; i < index.fragments.size(); ++i) {
        const auto &fragment = index.fragments[i];
        const bool gap = i > 0 && fragment.begins - (index.fragments[i - 1].begins + index.fragments[i - 1].duration) > kGap;
        if (segments.empty() || gap || (fragment.independent && segments.back().duration + fragment.duration > wanted))
            segments.push_back({fragment.offset, 0, {}, gap});
        segments.back().bytes = fragment.offset + fragment.size - segments.back().offset;
        segments.back().duration += fragment.duration;
    }
    return segments;
}

std::string range(std::uint64_t bytes, std::uint64_t offset)
{
    return std::to_string(bytes) + "@" + std::to_string(offset);
}

} // namespace

std::string vodPlaylist(const FragmentIndex &index, const VodOptions &options)
{
    const auto segments = segmentsOf(index, options.wanted);
    if (segments.empty())
        return {};
    MediaTime longest{};
    for (const auto &segment : segments)
        longest = std::max(longest, segment.duration);
    const auto target =
        std::max<std::int64_t>(1, (longest.count() + 500'000) / 1'000'000); // EXTINF, rounded, must not be above it: 4.3.3.1
    std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:" + std::to_string(target) + "\n#EXT-X-PLAYLIST-TYPE:";
    text += options.complete ? "VOD\n" : "EVENT\n";
    text += "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"";
    text += options.file;
    text += "\",BYTERANGE=\"" + range(index.initBytes, 0) + "\"\n";
    for (const auto &segment : segments) {
        char seconds[32];
        std::snprintf(seconds, sizeof seconds, "%.5f", static_cast<double>(segment.duration.count()) / 1e6);
        if (segment.afterGap)
            text += "#EXT-X-DISCONTINUITY\n";
        text += "#EXTINF:";
        text += seconds;
        text += ",\n#EXT-X-BYTERANGE:" + range(segment.bytes, segment.offset) + "\n";
        text += options.file;
        text += '\n';
    }
    if (options.complete)
        text += "#EXT-X-ENDLIST\n";
    return text;
}

} // namespace matinee::record

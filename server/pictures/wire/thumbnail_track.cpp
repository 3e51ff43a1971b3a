#include "pictures/wire/thumbnail_track.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace matinee::pictures {

namespace {

std::string seconds(MediaTime time)
{
    const auto milliseconds = std::max<std::int64_t>(time.count(), 0) / 1000;
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%lld.%03lld", static_cast<long long>(milliseconds / 1000),
                        static_cast<long long>(milliseconds % 1000));
    return text.data();
}

} // namespace

std::string cueTime(MediaTime time)
{
    const auto all = std::max<std::int64_t>(time.count(), 0) / 1000;
    const auto part = [&](std::int64_t unit, std::int64_t most) { return static_cast<long long>(all / unit % most); };
    std::array<char, 48> text{};
    (void)std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld.%03lld", static_cast<long long>(all / 3'600'000), part(60'000, 60),
                        part(1000, 60), part(1, 1000));
    return text.data();
}

std::string thumbnailTrack(const std::vector<Thumbnail> &thumbnails, std::optional<MediaTime> newest)
{
    std::string text = "WEBVTT\n";
    if (newest)
        text += "\nNOTE newest " + seconds(*newest) + "\n";
    for (const auto &one : thumbnails) {
        const auto column = one.place % kSheetColumns;
        const auto row = one.place / kSheetColumns;
        text += "\n" + cueTime(one.begins) + " --> " + cueTime(one.ends) + "\n" + one.sheet +
                "#xywh=" + std::to_string(column * one.size.width) + "," + std::to_string(row * one.size.height) + "," +
                std::to_string(one.size.width) + "," + std::to_string(one.size.height) + "\n";
    }
    return text;
}

} // namespace matinee::pictures

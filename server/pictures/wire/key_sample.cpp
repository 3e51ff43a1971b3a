#include "pictures/wire/key_sample.h"

#include <algorithm>
#include <vector>

namespace matinee::pictures {

using media::Codec;
using record::BoxError;
using record::boxType;

namespace {

constexpr std::size_t kMostBoxes = 4096;
constexpr std::size_t kMostTracks = 8;
constexpr std::size_t kMostConfig = 64 * 1024;
constexpr std::size_t kVisualEntryBytes = 78; // of a VisualSampleEntry before its boxes (14496-12, 12.1.3)
constexpr std::size_t kFullBoxBytes = 4;      // version and flags

using View = std::span<const std::uint8_t>;

struct Box
{
    std::uint32_t type = 0;
    View payload;
};

std::uint64_t number(View bytes)
{
    std::uint64_t value = 0;
    for (const auto byte : bytes)
        value = value << 8 | byte;
    return value;
}

std::uint32_t u32(View bytes, std::size_t at)
{
    return static_cast<std::uint32_t>(number(bytes.subspan(at, 4)));
}

Result<std::vector<Box>, BoxError> boxesIn(View payload)
{
    std::vector<Box> found;
    while (!payload.empty()) {
        const auto header = record::readBoxHeader(payload, payload.size());
        if (!header)
            return header.error();
        if (found.size() >= kMostBoxes)
            return BoxError::TooLarge;
        const auto size = static_cast<std::size_t>(header->size); // not above payload.size(): the reader has looked
        found.push_back({header->type, payload.subspan(header->headerBytes, size - header->headerBytes)});
        payload = payload.subspan(size);
    }
    return found;
}

Result<std::optional<View>, BoxError> findIn(View payload, std::uint32_t type)
{
    const auto boxes = boxesIn(payload);
    if (!boxes)
        return boxes.error();
    const auto box = std::find_if(boxes->begin(), boxes->end(), [type](const Box &one) { return one.type == type; });
    return box == boxes->end() ? std::optional<View>() : std::optional(box->payload);
}

/// trak, mdia, minf, stbl, stsd: one within the other. Empty where one of them is not there.
Result<View, BoxError> descend(View payload, std::initializer_list<std::uint32_t> path)
{
    for (const auto type : path) {
        const auto inner = findIn(payload, type);
        if (!inner)
            return inner.error();
        if (!*inner)
            return BoxError::Malformed;
        payload = **inner;
    }
    return payload;
}

struct Entry
{
    std::uint32_t type;
    std::uint32_t config;
    Codec codec;
};
constexpr Entry kEntries[] = {
    {boxType("avc1"), boxType("avcC"), Codec::H264}, {boxType("avc3"), boxType("avcC"), Codec::H264},
    {boxType("hvc1"), boxType("hvcC"), Codec::Hevc}, {boxType("hev1"), boxType("hvcC"), Codec::Hevc},
    {boxType("av01"), boxType("av1C"), Codec::Av1},  {boxType("vp09"), boxType("vpcC"), Codec::Vp9},
};

Result<std::optional<VideoDescription>, BoxError> readEntry(View stsd)
{
    if (stsd.size() < 8)
        return BoxError::Truncated;
    const auto entries = boxesIn(stsd.subspan(8)); // version, flags, count
    if (!entries)
        return entries.error();
    for (const auto &entry : *entries) {
        const auto *const known =
            std::find_if(std::begin(kEntries), std::end(kEntries), [&](const Entry &e) { return e.type == entry.type; });
        if (known == std::end(kEntries))
            continue;
        if (entry.payload.size() < kVisualEntryBytes)
            return BoxError::Truncated;
        const auto config = findIn(entry.payload.subspan(kVisualEntryBytes), known->config);
        if (!config)
            return config.error();
        if (!*config)
            return BoxError::Malformed;
        auto bytes = **config;
        if (known->codec == Codec::Vp9)
            bytes = bytes.subspan(std::min(bytes.size(), kFullBoxBytes));
        if (bytes.empty() || bytes.size() > kMostConfig)
            return BoxError::Malformed;
        VideoDescription video;
        video.codec = known->codec;
        video.width = static_cast<std::uint16_t>(number(entry.payload.subspan(24, 2)));
        video.height = static_cast<std::uint16_t>(number(entry.payload.subspan(26, 2)));
        video.config.assign(bytes.begin(), bytes.end());
        return std::optional(std::move(video));
    }
    return std::optional<VideoDescription>();
}

Result<std::optional<KeySample>, BoxError> readRun(View trun, std::uint32_t defaultSize)
{
    if (trun.size() < 8)
        return BoxError::Truncated;
    const auto flags = u32(trun, 0) & 0xffffff;
    if (u32(trun, 4) == 0)
        return std::optional<KeySample>();
    std::size_t at = 8;
    std::int64_t offset = 0;
    if (flags & 0x1) {
        if (trun.size() < at + 4)
            return BoxError::Truncated;
        offset = static_cast<std::int32_t>(u32(trun, at));
        at += 4;
    }
    at += flags & 0x4 ? 4 : 0;   // first_sample_flags
    at += flags & 0x100 ? 4 : 0; // the sample's duration
    auto size = defaultSize;
    if (flags & 0x200) {
        if (trun.size() < at + 4)
            return BoxError::Truncated;
        size = u32(trun, at);
    }
    if (offset <= 0 || size == 0)
        return BoxError::Malformed;
    if (size > kMaxKeySampleBytes)
        return BoxError::TooLarge;
    return std::optional(KeySample{static_cast<std::uint64_t>(offset), size});
}

Result<std::optional<KeySample>, BoxError> readTrackFragment(View traf, const VideoDescription &video)
{
    const auto boxes = boxesIn(traf);
    if (!boxes)
        return boxes.error();
    std::optional<std::uint32_t> defaultSize;
    for (const auto &box : *boxes) {
        if (box.type == boxType("tfhd")) {
            if (box.payload.size() < 8)
                return BoxError::Truncated;
            const auto flags = u32(box.payload, 0) & 0xffffff;
            if (u32(box.payload, 4) != video.trackId)
                return std::optional<KeySample>();
            if (flags & 0x1) // an absolute place in a file that may have grown since: ours never say one
                return BoxError::Malformed;
            const std::size_t at = 8 + (flags & 0x2 ? 4 : 0) + (flags & 0x8 ? 4 : 0);
            if (flags & 0x10 && box.payload.size() < at + 4)
                return BoxError::Truncated;
            defaultSize = flags & 0x10 ? u32(box.payload, at) : video.defaultSampleSize;
        } else if (box.type == boxType("trun") && defaultSize) {
            auto sample = readRun(box.payload, *defaultSize);
            if (!sample || *sample)
                return sample;
        }
    }
    return std::optional<KeySample>();
}

} // namespace

Result<std::optional<VideoDescription>, BoxError> readVideoDescription(View payload)
{
    const auto tracks = record::readMovie(payload);
    if (!tracks)
        return tracks.error();
    const auto track = std::find_if(tracks->begin(), tracks->end(), [](const auto &one) { return one.video; });
    if (track == tracks->end())
        return std::optional<VideoDescription>();
    const auto boxes = boxesIn(payload);
    if (!boxes)
        return boxes.error();
    std::optional<VideoDescription> video;
    std::size_t place = 0;
    const auto wanted = static_cast<std::size_t>(track - tracks->begin()); // readMovie() gives them in the file's order
    for (const auto &box : *boxes) {
        if (box.type != boxType("trak") || place++ != wanted)
            continue;
        const auto stsd = descend(box.payload, {boxType("mdia"), boxType("minf"), boxType("stbl"), boxType("stsd")});
        if (!stsd)
            return stsd.error();
        auto entry = readEntry(*stsd);
        if (!entry)
            return entry.error();
        video = std::move(*entry);
    }
    if (!video)
        return video;
    video->trackId = track->id;
    const auto mvex = findIn(payload, boxType("mvex"));
    if (!mvex)
        return mvex.error();
    const auto extensions = boxesIn(mvex->value_or(View()));
    if (!extensions)
        return extensions.error();
    for (const auto &box : *extensions) {
        if (box.type == boxType("trex") && box.payload.size() >= 24 && u32(box.payload, 4) == track->id)
            video->defaultSampleSize = u32(box.payload, 16);
    }
    return video;
}

Result<std::optional<KeySample>, BoxError> readKeySample(View payload, const VideoDescription &video)
{
    const auto boxes = boxesIn(payload);
    if (!boxes)
        return boxes.error();
    std::size_t tracks = 0;
    for (const auto &box : *boxes) {
        if (box.type != boxType("traf"))
            continue;
        if (++tracks > kMostTracks)
            return BoxError::TooLarge;
        auto sample = readTrackFragment(box.payload, video);
        if (!sample || *sample)
            return sample;
    }
    return std::optional<KeySample>();
}

} // namespace matinee::pictures

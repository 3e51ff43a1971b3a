// Takes fragmented MP4 apart, so that tests see what a player sees. Trusts its input: it is our own or ffmpeg's.
#pragma once

#include "media/frame.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::boxes {

using Span = std::span<const std::uint8_t>;

inline Span spanOf(const std::string &bytes)
{
    return {reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()};
}

inline std::uint64_t number(Span bytes, std::size_t at, std::size_t count)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = value << 8 | (at + i < bytes.size() ? bytes[at + i] : 0);
    return value;
}

struct Box
{
    std::string type;
    Span payload;
    std::size_t at = 0; ///< Where its header begins.
};

inline std::vector<Box> childrenOf(Span bytes)
{
    std::vector<Box> boxes;
    for (std::size_t at = 0; at + 8 <= bytes.size();) {
        const auto size = number(bytes, at, 4);
        EXPECT_GE(size, 8u);
        EXPECT_LE(at + size, bytes.size());
        if (size < 8 || at + size > bytes.size())
            break;
        boxes.push_back({std::string(reinterpret_cast<const char *>(bytes.data()) + at + 4, 4), bytes.subspan(at + 8, size - 8), at});
        at += size;
    }
    return boxes;
}

inline std::vector<Box> all(Span bytes, std::string_view type)
{
    std::vector<Box> found;
    for (auto &box : childrenOf(bytes)) {
        if (box.type == type)
            found.push_back(std::move(box));
    }
    return found;
}

/// "moov/trak/mdia": the first of each; empty where there is none.
inline Span find(Span bytes, std::string_view path)
{
    while (!path.empty()) {
        const auto step = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), step.size() + 1));
        const auto boxes = all(bytes, step);
        if (boxes.empty())
            return {};
        bytes = boxes.front().payload;
    }
    return bytes;
}

struct TrackInfo
{
    std::uint32_t id = 0;
    bool video = false;
    std::uint32_t rate = 0;
    std::string entry;  ///< "hvc1"
    std::string config; ///< "hvcC"
    media::Bytes configBytes;
    bool editList = false;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

inline std::vector<TrackInfo> tracksOf(Span init)
{
    std::vector<TrackInfo> tracks;
    for (const auto &trak : all(find(init, "moov"), "trak")) {
        TrackInfo track;
        const auto tkhd = find(trak.payload, "tkhd");
        track.id = static_cast<std::uint32_t>(number(tkhd, tkhd[0] == 1 ? 20 : 12, 4));
        const auto mdhd = find(trak.payload, "mdia/mdhd");
        track.rate = static_cast<std::uint32_t>(number(mdhd, mdhd[0] == 1 ? 20 : 12, 4));
        const auto hdlr = find(trak.payload, "mdia/hdlr");
        track.video = number(hdlr, 8, 4) == 0x76696465;
        track.editList = !find(trak.payload, "edts/elst").empty();
        const auto stsd = find(trak.payload, "mdia/minf/stbl/stsd");
        const auto entries = childrenOf(stsd.subspan(8));
        if (entries.empty())
            continue;
        track.entry = entries.front().type;
        const auto entry = entries.front().payload;
        if (track.video) {
            track.width = static_cast<std::uint32_t>(number(entry, 24, 2));
            track.height = static_cast<std::uint32_t>(number(entry, 26, 2));
        }
        for (const auto &box : childrenOf(entry.subspan(track.video ? 78 : 28))) {
            if (box.type == "pasp" || box.type == "btrt" || box.type == "colr" || box.type == "fiel")
                continue;
            track.config = box.type;
            track.configBytes.assign(box.payload.begin(), box.payload.end());
            break;
        }
        tracks.push_back(std::move(track));
    }
    return tracks;
}

struct Sample
{
    std::int64_t dts = 0;
    std::int64_t duration = 0;
    std::int64_t offset = 0;
    bool sync = false;
    Span bytes;
};

struct Run
{
    std::uint64_t tfdt = 0;
    std::vector<Sample> samples;
    [[nodiscard]] std::int64_t end() const { return samples.empty() ? 0 : samples.back().dts + samples.back().duration; }
};

/// The samples of every moof in `bytes`, by track.
inline std::map<std::uint32_t, std::vector<Run>> runsOf(Span bytes)
{
    std::map<std::uint32_t, std::vector<Run>> runs;
    for (const auto &moof : all(bytes, "moof")) {
        for (const auto &traf : all(moof.payload, "traf")) {
            const auto tfhd = find(traf.payload, "tfhd");
            const auto flags = number(tfhd, 1, 3);
            EXPECT_TRUE(flags & 0x020000) << "default-base-is-moof";
            EXPECT_FALSE(flags & 1) << "no base data offset";
            std::size_t at = 8;
            const auto optional = [&](std::uint64_t bit, std::size_t count) {
                if (!(flags & bit))
                    return std::uint64_t{0};
                at += count;
                return number(tfhd, at - count, count);
            };
            (void)optional(2, 4);
            const auto defaultDuration = optional(8, 4);
            const auto defaultSize = optional(16, 4);
            const auto defaultFlags = optional(32, 4);
            Run run;
            const auto tfdt = find(traf.payload, "tfdt");
            EXPECT_FALSE(tfdt.empty());
            run.tfdt = number(tfdt, 4, tfdt[0] == 1 ? 8 : 4);
            auto dts = static_cast<std::int64_t>(run.tfdt);
            for (const auto &trun : all(traf.payload, "trun")) {
                const auto trunFlags = number(trun.payload, 1, 3);
                const bool isSigned = trun.payload[0] == 1;
                const auto count = number(trun.payload, 4, 4);
                std::size_t in = 8;
                const auto next = [&](std::uint64_t bit, std::uint64_t otherwise) {
                    if (!(trunFlags & bit))
                        return otherwise;
                    in += 4;
                    return number(trun.payload, in - 4, 4);
                };
                auto data = moof.at + next(1, 0);
                const auto firstFlags = next(4, ~std::uint64_t{0});
                for (std::uint64_t i = 0; i < count; ++i) {
                    Sample sample;
                    sample.dts = dts;
                    sample.duration = static_cast<std::int64_t>(next(0x100, defaultDuration));
                    const auto size = next(0x200, defaultSize);
                    const auto sampleFlags = next(0x400, i == 0 && firstFlags != ~std::uint64_t{0} ? firstFlags : defaultFlags);
                    const auto offset = next(0x800, 0);
                    sample.offset = isSigned ? static_cast<std::int32_t>(offset) : static_cast<std::int64_t>(offset);
                    sample.sync = (sampleFlags & 0x10000) == 0;
                    EXPECT_LE(data + size, bytes.size());
                    sample.bytes = bytes.subspan(data, size);
                    data += size;
                    dts += sample.duration;
                    run.samples.push_back(sample);
                }
            }
            runs[static_cast<std::uint32_t>(number(tfhd, 4, 4))].push_back(std::move(run));
        }
    }
    return runs;
}

} // namespace matinee::boxes

// What real encoders make, taken apart: the `ffmpeg` program writes an MP4, libavformat reads it. For tests of everything that decodes.
#pragma once

#include "media/frame.h"
#include "mux/libav.h"
#include "tests/unit/mux/sample_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace matinee::material {

using media::MediaTime;

struct Unit
{
    bool video = true;
    media::Bytes payload;
    MediaTime dts{};
    MediaTime pts{};
    bool key = false;
};

struct Source
{
    media::Codec codec = media::Codec::H264;
    media::Bytes config;
    media::Bytes soundConfig; ///< AAC, where there is sound.
    int width = 0;
    int height = 0;
    std::vector<Unit> units; ///< By decode time.

    [[nodiscard]] std::vector<MediaTime> keys() const
    {
        std::vector<MediaTime> times;
        for (const auto &unit : units) {
            if (unit.video && unit.key)
                times.push_back(unit.pts);
        }
        return times;
    }
    [[nodiscard]] std::vector<MediaTime> shownAt() const ///< Every picture, in the order of showing.
    {
        std::vector<MediaTime> times;
        for (const auto &unit : units) {
            if (unit.video)
                times.push_back(unit.pts);
        }
        std::sort(times.begin(), times.end());
        return times;
    }
    [[nodiscard]] const Unit &firstKey() const
    {
        return *std::find_if(units.begin(), units.end(), [](const Unit &unit) { return unit.video && unit.key; });
    }
};

inline std::optional<media::Codec> codecOf(AVCodecID id)
{
    switch (id) {
    case AV_CODEC_ID_H264:
        return media::Codec::H264;
    case AV_CODEC_ID_HEVC:
        return media::Codec::Hevc;
    case AV_CODEC_ID_AV1:
        return media::Codec::Av1;
    case AV_CODEC_ID_VP9:
        return media::Codec::Vp9;
    default:
        return std::nullopt;
    }
}

/// `arguments`: inputs and codecs of ffmpeg. Times begin somewhat after 1 s, as on a stream that has run for a while.
inline Source make(const std::string &arguments)
{
    Source source;
    const sample::Folder folder;
    const auto path = folder.write("source.mp4", "");
    const auto said = sample::outputOf("ffmpeg -nostdin -y -v error -threads 1 " + arguments + " -f mp4 " + path + " 2>&1");
    const auto libav = mux::libav();
    EXPECT_TRUE(libav);
    const auto &av = **libav;
    AVFormatContext *context = nullptr;
    const bool opened = av.avformat_open_input(&context, path.c_str(), nullptr, nullptr) == 0;
    EXPECT_TRUE(opened) << "is ffmpeg installed? " << said;
    if (!opened)
        return source;
    for (unsigned i = 0; i < context->nb_streams; ++i) {
        const auto &parameters = *context->streams[i]->codecpar;
        media::Bytes config(parameters.extradata, parameters.extradata + parameters.extradata_size);
        if (parameters.codec_type != AVMEDIA_TYPE_VIDEO) {
            source.soundConfig = std::move(config);
            continue;
        }
        source.codec = codecOf(parameters.codec_id).value_or(media::Codec::H264);
        source.config = source.codec == media::Codec::Vp9 ? media::Bytes{} : std::move(config);
        source.width = parameters.width;
        source.height = parameters.height;
    }
    auto *packet = av.av_packet_alloc();
    while (av.av_read_frame(context, packet) >= 0) {
        const auto *const stream = context->streams[packet->stream_index];
        const auto time = [&](std::int64_t ticks) {
            return MediaTime(1'000'000 + av.av_rescale_q(ticks, stream->time_base, {1, 1'000'000}));
        };
        source.units.push_back({.video = stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO,
                                .payload = media::Bytes(packet->data, packet->data + packet->size),
                                .dts = time(packet->dts),
                                .pts = time(packet->pts),
                                .key = (packet->flags & AV_PKT_FLAG_KEY) != 0});
        av.av_packet_unref(packet);
    }
    av.av_packet_free(&packet);
    av.avformat_close_input(&context);
    std::stable_sort(source.units.begin(), source.units.end(), [](const Unit &a, const Unit &b) { return a.dts < b.dts; });
    return source;
}

inline const std::string kH264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -sc_threshold 0 ";

/// "testsrc2" and the like, so large and so often a second.
inline std::string picture(const std::string &filter)
{
    return "-f lavfi -i " + filter + " ";
}

/// One key frame of one colour ("red"), and no more.
inline Source plain(const std::string &colour, int width, int height, const std::string &codec = kH264)
{
    const auto size = std::to_string(width) + "x" + std::to_string(height);
    return make(picture("color=c=" + colour + ":s=" + size + ":r=25") + codec + "-frames:v 1");
}

} // namespace matinee::material

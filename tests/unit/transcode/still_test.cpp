#include "transcode/still.h"

#include "tests/unit/transcode/colour.h"
#include "tests/unit/transcode/hostile.h"
#include "tests/unit/transcode/material.h"

#include <gmock/gmock.h>

namespace matinee::transcode {
namespace {

using material::kH264;
using testing::AllOf;
using testing::HasSubstr;

const Libraries &av()
{
    return **libraries();
}

KeyFrame frameOf(const material::Source &source)
{
    return {source.codec, source.config, source.firstKey().payload};
}

struct Case
{
    const char *name;
    std::string codec;
    friend void PrintTo(const Case &one, std::ostream *out) { *out << one.name; } // part of the test's name
};

class StillOf : public testing::TestWithParam<Case>
{
};

TEST_P(StillOf, AKeyFrameHasItsColour)
{
    const auto source = material::plain("0xc04020", 320, 180, GetParam().codec);
    const auto still = makeStill(av(), frameOf(source), {160, 160}, 90);
    ASSERT_TRUE(still) << still.error().message;
    EXPECT_EQ(still->size, (Size{160, 90}));
    const auto picture = opened(av(), still->jpeg);
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->width, 160);
    EXPECT_EQ(picture->height, 90);
    for (const auto &[x, y] : {std::pair{2, 2}, {80, 45}, {157, 87}})
        EXPECT_EQ(at(*picture, x, y), (Rgb{0xc0, 0x40, 0x20})) << x << "," << y;
}

INSTANTIATE_TEST_SUITE_P(Codecs, StillOf,
                         testing::Values(Case{"H264", kH264}, Case{"H264High", "-c:v libx264 -pix_fmt yuv444p "},
                                         Case{"H264Full", "-vf scale=out_range=full -c:v libx264 -pix_fmt yuvj420p "},
                                         Case{"Hevc", "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p "},
                                         Case{"Hevc10", "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p10le "},
                                         Case{"Vp9", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 "},
                                         Case{"Av1", "-c:v libaom-av1 -usage realtime -cpu-used 8 "}),
                         [](const auto &info) { return info.param.name; });

TEST(Still, OfHighDefinitionIsReadWithTheMatrixOfHighDefinition)
{
    const auto source = material::plain("0x2060d0", 1280, 720, "-vf scale=out_color_matrix=bt709 " + kH264);
    const auto still = makeStill(av(), frameOf(source), {320, 180}, 90);
    ASSERT_TRUE(still) << still.error().message;
    const auto picture = opened(av(), still->jpeg);
    ASSERT_TRUE(picture);
    EXPECT_EQ(at(*picture, 100, 100), (Rgb{0x20, 0x60, 0xd0}));
}

TEST(Still, HasSquareSamples)
{
    const auto source = material::plain("green", 360, 288, "-vf setsar=16/15 " + kH264);
    const auto still = makeStill(av(), frameOf(source), {1280, 720}, 75);
    ASSERT_TRUE(still) << still.error().message;
    EXPECT_EQ(still->size, (Size{360, 270}));
}

TEST(Still, OfHigherQualityHasMoreBytes)
{
    const auto source = material::make(material::picture("testsrc2=s=640x360:r=25") + kH264 + "-frames:v 1");
    std::size_t last = 0;
    for (const int quality : {1, 50, 75, 100}) {
        const auto still = makeStill(av(), frameOf(source), {640, 360}, quality);
        ASSERT_TRUE(still) << still.error().message;
        EXPECT_GT(still->jpeg.size(), last) << quality;
        last = still->jpeg.size();
    }
}

TEST(Still, TellsNothingOfTheLibraryThatMadeIt)
{
    const auto source = material::plain("red", 64, 64);
    const auto still = makeStill(av(), frameOf(source), {64, 64}, 75);
    ASSERT_TRUE(still) << still.error().message;
    EXPECT_THAT(std::string(still->jpeg.begin(), still->jpeg.end()), testing::Not(HasSubstr("Lavc")));
}

TEST(Still, OfATruncatedKeyFrameIsRefused)
{
    const std::vector<std::string> codecs = {kH264, "-c:v libx264 -x264-params slices=4 ", "-c:v libx265 -x265-params log-level=none ",
                                             "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 ",
                                             "-c:v libaom-av1 -usage realtime -cpu-used 8 "};
    for (const auto &codec : codecs) {
        const auto source = material::make(material::picture("testsrc2=s=320x180:r=25") + codec + "-frames:v 1");
        const auto whole = source.firstKey().payload;
        std::size_t refused = 0;
        for (std::size_t size = 0; size < whole.size(); size += whole.size() / 16) {
            const auto still = makeStill(av(), {source.codec, source.config, std::span(whole).first(size)}, {160, 90}, 75);
            refused += still ? 0 : 1;
            if (!still) {
                EXPECT_FALSE(still.error().message.empty());
            }
        }
        // The arithmetic of VP9 has no end of its own: half a picture is one with nothing in its other half.
        EXPECT_GE(refused, source.codec == media::Codec::Vp9 ? 1U : 16U) << codec << " " << whole.size();
    }
}

TEST(Still, OfAKeyFrameWithAnyByteChangedNeverHarms)
{
    const auto source = material::make(material::picture("testsrc2=s=128x96:r=25") + kH264 + "-frames:v 1");
    auto changed = source.firstKey().payload;
    const auto step = std::max<std::size_t>(1, changed.size() / 200);
    for (std::size_t i = 0; i < changed.size(); i += step) {
        changed[i] ^= 0xff;
        const auto still = makeStill(av(), {source.codec, source.config, changed}, {64, 48}, 75);
        EXPECT_TRUE(still || !still.error().message.empty()) << i;
        changed[i] ^= 0xff;
    }
}

TEST(Still, OfALyingConfigurationIsRefused)
{
    const auto h264 = material::plain("red", 320, 180);
    const auto hevc = material::plain("red", 320, 180, "-c:v libx265 -x265-params log-level=none ");
    const auto &payload = h264.firstKey().payload;
    const std::vector<std::pair<const char *, KeyFrame>> lies = {
        {"another codec", {media::Codec::Hevc, h264.config, payload}},
        {"another codec's configuration", {media::Codec::H264, hevc.config, payload}},
        {"no configuration", {media::Codec::H264, {}, payload}},
        {"half a configuration", {media::Codec::H264, std::span(h264.config).first(h264.config.size() / 2), payload}},
        {"another codec's frame", {media::Codec::H264, h264.config, hevc.firstKey().payload}},
        {"sound", {media::Codec::Aac, h264.config, payload}},
        {"no frame", {media::Codec::H264, h264.config, {}}},
    };
    for (const auto &[name, frame] : lies) {
        const auto still = makeStill(av(), frame, {160, 90}, 75);
        ASSERT_FALSE(still) << name;
        EXPECT_EQ(still.error().code, ErrorCode::InvalidArgument) << name << ": " << still.error().message;
    }
}

TEST(Still, OfSixteenThousandLinesIsRefusedBeforeMemoryIsAskedFor)
{
    const auto source = material::plain("red", 320, 176, "-c:v libx264 -profile:v baseline -pix_fmt yuv420p ");
    for (const auto &[width, height] : {std::pair{16384, 16384}, {16384, 4096}, {8208, 16}, {65536, 65536}}) {
        const auto config = hostile::avcOfSize(source.config, width, height);
        const auto still = makeStill(av(), {source.codec, config, source.firstKey().payload}, {160, 90}, 75);
        ASSERT_FALSE(still) << width << "x" << height;
        EXPECT_EQ(still.error().code, ErrorCode::InvalidArgument) << still.error().message;
    }
}

} // namespace
} // namespace matinee::transcode

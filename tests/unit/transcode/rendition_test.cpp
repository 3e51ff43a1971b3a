#include "transcode/rendition.h"

#include "relay/wire/elementary.h"
#include "tests/unit/transcode/colour.h"
#include "tests/unit/transcode/material.h"

#include <gmock/gmock.h>

#include <set>

namespace matinee::transcode {
namespace {

using material::kH264;
using material::Source;
using material::Unit;
using media::MediaTime;
using testing::ElementsAreArray;
using testing::HasSubstr;

const Libraries &av()
{
    return **libraries();
}

/// What came out, and how.
struct Made
{
    std::vector<CodedFrame> frames;
    std::string error;

    void add(Result<std::vector<CodedFrame>> result)
    {
        if (!result) {
            error = result.error().message;
            return;
        }
        std::move(result->begin(), result->end(), std::back_inserter(frames));
    }
    [[nodiscard]] std::vector<MediaTime> shownAt() const
    {
        std::vector<MediaTime> times;
        for (const auto &frame : frames)
            times.push_back(frame.coded.pts);
        return times;
    }
    [[nodiscard]] std::vector<MediaTime> keys() const
    {
        std::vector<MediaTime> times;
        for (const auto &frame : frames) {
            if (frame.coded.key)
                times.push_back(frame.coded.pts);
        }
        return times;
    }
    [[nodiscard]] std::size_t bytes() const
    {
        std::size_t count = 0;
        for (const auto &frame : frames)
            count += frame.coded.annexB.size();
        return count;
    }
};

void feed(Rendition &rendition, const Source &source, Made &made, MediaTime later = {}, bool hurry = false)
{
    made.add(rendition.begin(source.codec, source.config));
    for (const auto &unit : source.units) {
        if (unit.video)
            made.add(rendition.take({unit.payload, unit.dts + later, unit.pts + later, unit.key}, hurry));
    }
}

/// All of it, with what the decoder held back at the end.
Made madeOf(const Source &source, const RenditionOptions &options, bool hurry = false)
{
    Made made;
    Rendition rendition(av(), options);
    feed(rendition, source, made, {}, hurry);
    made.add(rendition.begin(source.codec, source.config));
    return made;
}

/// Decoded by itself: as many pictures as there are frames, and none of them damaged. The colour in the middle of each.
std::vector<Rgb> look(const std::vector<CodedFrame> &frames)
{
    std::vector<Rgb> colours;
    auto decoder = Decoder::open(av(), {.codec = AV_CODEC_ID_H264, .config = {}, .maxPixels = 1 << 24, .wholePictures = true});
    EXPECT_TRUE(decoder);
    const auto take = [&] {
        for (;;) {
            const auto picture = decoder->receive();
            EXPECT_TRUE(picture) << picture.error().message;
            if (!picture || !*picture)
                return;
            colours.push_back(at(**picture, (*picture)->width / 2, (*picture)->height / 2));
        }
    };
    for (const auto &frame : frames) {
        const auto sent = decoder->send(frame.coded.annexB, frame.coded.pts.count());
        EXPECT_TRUE(sent) << sent.error().message;
        take();
    }
    decoder->finish();
    take();
    return colours;
}

void expectRisingTimes(const std::vector<CodedFrame> &frames)
{
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_LE(frames[i].dts, frames[i].coded.pts);
        if (i > 0) {
            EXPECT_LT(frames[i - 1].dts, frames[i].dts);
            EXPECT_LT(frames[i - 1].coded.pts, frames[i].coded.pts);
        }
    }
}

struct Case
{
    const char *name;
    std::string codec;
    bool open = false;                                                            ///< Pictures after a key frame that are shown before it.
    friend void PrintTo(const Case &one, std::ostream *out) { *out << one.name; } // part of the test's name
};

class RenditionOf : public testing::TestWithParam<Case>
{
};

TEST_P(RenditionOf, ShowsEveryPictureOfItsSourceAndHasKeyPicturesWhereThatHas)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=25") + GetParam().codec + "-g 10 -t 2");
    ASSERT_GE(source.keys().size(), 4U);
    const auto made = madeOf(source, {.height = 90, .videoKbps = 300, .maxFps = 25});
    ASSERT_EQ(made.error, "");
    EXPECT_THAT(made.keys(), ElementsAreArray(source.keys()));
    EXPECT_THAT(made.shownAt(), ElementsAreArray(source.shownAt()));
    expectRisingTimes(made.frames);
    EXPECT_EQ(look(made.frames).size(), made.frames.size());
    for (const auto &frame : made.frames)
        EXPECT_EQ(frame.size, (Size{160, 90}));
    EXPECT_TRUE(made.frames.front().first);
    // Decode times of key frames, too, are those of the source: segments of both begin at the same time.
    std::set<MediaTime> decoded;
    for (const auto &unit : source.units) {
        if (unit.key)
            decoded.insert(unit.dts);
    }
    for (const auto &frame : made.frames) {
        if (frame.coded.key && !GetParam().open) {
            EXPECT_TRUE(decoded.contains(frame.dts)) << frame.dts.count();
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Codecs, RenditionOf,
    testing::Values(Case{"H264", kH264}, Case{"H264WithBFrames", "-c:v libx264 -preset veryfast -bf 3 -x264-params scenecut=0 "},
                    Case{"H264WithOpenGroups", "-c:v libx264 -preset veryfast -bf 2 -x264-params open-gop=1:scenecut=0 ", true},
                    Case{"Hevc",
                         "-c:v libx265 -preset ultrafast -x265-params log-level=none:scenecut=0:bframes=2:keyint=10:min-keyint=10 "},
                    Case{"Hevc10", "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params "
                                   "log-level=none:open-gop=0:scenecut=0:keyint=10:min-keyint=10 "},
                    Case{"Vp9", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 10 "},
                    Case{"Av1", "-c:v libaom-av1 -usage realtime -cpu-used 8 "}),
    [](const auto &info) { return info.param.name; });

TEST(Rendition, KeepsColours)
{
    for (const int height : {720, 240}) { // of which players take the matrix for granted otherwise
        const auto size = std::to_string(height * 4 / 3) + "x" + std::to_string(height);
        const std::string matrix = height >= 720 ? "bt709" : "smpte170m";
        const auto source = material::make(material::picture("color=c=0xc04020:s=" + size + ":r=25") +
                                           "-vf scale=out_color_matrix=" + matrix + " " + kH264 + "-frames:v 3");
        const auto made = madeOf(source, {.height = 120, .videoKbps = 500, .maxFps = 25});
        ASSERT_EQ(made.error, "");
        for (const auto &colour : look(made.frames))
            EXPECT_EQ(colour, (Rgb{0xc0, 0x40, 0x20})) << height;
    }
}

TEST(Rendition, TellsPlayersOfTheColoursAndTheShapeOfSamples)
{
    // 720 lines without a word on their matrix are BT.709 to players; 180 lines would be BT.601.
    const auto source = material::make(material::picture("testsrc2=s=960x720:r=25") + "-vf setsar=4/3 " + kH264 + "-frames:v 3");
    const auto made = madeOf(source, {.height = 180, .videoKbps = 300, .maxFps = 25});
    ASSERT_FALSE(made.frames.empty());
    EXPECT_EQ(made.frames.front().size, (Size{240, 180}));
    auto decoder = Decoder::open(av(), {.codec = AV_CODEC_ID_H264, .config = {}, .maxPixels = 1 << 24, .wholePictures = true});
    ASSERT_TRUE(decoder);
    const auto picture = onlyPicture(av(), *decoder, made.frames.front().coded.annexB);
    ASSERT_TRUE(picture);
    EXPECT_EQ((*picture)->colorspace, AVCOL_SPC_BT709);
    EXPECT_EQ((*picture)->color_range, AVCOL_RANGE_MPEG);
    EXPECT_EQ((*picture)->sample_aspect_ratio.num, 4);
    EXPECT_EQ((*picture)->sample_aspect_ratio.den, 3);
}

TEST(Rendition, IsOfTheMainProfileAndTheLevelAskedFor)
{
    const auto source = material::make(material::picture("testsrc2=s=640x360:r=30") + kH264 + "-t 1");
    const auto made = madeOf(source, {.height = 180, .videoKbps = 300, .level = 31, .maxFps = 30});
    ASSERT_FALSE(made.frames.empty());
    relay::wire::Elementary elementary(media::Codec::H264, {});
    const auto piece = elementary.take(made.frames.front().coded.annexB);
    ASSERT_TRUE(piece && piece->config);
    EXPECT_EQ((*piece->config)[1], 77);
    EXPECT_EQ((*piece->config)[3], 31);
    EXPECT_FALSE(piece->payload.empty());
}

TEST(Rendition, NeverNeedsMoreThanItsRate)
{
    // Noise, of which no encoder makes little by itself.
    const auto source = material::make(material::picture("testsrc2=s=640x360:r=30,noise=alls=80:allf=t") + kH264 + "-crf 30 -g 60 -t 6");
    constexpr std::size_t kBytesASecond = 400'000 / 8;
    const auto made = madeOf(source, {.height = 270, .videoKbps = 400, .maxFps = 30});
    ASSERT_EQ(made.error, "");
    EXPECT_EQ(made.frames.size(), 180U);
    // A buffer of one second may be spent beyond the rate, at the beginning of any time looked at.
    for (std::size_t i = 0; i < made.frames.size(); ++i) {
        std::size_t bytes = 0;
        for (std::size_t j = i; j < made.frames.size(); ++j) {
            bytes += made.frames[j].coded.annexB.size();
            const double seconds = std::chrono::duration<double>(made.frames[j].coded.pts - made.frames[i].coded.pts).count() + 1.0 / 30;
            ASSERT_LE(static_cast<double>(bytes), (seconds + 1) * kBytesASecond * 1.1) << i << " to " << j;
        }
    }
    EXPECT_GE(static_cast<double>(made.bytes()), 6 * kBytesASecond * 0.6); // the rate is used, too
}

TEST(Rendition, TakesNoMoreThanItsShareOfWhatItsSourceTakes)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=15,noise=alls=60:allf=t") + kH264 +
                                       "-b:v 300k -maxrate 300k -bufsize 150k -g 30 -t 14");
    const auto lastBytes = [&](double share) {
        const auto made = madeOf(source, {.height = 172, .videoKbps = 5000, .maxFps = 15, .sourceShare = share});
        EXPECT_EQ(made.error, "");
        EXPECT_THAT(made.shownAt(), ElementsAreArray(source.shownAt()));
        EXPECT_EQ(look(made.frames).size(), made.frames.size()) << "the cap changes between two pictures, and neither is harmed";
        std::size_t bytes = 0;
        for (const auto &frame : made.frames) {
            if (frame.coded.pts - made.frames.front().coded.pts >=
                std::chrono::seconds(6)) // measured, and the buffer is as small as it will be
                bytes += frame.coded.annexB.size();
        }
        return static_cast<double>(bytes);
    };
    constexpr double kSource = 300'000.0 / 8 * 9; // eight seconds and a buffer
    const double half = lastBytes(0.5);
    EXPECT_LE(half, kSource * 0.5 * 1.15);
    EXPECT_GE(half, kSource * 0.5 * 0.5);
    EXPECT_GE(lastBytes(1), half * 1.4);
}

TEST(Rendition, OfInterlacedPicturesHasOneFieldAndNoCombs)
{
    // The lines of one field are white, those of the other black: together they are grey.
    const auto lines =
        material::picture("\"color=c=black:s=320x240:r=25,format=yuv420p,geq=lum='if(mod(Y,2),16,235)':cb=128:cr=128\"") + kH264;
    const auto look1 = [](const Source &source) { return look(madeOf(source, {.height = 100, .videoKbps = 500, .maxFps = 25}).frames); };
    const auto combs = look1(material::make(lines + "-frames:v 5"));
    ASSERT_EQ(combs.size(), 5U);
    EXPECT_NEAR(combs.front().red, 128, 60);
    const auto fields = look1(material::make(lines + "-flags +ilme+ildct -x264-params tff=1 -frames:v 5"));
    ASSERT_EQ(fields.size(), 5U);
    for (const auto &colour : fields)
        EXPECT_EQ(colour, (Rgb{255, 255, 255}));
}

TEST(Rendition, OfAnUnhurriedSourceGetsNoLessThanOneAtFullRate)
{
    const auto source = material::make(material::picture("testsrc2=s=640x360:r=15,noise=alls=80:allf=t") + kH264 + "-crf 30 -g 30 -t 4");
    const auto made = madeOf(source, {.height = 270, .videoKbps = 400, .maxFps = 60});
    ASSERT_EQ(made.error, "");
    EXPECT_EQ(made.frames.size(), 60U);
    EXPECT_GE(static_cast<double>(made.bytes()), 4 * 50'000 * 0.6);
    EXPECT_LE(static_cast<double>(made.bytes()), 5 * 50'000 * 1.1);
}

TEST(Rendition, LeavesOutPicturesBeyondItsRate)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=60") + kH264 + "-g 60 -t 2");
    const auto made = madeOf(source, {.height = 90, .videoKbps = 300, .maxFps = 30});
    EXPECT_EQ(made.frames.size(), 60U);
    EXPECT_THAT(made.keys(), ElementsAreArray(source.keys()));
    EXPECT_EQ(look(made.frames).size(), 60U);
}

TEST(Rendition, InAHurryLeavesOutEverySecondPictureAndNoKeyPicture)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=30") + kH264 + "-g 15 -t 2");
    Rendition rendition(av(), {.height = 90, .videoKbps = 300, .maxFps = 30});
    Made made;
    feed(rendition, source, made, {}, true);
    EXPECT_THAT(made.keys(), ElementsAreArray(source.keys()));
    EXPECT_NEAR(static_cast<double>(made.frames.size()), 32, 4);
    EXPECT_EQ(rendition.leftOut() + made.frames.size(), 60U);
    EXPECT_EQ(look(made.frames).size(), made.frames.size());
}

TEST(Rendition, AfterAJumpBeginsAgainAtTheNextKeyFrame)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=30") + kH264 + "-g 15 -t 2");
    Rendition rendition(av(), {.height = 90, .videoKbps = 300, .maxFps = 30});
    Made made;
    made.add(rendition.begin(source.codec, source.config));
    for (std::size_t i = 0; i < source.units.size(); ++i) {
        const auto &unit = source.units[i];
        if (i == 20)
            rendition.jump();
        if (i >= 20 && i < 27)
            continue; // lost
        made.add(rendition.take({unit.payload, unit.dts, unit.pts, unit.key}, false));
    }
    EXPECT_EQ(made.error, "");
    EXPECT_EQ(made.frames.size(), 50U); // 20 before, 30 from the key frame at 30 on
    EXPECT_THAT(made.keys(), ElementsAreArray(source.keys()));
    EXPECT_EQ(look(made.frames).size(), 50U);
}

TEST(Rendition, OfANewConfigurationTellsOfItsTrackAgain)
{
    const auto large = material::make(material::picture("testsrc2=s=640x360:r=30") + kH264 + "-g 30 -t 1");
    const auto other = material::make(material::picture("testsrc2=s=320x240:r=30") + kH264 + "-bf 2 -g 30 -t 1");
    const auto small = material::make(material::picture("testsrc2=s=128x96:r=30") + kH264 + "-g 30 -t 1");
    Rendition rendition(av(), {.height = 180, .videoKbps = 300, .maxFps = 30});
    Made made;
    MediaTime later{};
    for (const auto *const source : {&large, &large, &other, &small}) {
        feed(rendition, *source, made, later);
        later += std::chrono::seconds(1);
    }
    made.add(rendition.begin(small.codec, small.config));
    ASSERT_EQ(made.error, "");
    std::vector<Size> told;
    for (const auto &frame : made.frames) {
        if (frame.first) {
            EXPECT_TRUE(frame.coded.key);
            told.push_back(frame.size);
        }
    }
    EXPECT_THAT(told, ElementsAreArray({Size{320, 180}, Size{320, 180}, Size{240, 180}, Size{128, 96}}));
    EXPECT_EQ(made.frames.size(), 120U);
    expectRisingTimes(made.frames);
}

TEST(Rendition, WaitsForTheFirstKeyFrame)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=30") + kH264 + "-g 30 -t 2");
    Rendition rendition(av(), {.height = 90, .videoKbps = 300, .maxFps = 30});
    Made made;
    made.add(rendition.begin(source.codec, source.config));
    for (std::size_t i = 7; i < source.units.size(); ++i) {
        const auto &unit = source.units[i];
        made.add(rendition.take({unit.payload, unit.dts, unit.pts, unit.key}, false));
    }
    EXPECT_EQ(made.frames.size(), 30U);
    EXPECT_TRUE(made.frames.front().coded.key);
}

TEST(Rendition, GoesOnBehindDamagedFrames)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=30") + kH264 + "-g 15 -t 2");
    for (const std::size_t kept : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{40}}) {
        Rendition rendition(av(), {.height = 90, .videoKbps = 300, .maxFps = 30});
        Made made;
        made.add(rendition.begin(source.codec, source.config));
        for (std::size_t i = 0; i < source.units.size(); ++i) {
            auto unit = source.units[i];
            if (i >= 14 && i < 18) // the key frame at 15 among them
                unit.payload.resize(std::min(kept, unit.payload.size()));
            made.add(rendition.take({unit.payload, unit.dts, unit.pts, unit.key}, false));
        }
        EXPECT_EQ(made.error, "") << kept;
        EXPECT_GE(made.frames.size(), 30U) << kept;
        const auto keys = made.keys();
        EXPECT_NE(std::find(keys.begin(), keys.end(), source.keys().back()), keys.end()) << kept;
        EXPECT_EQ(look(made.frames).size(), made.frames.size()) << kept;
    }
}

TEST(Rendition, GivesUpASourceOfWhichNothingCanBeDecoded)
{
    const auto source = material::make(material::picture("testsrc2=s=320x180:r=30") + kH264 + "-g 15 -t 1");
    Rendition rendition(av(), {.height = 90, .videoKbps = 300, .maxFps = 30});
    Made made;
    made.add(rendition.begin(source.codec, source.config));
    const media::Bytes garbage(200, 0x5a);
    int frames = 0;
    for (; frames < 1000 && made.error.empty(); ++frames)
        made.add(rendition.take({garbage, MediaTime(frames * 33'000), MediaTime(frames * 33'000), frames % 30 == 0}, false));
    EXPECT_EQ(frames, 300);
    EXPECT_TRUE(made.frames.empty());
    EXPECT_THAT(made.error, HasSubstr("Nothing of the source could be decoded"));
}

TEST(Rendition, RefusesWhatIsNoConfiguration)
{
    Rendition rendition(av(), {.height = 90, .videoKbps = 300, .maxFps = 30});
    const auto sound = rendition.begin(media::Codec::Aac, {});
    ASSERT_FALSE(sound);
    EXPECT_EQ(sound.error().code, ErrorCode::InvalidArgument);
    const auto endless = rendition.begin(media::Codec::H264, media::Bytes(100'000, 1));
    ASSERT_FALSE(endless);
    EXPECT_EQ(endless.error().code, ErrorCode::InvalidArgument);
    const media::Bytes key{0, 0, 0, 1, 0x65};
    const auto taken = rendition.take({key, {}, {}, true}, false);
    EXPECT_TRUE(taken && taken->empty()); // there is no decoder, and nothing happens
}

} // namespace
} // namespace matinee::transcode

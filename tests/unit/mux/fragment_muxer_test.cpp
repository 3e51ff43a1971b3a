#include "mux/fragment_muxer.h"

#include "tests/unit/mux/boxes.h"
#include "tests/unit/mux/sample_stream.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace matinee::mux {
namespace {

using media::Codec;
using media::Kind;
using media::MediaTime;
using std::chrono::milliseconds;
using testing::HasSubstr;

struct Made
{
    std::string init;
    std::vector<Fragment> fragments;

    [[nodiscard]] std::string joined() const
    {
        auto all = init;
        for (const auto &fragment : fragments)
            all += fragment.bytes;
        return all;
    }
};

/// Cuts before each video frame that is `every` after the last cut; audio alone, before any frame.
Made madeOf(const sample::Stream &stream, MediaTime every, MediaTime shift = {})
{
    Made made;
    auto muxer = FragmentMuxer::create(stream.tracks);
    EXPECT_TRUE(muxer) << muxer.error().message;
    if (!muxer)
        return made;
    made.init = (*muxer)->init();
    const bool hasVideo = stream.count(Kind::Video) > 0;
    std::optional<MediaTime> start;
    for (const auto &frame : stream.frames) {
        auto moved = *frame;
        moved.dts += shift;
        moved.pts += shift;
        if (!hasVideo || moved.isVideo()) {
            if (start && moved.dts - *start >= every) {
                made.fragments.push_back(*(*muxer)->cut(moved.dts));
                start = moved.dts;
            } else if (!start) {
                start = moved.dts;
            }
        }
        const auto written = (*muxer)->write(moved);
        EXPECT_TRUE(written) << written.error().message;
    }
    made.fragments.push_back(*(*muxer)->cut());
    return made;
}

void expectContinuous(const Made &made)
{
    std::map<std::uint32_t, std::int64_t> ends;
    for (const auto &fragment : made.fragments) {
        for (const auto &[track, runs] : boxes::runsOf(boxes::spanOf(fragment.bytes))) {
            for (const auto &run : runs) {
                if (ends.contains(track)) {
                    EXPECT_EQ(static_cast<std::int64_t>(run.tfdt), ends[track]) << "track " << track;
                }
                ends[track] = run.end();
            }
        }
    }
}

class FragmentMuxerWithBFrames : public testing::TestWithParam<int>
{
};

TEST_P(FragmentMuxerWithBFrames, LosesNoFrameAndIsDecodedWithoutAWarning)
{
    const auto stream = sample::parse(sample::encode({.seconds = 4, .bFrames = GetParam()}));
    ASSERT_EQ(stream.tracks.size(), 2u);
    const auto made = madeOf(stream, milliseconds(200));
    EXPECT_EQ(made.fragments.size(), 20u);
    const sample::Folder folder;
    const auto path = folder.write("all.mp4", made.joined());
    EXPECT_EQ(sample::outputOf("ffprobe -v warning -show_packets '" + path + "' 2>&1 >/dev/null"), "");
    EXPECT_EQ(sample::decodeErrors(path), "");
    const auto packets = sample::packetsOf(path);
    EXPECT_EQ(packets.size(), stream.frames.size());
    sample::expectMonotonic(packets);
}

TEST_P(FragmentMuxerWithBFrames, KeepsTimesAndCompositionOffsets)
{
    const auto stream = sample::parse(sample::encode({.seconds = 2, .bFrames = GetParam()}));
    const auto shift = std::chrono::hours(30);
    const auto made = madeOf(stream, milliseconds(500), shift);
    const auto tracks = boxes::tracksOf(boxes::spanOf(made.init));
    ASSERT_EQ(tracks.size(), 2u);
    EXPECT_FALSE(tracks[0].editList);
    EXPECT_FALSE(tracks[1].editList);
    std::vector<std::pair<std::int64_t, std::int64_t>> expected;
    std::vector<std::pair<std::int64_t, std::int64_t>> got;
    for (const auto &frame : stream.frames) {
        if (frame->isVideo())
            expected.emplace_back((frame->dts + shift).count() * 9 / 100, (frame->pts + shift).count() * 9 / 100);
    }
    for (const auto &fragment : made.fragments) {
        auto runs = boxes::runsOf(boxes::spanOf(fragment.bytes));
        for (const auto &run : runs[tracks[0].id]) {
            for (const auto &sample : run.samples)
                got.emplace_back(sample.dts, sample.dts + sample.offset);
        }
    }
    EXPECT_EQ(got, expected);
}

INSTANTIATE_TEST_SUITE_P(BFrames, FragmentMuxerWithBFrames, testing::Values(0, 3));

TEST(FragmentMuxer, MakesFragmentsThatFollowEachOtherWithoutAGap)
{
    const auto stream = sample::parse(sample::encode({.seconds = 5, .bFrames = 2}));
    const auto made = madeOf(stream, milliseconds(100));
    expectContinuous(made);
    for (std::size_t i = 0; i + 1 < made.fragments.size(); ++i) {
        const auto gap = made.fragments[i + 1].begins - made.fragments[i].begins - made.fragments[i].duration;
        EXPECT_LE(std::abs(gap.count()), 1) << "microseconds";
    }
}

TEST(FragmentMuxer, SaysWhereDecodingCanBegin)
{
    const auto stream = sample::parse(sample::encode({.seconds = 3}));
    const auto made = madeOf(stream, milliseconds(200));
    const auto independent = std::count_if(made.fragments.begin(), made.fragments.end(), [](const auto &f) { return f.independent; });
    EXPECT_GE(independent, 1);
    EXPECT_LT(independent, static_cast<long>(made.fragments.size()));
    EXPECT_TRUE(made.fragments.front().independent);
    for (const auto &fragment : made.fragments) {
        const auto runs = boxes::runsOf(boxes::spanOf(fragment.bytes));
        EXPECT_EQ(runs.begin()->second.front().samples.front().sync, fragment.independent);
    }
}

TEST(FragmentMuxer, TimesAudioByItsSamples)
{
    const auto stream = sample::parse(sample::encode({.seconds = 5, .video = false}));
    const auto made = madeOf(stream, milliseconds(500));
    std::size_t samples = 0;
    for (const auto &fragment : made.fragments) {
        for (const auto &[track, runs] : boxes::runsOf(boxes::spanOf(fragment.bytes))) {
            for (const auto &run : runs) {
                for (const auto &sample : run.samples) {
                    ASSERT_EQ(sample.duration, 1024);
                    ++samples;
                }
            }
        }
    }
    EXPECT_EQ(samples, stream.frames.size());
    expectContinuous(made);
    EXPECT_TRUE(std::all_of(made.fragments.begin(), made.fragments.end(), [](const auto &f) { return f.independent; }));
}

TEST(FragmentMuxer, ShowsAGapAsAGap)
{
    auto stream = sample::parse(sample::encode({.seconds = 1}));
    auto muxer = FragmentMuxer::create(stream.tracks);
    ASSERT_TRUE(muxer);
    for (const auto &frame : stream.frames)
        ASSERT_TRUE((*muxer)->write(*frame));
    ASSERT_TRUE((*muxer)->cut());
    for (const auto &frame : stream.frames) {
        auto moved = *frame;
        moved.dts += std::chrono::seconds(60);
        moved.pts += std::chrono::seconds(60);
        ASSERT_TRUE((*muxer)->write(moved));
    }
    const auto fragment = *(*muxer)->cut();
    EXPECT_LT(std::chrono::abs(fragment.begins - std::chrono::seconds(60)), milliseconds(100));
    const auto runs = boxes::runsOf(boxes::spanOf(fragment.bytes));
    for (const auto &[track, list] : runs)
        EXPECT_NEAR(static_cast<double>(list.front().tfdt), 60.0 * (track == runs.begin()->first ? 90000 : 48000), 4800) << track;
}

TEST(FragmentMuxer, DecodesEarlierWhatIsShownBeforeItsTime)
{
    const auto stream = sample::parse(sample::encode({.seconds = 1, .audio = false}));
    auto muxer = FragmentMuxer::create(stream.tracks);
    ASSERT_TRUE(muxer);
    std::vector<std::int64_t> expected;
    std::size_t index = 0;
    for (const auto &frame : stream.frames) {
        auto moved = *frame;
        moved.dts += milliseconds(200);
        moved.pts = moved.dts + (index++ % 2 == 0 ? milliseconds(0) : milliseconds(-20));
        expected.push_back(moved.pts.count() * 9 / 100);
        ASSERT_TRUE((*muxer)->write(moved));
    }
    const auto fragment = *(*muxer)->cut();
    const auto runs = boxes::runsOf(boxes::spanOf(fragment.bytes));
    std::vector<std::int64_t> shown;
    for (const auto &sample : runs.begin()->second.front().samples)
        shown.push_back(sample.dts + sample.offset);
    EXPECT_EQ(shown, expected);
}

TEST(FragmentMuxer, GivesAnEmptyFragmentWhereNothingWasWritten)
{
    const auto stream = sample::parse(sample::encode({.seconds = 1}));
    auto muxer = FragmentMuxer::create(stream.tracks);
    ASSERT_TRUE(muxer);
    EXPECT_EQ((*(*muxer)->cut()).bytes, "");
    ASSERT_TRUE((*muxer)->write(*stream.frames.front()));
    EXPECT_GT((*muxer)->pendingBytes(), 0u);
    EXPECT_NE((*(*muxer)->cut()).bytes, "");
    EXPECT_EQ((*(*muxer)->cut()).bytes, "");
    EXPECT_EQ((*muxer)->pendingBytes(), 0u);
}

TEST(FragmentMuxer, RefusesForeignAndBrokenFramesAndGoesOn)
{
    const auto stream = sample::parse(sample::encode({.seconds = 1}));
    const auto other = sample::parse(sample::encode({.seconds = 1}));
    auto muxer = FragmentMuxer::create(stream.tracks);
    ASSERT_TRUE(muxer);
    for (std::size_t i = 0; i < stream.frames.size(); ++i) {
        auto empty = *stream.frames[i];
        empty.payload.clear();
        EXPECT_FALSE((*muxer)->write(empty));
        EXPECT_FALSE((*muxer)->write(*other.frames[i]));
        ASSERT_TRUE((*muxer)->write(*stream.frames[i]));
    }
    const sample::Folder folder;
    const auto path = folder.write("all.mp4", (*muxer)->init() + (*(*muxer)->cut()).bytes);
    EXPECT_EQ(sample::decodeErrors(path), "");
    EXPECT_EQ(sample::packetsOf(path).size(), stream.frames.size());
}

TEST(FragmentMuxer, RefusesConfigurationsThatAreNone)
{
    for (const auto codec : {Codec::Hevc, Codec::Av1, Codec::Vp9, Codec::Opus, Codec::Aac}) {
        auto track = std::make_shared<media::Track>();
        track->codec = codec;
        track->kind = codec == Codec::Opus || codec == Codec::Aac ? Kind::Audio : Kind::Video;
        track->width = 64;
        track->height = 64;
        track->sampleRate = 48000;
        track->channels = 2;
        for (const std::size_t size : {0, 1, 3, 5}) {
            track->config.assign(size, codec == Codec::Av1 ? 0x85 : 0xff);
            EXPECT_FALSE(FragmentMuxer::create({track})) << static_cast<int>(codec) << " " << size;
        }
    }
}

/// What ffmpeg encodes, as tracks and frames: its own fragmented MP4 taken apart.
sample::Stream encodedAs(const std::string &arguments, Codec codec)
{
    const auto mp4 = sample::outputOf("ffmpeg -nostdin -v error -threads 1 " + arguments +
                                      " -strict experimental -movflags empty_moov+default_base_moof+frag_keyframe+delay_moov -f mp4 -");
    const auto bytes = boxes::spanOf(mp4);
    sample::Stream stream;
    for (const auto &info : boxes::tracksOf(bytes)) {
        auto track = std::make_shared<media::Track>();
        track->kind = info.video ? Kind::Video : Kind::Audio;
        track->codec = codec;
        track->width = info.width;
        track->height = info.height;
        track->sampleRate = info.rate;
        track->channels = 2;
        track->config = info.configBytes;
        if (codec == Codec::Vp9)
            track->config.erase(track->config.begin(), track->config.begin() + 4); // the FullBox header
        if (codec == Codec::Mp3)
            track->config.clear();
        if (codec == Codec::Opus) { // dOps is big-endian and has version 0; OpusHead little-endian and version 1
            const auto d = track->config;
            track->config = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, d[1], d[3], d[2], d[7], d[6], d[5], d[4], d[9], d[8], d[10]};
        }
        stream.tracks.push_back(track);
        auto runs = boxes::runsOf(bytes);
        for (const auto &run : runs[info.id]) {
            for (const auto &sample : run.samples) {
                const auto time = [&](std::int64_t ticks) { return MediaTime(ticks * 1'000'000 / info.rate); };
                stream.frames.push_back(
                    std::make_shared<const media::Frame>(media::Frame{.track = track,
                                                                      .dts = time(sample.dts),
                                                                      .pts = time(sample.dts + sample.offset),
                                                                      .key = sample.sync,
                                                                      .payload = media::Bytes(sample.bytes.begin(), sample.bytes.end())}));
            }
        }
    }
    return stream;
}

struct CodecCase
{
    const char *name;
    Codec codec;
    const char *arguments;
    const char *entry;
    const char *config;
    friend void PrintTo(const CodecCase &one, std::ostream *out) { *out << one.name; } // part of the test's name
};

class FragmentMuxerCodecs : public testing::TestWithParam<CodecCase>
{
};

TEST_P(FragmentMuxerCodecs, AreCarriedWithTheirConfiguration)
{
    const auto &parameter = GetParam();
    const auto stream = encodedAs(parameter.arguments, parameter.codec);
    ASSERT_EQ(stream.tracks.size(), 1u) << "does this ffmpeg have the encoder?";
    const auto made = madeOf(stream, milliseconds(300));
    const auto tracks = boxes::tracksOf(boxes::spanOf(made.init));
    ASSERT_EQ(tracks.size(), 1u);
    EXPECT_EQ(tracks[0].entry, parameter.entry);
    EXPECT_EQ(tracks[0].config, parameter.config);
    const auto &config = stream.tracks[0]->config;
    if (parameter.codec == Codec::Vp9) {
        EXPECT_EQ(media::Bytes(tracks[0].configBytes.begin() + 4, tracks[0].configBytes.end()), config);
    } else if (stream.tracks[0]->kind == Kind::Video) {
        EXPECT_EQ(tracks[0].configBytes, config);
    }
    expectContinuous(made);
    const sample::Folder folder;
    const auto path = folder.write("all.mp4", made.joined());
    EXPECT_EQ(sample::outputOf("ffprobe -v warning -show_packets '" + path + "' 2>&1 >/dev/null"), "");
    EXPECT_EQ(sample::decodeErrors(path), "");
    EXPECT_EQ(sample::packetsOf(path).size(), stream.frames.size());
}

INSTANTIATE_TEST_SUITE_P(
    All, FragmentMuxerCodecs,
    testing::Values(
        CodecCase{
            "Hevc", Codec::Hevc,
            "-f lavfi -i testsrc2=size=160x90:rate=25:duration=1 -c:v libx265 -x265-params log-level=none -preset ultrafast -tag:v hvc1",
            "hvc1", "hvcC"},
        CodecCase{"Av1", Codec::Av1,
                  "-f lavfi -i testsrc2=size=160x90:rate=25:duration=1 -c:v libaom-av1 -cpu-used 8 -usage realtime -b:v 200k", "av01",
                  "av1C"},
        CodecCase{"Vp9", Codec::Vp9,
                  "-f lavfi -i testsrc2=size=160x90:rate=25:duration=1 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv420p",
                  "vp09", "vpcC"},
        CodecCase{"Opus", Codec::Opus, "-f lavfi -i sine=duration=1 -c:a libopus -ac 2", "Opus", "dOps"},
        CodecCase{"Mp3", Codec::Mp3, "-f lavfi -i sine=duration=1 -c:a libmp3lame -ac 2 -ar 44100", "mp4a", "esds"}),
    [](const auto &info) { return std::string(info.param.name); });

} // namespace
} // namespace matinee::mux

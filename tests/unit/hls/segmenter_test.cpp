#include "hls/segmenter.h"

#include "tests/unit/mux/sample_stream.h"

#include <gmock/gmock.h>

namespace matinee::hls {
namespace {

using namespace std::chrono_literals;
using media::Kind;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

constexpr WallTime kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

class HlsSegmenter : public testing::Test
{
protected:
    std::unique_ptr<Segmenter> make(SegmenterLimits limits = {}, Sequences start = {100, 5})
    {
        return std::make_unique<Segmenter>("cinema", "secret", limits, start, m_store);
    }

    /// Arrives in real time: a frame's wall clock is noon and its decode time.
    void feed(Segmenter &segmenter, const sample::Stream &stream, media::MediaTime shift = {}, WallTime noon = kNoon)
    {
        for (const auto &frame : stream.frames) {
            auto moved = *frame;
            moved.dts += shift;
            moved.pts += shift;
            segmenter.write(moved, stream.tracks, noon + moved.dts, 0us);
        }
    }

    std::string bytesOf(const Segment &segment)
    {
        const auto bytes = m_store.get(segment.uri.substr(0, segment.uri.size() - 3));
        EXPECT_TRUE(bytes) << segment.uri;
        return bytes ? *bytes : std::string();
    }

    std::string allBytes(const Segmenter &segmenter)
    {
        std::string all;
        for (const auto &segment : segmenter.snapshot()->playlist.segments())
            all += bytesOf(segment);
        return all;
    }

    MemoryStore m_store{std::size_t{1} << 30};
    const sample::Folder m_folder;
};

TEST_F(HlsSegmenter, MakesSegmentsOfTheWantedLengthThatAreDecodedWithoutAnError)
{
    const auto stream = sample::parse(sample::encode({.seconds = 9, .bFrames = 2}));
    auto segmenter = make();
    EXPECT_EQ(segmenter->snapshot(), nullptr);
    feed(*segmenter, stream);
    ASSERT_NE(segmenter->snapshot(), nullptr);
    const auto &playlist = segmenter->snapshot()->playlist;
    ASSERT_THAT(playlist.segments(), SizeIs(4));
    EXPECT_EQ(playlist.target(), 3s);
    for (const auto &segment : playlist.segments()) {
        EXPECT_EQ(segment.duration, 2s);
        EXPECT_FALSE(segment.discontinuity);
        EXPECT_THAT(segment.uri, MatchesRegex("cinema/secret-10[0-3]\\.ts"));
    }
    EXPECT_EQ(playlist.segments()[2].begins, playlist.segments()[0].begins + 4s);
    EXPECT_EQ(*segmenter->snapshot()->text, playlist.text());
    const auto path = m_folder.write("all.ts", allBytes(*segmenter));
    EXPECT_EQ(sample::decodeErrors(path), "");
    sample::expectMonotonic(sample::packetsOf(path));
    EXPECT_EQ(segmenter->framesRefused(), 0u);
}

TEST_F(HlsSegmenter, CutsAudioAloneByTimeAndVideoAloneAtKeyFrames)
{
    for (const bool video : {false, true}) {
        const auto stream = sample::parse(sample::encode({.seconds = 7, .video = video, .audio = !video}));
        auto segmenter = make();
        feed(*segmenter, stream);
        ASSERT_NE(segmenter->snapshot(), nullptr);
        EXPECT_THAT(segmenter->snapshot()->playlist.segments(), SizeIs(3));
        const auto path = m_folder.write("all.ts", allBytes(*segmenter));
        EXPECT_EQ(sample::decodeErrors(path), "");
        for (const auto &packet : sample::packetsOf(path))
            ASSERT_EQ(packet.kind, video ? "video" : "audio");
    }
}

TEST_F(HlsSegmenter, DropsWhatSlidOutALittleLater)
{
    const auto stream = sample::parse(sample::encode({.seconds = 30, .audio = false}));
    auto segmenter = make({.cut = {.wanted = 1s}, .playlistLength = 6, .kept = 2});
    feed(*segmenter, stream);
    const auto &playlist = segmenter->snapshot()->playlist;
    EXPECT_EQ(playlist.sequences().media, 100u + 29 - playlist.segments().size());
    const auto first = playlist.sequences().media;
    EXPECT_NE(m_store.get("cinema/secret-" + std::to_string(first - 2)), nullptr);
    EXPECT_EQ(m_store.get("cinema/secret-" + std::to_string(first - 3)), nullptr);
    segmenter.reset();
    EXPECT_EQ(m_store.bytes(), 0u) << "nothing stays behind";
}

TEST_F(HlsSegmenter, MarksTheReturnOfAPublisherAndNeverCountsBack)
{
    auto segmenter = make();
    std::uint64_t last = 0;
    media::MediaTime begins{};
    std::uint64_t lastDiscontinuity = 0;
    for (int round = 0; round < 4; ++round) {
        const auto again = sample::parse(sample::encode({.seconds = 5})); // its own tracks
        begins = (*std::find_if(again.frames.begin(), again.frames.end(), [](const auto &frame) { return frame->isVideo(); }))->dts;
        feed(*segmenter, again, {}, kNoon + round * 60s);
        segmenter->endTimeline();
        const auto &playlist = segmenter->snapshot()->playlist;
        EXPECT_GE(playlist.sequences().media, last);
        EXPECT_GE(playlist.sequences().discontinuity, lastDiscontinuity);
        last = playlist.sequences().media;
        lastDiscontinuity = playlist.sequences().discontinuity;
        EXPECT_EQ(playlist.nextSequence(), 100u + 3u * static_cast<unsigned>(round + 1)) << "2 s, 2 s and what was left";
    }
    const auto &playlist = segmenter->snapshot()->playlist;
    const auto listed =
        std::count_if(playlist.segments().begin(), playlist.segments().end(), [](const auto &s) { return s.discontinuity; });
    EXPECT_EQ(playlist.sequences().discontinuity + static_cast<std::uint64_t>(listed), 5u + 3u) << "three returns, seen or slid out";
    EXPECT_EQ(playlist.segments().back().begins, kNoon + 184s + begins) << "the date follows the wall clock";
}

TEST_F(HlsSegmenter, ANewResolutionIsADiscontinuityWithItsOwnParameterSets)
{
    const auto small = sample::parse(sample::encode({.seconds = 3}));
    const auto large = sample::parse(sample::encodeWith(std::string("-f lavfi -i testsrc2=size=640x360:rate=30 ") + sample::kTestTone +
                                                        sample::kVideoCodec + sample::kAudioCodec + "-t 3"));
    auto segmenter = make({.cut = {.wanted = 1s}});
    feed(*segmenter, small);
    feed(*segmenter, large, 3s);
    const auto &segments = segmenter->snapshot()->playlist.segments();
    std::vector<std::string> widths;
    std::string flags;
    for (const auto &segment : segments) {
        const auto path = m_folder.write("one.ts", bytesOf(segment));
        EXPECT_EQ(sample::decodeErrors(path), "");
        widths.push_back(sample::outputOf("ffprobe -v error -select_streams v -show_entries stream=width -of csv=p=0 " + path +
                                          " | head -n1 | tr -d ',\\n'"));
        flags += segment.discontinuity ? 'D' : '.';
    }
    EXPECT_THAT(widths, testing::ElementsAre("320", "320", "320", "640", "640"));
    EXPECT_EQ(flags, "...D.");
}

TEST_F(HlsSegmenter, AudioThatTurnsUpLaterJoinsAtAKeyFrameWithoutHurtingTheVideo)
{
    const auto stream = sample::parse(sample::encode({.seconds = 8}));
    auto segmenter = make({.cut = {.wanted = 1s}, .playlistLength = 20});
    std::size_t video = 0;
    for (const auto &frame : stream.frames) {
        const bool late = frame->dts >= 3500ms;
        if (!frame->isVideo() && !late)
            continue;
        video += frame->isVideo() ? 1 : 0;
        segmenter->write(*frame, late ? stream.tracks : std::vector{stream.tracks[0]}, kNoon + frame->dts, 0us);
    }
    segmenter->endTimeline();
    const auto &segments = segmenter->snapshot()->playlist.segments();
    std::string flags;
    std::size_t got = 0;
    std::string kinds;
    for (const auto &segment : segments) {
        flags += segment.discontinuity ? 'D' : '.';
        bool hasAudio = false;
        for (const auto &packet : sample::packetsOf(m_folder.write("one.ts", bytesOf(segment)))) {
            got += packet.kind == "video" ? 1 : 0;
            hasAudio = hasAudio || packet.kind == "audio";
        }
        kinds += hasAudio ? 'a' : 'v';
    }
    EXPECT_EQ(flags, "....D...");
    EXPECT_EQ(kinds, "vvvvaaaa");
    EXPECT_EQ(got, video) << "no picture is lost";
}

TEST_F(HlsSegmenter, SettlesTheTargetDurationOnceAndKeepsItWhateverComes)
{
    const auto regular = sample::parse(sample::encode({.seconds = 5, .audio = false}));
    const auto rare = sample::parse(
        sample::encodeWith(std::string(sample::kTestPicture) + "-c:v libx264 -preset veryfast -g 300 -pix_fmt yuv420p -t 12"));
    auto segmenter = make({.cut = {.wanted = 2s}, .playlistLength = 20});
    feed(*segmenter, regular);
    feed(*segmenter, rare, 5s);
    segmenter->endTimeline();
    const auto &playlist = segmenter->snapshot()->playlist;
    EXPECT_EQ(playlist.target(), 3s);
    for (const auto &segment : playlist.segments())
        EXPECT_LE(segment.duration, 3s);
    EXPECT_EQ(sample::decodeErrors(m_folder.write("all.ts", allBytes(*segmenter))), "");
}

TEST_F(HlsSegmenter, AllowsForTheKeyFrameIntervalThatIsKnown)
{
    const auto stream = sample::parse(sample::encode({.seconds = 4, .audio = false}));
    auto segmenter = make();
    for (const auto &frame : stream.frames)
        segmenter->write(*frame, stream.tracks, kNoon + frame->dts, 5s);
    EXPECT_EQ(segmenter->snapshot()->playlist.target(), 6s);
}

TEST_F(HlsSegmenter, SaysWhyThereIsNothingForAStreamThatItCannotCarry)
{
    media::Track track;
    track.codec = media::Codec::Av1;
    const auto av1 = std::make_shared<const media::Track>(track);
    auto segmenter = make();
    segmenter->write({av1, 0ms, 0ms, true, {1}}, {av1}, kNoon, 0us);
    ASSERT_TRUE(segmenter->failure());
    EXPECT_THAT(segmenter->failure()->message, HasSubstr("H.264"));
    EXPECT_EQ(segmenter->snapshot(), nullptr);
}

TEST_F(HlsSegmenter, GoesOnWithADiscontinuityWhereTheStoreWasFull)
{
    const auto stream = sample::parse(sample::encode({.seconds = 6, .audio = false}));
    MemoryStore small(1);
    Segmenter segmenter("cinema", "secret", {.cut = {.wanted = 1s}}, {}, small);
    feed(segmenter, stream);
    EXPECT_EQ(segmenter.segmentsMade(), 0u);
    EXPECT_EQ(small.bytes(), 0u);
}

TEST_F(HlsSegmenter, EscapesTheNameInAddresses)
{
    const auto stream = sample::parse(sample::encode({.seconds = 3, .audio = false}));
    Segmenter segmenter("my film", "s", {.cut = {.wanted = 1s}}, {}, m_store);
    feed(segmenter, stream);
    EXPECT_EQ(segmenter.snapshot()->playlist.segments().front().uri, "my%20film/s-0.ts");
    EXPECT_NE(m_store.get("my film/s-0"), nullptr);
}

} // namespace
} // namespace matinee::hls

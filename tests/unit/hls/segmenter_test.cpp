#include "hls/segmenter.h"

#include "hls/snapshot.h"
#include "tests/unit/mux/boxes.h"
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
        auto segmenter = std::make_unique<Segmenter>("cinema", "secret", limits, start, m_store);
        segmenter->want(FormSet(0b100)); // MPEG-TS
        return segmenter;
    }

    static const Playlist &listOf(const Segmenter &segmenter, Form form = Form::Ts)
    {
        static const Playlist none{PlaylistShape{}};
        const auto *const rendition = segmenter.rendition(form);
        EXPECT_TRUE(rendition && rendition->playlist());
        return rendition && rendition->playlist() ? *rendition->playlist() : none;
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

    std::string bytesOf(const Segment &segment, const char *extension = ".ts")
    {
        const auto bytes = m_store.get("cinema/" + segment.stem + extension);
        EXPECT_TRUE(bytes) << segment.stem;
        return bytes ? *bytes : std::string();
    }

    std::string allBytes(const Segmenter &segmenter)
    {
        std::string all;
        for (const auto &segment : listOf(segmenter).segments())
            all += bytesOf(*segment);
        return all;
    }

    MemoryStore m_store{std::size_t{1} << 30};
    const sample::Folder m_folder;
};

TEST_F(HlsSegmenter, MakesSegmentsOfTheWantedLengthThatAreDecodedWithoutAnError)
{
    const auto stream = sample::parse(sample::encode({.seconds = 9, .bFrames = 2}));
    auto segmenter = make();
    EXPECT_EQ(segmenter->rendition(Form::Ts), nullptr);
    feed(*segmenter, stream);
    const auto &playlist = listOf(*segmenter);
    ASSERT_THAT(playlist.segments(), SizeIs(4));
    EXPECT_EQ(playlist.shape().target, 3s);
    for (const auto &segment : playlist.segments()) {
        EXPECT_EQ(segment->duration, 2s);
        EXPECT_FALSE(segment->discontinuity);
        EXPECT_THAT(segment->stem, MatchesRegex("secret-10[0-3]"));
    }
    EXPECT_EQ(playlist.segments()[2]->begins, playlist.segments()[0]->begins + 4s);
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
        EXPECT_THAT(listOf(*segmenter).segments(), SizeIs(3));
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
    const auto &playlist = listOf(*segmenter);
    EXPECT_EQ(playlist.sequences().media, 100u + 29 - playlist.segments().size());
    const auto first = playlist.sequences().media;
    EXPECT_NE(m_store.get("cinema/secret-" + std::to_string(first - 2) + ".ts"), nullptr);
    EXPECT_EQ(m_store.get("cinema/secret-" + std::to_string(first - 3) + ".ts"), nullptr);
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
        const auto &playlist = listOf(*segmenter);
        EXPECT_GE(playlist.sequences().media, last);
        EXPECT_GE(playlist.sequences().discontinuity, lastDiscontinuity);
        last = playlist.sequences().media;
        lastDiscontinuity = playlist.sequences().discontinuity;
        EXPECT_EQ(playlist.nextNumber(), 100u + 3u * static_cast<unsigned>(round + 1)) << "2 s, 2 s and what was left";
    }
    const auto &playlist = listOf(*segmenter);
    const auto listed =
        std::count_if(playlist.segments().begin(), playlist.segments().end(), [](const auto &s) { return s->discontinuity; });
    EXPECT_EQ(playlist.sequences().discontinuity + static_cast<std::uint64_t>(listed), 5u + 3u) << "three returns, seen or slid out";
    EXPECT_EQ(playlist.segments().back()->begins, kNoon + 184s + begins) << "the date follows the wall clock";
}

TEST_F(HlsSegmenter, ANewResolutionIsADiscontinuityWithItsOwnParameterSets)
{
    const auto small = sample::parse(sample::encode({.seconds = 3}));
    const auto large = sample::parse(sample::encodeWith(std::string("-f lavfi -i testsrc2=size=640x360:rate=30 ") + sample::kTestTone +
                                                        sample::kVideoCodec + sample::kAudioCodec + "-t 3"));
    auto segmenter = make({.cut = {.wanted = 1s}});
    feed(*segmenter, small);
    feed(*segmenter, large, 3s);
    const auto &segments = listOf(*segmenter).segments();
    std::vector<std::string> widths;
    std::string flags;
    for (const auto &segment : segments) {
        const auto path = m_folder.write("one.ts", bytesOf(*segment));
        EXPECT_EQ(sample::decodeErrors(path), "");
        widths.push_back(sample::outputOf("ffprobe -v error -select_streams v -show_entries stream=width -of csv=p=0 " + path +
                                          " | head -n1 | tr -d ',\\n'"));
        flags += segment->discontinuity ? 'D' : '.';
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
    const auto &segments = listOf(*segmenter).segments();
    std::string flags;
    std::size_t got = 0;
    std::string kinds;
    for (const auto &segment : segments) {
        flags += segment->discontinuity ? 'D' : '.';
        bool hasAudio = false;
        for (const auto &packet : sample::packetsOf(m_folder.write("one.ts", bytesOf(*segment)))) {
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
    const auto &playlist = listOf(*segmenter);
    EXPECT_EQ(playlist.shape().target, 3s);
    for (const auto &segment : playlist.segments())
        EXPECT_LE(segment->duration, 3s);
    EXPECT_EQ(sample::decodeErrors(m_folder.write("all.ts", allBytes(*segmenter))), "");
}

TEST_F(HlsSegmenter, AllowsForTheKeyFrameIntervalThatIsKnown)
{
    const auto stream = sample::parse(sample::encode({.seconds = 4, .audio = false}));
    auto segmenter = make();
    for (const auto &frame : stream.frames)
        segmenter->write(*frame, stream.tracks, kNoon + frame->dts, 5s);
    EXPECT_EQ(listOf(*segmenter).shape().target, 6s);
}

media::TrackPtr configOnly(media::Codec codec, media::Bytes config)
{
    auto track = std::make_shared<media::Track>();
    track->codec = codec;
    track->config = std::move(config);
    track->width = 64;
    track->height = 36;
    return track;
}

media::Frame frameOf(const media::TrackPtr &track, std::chrono::milliseconds time, bool key)
{
    return {.track = track, .dts = time, .pts = time, .key = key, .payload = {0x12, 0, 1, 2}};
}

TEST_F(HlsSegmenter, SaysWhyThereIsNoMpegTsForAStreamThatOnlyMp4Carries)
{
    const auto av1 = configOnly(media::Codec::Av1, {0x81, 0, 0, 0});
    auto segmenter = make({.cut = {.wanted = 1s}});
    segmenter->want(FormSet(0b111));
    for (int i = 0; i < 60; ++i)
        segmenter->write(frameOf(av1, i * 40ms, i % 25 == 0), {av1}, kNoon + i * 40ms, 0us);
    ASSERT_TRUE(segmenter->rendition(Form::Ts)->failure());
    EXPECT_THAT(segmenter->rendition(Form::Ts)->failure()->message, HasSubstr("H.264"));
    ASSERT_TRUE(segmenter->rendition(Form::Audio)->failure());
    EXPECT_THAT(segmenter->rendition(Form::Audio)->failure()->message, HasSubstr("no audio"));
    EXPECT_FALSE(segmenter->rendition(Form::Main)->failure());
    EXPECT_THAT(listOf(*segmenter, Form::Main).segments(), SizeIs(2));
}

TEST_F(HlsSegmenter, GivesNoMpegTsOfTheSoundAloneWhereThereIsAPictureThatItCannotCarry)
{
    const auto stream = sample::parse(sample::encode({.seconds = 3, .video = false}));
    const auto av1 = configOnly(media::Codec::Av1, {0x81, 0, 0, 0});
    auto segmenter = make({.cut = {.wanted = 1s}});
    segmenter->want(FormSet(0b111));
    const std::vector<media::TrackPtr> tracks{av1, stream.tracks[0]};
    int pictures = 0;
    for (const auto &frame : stream.frames) {
        for (; pictures * 40ms <= frame->dts; ++pictures)
            segmenter->write(frameOf(av1, pictures * 40ms, pictures % 25 == 0), tracks, kNoon + frame->dts, 0us);
        segmenter->write(*frame, tracks, kNoon + frame->dts, 0us);
    }
    ASSERT_TRUE(segmenter->rendition(Form::Ts)->failure());
    EXPECT_THAT(segmenter->rendition(Form::Ts)->failure()->message, HasSubstr("main.m3u8"));
    EXPECT_FALSE(segmenter->rendition(Form::Audio)->failure());
    EXPECT_FALSE(segmenter->rendition(Form::Main)->failure());
}

TEST_F(HlsSegmenter, SaysWhyThereIsNothingWhereTheConfigurationIsNone)
{
    const auto broken = configOnly(media::Codec::Av1, {});
    auto segmenter = make();
    for (int i = 0; i < 100; ++i)
        segmenter->write(frameOf(broken, i * 40ms, true), {broken}, kNoon, 0us);
    ASSERT_TRUE(segmenter->failure());
    EXPECT_EQ(segmenter->segmentsMade(), 0u);
}

TEST_F(HlsSegmenter, ABrokenTrackDoesNotTakeTheOtherWithIt)
{
    const auto stream = sample::parse(sample::encode({.seconds = 3, .video = false}));
    const auto broken = configOnly(media::Codec::Hevc, {1, 2, 3});
    auto segmenter = make({.cut = {.wanted = 1s}});
    std::vector<media::TrackPtr> tracks{broken, stream.tracks[0]};
    for (const auto &frame : stream.frames) {
        segmenter->write(frameOf(broken, std::chrono::duration_cast<std::chrono::milliseconds>(frame->dts), true), tracks, kNoon, 0us);
        segmenter->write(*frame, tracks, kNoon + frame->dts, 0us);
    }
    EXPECT_GE(segmenter->segmentsMade(), 2u);
}

TEST_F(HlsSegmenter, BeginsAfterARestartWithGapsBackToWhereTheListHadEnded)
{
    const auto stream = sample::parse(sample::encode({.seconds = 7}));
    auto segmenter = make({.window = 60s});
    segmenter->want(FormSet(0b111));
    segmenter->resume(kNoon - 3s);
    feed(*segmenter, stream);
    for (const auto form : {Form::Main, Form::Audio}) {
        const auto &segments = listOf(*segmenter, form).segments();
        const auto first = std::find_if(segments.begin(), segments.end(), [](const SegmentPtr &segment) { return !segment->gap; });
        ASSERT_NE(first, segments.end());
        EXPECT_TRUE((*first)->discontinuity);
        EXPECT_LT((*first)->begins - kNoon, 100ms);
        EXPECT_EQ(segments.front()->number, 100u) << "numbers that nobody was given";
        EXPECT_LE(segments.front()->begins, kNoon - 3s - 6s) << "who was behind finds its place too";
        EXPECT_GE(segments.front()->begins, kNoon - 20s);
        EXPECT_EQ(segments.front()->discontinuities + 1, (*first)->discontinuities);
        for (std::size_t i = 1; i < segments.size(); ++i) {
            EXPECT_EQ(segments[i]->number, segments[i - 1]->number + 1);
            EXPECT_LT(std::chrono::abs(segments[i]->begins - segments[i - 1]->begins - segments[i - 1]->duration), 50ms) << i;
        }
    }
    EXPECT_FALSE(listOf(*segmenter, Form::Ts).segments().front()->gap) << "players of MPEG-TS know nothing of gaps";
}

TEST_F(HlsSegmenter, CountsOnWhereTheStoreWasFullAndMarksTheGap)
{
    const auto stream = sample::parse(sample::encode({.seconds = 6, .audio = false}));
    MemoryStore small(1);
    Segmenter segmenter("cinema", "secret", {.cut = {.wanted = 1s}}, {}, small);
    segmenter.want(FormSet(0b100));
    feed(segmenter, stream);
    EXPECT_EQ(segmenter.segmentsMade(), 0u);
    EXPECT_EQ(small.bytes(), 0u);
    for (const auto &segment : listOf(segmenter).segments())
        EXPECT_TRUE(segment->gap);
}

TEST_F(HlsSegmenter, GoesBackLessFarWhereMemoryIsTooSmallForTheWindow)
{
    const auto stream = sample::parse(sample::encode({.seconds = 40, .audio = false}));
    std::size_t whole = 0;
    for (const auto &frame : stream.frames)
        whole += frame->payload.size();
    MemoryStore small(whole / 2);
    Segmenter segmenter("cinema", "secret", {.cut = {.wanted = 1s}, .playlistLength = 3, .window = 3600s}, {}, small);
    segmenter.want(FormSet(0b1));
    feed(segmenter, stream);
    const auto &playlist = listOf(segmenter, Form::Main);
    EXPECT_EQ(segmenter.segmentsMade(), 39u) << "not one is lost";
    EXPECT_LT(playlist.segments().size(), 30u);
    EXPECT_GT(playlist.segments().size(), 10u);
    EXPECT_LE(small.bytes(), whole / 2);
    for (const auto &segment : playlist.segments())
        EXPECT_NE(small.get("cinema/" + segment->stem + ".m4s"), nullptr) << segment->number;
}

TEST_F(HlsSegmenter, GivesAllFormsTheSameNumbersFromOneCut)
{
    const auto stream = sample::parse(sample::encode({.seconds = 7, .bFrames = 2}));
    auto segmenter = make({.cut = {.wanted = 1s}});
    segmenter->want(FormSet(0b111));
    feed(*segmenter, stream);
    for (const auto form : kForms) {
        const auto &playlist = listOf(*segmenter, form);
        ASSERT_THAT(playlist.segments(), SizeIs(6)) << nameOf(form);
        EXPECT_EQ(playlist.sequences().media, 100u);
        EXPECT_EQ(playlist.sequences().discontinuity, 5u);
        for (const auto &segment : playlist.segments()) {
            EXPECT_FALSE(segment->gap);
            EXPECT_NEAR(static_cast<double>(segment->duration.count()), 1e6, 50e3);
        }
    }
    std::string whole = *segmenter->rendition(Form::Main)->maps().back()->bytes;
    std::string audio = *segmenter->rendition(Form::Audio)->maps().back()->bytes;
    for (std::size_t i = 0; i < 6; ++i) {
        whole += bytesOf(*listOf(*segmenter, Form::Main).segments()[i], ".m4s");
        audio += bytesOf(*listOf(*segmenter, Form::Audio).segments()[i], ".m4s");
    }
    EXPECT_EQ(sample::decodeErrors(m_folder.write("whole.mp4", whole)), "");
    const auto path = m_folder.write("audio.mp4", audio);
    EXPECT_EQ(sample::decodeErrors(path), "");
    for (const auto &packet : sample::packetsOf(path))
        ASSERT_EQ(packet.kind, "audio");
}

TEST_F(HlsSegmenter, BeginsAFormWhenItIsAskedForAndEndsItWhenItIsNot)
{
    const auto stream = sample::parse(sample::encode({.seconds = 6, .audio = false}));
    auto segmenter = make({.cut = {.wanted = 1s}});
    for (const auto &frame : stream.frames) {
        segmenter->want(FormSet(frame->dts < 2500ms ? 0b001 : frame->dts < 4500ms ? 0b101 : 0b100));
        segmenter->write(*frame, stream.tracks, kNoon + frame->dts, 0us);
    }
    EXPECT_EQ(segmenter->rendition(Form::Main), nullptr);
    EXPECT_EQ(listOf(*segmenter).sequences().media, 103u) << "the numbers are the stream's";
    EXPECT_EQ(m_store.get("cinema/secret-101.m4s"), nullptr);
}

TEST_F(HlsSegmenter, MakesPartsThatTogetherAreTheSegment)
{
    const auto stream = sample::parse(sample::encode({.seconds = 6, .bFrames = 2}));
    auto segmenter = make({.cut = {.wanted = 1s}, .part = 200ms});
    segmenter->want(FormSet(0b1));
    feed(*segmenter, stream);
    const auto &playlist = listOf(*segmenter, Form::Main);
    const auto target = playlist.shape().partTarget;
    EXPECT_EQ(target, 210ms) << "six pictures, and room for rounding";
    ASSERT_THAT(playlist.segments(), SizeIs(5));
    EXPECT_TRUE(playlist.segments()[0]->parts.empty()) << "of the first segment the length of a picture is learned";
    for (std::size_t i = 1; i < 5; ++i) {
        const auto &segment = *playlist.segments()[i];
        ASSERT_THAT(segment.parts, SizeIs(5));
        std::string together;
        Microseconds duration{0};
        for (std::size_t part = 0; part < segment.parts.size(); ++part) {
            together += *segment.parts[part].bytes;
            duration += segment.parts[part].duration;
            EXPECT_LE(segment.parts[part].duration, target);
            if (part + 1 < segment.parts.size()) {
                EXPECT_GE(segment.parts[part].duration, target * 85 / 100);
            }
            EXPECT_EQ(segment.parts[part].independent, part == 0);
        }
        EXPECT_EQ(together, bytesOf(segment, ".m4s"));
        EXPECT_NEAR(static_cast<double>((duration - segment.duration).count()), 0, 100);
    }
    ASSERT_TRUE(playlist.open());
    EXPECT_EQ(playlist.open()->number, 105u);
    EXPECT_THAT(playlist.open()->parts, SizeIs(4)) << "the fifth is being made";
    EXPECT_THAT(playlist.text(), HasSubstr("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"secret-105.4.m4s\""));
}

TEST_F(HlsSegmenter, MakesPartsOfAudioAloneByItsSamples)
{
    const auto stream = sample::parse(sample::encode({.seconds = 5, .video = false}));
    auto segmenter = make({.cut = {.wanted = 1s}, .part = 250ms});
    segmenter->want(FormSet(0b1));
    feed(*segmenter, stream);
    const auto &playlist = listOf(*segmenter, Form::Main);
    ASSERT_GE(playlist.segments().size(), 3u);
    for (std::size_t i = 1; i < playlist.segments().size(); ++i) {
        EXPECT_GE(playlist.segments()[i]->parts.size(), 3u);
        for (const auto &part : playlist.segments()[i]->parts) {
            EXPECT_TRUE(part.independent);
            EXPECT_LE(part.duration, playlist.shape().partTarget);
        }
    }
}

TEST_F(HlsSegmenter, ListsNoPartThatWouldBeTooLong)
{
    const auto fast = sample::parse(sample::encode({.seconds = 3, .audio = false}));
    auto segmenter = make({.cut = {.wanted = 1s}, .part = 200ms});
    segmenter->want(FormSet(0b1));
    feed(*segmenter, fast);
    // Five pictures a second from here: one alone lasts as long as a part may, and then one lasts longer.
    for (int i = 0; i < 20; ++i) {
        auto slow = *fast.frames[static_cast<std::size_t>(i % 30)];
        slow.dts = slow.pts = 3s + i * 300ms;
        slow.key = i % 10 == 0;
        segmenter->write(slow, fast.tracks, kNoon + slow.dts, 0us);
    }
    const auto &playlist = listOf(*segmenter, Form::Main);
    for (const auto &segment : playlist.segments()) {
        for (const auto &part : segment->parts)
            EXPECT_LE(part.duration, playlist.shape().partTarget);
    }
    EXPECT_TRUE(playlist.segments().back()->parts.empty());
    EXPECT_THAT(playlist.text(), Not(HasSubstr("PRELOAD-HINT")));
}

TEST_F(HlsSegmenter, GivesEachChangeOfTracksItsOwnMap)
{
    auto segmenter = make({.cut = {.wanted = 1s}, .playlistLength = 20});
    segmenter->want(FormSet(0b1));
    media::MediaTime shift{};
    for (int round = 0; round < 3; ++round) {
        auto again = sample::parse(sample::encode({.seconds = 3})); // its own tracks
        bool first = true;
        for (const auto &frame : again.frames) {
            auto moved = *frame;
            moved.dts += shift;
            moved.pts += shift;
            moved.discontinuity = std::exchange(first, false) && round > 0;
            segmenter->write(moved, again.tracks, kNoon + moved.dts, 0us);
        }
        shift += 3s;
    }
    const auto &segments = listOf(*segmenter, Form::Main).segments();
    std::string flags;
    std::set<const Map *> maps;
    const auto first = bytesOf(*segments.front(), ".m4s");
    auto end = static_cast<std::int64_t>(boxes::runsOf(boxes::spanOf(first)).begin()->second.front().tfdt);
    for (const auto &segment : segments) {
        flags += segment->discontinuity ? 'D' : '.';
        maps.insert(segment->map.get());
        const auto bytes = bytesOf(*segment, ".m4s");
        auto runs = boxes::runsOf(boxes::spanOf(bytes));
        EXPECT_NEAR(static_cast<double>(runs.begin()->second.front().tfdt), static_cast<double>(end), 90 * 2)
            << "the stream's time goes on";
        end = runs.begin()->second.back().end();
    }
    EXPECT_EQ(flags, "...D..D.");
    EXPECT_EQ(maps.size(), 3u);
}

/// A stream whose segments of two seconds began at `from`.
Lead leadOf(media::MediaTime time, media::MediaTime from, std::uint64_t number = 700)
{
    constexpr media::MediaTime length = 2s;
    const auto segments = (time - from) / length;
    const auto begin = from + segments * length;
    const Sequences numbers{number + static_cast<std::uint64_t>(segments), 9};
    return {.present = true, .passed = true, .begins = time == begin, .segment = Beginning{begin, numbers, kNoon + 1h + begin}};
}

TEST_F(HlsSegmenter, ARenditionCutsNumbersAndDatesAsItsStreamDoes)
{
    const auto stream = sample::parse(sample::encode({.seconds = 9}));
    const auto first = (*std::find_if(stream.frames.begin(), stream.frames.end(), [](const auto &frame) { return frame->isVideo(); }))->pts;
    const auto run = [&](Sequences known) {
        auto segmenter = make({}, {5000, 50});
        segmenter->follow([&](media::MediaTime time) { return leadOf(time, first - 1s); }, known); // in the middle of a segment
        feed(*segmenter, stream);
        return segmenter;
    };
    const auto segmenter = run({});
    const auto &segments = listOf(*segmenter).segments();
    ASSERT_THAT(segments, SizeIs(4));
    EXPECT_EQ(segments[0]->number, 700u);
    EXPECT_EQ(segments[0]->discontinuities, 9u);
    EXPECT_EQ(segments[0]->duration, 1s) << "what is left of the segment that it came into";
    EXPECT_EQ(segments[1]->duration, 2s);
    EXPECT_EQ(segments[3]->number, 703u);
    EXPECT_EQ(segments[3]->begins, kNoon + 1h + first + 5s);
    EXPECT_EQ(listOf(*run({800, 9})).sequences().media, 800u) << "numbers never go back";
}

TEST_F(HlsSegmenter, ARenditionListsWhatItMissedAsGapsAndIsInStepAgain)
{
    const auto stream = sample::parse(sample::encode({.seconds = 18}));
    const auto first = (*std::find_if(stream.frames.begin(), stream.frames.end(), [](const auto &frame) { return frame->isVideo(); }))->pts;
    auto segmenter = make({.cut = {}, .playlistLength = 20});
    segmenter->follow([&](media::MediaTime time) { return leadOf(time, first); }, {});
    for (const auto &frame : stream.frames) {
        const auto time = frame->dts - first;
        if (time < 5s || time >= 10900ms) // a process that fell, and sound that is back before the picture
            segmenter->write(*frame, stream.tracks, kNoon + frame->dts, 0us);
    }
    std::string kinds;
    std::uint64_t number = 700;
    for (const auto &segment : listOf(*segmenter).segments()) {
        EXPECT_EQ(segment->number, number++);
        EXPECT_EQ(segment->discontinuities, 9u);
        kinds += segment->gap ? 'g' : segment->discontinuity ? 'D' : '.';
    }
    EXPECT_EQ(kinds.substr(0, 6), "...gg.") << "0, 2, 4 to 5, two that are missing, from 11 on: " << kinds;
    const auto back = listOf(*segmenter).segments()[6];
    EXPECT_EQ(back->begins, kNoon + 1h + first + 12s) << "in step with the stream again";
    const auto path = m_folder.write("all.ts", bytesOf(*listOf(*segmenter).segments()[5]) + bytesOf(*back));
    EXPECT_EQ(sample::decodeErrors(path), "");
}

TEST_F(HlsSegmenter, ARenditionThatIsBackWithinTheSameSegmentWaitsForTheNext)
{
    const auto stream = sample::parse(sample::encode({.seconds = 12}));
    const auto first = (*std::find_if(stream.frames.begin(), stream.frames.end(), [](const auto &frame) { return frame->isVideo(); }))->pts;
    auto segmenter = make({.cut = {}, .playlistLength = 20});
    segmenter->follow([&](media::MediaTime time) { return leadOf(time, first); }, {});
    bool fell = false;
    for (const auto &frame : stream.frames) {
        const auto time = frame->dts - first;
        if (time >= 4500ms && !std::exchange(fell, true))
            segmenter->endTimeline();
        if (time < 4500ms || time >= 4900ms)
            segmenter->write(*frame, stream.tracks, kNoon + frame->dts, 0us);
    }
    for (const auto &segment : listOf(*segmenter).segments())
        EXPECT_EQ(segment->begins, kNoon + 1h + first + (segment->number - 700) * 2s) << segment->number;
    EXPECT_EQ(listOf(*segmenter).segments().back()->number, 704u);
}

TEST_F(HlsSegmenter, ARenditionWhoseSoundIsBackFirstMakesNoSegmentOfSoundAlone)
{
    const auto stream = sample::parse(sample::encode({.seconds = 12}));
    const auto first = (*std::find_if(stream.frames.begin(), stream.frames.end(), [](const auto &frame) { return frame->isVideo(); }))->pts;
    auto segmenter = make({.cut = {}, .playlistLength = 20});
    segmenter->follow([&](media::MediaTime time) { return leadOf(time, first); }, {});
    std::map<media::TrackPtr, media::TrackPtr> again; // another process, other tracks
    std::vector<media::TrackPtr> tracks = stream.tracks;
    for (const auto &frame : stream.frames) {
        const auto time = frame->dts - first;
        if (time >= 4500ms && time < (frame->isVideo() ? 5s : 4600ms))
            continue;
        auto sent = *frame;
        if (time >= 4500ms) {
            auto &track = again[frame->track];
            if (!track) {
                track = std::make_shared<media::Track>(*frame->track);
                tracks = again.size() == 1 ? std::vector{track} : std::vector{track, tracks.front()};
                sent.discontinuity = true;
            }
            sent.track = track;
        }
        segmenter->write(sent, tracks, kNoon + frame->dts, 0us);
    }
    for (const auto &segment : listOf(*segmenter).segments())
        EXPECT_EQ(segment->begins, kNoon + 1h + first + (segment->number - 700) * 2s) << segment->number;
    EXPECT_EQ(listOf(*segmenter).segments().back()->number, 704u);
}

TEST_F(HlsSegmenter, ARenditionWaitsForAStreamThatIsBehindButNotForEver)
{
    const auto stream = sample::parse(sample::encode({.seconds = 9}));
    auto segmenter = make({.cut = {.wanted = 1s}});
    segmenter->follow([](media::MediaTime) { return Lead{.present = true}; }, {});
    feed(*segmenter, stream);
    EXPECT_THAT(listOf(*segmenter).segments(), SizeIs(testing::AllOf(testing::Ge(2u), testing::Le(4u)))) << "it began after five seconds";
    EXPECT_EQ(listOf(*segmenter).sequences().media, 100u) << "with its own numbers";
}

TEST_F(HlsSegmenter, IsMeasuredForTheMultivariantPlaylist)
{
    const auto stream = sample::parse(sample::encode({.seconds = 7}));
    auto segmenter = make({.cut = {.wanted = 1s}});
    segmenter->want(FormSet(0b1));
    feed(*segmenter, stream);
    const auto facts = factsOf(segmenter->tracks(), listOf(*segmenter, Form::Main));
    EXPECT_THAT(facts.video, testing::StartsWith("avc1."));
    EXPECT_EQ(facts.audio, "mp4a.40.2");
    EXPECT_EQ(facts.width, 320u);
    EXPECT_NEAR(facts.fps, 30, 0.1);
    EXPECT_GE(facts.bandwidth, facts.average);
    EXPECT_GT(facts.average, facts.audioAverage);
    EXPECT_NEAR(static_cast<double>(facts.audioAverage), 96e3, 60e3);
    EXPECT_EQ(wholeVariant(facts, "m").codecs, facts.video + ",mp4a.40.2");
}

TEST(HlsFacts, OfARenditionDoNotFallBelowWhatIsForeseen)
{
    const StreamFacts stream{.video = "avc1.64001f", .audio = "mp4a.40.2", .bandwidth = 5'000'000, .audioBandwidth = 110'000, .audioAverage = 100'000};
    const StreamFacts forecast{.video = "avc1.4d401f", .width = 854, .height = 480, .fps = 30, .bandwidth = 1'500'000, .average = 1'200'000};
    const auto before = renditionFacts(forecast, stream, nullptr);
    EXPECT_EQ(wholeVariant(before, "m").codecs, "avc1.4d401f,mp4a.40.2");
    EXPECT_EQ(before.bandwidth, 1'610'000u);
    EXPECT_EQ(before.average, 1'300'000u);
    auto measured = before;
    measured.bandwidth = 300'000; // a picture that does not move
    measured.average = 1'400'000;
    measured.fps = 29.97;
    const auto now = renditionFacts(forecast, stream, &measured);
    EXPECT_EQ(now.bandwidth, 1'610'000u);
    EXPECT_EQ(now.average, 1'400'000u);
    EXPECT_EQ(now.fps, 29.97);
    EXPECT_EQ(now.audio, "mp4a.40.2");
}

TEST_F(HlsSegmenter, ListsBeginAnewWhereAFormHadNothingToCarryForAWhile)
{
    const auto both = sample::parse(sample::encode({.seconds = 3}));
    const auto silent = sample::parse(sample::encode({.seconds = 3, .audio = false}));
    const auto again = sample::parse(sample::encode({.seconds = 3}));
    auto segmenter = make({.cut = {.wanted = 1s}});
    segmenter->want(FormSet(0b010));
    feed(*segmenter, both);
    segmenter->endTimeline();
    const auto before = listOf(*segmenter, Form::Audio).nextNumber();
    feed(*segmenter, silent, 3s);
    EXPECT_TRUE(segmenter->rendition(Form::Audio)->failure());
    segmenter->endTimeline();
    feed(*segmenter, again, 6s);
    EXPECT_FALSE(segmenter->rendition(Form::Audio)->failure());
    EXPECT_GT(listOf(*segmenter, Form::Audio).sequences().media, before);
    EXPECT_GT(listOf(*segmenter, Form::Audio).sequences().discontinuity, 5u);
}

} // namespace
} // namespace matinee::hls

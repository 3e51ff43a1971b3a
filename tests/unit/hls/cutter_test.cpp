#include "hls/wire/cutter.h"

#include <gmock/gmock.h>

#include <vector>

namespace matinee::hls {
namespace {

using namespace std::chrono_literals;
using media::MediaTime;
using testing::Each;
using testing::ElementsAre;
using testing::Le;

media::TrackPtr track(media::Kind kind)
{
    media::Track track;
    track.kind = kind;
    return std::make_shared<const media::Track>(track);
}

const auto kVideo = track(media::Kind::Video);
const auto kAudio = track(media::Kind::Audio);

media::Frame video(MediaTime time, bool key = false)
{
    return {.track = kVideo, .dts = time, .pts = time, .key = key};
}

media::Frame audio(MediaTime time)
{
    return {.track = kAudio, .dts = time, .pts = time, .key = true};
}

struct Ran
{
    std::vector<MediaTime> durations;
    std::vector<Cut> cuts;
};

/// Feeds a video stream with key frames at these times, in milliseconds, at 25 frames a second.
Ran run(Cutter &cutter, std::vector<int> keys, int end, bool withAudio = true)
{
    Ran ran;
    const auto note = [&](const CutDecision &decision) {
        if (decision.cut == Cut::Key || decision.cut == Cut::Forced || decision.cut == Cut::Gap) {
            ran.durations.push_back(decision.duration);
            ran.cuts.push_back(decision.cut);
        }
    };
    for (int time = 0; time < end; time += 40) {
        const bool key = std::find(keys.begin(), keys.end(), time) != keys.end();
        note(cutter.consider(video(std::chrono::milliseconds(time), key), 0, true));
        if (withAudio)
            note(cutter.consider(audio(std::chrono::milliseconds(time + 7)), 0, true));
    }
    return ran;
}

TEST(HlsCutter, CutsAtTheFirstKeyFrameOnceTheWantedLengthIsReached)
{
    Cutter cutter({.wanted = 2s});
    const auto ran = run(cutter, {0, 1000, 2000, 3000, 4000, 5000, 6000}, 6100);
    EXPECT_THAT(ran.durations, ElementsAre(2s, 2s, 2s));
    EXPECT_THAT(ran.cuts, Each(Cut::Key));
}

TEST(HlsCutter, TakesAKeyFrameThatRoundingPutsAMomentTooEarly)
{
    Cutter cutter({.wanted = 2s});
    EXPECT_EQ(cutter.consider(video(1ms, true), 0, true).cut, Cut::Begin);
    EXPECT_EQ(cutter.consider(video(1000ms), 0, true).cut, Cut::None);
    const auto decision = cutter.consider(video(2000ms, true), 0, true);
    EXPECT_EQ(decision.cut, Cut::Key);
    EXPECT_EQ(decision.duration, 1999ms);
}

TEST(HlsCutter, DoesNotCutWithinAGroupOfPicturesHoweverLongBelowTheBound)
{
    Cutter cutter({.wanted = 2s, .longest = 20s});
    EXPECT_THAT(run(cutter, {0, 10000}, 12000).durations, ElementsAre(10s));
}

TEST(HlsCutter, NeverOutgrowsTheTargetAndGetsBackIntoStepAtTheNextKeyFrame)
{
    Cutter cutter({.wanted = 2s, .longest = 20s});
    cutter.limitTo(3s);
    const auto ran = run(cutter, {0, 8000, 10000}, 10500);
    ASSERT_EQ(ran.cuts.size(), 4u);
    EXPECT_THAT(ran.cuts, ElementsAre(Cut::Forced, Cut::Forced, Cut::Key, Cut::Key));
    EXPECT_THAT(ran.durations, Each(Le(3s)));
    EXPECT_EQ(ran.durations[0] + ran.durations[1] + ran.durations[2], 8s) << "nothing is lost between segments";
    EXPECT_EQ(ran.durations[3], 2s);
}

TEST(HlsCutter, CutsByForceAboveTheSizeLimit)
{
    Cutter cutter({.wanted = 2s, .bytes = 1000});
    EXPECT_EQ(cutter.consider(video(0ms, true), 0, true).cut, Cut::Begin);
    EXPECT_EQ(cutter.consider(video(40ms), 999, true).cut, Cut::None);
    const auto decision = cutter.consider(video(80ms), 1000, true);
    EXPECT_EQ(decision.cut, Cut::Forced);
    EXPECT_EQ(decision.duration, 80ms);
}

TEST(HlsCutter, CutsAudioAloneByTime)
{
    Cutter cutter({.wanted = 2s});
    std::vector<MediaTime> durations;
    for (int frame = 0; frame < 500; ++frame) {
        const auto decision = cutter.consider(audio(MediaTime(frame * 1024 * 1'000'000LL / 48000)), 0, false);
        if (decision.cut == Cut::Key)
            durations.push_back(decision.duration);
    }
    ASSERT_EQ(durations.size(), 5u);
    for (const auto duration : durations) {
        EXPECT_GE(duration, 1950ms);
        EXPECT_LE(duration, 2050ms);
    }
}

TEST(HlsCutter, BeginsWithAKeyFrameAndLeavesOutWhatComesBefore)
{
    Cutter cutter({});
    EXPECT_EQ(cutter.consider(audio(0ms), 0, true).cut, Cut::Skip);
    EXPECT_EQ(cutter.consider(video(10ms), 0, true).cut, Cut::Skip);
    EXPECT_EQ(cutter.consider(video(50ms, true), 0, true).cut, Cut::Begin);
    EXPECT_EQ(cutter.start(), 50ms);
    EXPECT_EQ(cutter.consider(audio(60ms), 0, true).cut, Cut::None);
}

TEST(HlsCutter, DoesNotWaitForEverForAnAnnouncedPicture)
{
    Cutter cutter({});
    EXPECT_EQ(cutter.consider(audio(0ms), 0, true).cut, Cut::Skip);
    EXPECT_EQ(cutter.consider(audio(4000ms), 0, true).cut, Cut::Skip);
    EXPECT_EQ(cutter.consider(audio(5021ms), 0, true).cut, Cut::Begin);
}

TEST(HlsCutter, EndsASegmentBeforeASilence)
{
    Cutter cutter({.wanted = 2s});
    run(cutter, {0}, 1000, false);
    const auto decision = cutter.consider(video(60s, true), 0, true);
    EXPECT_EQ(decision.cut, Cut::Gap);
    EXPECT_EQ(decision.duration, 1s) << "the last frame lasts as long as the one before it";
    EXPECT_EQ(cutter.start(), 60s);
}

TEST(HlsCutter, TakesAStepBackForANewTimeline)
{
    Cutter cutter({.wanted = 2s});
    run(cutter, {0}, 1000, false);
    const auto decision = cutter.consider(video(-10s, true), 0, true);
    EXPECT_EQ(decision.cut, Cut::Gap);
    EXPECT_EQ(cutter.start(), -10s);
    EXPECT_EQ(cutter.consider(video(-9960ms), 0, true).cut, Cut::None);
}

TEST(HlsCutter, ToleratesTracksThatAreInterleavedLoosely)
{
    Cutter cutter({.wanted = 2s});
    EXPECT_EQ(cutter.consider(video(1000ms, true), 0, true).cut, Cut::Begin);
    EXPECT_EQ(cutter.consider(audio(400ms), 0, true).cut, Cut::None);
    EXPECT_EQ(cutter.consider(audio(1900ms), 0, true).cut, Cut::None);
    EXPECT_EQ(cutter.consider(video(1040ms), 0, true).cut, Cut::None);
}

TEST(HlsCutter, ClosesAfterTheLastFrame)
{
    Cutter cutter({});
    EXPECT_EQ(cutter.close(), std::nullopt);
    run(cutter, {0}, 1000, false);
    EXPECT_EQ(cutter.close(), MediaTime(1s));
    EXPECT_FALSE(cutter.isOpen());
    run(cutter, {0}, 1000, false);
    EXPECT_EQ(cutter.close(970ms), MediaTime(970ms)) << "at the frame of another configuration";
}

TEST(HlsCutter, KeepsStepWithAnother)
{
    const auto consider = [](Cutter &cutter, MediaTime time, Elsewhere elsewhere) {
        return cutter.consider(video(time, true), 0, true, elsewhere).cut;
    };
    Cutter cutter({.wanted = 2s});
    EXPECT_EQ(consider(cutter, 0s, Elsewhere::Behind), Cut::Skip) << "the other one goes first";
    EXPECT_EQ(consider(cutter, 1s, Elsewhere::GoesOn), Cut::Begin);
    EXPECT_EQ(consider(cutter, 2s, Elsewhere::Begins), Cut::Key) << "sooner than it would by itself";
    EXPECT_EQ(consider(cutter, 3s, Elsewhere::GoesOn), Cut::None);
    EXPECT_EQ(consider(cutter, 4s, Elsewhere::GoesOn), Cut::None) << "later than it would by itself";
    EXPECT_EQ(consider(cutter, 5s, Elsewhere::Begins), Cut::Key);
    EXPECT_EQ(consider(cutter, 7s, Elsewhere::Unknown), Cut::Key) << "by itself where it has to";
    EXPECT_EQ(cutter.consider(audio(28s), 0, true, Elsewhere::Behind).cut, Cut::End) << "after a hole it waits for a key frame";
    EXPECT_EQ(consider(cutter, 29s, Elsewhere::GoesOn), Cut::Begin);
    EXPECT_EQ(consider(cutter, 30s, Elsewhere::Taken), Cut::None) << "of the same segment";
    cutter.limitTo(3s);
    EXPECT_EQ(consider(cutter, 31800ms, Elsewhere::GoesOn), Cut::End) << "but never outgrows the playlist's bound, and makes no segment of its own";
    EXPECT_EQ(consider(cutter, 33s, Elsewhere::Taken), Cut::Skip) << "its number has been given away";
    EXPECT_EQ(consider(cutter, 34s, Elsewhere::Begins), Cut::Begin);
    EXPECT_EQ(consider(cutter, 44s, Elsewhere::Taken), Cut::End);
    EXPECT_EQ(consider(cutter, 45s, Elsewhere::Begins), Cut::Begin);
    EXPECT_EQ(cutter.consider(video(45033ms, false), 0, true, Elsewhere::Behind).cut, Cut::None);
    EXPECT_EQ(cutter.consider(video(46500ms, false), 0, true, Elsewhere::Behind).cut, Cut::None) << "a hole is no frame rate";
    EXPECT_EQ(cutter.consider(video(46533ms, false), 0, true, Elsewhere::Behind).cut, Cut::None);
}

} // namespace
} // namespace matinee::hls

#include "live/timeline.h"

#include "frames.h"

#include <gtest/gtest.h>

namespace matinee::live {
namespace {

using media::FramePtr;
using std::chrono::milliseconds;

class TimelineTest : public testing::Test
{
protected:
    /// Time in milliseconds as the stream has it; -1: left out.
    std::int64_t put(const media::TrackPtr &track, int ms, bool key)
    {
        last = timeline.map(frame(track, ms, key));
        return last ? last->dts.count() / 1000 : -1;
    }

    Timeline timeline;
    FramePtr last;
    const media::TrackPtr video = videoTrack();
    const media::TrackPtr audio = audioTrack();
};

TEST_F(TimelineTest, AFirstPublisherKeepsItsTimesAndItsFramesAreNotCopied)
{
    const auto first = frame(video, 5000, true);
    EXPECT_EQ(timeline.map(first), first);
    const auto sound = frame(audio, 4990, true);
    EXPECT_EQ(timeline.map(sound), sound);
    const auto next = frame(video, 5040, false);
    EXPECT_EQ(timeline.map(next), next);
    EXPECT_FALSE(next->discontinuity);
}

TEST_F(TimelineTest, AReturnGoesOnOneFrameAfterTheNewest)
{
    put(video, 1000, true);
    put(video, 1040, false);
    timeline.interrupt();
    const auto again = videoTrack();
    EXPECT_EQ(put(again, 700'000, true), 1080);
    EXPECT_TRUE(last->discontinuity);
    EXPECT_EQ(last->track, again);
    EXPECT_EQ(put(again, 700'040, false), 1120);
    EXPECT_FALSE(last->discontinuity);
}

TEST_F(TimelineTest, AllTracksMoveByTheSame)
{
    put(audio, 0, true);
    put(video, 0, true);
    put(audio, 20, true);
    put(video, 40, false);
    timeline.interrupt();
    const auto picture = videoTrack(), sound = audioTrack();
    EXPECT_EQ(put(picture, 9000, true), 80);
    EXPECT_EQ(put(sound, 9010, true), 90);
    EXPECT_EQ(put(picture, 9040, false), 120);
    EXPECT_EQ(put(sound, 9033, true), 113);
}

TEST_F(TimelineTest, NothingIsSeenOrHeardBeforeTheFirstKeyFrameAfterABreak)
{
    put(video, 0, true);
    put(audio, 10, true);
    timeline.interrupt();
    const auto picture = videoTrack(), sound = audioTrack();
    EXPECT_EQ(put(sound, 500, true), -1);
    EXPECT_EQ(put(picture, 510, false), -1);
    EXPECT_EQ(put(sound, 530, true), -1);
    EXPECT_EQ(put(picture, 550, true), 10 + 33); // no step between frames is known yet: that of 30 a second
    EXPECT_TRUE(last->discontinuity);
    EXPECT_EQ(put(sound, 540, true), 33) << "newer than the sound before the break, and beside its picture";
    EXPECT_FALSE(last->discontinuity);
    EXPECT_EQ(put(sound, 560, true), 53);
}

TEST_F(TimelineTest, SoundFromBeforeTheBreakIsLeftOutAndPicturesMoveOnByAMillisecond)
{
    put(video, 0, true);
    put(audio, 100, true);
    timeline.interrupt();
    const auto picture = videoTrack(), sound = audioTrack();
    put(picture, 1000, true); // at 133
    EXPECT_EQ(put(sound, 950, true), -1);
    EXPECT_EQ(put(sound, 980, true), 113);
    EXPECT_EQ(put(picture, 990, false), 134) << "never back";
    EXPECT_EQ(last->pts, last->dts);
}

TEST_F(TimelineTest, CompositionOffsetsAreKept)
{
    put(video, 0, true);
    timeline.interrupt();
    auto late = std::make_shared<media::Frame>(*frame(videoTrack(), 100, true));
    late->pts = milliseconds(180);
    const auto mapped = timeline.map(late);
    EXPECT_EQ(mapped->pts - mapped->dts, milliseconds(80));
}

TEST_F(TimelineTest, AnAudioOnlyPublisherAfterOneWithAPictureIsHeardAfterASecond)
{
    put(video, 0, true);
    timeline.interrupt();
    const auto sound = audioTrack();
    EXPECT_EQ(put(sound, 5000, true), -1);
    EXPECT_EQ(put(sound, 5900, true), -1);
    EXPECT_EQ(put(sound, 6000, true), 33);
    EXPECT_TRUE(last->discontinuity);
}

TEST_F(TimelineTest, AnAnnouncedPictureIsAwaitedForThreeSecondsOfSound)
{
    put(video, 0, true);
    timeline.interrupt();
    const auto picture = videoTrack(), sound = audioTrack();
    EXPECT_EQ(timeline.announce(picture), picture);
    put(sound, 0, true);
    EXPECT_EQ(put(sound, 2900, true), -1);
    EXPECT_EQ(put(sound, 3000, true), 33);
    EXPECT_EQ(put(picture, 3010, false), -1) << "still waits for its key frame";
    EXPECT_EQ(put(picture, 3100, true), 133);
}

TEST_F(TimelineTest, AnAudioOnlyStreamGoesOnAtOnce)
{
    put(audio, 0, true);
    put(audio, 20, true);
    timeline.interrupt();
    EXPECT_EQ(put(audioTrack(), 777, true), 40);
    EXPECT_TRUE(last->discontinuity);
}

TEST_F(TimelineTest, TheSameTrackAfterABreakIsAnotherObject)
{
    put(video, 0, true);
    timeline.interrupt();
    const auto shown = timeline.announce(video);
    EXPECT_NE(shown, video);
    EXPECT_EQ(shown->config, video->config);
    put(video, 900, true);
    EXPECT_EQ(last->track, shown);
    put(video, 940, false);
    EXPECT_EQ(last->track, shown);
}

TEST_F(TimelineTest, TenBreaksNeverGoBackAndLeaveNoGap)
{
    std::int64_t before = -40;
    for (int round = 0; round < 10; ++round) {
        timeline.interrupt();
        const auto again = videoTrack();
        for (int i = 0; i < 25; ++i) {
            const auto now = put(again, (10 - round) * 100'000 + i * 40, i == 0);
            if (round == 0 && i == 0)
                before = now - 40;
            EXPECT_EQ(now - before, 40) << round << " " << i;
            before = now;
        }
    }
}

TEST_F(TimelineTest, ABreakBeforeTheFirstFrameIsNone)
{
    timeline.interrupt();
    EXPECT_EQ(put(audio, 123, true), 123);
    EXPECT_FALSE(last->discontinuity);
}

TEST_F(TimelineTest, ARenditionHandsOnTheBreaksOfItsStream)
{
    put(video, 1000, true);
    media::Frame broken = *frame(videoTrack(), 1040, true);
    broken.discontinuity = true;
    const auto given = std::make_shared<const media::Frame>(broken);
    EXPECT_EQ(timeline.map(given), given) << "nothing is to be changed";
}

} // namespace
} // namespace matinee::live

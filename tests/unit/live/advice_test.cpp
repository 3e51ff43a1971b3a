// Made-up streams, each with one fault.
#include "live/advice.h"

#include "frames.h"

#include <gmock/gmock.h>

namespace matinee::live {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Sample
{
    int milliseconds = 20'000;
    int gopMs = 2000;
    bool sound = true;
    bool bFrames = false;
    double soundSpeed = 1.0; ///< Of its clock against the picture's.
    int bytes = 5000;
};

class AdviceTest : public testing::Test
{
protected:
    /// 25 pictures a second and sound each 20 ms, as an encoder sends them.
    void feed(const Sample &sample, int from = 0)
    {
        for (int ms = from; ms < from + sample.milliseconds; ms += 20) {
            if (sample.sound)
                advice.add(*frame(audio, static_cast<int>(ms * sample.soundSpeed), true, 0, 300));
            if (ms % 40 != 0)
                continue;
            auto picture =
                std::make_shared<media::Frame>(*frame(video, ms, ms % sample.gopMs == 0, 0, static_cast<std::size_t>(sample.bytes)));
            if (sample.bFrames && ms % 120 == 40)
                picture->pts += std::chrono::milliseconds(80);
            advice.add(*picture);
        }
    }
    std::vector<std::string> codes() const
    {
        std::vector<std::string> codes;
        for (const auto &warning : advice.warnings()) {
            EXPECT_TRUE(warning.message.ends_with(".") || warning.message.ends_with(").")) << warning.message;
            codes.push_back(warning.code);
        }
        return codes;
    }

    Advice advice;
    const media::TrackPtr video = videoTrack();
    const media::TrackPtr audio = audioTrack();
};

TEST_F(AdviceTest, AGoodStreamGetsNone)
{
    feed({});
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdviceTest, NothingIsSaidOfNothing)
{
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdviceTest, BFramesAreToldUntilTheyAreGoneForAWhile)
{
    feed({.bFrames = true});
    EXPECT_THAT(codes(), ElementsAre("b_frames"));
    feed({.milliseconds = 11'000}, 20'000);
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdviceTest, KeyFramesThatAreFarApart)
{
    feed({.gopMs = 5000});
    EXPECT_THAT(codes(), ElementsAre("key_frames_over_4s"));
}

TEST_F(AdviceTest, KeyFramesThatAreRareAreToldBeforeTheNextOneComes)
{
    feed({.milliseconds = 10'100, .gopMs = 60'000});
    EXPECT_THAT(codes(), ElementsAre("key_frames_over_10s"));
}

TEST_F(AdviceTest, FourSecondsAreFine)
{
    feed({.gopMs = 4000});
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdviceTest, APictureWithoutSound)
{
    feed({.milliseconds = 4000, .sound = false});
    EXPECT_THAT(codes(), IsEmpty()) << "it may come yet";
    feed({.milliseconds = 4000, .sound = false}, 4000);
    EXPECT_THAT(codes(), ElementsAre("no_audio"));
}

TEST_F(AdviceTest, SoundThatStops)
{
    feed({.milliseconds = 8000});
    feed({.milliseconds = 8000, .sound = false}, 8000);
    ASSERT_THAT(codes(), ElementsAre("no_audio"));
    EXPECT_THAT(advice.warnings()[0].message, testing::HasSubstr("stopped"));
}

TEST_F(AdviceTest, SoundWithoutAPictureIsFine)
{
    for (int ms = 0; ms < 20'000; ms += 20)
        advice.add(*frame(audio, ms, true));
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdviceTest, SoundWhoseClockRunsSlower)
{
    feed({.milliseconds = 60'000, .soundSpeed = 0.995});
    ASSERT_THAT(codes(), ElementsAre("audio_drift"));
    EXPECT_THAT(advice.warnings()[0].message, testing::HasSubstr("behind"));
}

TEST_F(AdviceTest, SoundWhoseClockRunsFaster)
{
    feed({.milliseconds = 60'000, .soundSpeed = 1.005});
    ASSERT_THAT(codes(), ElementsAre("audio_drift"));
    EXPECT_THAT(advice.warnings()[0].message, testing::HasSubstr("ahead"));
}

TEST_F(AdviceTest, SoundThatIsAlwaysALittleLateIsNoDrift)
{
    for (int ms = 0; ms < 30'000; ms += 20) {
        advice.add(*frame(audio, ms, true));
        if (ms % 40 == 0)
            advice.add(*frame(video, ms + 400, ms % 2000 == 0));
    }
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdviceTest, AFrameRateThatVaries)
{
    int ms = 0;
    for (int i = 0; i < 300; ++i) {
        advice.add(*frame(audio, ms, true));
        advice.add(*frame(video, ms, i % 30 == 0));
        ms += i % 3 == 0 ? 80 : 33;
    }
    EXPECT_THAT(codes(), ElementsAre("variable_frame_rate"));
}

TEST_F(AdviceTest, APictureThatIsCodedAsInterlaced)
{
    auto track = std::make_shared<media::Track>(*video);
    track->interlaced = true;
    for (int ms = 0; ms < 3000; ms += 40) {
        advice.add(*frame(audio, ms, true));
        advice.add(*frame(track, ms, ms % 2000 == 0));
    }
    EXPECT_THAT(codes(), ElementsAre("interlaced"));
    advice.add(*frame(video, 3040, true));
    EXPECT_THAT(codes(), IsEmpty()) << "another setting of the encoder";
}

TEST_F(AdviceTest, SixtyFramesASecondInWholeMillisecondsDoNotVary)
{
    for (int i = 0; i < 600; ++i) {
        advice.add(*frame(audio, i * 1000 / 60, true));
        advice.add(*frame(video, i * 1000 / 60, i % 60 == 0));
    }
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdviceTest, MoreThanWasAnnounced)
{
    advice.setPromisedKbps(1000);
    feed({.bytes = 5000}); // 1,120 kbit/s
    EXPECT_THAT(codes(), IsEmpty());
    feed({.bytes = 10'000}, 20'000);
    EXPECT_THAT(codes(), ElementsAre("bitrate_over_promise"));
    advice.setPromisedKbps(0);
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdviceTest, AnotherPublisherBeginsWithoutTheFaultsOfTheFirst)
{
    feed({.gopMs = 12'000, .sound = false, .bFrames = true});
    EXPECT_THAT(codes(), ElementsAre("key_frames_over_10s", "no_audio", "b_frames"));
    auto first = std::make_shared<media::Frame>(*frame(videoTrack(), 20'040, true));
    first->discontinuity = true;
    advice.add(*first);
    EXPECT_THAT(codes(), IsEmpty());
}

} // namespace
} // namespace matinee::live

#include "live/standby.h"

#include "frames.h"

#include <gtest/gtest.h>

namespace matinee::live {
namespace {

class StandbyTest : public testing::Test
{
protected:
    std::vector<long> times()
    {
        std::vector<long> times;
        for (const auto &kept : standby.take())
            times.push_back(kept->dts.count() / 1000);
        return times;
    }

    Standby standby{100'000};
    const media::TrackPtr video = videoTrack();
    const media::TrackPtr audio = audioTrack();
};

TEST_F(StandbyTest, KeepsWhatCameSinceTheNewestKeyFrame)
{
    standby.keep({frame(video, 0, true), frame(audio, 10, true), frame(video, 40, false), frame(video, 80, true), frame(audio, 90, true)});
    EXPECT_EQ(times(), (std::vector<long>{80, 90}));
    EXPECT_EQ(times(), std::vector<long>{});
}

TEST_F(StandbyTest, KeepsNothingThatCannotBeDecoded)
{
    standby.keep({frame(video, 0, false), frame(audio, 10, true), frame(video, 40, false)});
    EXPECT_EQ(times(), std::vector<long>{});
}

TEST_F(StandbyTest, KeepsASecondOfSoundWhereThereIsNoPicture)
{
    for (int ms = 0; ms <= 3000; ms += 100)
        standby.keep({frame(audio, ms, true)});
    EXPECT_EQ(standby.bytes(), 11U * 10);
    EXPECT_EQ(times().front(), 2000);
}

TEST_F(StandbyTest, GivesUpAGroupThatIsTooLargeUntilItsNextKeyFrame)
{
    standby.keep({frame(video, 0, true, 0, 60'000), frame(video, 40, false, 0, 60'000), frame(video, 80, false)});
    EXPECT_EQ(standby.bytes(), 0U);
    standby.keep({frame(video, 120, true), frame(video, 160, false)});
    EXPECT_EQ(times(), (std::vector<long>{120, 160}));
}

TEST_F(StandbyTest, GivesUpAGroupThatIsTooLong)
{
    standby.keep({frame(video, 0, true), frame(video, 20'001, false)});
    EXPECT_EQ(times(), std::vector<long>{});
}

} // namespace
} // namespace matinee::live

#include "rtmp/wire/timestamp_repair.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

using media::Kind;

namespace {

std::int64_t milliseconds(TimestampRepair &repair, Kind kind, std::uint32_t timestamp)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(repair.apply(kind, timestamp)).count();
}

} // namespace

TEST(TimestampRepair, LeavesGoodTimesAlone)
{
    TimestampRepair repair;
    EXPECT_EQ(milliseconds(repair, Kind::Video, 7000), 7000);
    EXPECT_EQ(milliseconds(repair, Kind::Audio, 6990), 6990);
    EXPECT_EQ(milliseconds(repair, Kind::Video, 7033), 7033);
    EXPECT_EQ(milliseconds(repair, Kind::Audio, 7011), 7011);
    EXPECT_EQ(repair.jumps(), 0U);
    EXPECT_EQ(repair.corrections(), 0U);
}

TEST(TimestampRepair, GoesOnBeyondTheWrapAndTheSignBit)
{
    for (const std::uint32_t edge : {0x80000000U, 0U, 0x1000000U}) {
        TimestampRepair repair;
        const std::int64_t first = milliseconds(repair, Kind::Video, edge - 100);
        EXPECT_EQ(milliseconds(repair, Kind::Audio, edge - 90) - first, 10);
        for (std::uint32_t i = 1; i < 20; ++i) {
            EXPECT_EQ(milliseconds(repair, Kind::Video, edge - 100 + i * 33) - first, i * 33);
            EXPECT_EQ(milliseconds(repair, Kind::Audio, edge - 90 + i * 33) - first, 10 + i * 33);
        }
        EXPECT_EQ(repair.jumps(), 0U);
    }
}

TEST(TimestampRepair, HoldsFramesThatComeOutOfOrder)
{
    TimestampRepair repair;
    EXPECT_EQ(milliseconds(repair, Kind::Video, 1000), 1000);
    EXPECT_EQ(milliseconds(repair, Kind::Video, 960), 1001);
    EXPECT_EQ(milliseconds(repair, Kind::Video, 960), 1002);
    EXPECT_EQ(milliseconds(repair, Kind::Video, 1040), 1040); // and loses no time by it
    EXPECT_EQ(repair.jumps(), 0U);
    EXPECT_EQ(repair.corrections(), 2U);
}

TEST(TimestampRepair, GoesOnWithoutAGapWhenTheClockStartsAnew)
{
    TimestampRepair repair;
    EXPECT_EQ(milliseconds(repair, Kind::Video, 100000), 100000);
    EXPECT_EQ(milliseconds(repair, Kind::Video, 100040), 100040);
    EXPECT_EQ(milliseconds(repair, Kind::Video, 0), 100080); // one frame later
    EXPECT_EQ(milliseconds(repair, Kind::Video, 40), 100120);
    EXPECT_EQ(milliseconds(repair, Kind::Video, 4000000000U), 100160);
    EXPECT_EQ(milliseconds(repair, Kind::Video, 4000000040U), 100200);
    EXPECT_EQ(repair.jumps(), 2U);
}

TEST(TimestampRepair, KeepsSoundAndPictureTogetherWhenBothJump)
{
    TimestampRepair repair;
    (void)milliseconds(repair, Kind::Video, 500000);
    (void)milliseconds(repair, Kind::Audio, 500010);
    (void)milliseconds(repair, Kind::Video, 500033);
    const std::int64_t video = milliseconds(repair, Kind::Video, 100);
    const std::int64_t audio = milliseconds(repair, Kind::Audio, 107);
    EXPECT_EQ(audio - video, 7);
}

TEST(TimestampRepair, RepairsOneTrackWithoutMovingTheOther)
{
    TimestampRepair repair;
    (void)milliseconds(repair, Kind::Video, 1000);
    (void)milliseconds(repair, Kind::Audio, 1000);
    (void)milliseconds(repair, Kind::Video, 1040);
    EXPECT_EQ(milliseconds(repair, Kind::Audio, 900000), 1020); // alone
    EXPECT_EQ(milliseconds(repair, Kind::Video, 1080), 1080);
    EXPECT_EQ(milliseconds(repair, Kind::Audio, 900021), 1041);
    EXPECT_EQ(milliseconds(repair, Kind::Audio, 1090), 1090); // back, and in step with the picture again
    EXPECT_EQ(milliseconds(repair, Kind::Video, 1120), 1120);
}

TEST(TimestampRepair, JoinsASecondTrackThatHasAClockOfItsOwn)
{
    TimestampRepair repair;
    EXPECT_EQ(milliseconds(repair, Kind::Video, 18000000), 18000000);
    EXPECT_EQ(milliseconds(repair, Kind::Audio, 0), 18000000);
    EXPECT_EQ(milliseconds(repair, Kind::Audio, 21), 18000021);
}

TEST(TimestampRepair, DoesNotTakeSilenceForAJump)
{
    TimestampRepair repair;
    (void)milliseconds(repair, Kind::Audio, 0);
    for (std::uint32_t time = 0; time <= 60000; time += 1000)
        EXPECT_EQ(milliseconds(repair, Kind::Video, time), time);
    EXPECT_EQ(milliseconds(repair, Kind::Audio, 60010), 60010);
    EXPECT_EQ(repair.jumps(), 0U);
}

TEST(TimestampRepair, IsStrictlyMonotonicWhateverComes)
{
    TimestampRepair repair;
    std::int64_t last[2]{-1, -1};
    std::uint32_t random = 12345;
    for (int i = 0; i < 20000; ++i) {
        random = random * 1664525 + 1013904223;
        const auto kind = static_cast<Kind>(random >> 31);
        const std::uint32_t timestamp = i % 7 == 0 ? random : random >> 20;
        const std::int64_t time = milliseconds(repair, kind, timestamp);
        EXPECT_GT(time, last[static_cast<int>(kind)]);
        last[static_cast<int>(kind)] = time;
    }
}

} // namespace matinee::rtmp

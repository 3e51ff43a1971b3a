#include "mux/audio_clock.h"

#include <gtest/gtest.h>

namespace matinee::mux {
namespace {

std::int64_t roundedToMilliseconds(std::int64_t frame)
{
    return frame * 1024 * 1000 / 44100 * 90;
}

TEST(AudioClock, CountsSamplesWhereThePublisherRounds)
{
    AudioClock clock(1024, 44100);
    for (std::int64_t frame = 0; frame < 10000; ++frame)
        ASSERT_EQ(clock.next(roundedToMilliseconds(frame)), frame * 1024 * 90000 / 44100) << frame;
}

TEST(AudioClock, NeverGoesFarFromAPublisherWhoseClockDrifts)
{
    AudioClock clock(1024, 48000);
    std::int64_t last = -1;
    for (std::int64_t frame = 0; frame < 20000; ++frame) {
        const auto given = frame * 1925; // 1920 would be right: 0.26 % slow
        const auto time = clock.next(given);
        ASSERT_GT(time, last);
        ASSERT_LE(std::abs(time - given), AudioClock::kTolerance);
        last = time;
    }
}

TEST(AudioClock, FollowsAGap)
{
    AudioClock clock(1024, 48000);
    EXPECT_EQ(clock.next(1000), 1000);
    EXPECT_EQ(clock.next(2920), 2920);
    EXPECT_EQ(clock.next(2920 + 90000), 2920 + 90000);
    EXPECT_EQ(clock.next(2920 + 91900), 2920 + 91920);
}

TEST(AudioClock, StillRisesWhenThePublisherGoesBack)
{
    AudioClock clock(1024, 48000);
    auto last = clock.next(500000);
    for (std::int64_t frame = 0; frame < 250; ++frame) {
        const auto time = clock.next(400000 + frame * 1920);
        ASSERT_GT(time, last);
        last = time;
    }
    EXPECT_NEAR(static_cast<double>(last), 400000 + 249 * 1920, static_cast<double>(AudioClock::kTolerance)) << "and has caught up";
}

} // namespace
} // namespace matinee::mux

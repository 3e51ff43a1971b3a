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

TEST(AudioClock, CountsExactlyInTheUnitsOfItsSampleRate)
{
    AudioClock clock(960, 48000, 48000);
    EXPECT_EQ(clock.next(100, 960), 100);
    EXPECT_EQ(clock.next(1000, 2880), 1060) << "a frame of 20 ms, then one of 60";
    EXPECT_EQ(clock.next(4000, 960), 3940);
    EXPECT_EQ(clock.end(), 4900);
}

TEST(OpusSamples, AreReadFromTheTableOfContents)
{
    const auto samples = [](std::vector<std::uint8_t> packet) { return opusSamples(packet); };
    EXPECT_EQ(samples({}), std::nullopt);
    EXPECT_EQ(samples({0 << 3}), 480U);            // SILK, 10 ms
    EXPECT_EQ(samples({3 << 3}), 2880U);           // SILK, 60 ms
    EXPECT_EQ(samples({(13 << 3) | 1}), 1920U);    // hybrid, two of 20 ms
    EXPECT_EQ(samples({16 << 3}), 120U);           // CELT, 2.5 ms
    EXPECT_EQ(samples({(31 << 3) | 3, 3}), 2880U); // three of 20 ms
    EXPECT_EQ(samples({(31 << 3) | 3}), std::nullopt) << "without its count";
    EXPECT_EQ(samples({(31 << 3) | 3, 0}), std::nullopt);
    EXPECT_EQ(samples({(31 << 3) | 3, 63}), std::nullopt) << "longer than 120 ms";
}

TEST(Mp3Header, TellsRateAndLength)
{
    const auto header = [](std::vector<std::uint8_t> frame) { return mp3Header(frame); };
    EXPECT_EQ(header({0xff, 0xfb, 0x90, 0x00})->sampleRate, 44100U);
    EXPECT_EQ(header({0xff, 0xfb, 0x90, 0x00})->samples, 1152U);
    EXPECT_EQ(header({0xff, 0xf3, 0x94, 0xc0})->sampleRate, 24000U);
    EXPECT_EQ(header({0xff, 0xf3, 0x94, 0xc0})->samples, 576U);
    EXPECT_EQ(header({0xff, 0xf3, 0x94, 0xc0})->channels, 1U);
    EXPECT_FALSE(header({0xff, 0xfb, 0x90}));
    EXPECT_FALSE(header({0xff, 0xfb, 0x9c, 0x00})) << "a reserved rate";
    EXPECT_FALSE(header({0xff, 0xfd, 0x90, 0x00})) << "layer II";
    EXPECT_FALSE(header({0x47, 0xfb, 0x90, 0x00}));
}

} // namespace
} // namespace matinee::mux

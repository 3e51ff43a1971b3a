#include "ladder/crash_book.h"
#include "ladder/rungs.h"

#include <gmock/gmock.h>

namespace matinee::ladder {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

media::TrackPtr picture(std::uint32_t width, std::uint32_t height)
{
    return std::make_shared<const media::Track>(media::Track{.kind = media::Kind::Video, .width = width, .height = height});
}

TEST(Rungs, AreReadFromTheSettingAndFoundByTheNameOfARendition)
{
    const auto rungs = parseRungs("720p@2500, 480p@1200,360p@600");
    EXPECT_THAT(rungs, ElementsAre(Rung{720, 2500}, Rung{480, 1200}, Rung{360, 600}));
    EXPECT_THAT(parseRungs(""), IsEmpty());
    EXPECT_EQ(renditionName("show", rungs[1]), "show@480p");
    EXPECT_EQ(rungOf("show@480p", rungs), (Rung{480, 1200}));
    for (const char *other : {"show", "show@", "show@480", "show@1080p", "show@480p@360p", "show@0480p", "@"})
        EXPECT_EQ(rungOf(other, rungs), std::nullopt) << other;
}

TEST(Rungs, OnlyALargerPictureIsMadeSmaller)
{
    const Rung rung{720, 2500};
    EXPECT_TRUE(fits(rung, *picture(1920, 1080)));
    EXPECT_FALSE(fits(rung, *picture(1280, 720)));
    EXPECT_FALSE(fits(rung, *picture(640, 360)));
    EXPECT_FALSE(fits(rung, *picture(0, 1080))) << "its size is not known";
    EXPECT_FALSE(fits(rung, media::Track{.kind = media::Kind::Audio}));
}

TEST(Rungs, TheWidthFollowsTheShapeAndIsEven)
{
    EXPECT_EQ(widthFor(360, *picture(1280, 720)), 640u);
    EXPECT_EQ(widthFor(480, *picture(1920, 1080)), 854u) << "853.3";
    EXPECT_EQ(widthFor(360, *picture(1920, 800)), 864u);
    EXPECT_EQ(widthFor(640, *picture(1080, 1920)), 360u) << "upright";
    EXPECT_EQ(widthFor(96, *picture(16, 4320)), 2u);
    EXPECT_EQ(widthFor(96, *picture(100, 0)), 2u);
}

TEST(Rungs, TheLevelIsTheLowestThatAllowsSizeRateAndBits)
{
    EXPECT_EQ(levelFor(640, 360, 30, 600), 30);
    EXPECT_EQ(levelFor(854, 480, 30, 1200), 31);
    EXPECT_EQ(levelFor(1280, 720, 30, 2500), 31);
    EXPECT_EQ(levelFor(1280, 720, 60, 2500), 32);
    EXPECT_EQ(levelFor(1920, 1080, 30, 5000), 40);
    EXPECT_EQ(levelFor(1920, 1080, 60, 5000), 42);
    EXPECT_EQ(levelFor(3840, 2160, 60, 20000), 52);
    EXPECT_EQ(levelFor(640, 360, 30, 12000), 31) << "for its bits";
    EXPECT_EQ(levelFor(176, 144, 15, 64), 10);
    EXPECT_EQ(levelFor(4000, 96, 30, 600), 40) << "for its width: no side is longer than the root of eight frames";
    EXPECT_EQ(levelFor(60000, 60000, 60, 600), 62) << "the highest where none is enough";
}

TEST(Rungs, WhatIsToldBeforehandIsWhatIsMade)
{
    const Rung rung{360, 600};
    for (const double fps : {0.0, 25.0, 29.97, 30.2}) {
        const auto forecast = forecastOf(rung, {picture(1280, 720), fps});
        EXPECT_EQ(forecast.width, 640u);
        EXPECT_EQ(forecast.height, 360u);
        EXPECT_EQ(forecast.codec, "avc1.4d401e") << "main profile, level 3";
        EXPECT_DOUBLE_EQ(forecast.fps, fps);
        EXPECT_GT(forecast.peakBits, forecast.averageBits);
        EXPECT_GE(forecast.averageBits, 600'000u);
    }
    EXPECT_DOUBLE_EQ(forecastOf(rung, {picture(1280, 720), 60}).fps, 30) << "small pictures do not come more often";
    EXPECT_DOUBLE_EQ(forecastOf(rung, {picture(1280, 720), 50}).fps, 25);
    EXPECT_DOUBLE_EQ(forecastOf({720, 2500}, {picture(1920, 1080), 60}).fps, 60);
    EXPECT_EQ(forecastOf({720, 2500}, {picture(1920, 1080), 60}).codec, "avc1.4d4020");
    EXPECT_EQ(forecastOf({720, 2500}, {picture(1920, 1080), 30}).codec, "avc1.4d401f");

    const auto job = jobOf(rung, {picture(1280, 720), 60});
    EXPECT_EQ(job, (relay::wire::Rung{.height = 360, .videoKbps = 600, .level = 30, .maxFps = 30, .sourceShare = 1}));
}

TEST(Rungs, EachTakesThreeQuartersOfWhatIsAboveItAtMost)
{
    const auto rungs = parseRungs("1080p@5000, 720p@2500, 480p@1200, 360p@600");
    const auto source = picture(1920, 1080);
    EXPECT_DOUBLE_EQ(shareOf(rungs[1], rungs, *source), 0.75) << "1080p is not made of 1080p";
    EXPECT_DOUBLE_EQ(shareOf(rungs[2], rungs, *source), 0.5625);
    EXPECT_DOUBLE_EQ(shareOf(rungs[0], rungs, *picture(3840, 2160)), 0.75);

    constexpr std::uint32_t kThin = 1000; // kbit/s
    std::uint64_t above = std::uint64_t{kThin} * 1000;
    for (std::size_t i = 1; i < rungs.size(); ++i) {
        const auto forecast = forecastOf(rungs[i], {source, 30, kThin, shareOf(rungs[i], rungs, *source)});
        EXPECT_LT(forecast.peakBits, above) << rungs[i].label();
        EXPECT_LT(forecast.averageBits, forecast.peakBits);
        above = forecast.peakBits;
    }
    const auto plenty = forecastOf(rungs[1], {source, 30, 8000, 0.75});
    EXPECT_EQ(plenty.averageBits, forecastOf(rungs[1], {source, 30}).averageBits) << "where there is enough the setting counts";
    EXPECT_GT(forecastOf(rungs[3], {source, 30, 10, 0.42}).averageBits, 50'000u) << "there is no picture with less";
    EXPECT_DOUBLE_EQ(jobOf(rungs[1], {source, 30, kThin, 0.75}).sourceShare, 0.75);
    EXPECT_EQ(jobOf(rungs[1], {source, 30, kThin, 0.75}).sourceKbps, kThin);
    EXPECT_EQ(jobOf(rungs[1], {source, 30, kThin, 0.75}).videoKbps, 2500u) << "the source may take more in a while";
}

TEST(CrashBook, ThreeFailuresInAMinuteAreOnceTooOften)
{
    const CrashBook::Time start{};
    CrashBook book;
    EXPECT_FALSE(book.note(start));
    EXPECT_FALSE(book.note(start + 30s));
    EXPECT_TRUE(book.note(start + 60s));
    CrashBook slow;
    EXPECT_FALSE(slow.note(start));
    EXPECT_FALSE(slow.note(start + 40s));
    EXPECT_FALSE(slow.note(start + 61s));
    EXPECT_FALSE(slow.note(start + 110s));
    EXPECT_TRUE(slow.note(start + 120s));
}

} // namespace
} // namespace matinee::ladder

#include "transcode/frame_gate.h"
#include "transcode/size.h"

#include <gtest/gtest.h>

namespace matinee::transcode {
namespace {

using media::MediaTime;

TEST(RenditionSize, KeepsTheShapeAndIsEven)
{
    EXPECT_EQ(renditionSize({1920, 1080}, 720), (Size{1280, 720}));
    EXPECT_EQ(renditionSize({1920, 1080}, 480), (Size{854, 480}));
    EXPECT_EQ(renditionSize({1280, 720}, 360), (Size{640, 360}));
    EXPECT_EQ(renditionSize({1080, 1920}, 480), (Size{270, 480}));
    EXPECT_EQ(renditionSize({2048, 858}, 480), (Size{1146, 480}));
    EXPECT_EQ(renditionSize({1921, 1081}, 361).height, 360);
}

TEST(RenditionSize, IsNeverLargerThanTheSource)
{
    EXPECT_EQ(renditionSize({640, 360}, 720), (Size{640, 360}));
    EXPECT_EQ(renditionSize({641, 361}, 720), (Size{640, 360})); // even
    EXPECT_EQ(renditionSize({1, 1}, 720), (Size{2, 2}));
    EXPECT_EQ(renditionSize({8192, 2}, 8192), (Size{8192, 2}));
}

TEST(FitInto, KeepsTheShapeWithinBothLimits)
{
    EXPECT_EQ(fitInto({1920, 1080}, 1, 1, {1280, 1280}), (Size{1280, 720}));
    EXPECT_EQ(fitInto({1080, 1920}, 1, 1, {320, 180}), (Size{101, 180}));
    EXPECT_EQ(fitInto({160, 90}, 1, 1, {1280, 720}), (Size{160, 90})); // never enlarged
    EXPECT_EQ(fitInto({8192, 1}, 1, 1, {160, 90}), (Size{160, 1}));
}

TEST(FitInto, MakesSamplesSquare)
{
    EXPECT_EQ(fitInto({720, 576}, 16, 15, {8192, 8192}), (Size{720, 540}));
    EXPECT_EQ(fitInto({720, 576}, 8, 9, {8192, 8192}), (Size{640, 576}));
    EXPECT_EQ(fitInto({1440, 1080}, 4, 3, {1280, 720}), (Size{1280, 720}));
    EXPECT_EQ(fitInto({640, 360}, 0, 1, {8192, 8192}), (Size{640, 360})); // unknown
    EXPECT_EQ(fitInto({640, 360}, 1'000'000, 1, {8192, 8192}), (Size{640, 1}));
}

std::size_t kept(double maxFps, double fps, int seconds, MediaTime jitter = {})
{
    FrameGate gate(maxFps);
    std::size_t count = 0;
    const auto frames = static_cast<int>(fps * seconds);
    for (int i = 0; i < frames; ++i) {
        const MediaTime pts(static_cast<std::int64_t>(1e6 * i / fps) + (i % 2 == 0 ? jitter.count() : -jitter.count()));
        count += gate.keep(pts, false) ? 1 : 0;
    }
    return count;
}

TEST(FrameGate, HalvesSixtyToThirty)
{
    EXPECT_EQ(kept(30, 60, 10), 300U);
    EXPECT_EQ(kept(30, 59.94, 10), 300U);
}

TEST(FrameGate, LeavesWhatIsNotTooOften)
{
    EXPECT_EQ(kept(30, 30, 10), 300U);
    EXPECT_EQ(kept(30, 25, 10), 250U);
    EXPECT_EQ(kept(60, 24, 10), 240U);
    EXPECT_EQ(kept(30, 30, 10, MediaTime(1000)), 300U); // milliseconds of RTMP
}

TEST(FrameGate, ThinsEvenlyWhereTheRatesDoNotDivide)
{
    EXPECT_NEAR(static_cast<double>(kept(30, 50, 10)), 300, 3);
    EXPECT_NEAR(static_cast<double>(kept(25, 30, 10)), 250, 3);
}

TEST(FrameGate, AlwaysKeepsKeyPictures)
{
    FrameGate gate(30);
    EXPECT_TRUE(gate.keep(MediaTime(0), true));
    EXPECT_FALSE(gate.keep(MediaTime(16'667), false));
    EXPECT_TRUE(gate.keep(MediaTime(16'667), true));
    EXPECT_FALSE(gate.keep(MediaTime(33'333), false)); // the key picture took its turn
    EXPECT_TRUE(gate.keep(MediaTime(50'000), false));
}

TEST(FrameGate, DoesNotMakeUpForAGap)
{
    FrameGate gate(10);
    EXPECT_TRUE(gate.keep(MediaTime(0), false));
    EXPECT_TRUE(gate.keep(std::chrono::seconds(60), false));
    EXPECT_FALSE(gate.keep(std::chrono::seconds(60) + MediaTime(20'000), false));
    EXPECT_FALSE(gate.keep(std::chrono::seconds(60) + MediaTime(40'000), false));
    EXPECT_TRUE(gate.keep(std::chrono::seconds(60) + MediaTime(100'000), false));
}

} // namespace
} // namespace matinee::transcode

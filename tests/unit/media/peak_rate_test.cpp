#include "media/peak_rate.h"

#include <gtest/gtest.h>

namespace matinee::media {
namespace {

using namespace std::chrono_literals;

class PeakRateTest : public testing::Test
{
protected:
    /// 25 frames a second.
    void feed(std::chrono::seconds from, std::chrono::seconds length, std::uint32_t kbps)
    {
        for (MediaTime at = from; at < from + length; at += 40ms)
            rate.add(at, kbps * 1000 / 8 / 25);
    }
    PeakRate rate;
};

TEST_F(PeakRateTest, SaysNothingBeforeItKnows)
{
    feed(0s, 4s, 1000);
    EXPECT_EQ(rate.kbps(), 0U);
    feed(4s, 1s, 1000);
    EXPECT_EQ(rate.kbps(), 1000U);
}

TEST_F(PeakRateTest, IsTheMostOfAnyFewSeconds)
{
    feed(0s, 8s, 1000);
    feed(8s, 8s, 3000);
    feed(16s, 20s, 500);
    EXPECT_EQ(rate.kbps(), 3000U);
}

TEST_F(PeakRateTest, ABreakIsNoMeasure)
{
    feed(0s, 9s, 1000);
    feed(100s, 9s, 1000);
    feed(20s, 9s, 1000);
    EXPECT_EQ(rate.kbps(), 1000U);
    rate.add(29s, std::size_t{1} << 44);
    rate.add(34s, 1);
    EXPECT_EQ(rate.kbps(), UINT32_MAX) << "no more than the type holds";
}

} // namespace
} // namespace matinee::media

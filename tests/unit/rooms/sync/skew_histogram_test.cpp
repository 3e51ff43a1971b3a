#include "rooms/sync/skew_histogram.h"

#include <gtest/gtest.h>

#include <limits>

namespace matinee::rooms {

TEST(SkewHistogram, countsMagnitudesByTheirBounds)
{
    SkewHistogram skew;
    for (const double ms : {0.0, 5.0, -5.1, 20.0, -39.0, 3000.0})
        skew.add(Millis(ms));
    EXPECT_EQ(skew.total(), 6U);
    EXPECT_EQ(skew.counts()[0], 2U);
    EXPECT_EQ(skew.counts()[1], 1U);
    EXPECT_EQ(skew.counts()[2], 1U);
    EXPECT_EQ(skew.counts()[3], 1U);
    EXPECT_EQ(skew.counts().back(), 1U);
    EXPECT_EQ(skew.quantile(0.5), Millis(10));
    EXPECT_EQ(skew.quantile(1), Millis(10'000));
}

TEST(SkewHistogram, takesNoNumbersThatAreNoneAndNoSumThatIsNone)
{
    SkewHistogram skew;
    EXPECT_EQ(skew.quantile(0.5), Millis(0));
    skew.add(Millis(std::numeric_limits<double>::quiet_NaN()));
    skew.add(Millis(std::numeric_limits<double>::infinity()));
    EXPECT_EQ(skew.total(), 0U);
    skew.add(Millis(-1e300));
    EXPECT_EQ(skew.sum(), Millis(10'000));
}

} // namespace matinee::rooms

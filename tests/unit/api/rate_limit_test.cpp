#include "api/rate_limit.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace matinee::api {

namespace {

const RateLimiter::TimePoint kStart{1h};
constexpr Rate kTwoAMinute{2, 60s};

TEST(RateLimit, LetsTheWholeBurstThroughAndThenSaysHowLongToWait)
{
    RateLimiter limiter;
    EXPECT_EQ(limiter.take(1, "a", kTwoAMinute, kStart), 0s);
    EXPECT_EQ(limiter.take(1, "a", kTwoAMinute, kStart), 0s);
    EXPECT_EQ(limiter.take(1, "a", kTwoAMinute, kStart), 30s);
    EXPECT_EQ(limiter.take(1, "a", kTwoAMinute, kStart + 10s), 20s);
}

TEST(RateLimit, AnAttemptThatWasRefusedCostsNothing)
{
    RateLimiter limiter;
    for (int i = 0; i < 100; ++i)
        (void)limiter.take(1, "a", kTwoAMinute, kStart);
    EXPECT_EQ(limiter.take(1, "a", kTwoAMinute, kStart + 30s), 0s);
}

TEST(RateLimit, WaitingAsLongAsItSaidIsAlwaysEnough)
{
    RateLimiter limiter;
    auto now = kStart;
    const Rate seven{7, 60s};
    for (int i = 0; i < 200; ++i) {
        const auto wait = limiter.take(1, "a", seven, now);
        now += wait;
        if (wait > 0s) {
            EXPECT_EQ(limiter.take(1, "a", seven, now), 0s) << i;
        }
        now += 137ms;
    }
}

TEST(RateLimit, NeverHoldsMoreThanOneBurst)
{
    RateLimiter limiter;
    EXPECT_EQ(limiter.take(1, "a", kTwoAMinute, kStart), 0s);
    const auto later = kStart + 24h;
    EXPECT_EQ(limiter.take(1, "a", kTwoAMinute, later), 0s);
    EXPECT_EQ(limiter.take(1, "a", kTwoAMinute, later), 0s);
    EXPECT_GT(limiter.take(1, "a", kTwoAMinute, later), 0s);
}

TEST(RateLimit, CallsAndCallersHaveBucketsOfTheirOwn)
{
    RateLimiter limiter;
    const Rate one{1, 60s};
    EXPECT_EQ(limiter.take(1, "a", one, kStart), 0s);
    EXPECT_EQ(limiter.take(2, "a", one, kStart), 0s);
    EXPECT_EQ(limiter.take(1, "b", one, kStart), 0s);
    EXPECT_EQ(limiter.take(1, "a", one, kStart), 60s);
}

TEST(RateLimit, PeekingTakesNothing)
{
    RateLimiter limiter;
    const Rate one{1, 60s};
    EXPECT_EQ(limiter.peek(1, "a", one, kStart), 0s);
    EXPECT_EQ(limiter.take(1, "a", one, kStart), 0s);
    EXPECT_EQ(limiter.peek(1, "a", one, kStart), 60s);
    EXPECT_EQ(limiter.peek(1, "a", one, kStart + 60s), 0s);
}

TEST(RateLimit, AClockThatStepsBackGivesNoFreeTokens)
{
    RateLimiter limiter;
    const Rate one{1, 60s};
    EXPECT_EQ(limiter.take(1, "a", one, kStart), 0s);
    EXPECT_GT(limiter.take(1, "a", one, kStart - 1h), 0s);
    EXPECT_GT(limiter.take(1, "a", one, kStart + 1s), 0s);
}

TEST(RateLimit, MemoryIsBoundedAndTheLongestUnusedIsForgottenFirst)
{
    RateLimiter limiter(3);
    const Rate one{1, 1h};
    EXPECT_EQ(limiter.take(1, "a", one, kStart), 0s);
    EXPECT_EQ(limiter.take(1, "b", one, kStart), 0s);
    EXPECT_EQ(limiter.take(1, "c", one, kStart), 0s);
    EXPECT_GT(limiter.take(1, "a", one, kStart), 0s); // used again
    EXPECT_EQ(limiter.take(1, "d", one, kStart), 0s); // b goes
    EXPECT_EQ(limiter.size(), 3u);
    EXPECT_GT(limiter.take(1, "a", one, kStart), 0s);
    EXPECT_GT(limiter.take(1, "c", one, kStart), 0s);
    EXPECT_EQ(limiter.take(1, "b", one, kStart), 0s);
    for (int i = 0; i < 10000; ++i)
        (void)limiter.take(1, std::to_string(i), one, kStart);
    EXPECT_EQ(limiter.size(), 3u);
}

TEST(RateLimit, AHostIsOneCallerHoweverManyAddressesItsNetworkGivesIt)
{
    EXPECT_EQ(rateKeyOfAddress("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(rateKeyOfAddress("2001:db8:1:2::1"), rateKeyOfAddress("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    EXPECT_NE(rateKeyOfAddress("2001:db8:1:2::1"), rateKeyOfAddress("2001:db8:1:3::1"));
    EXPECT_EQ(rateKeyOfAddress("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(rateKeyOfAddress("fe80::1%eth0"), rateKeyOfAddress("fe80::2"));
    EXPECT_EQ(rateKeyOfAddress("no:address"), "no:address");
}

} // namespace

} // namespace matinee::api

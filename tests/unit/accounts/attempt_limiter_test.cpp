#include "accounts/attempt_limiter.h"

#include <gtest/gtest.h>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

class AttemptLimiterTest : public testing::Test
{
protected:
    void failTimes(const std::string &address, int times, AttemptLimiter::Time now)
    {
        for (int i = 0; i < times; ++i)
            m_limiter.failed(address, now);
    }
    AttemptLimiter m_limiter{AttemptLimits{3, 60s, 300s, 100}};
    const AttemptLimiter::Time m_now = AttemptLimiter::Time(1000s);
};

TEST_F(AttemptLimiterTest, BlocksAfterTooManyFailures)
{
    failTimes("192.0.2.1", 2, m_now);
    EXPECT_FALSE(m_limiter.blockedFor("192.0.2.1", m_now));
    failTimes("192.0.2.1", 1, m_now);
    EXPECT_EQ(m_limiter.blockedFor("192.0.2.1", m_now), 300s);
    EXPECT_EQ(m_limiter.blockedFor("192.0.2.1", m_now + 299s + 1ms), 1s); // rounded up: never "retry after 0"
    EXPECT_FALSE(m_limiter.blockedFor("192.0.2.1", m_now + 300s));
    EXPECT_FALSE(m_limiter.blockedFor("192.0.2.2", m_now));
}

TEST_F(AttemptLimiterTest, FailuresBeyondTheWindowAreForgotten)
{
    failTimes("192.0.2.1", 2, m_now);
    failTimes("192.0.2.1", 2, m_now + 60s);
    EXPECT_FALSE(m_limiter.blockedFor("192.0.2.1", m_now + 60s));
    failTimes("192.0.2.1", 1, m_now + 100s);
    EXPECT_TRUE(m_limiter.blockedFor("192.0.2.1", m_now + 100s));
}

TEST_F(AttemptLimiterTest, AfterABlockCountingBeginsAnew)
{
    failTimes("192.0.2.1", 3, m_now);
    EXPECT_FALSE(m_limiter.blockedFor("192.0.2.1", m_now + 300s));
    failTimes("192.0.2.1", 2, m_now + 301s);
    EXPECT_FALSE(m_limiter.blockedFor("192.0.2.1", m_now + 301s));
}

TEST_F(AttemptLimiterTest, FailuresWhileBlockedDoNotShortenTheBlock)
{
    failTimes("192.0.2.1", 3, m_now);
    failTimes("192.0.2.1", 1, m_now + 100s); // a new window, with one failure
    EXPECT_EQ(m_limiter.blockedFor("192.0.2.1", m_now + 100s), 200s);
}

TEST_F(AttemptLimiterTest, SuccessForgives)
{
    failTimes("192.0.2.1", 2, m_now);
    m_limiter.succeeded("192.0.2.1");
    failTimes("192.0.2.1", 2, m_now);
    EXPECT_FALSE(m_limiter.blockedFor("192.0.2.1", m_now));
}

TEST_F(AttemptLimiterTest, AnIpv6AddressCountsAsItsNetwork)
{
    m_limiter.failed("2001:db8:1:2::1", m_now);
    m_limiter.failed("2001:db8:1:2:ffff::9", m_now);
    m_limiter.failed("2001:0db8:0001:0002::3", m_now);
    EXPECT_TRUE(m_limiter.blockedFor("2001:db8:1:2:abcd::", m_now));
    EXPECT_FALSE(m_limiter.blockedFor("2001:db8:1:3::1", m_now));
    EXPECT_EQ(limitedNetwork("2001:db8:1:2:3::4"), "2001:db8:1:2::/64");
    EXPECT_EQ(limitedNetwork("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(limitedNetwork("fe80::1%eth0"), "fe80::/64");
    EXPECT_EQ(limitedNetwork("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(limitedNetwork("nonsense"), "nonsense");
}

TEST_F(AttemptLimiterTest, RemembersABoundedNumberOfAddresses)
{
    failTimes("198.51.100.7", 3, m_now);
    for (int i = 0; i < 1000; ++i) {
        m_limiter.failed("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), m_now);
        EXPECT_TRUE(i >= 99 || m_limiter.blockedFor("198.51.100.7", m_now)); // still seen, so still remembered
    }
    EXPECT_EQ(m_limiter.size(), 100U);
}

} // namespace
} // namespace matinee::accounts

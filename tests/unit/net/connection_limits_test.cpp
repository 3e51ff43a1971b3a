#include "net/connection_limits.h"

#include <gtest/gtest.h>

using namespace matinee;
using namespace matinee::net;

TEST(ConnectionLimits, HoldsTheTotal)
{
    auto limits = std::make_shared<ConnectionLimits>(nullptr, 0, 2);
    auto first = limits->admit("http", "192.0.2.1");
    auto second = limits->admit("rtmp", "192.0.2.2");
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(limits->admit("http", "192.0.2.3"));
    first.reset();
    EXPECT_TRUE(limits->admit("http", "192.0.2.3"));
}

TEST(ConnectionLimits, HoldsTheShareOfOneAddress)
{
    auto limits = std::make_shared<ConnectionLimits>(nullptr, 1, 0);
    auto first = limits->admit("http", "192.0.2.1");
    EXPECT_TRUE(first);
    EXPECT_FALSE(limits->admit("rtmp", "192.0.2.1"));
    EXPECT_TRUE(limits->admit("http", "192.0.2.2"));
    first.reset();
    EXPECT_EQ(limits->activeFrom("192.0.2.1"), 0U);
    EXPECT_TRUE(limits->admit("http", "192.0.2.1"));
}

TEST(ConnectionLimits, CountsIpv6ByNetwork)
{
    auto limits = std::make_shared<ConnectionLimits>(nullptr, 1, 0);
    auto first = limits->admit("http", "2001:db8::1");
    EXPECT_FALSE(limits->admit("http", "2001:db8::ffff:2"));
    EXPECT_TRUE(limits->admit("http", "2001:db8:0:1::1"));
}

TEST(ConnectionLimits, AProxyIsNotHeldToTheShareOfOne)
{
    auto limits = std::make_shared<ConnectionLimits>(nullptr, 1, 3);
    const std::vector<std::string> proxies{"10.0.0.0/8"};
    limits->setExempt(*AddressList::parse(proxies));
    auto a = limits->admit("http", "10.0.0.1");
    auto b = limits->admit("http", "10.0.0.1");
    auto c = limits->admit("http", "10.0.0.1");
    EXPECT_TRUE(a && b && c);
    EXPECT_FALSE(limits->admit("http", "10.0.0.1")) << "the total holds for it";
}

TEST(ConnectionLimits, MayChangeWhileConnectionsLive)
{
    auto limits = std::make_shared<ConnectionLimits>(nullptr, 1, 0);
    auto first = limits->admit("http", "192.0.2.1");
    EXPECT_FALSE(limits->admit("http", "192.0.2.1"));
    limits->set(2, 0);
    auto second = limits->admit("http", "192.0.2.1");
    EXPECT_TRUE(second);
    limits->set(1, 1);
    EXPECT_EQ(limits->active(), 2U);
}

TEST(ConnectionLimits, CountsWhatCameAndWhyItWent)
{
    observe::Metrics metrics;
    auto limits = std::make_shared<ConnectionLimits>(&metrics, 1, 0);
    auto first = limits->admit("http", "192.0.2.1");
    EXPECT_FALSE(limits->admit("http", "192.0.2.1"));
    EXPECT_NE(metrics.text().find("matinee_connections_active{listener=\"http\"} 1"), std::string::npos) << metrics.text();
    first->noteReason("timed_out");
    first->noteReason("done"); // Too late, the first counts.
    first.reset();
    const std::string text = metrics.text();
    EXPECT_NE(text.find("matinee_connections_accepted_total{listener=\"http\"} 2"), std::string::npos) << text;
    EXPECT_NE(text.find("matinee_connections_active{listener=\"http\"} 0"), std::string::npos) << text;
    EXPECT_NE(text.find("matinee_connections_closed_total{listener=\"http\",reason=\"timed_out\"} 1"), std::string::npos) << text;
    EXPECT_NE(text.find("matinee_connections_closed_total{listener=\"http\",reason=\"too_many_from_address\"} 1"), std::string::npos)
        << text;
}

#include "net/addresses.h"

#include <gtest/gtest.h>

using namespace matinee;
using namespace matinee::net;

namespace {

AddressList listOf(std::vector<std::string> entries)
{
    auto list = AddressList::parse(entries);
    EXPECT_TRUE(list.has_value());
    return *list;
}

} // namespace

TEST(Address, ReadsBothFamiliesAndNothingElse)
{
    EXPECT_EQ(Address::parse("192.0.2.1")->toString(), "192.0.2.1");
    EXPECT_TRUE(Address::parse("192.0.2.1")->isV4());
    EXPECT_EQ(Address::parse("2001:DB8:0::1")->toString(), "2001:db8::1");
    EXPECT_EQ(Address::parse("fe80::1%eth0")->toString(), "fe80::1");
    for (const char *bad :
         {"", " ", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", ":::", "g::1", "[::1]", "1.2.3.4:80", "localhost", "%eth0",
          "1.2.3.4/8", "::ffff:1.2.3.4.5", "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"})
        EXPECT_FALSE(Address::parse(bad)) << bad;
    EXPECT_FALSE(Address::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(Address, MappedIpv4IsIpv4)
{
    EXPECT_EQ(Address::parse("::ffff:127.0.0.1"), Address::parse("127.0.0.1"));
    EXPECT_EQ(Address::parse("::ffff:7f00:1"), Address::parse("127.0.0.1"));
    EXPECT_TRUE(Address::parse("::ffff:127.0.0.1")->isLoopback());
    EXPECT_TRUE(listOf({"127.0.0.0/8"}).contains("::ffff:127.9.9.9"));
}

TEST(Address, KnowsLoopback)
{
    EXPECT_TRUE(Address::parse("127.255.0.1")->isLoopback());
    EXPECT_TRUE(Address::parse("::1")->isLoopback());
    EXPECT_FALSE(Address::parse("::2")->isLoopback());
    EXPECT_FALSE(Address::parse("128.0.0.1")->isLoopback());
}

TEST(AddressRange, HoldsExactlyItsPrefix)
{
    const auto range = *AddressRange::parse("10.1.2.3/12");
    EXPECT_EQ(range.base.toString(), "10.0.0.0");
    EXPECT_TRUE(range.contains(*Address::parse("10.15.255.255")));
    EXPECT_FALSE(range.contains(*Address::parse("10.16.0.0")));
    EXPECT_TRUE(AddressRange::parse("2001:db8::/33")->contains(*Address::parse("2001:db8:7fff::1")));
    EXPECT_FALSE(AddressRange::parse("2001:db8::/33")->contains(*Address::parse("2001:db8:8000::1")));
    EXPECT_TRUE(AddressRange::parse("192.0.2.7")->contains(*Address::parse("192.0.2.7")));
    EXPECT_FALSE(AddressRange::parse("192.0.2.7")->contains(*Address::parse("192.0.2.6")));
}

TEST(AddressRange, NeverCrossesFamilies)
{
    EXPECT_FALSE(AddressRange::parse("::/0")->contains(*Address::parse("10.0.0.1")));
    EXPECT_FALSE(AddressRange::parse("0.0.0.0/0")->contains(*Address::parse("2001:db8::1")));
    EXPECT_TRUE(AddressRange::parse("0.0.0.0/0")->contains(*Address::parse("255.255.255.255")));
    EXPECT_TRUE(AddressRange::parse("::ffff:10.0.0.0/104")->contains(*Address::parse("10.200.0.1")));
    EXPECT_FALSE(AddressRange::parse("::ffff:10.0.0.0/104")->contains(*Address::parse("11.0.0.1")));
}

TEST(AddressRange, RefusesWhatIsNoRange)
{
    for (const char *bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8", "::/129", "::ffff:10.0.0.0/40", "/8",
                            "x/8", "10.0.0.0/8/8"})
        EXPECT_FALSE(AddressRange::parse(bad)) << bad;
}

TEST(AddressList, PrivateStandsForWhatIsNotTheInternet)
{
    const auto list = listOf({"private"});
    for (const char *inside :
         {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.1.1", "::1", "fe80::1", "fd12:3456::1"})
        EXPECT_TRUE(list.contains(inside)) << inside;
    for (const char *outside : {"11.0.0.1", "172.32.0.1", "192.169.0.1", "8.8.8.8", "2001:db8::1", "fec0::1", "nonsense", ""})
        EXPECT_FALSE(list.contains(outside)) << outside;
}

TEST(AddressList, SaysWhichEntryIsWrong)
{
    const std::vector<std::string> entries{"10.0.0.0/8", "proxy.example"};
    const auto list = AddressList::parse(entries);
    ASSERT_FALSE(list);
    EXPECT_NE(list.error().message.find("\"proxy.example\""), std::string::npos);
}

TEST(ForwardedClient, ClaimsOfAStrangerAreIgnored)
{
    const auto client = forwardedClient("203.0.113.9", "127.0.0.1", "https", listOf({"10.0.0.0/8"}));
    EXPECT_EQ(client.address, "203.0.113.9");
    EXPECT_FALSE(client.secure);
    EXPECT_FALSE(client.viaProxy);
}

TEST(ForwardedClient, WalksFromTheRightThroughTrustedProxiesOnly)
{
    const auto trusted = listOf({"10.0.0.0/8"});
    EXPECT_EQ(forwardedClient("10.0.0.1", "198.51.100.7", "", trusted).address, "198.51.100.7");
    EXPECT_EQ(forwardedClient("10.0.0.1", "127.0.0.1, 198.51.100.7, 10.0.0.2", "", trusted).address, "198.51.100.7");
    EXPECT_EQ(forwardedClient("10.0.0.1", "10.0.0.3,10.0.0.2", "", trusted).address, "10.0.0.3");
    EXPECT_EQ(forwardedClient("10.0.0.1", "", "", trusted).address, "10.0.0.1");
    EXPECT_EQ(forwardedClient("::ffff:10.0.0.1", "198.51.100.7", "", trusted).address, "198.51.100.7");
}

TEST(ForwardedClient, ReadsAddressesWithPorts)
{
    const auto trusted = listOf({"10.0.0.0/8"});
    EXPECT_EQ(forwardedClient("10.0.0.1", "198.51.100.7:4711", "", trusted).address, "198.51.100.7");
    EXPECT_EQ(forwardedClient("10.0.0.1", "[2001:db8::5]:4711", "", trusted).address, "2001:db8::5");
    EXPECT_EQ(forwardedClient("10.0.0.1", "2001:db8::5", "", trusted).address, "2001:db8::5");
}

TEST(ForwardedClient, StopsAtWhatIsNoAddress)
{
    const auto trusted = listOf({"10.0.0.0/8"});
    EXPECT_EQ(forwardedClient("10.0.0.1", "198.51.100.7, unknown, 10.0.0.2", "", trusted).address, "10.0.0.2");
    EXPECT_EQ(forwardedClient("10.0.0.1", "<script>", "", trusted).address, "10.0.0.1");
}

TEST(ForwardedClient, TakesTheSchemeOfTheOutermostTrustedProxy)
{
    const auto trusted = listOf({"10.0.0.0/8"});
    EXPECT_TRUE(forwardedClient("10.0.0.1", "198.51.100.7", "https", trusted).secure);
    EXPECT_FALSE(forwardedClient("10.0.0.1", "198.51.100.7", "http", trusted).secure);
    EXPECT_TRUE(forwardedClient("10.0.0.1", "198.51.100.7, 10.0.0.2", "https, http", trusted).secure);
    EXPECT_FALSE(forwardedClient("10.0.0.1", "198.51.100.7", "https, http", trusted).secure);
}

TEST(ForwardedClient, AnEndlessChainIsNotWalked)
{
    std::string chain = "198.51.100.7";
    for (int i = 0; i < 1000; ++i)
        chain += ",10.0.0.9";
    EXPECT_EQ(forwardedClient("10.0.0.1", chain, "", listOf({"10.0.0.0/8"})).address, "10.0.0.9");
}

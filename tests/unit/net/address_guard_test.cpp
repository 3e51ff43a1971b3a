// The guard's rules as a value, and connect() itself once it is armed (in a child process: it is for good).
#include "net/address_guard.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <functional>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace matinee::net {
namespace {

AddressList list(std::vector<std::string> entries)
{
    auto parsed = AddressList::parse(entries);
    EXPECT_TRUE(parsed);
    return std::move(*parsed);
}

std::optional<Refusal> check(const char *text, const AddressGuard &guard = AddressGuard())
{
    const auto address = Address::parse(text);
    EXPECT_TRUE(address) << text;
    return guard.check(*address);
}

TEST(AddressGuard, ThePublicInternetIsOpen)
{
    for (const char *text :
         {"1.1.1.1",         "8.8.8.8",         "9.255.255.255",   "11.0.0.0",         "100.63.255.255",    "100.128.0.0",
          "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",      "172.15.255.255",    "172.32.0.0",
          "192.0.1.0",       "192.167.255.255", "192.169.0.0",     "198.17.255.255",   "198.20.0.0",        "223.255.255.255",
          "2606:4700::1111", "2a00::1",         "2001:4860::8888", "64:ff9b::8.8.8.8", "2002:0808:0808::1", "::ffff:8.8.8.8"})
        EXPECT_FALSE(check(text)) << text;
}

TEST(AddressGuard, InnerAddressesAreRefusedByTheirKind)
{
    const std::pair<const char *, Refusal> cases[] = {
        {"0.0.0.0", Refusal::Unspecified},     {"0.1.2.3", Refusal::Unspecified},       {"::", Refusal::Unspecified},
        {"127.0.0.1", Refusal::Loopback},      {"127.255.255.255", Refusal::Loopback},  {"::1", Refusal::Loopback},
        {"10.0.0.0", Refusal::Private},        {"10.255.255.255", Refusal::Private},    {"172.16.0.1", Refusal::Private},
        {"172.31.255.255", Refusal::Private},  {"192.168.1.1", Refusal::Private},       {"fc00::1", Refusal::Private},
        {"fdff::1", Refusal::Private},         {"fec0::1", Refusal::Private},           {"100.64.0.1", Refusal::Shared},
        {"100.127.255.255", Refusal::Shared},  {"169.254.169.254", Refusal::LinkLocal}, {"fe80::1", Refusal::LinkLocal},
        {"224.0.0.1", Refusal::Multicast},     {"239.255.255.255", Refusal::Multicast}, {"255.255.255.255", Refusal::Multicast},
        {"ff02::1", Refusal::Multicast},       {"192.0.2.1", Refusal::Reserved},        {"198.18.0.1", Refusal::Reserved},
        {"198.19.255.255", Refusal::Reserved}, {"203.0.113.5", Refusal::Reserved},      {"240.0.0.1", Refusal::Reserved},
        {"2001:db8::1", Refusal::Reserved},    {"2001::1", Refusal::Reserved},          {"3fff::1", Refusal::Reserved},
        {"100::1", Refusal::Reserved},         {"4000::1", Refusal::Reserved},          {"64:ff9b:1::1", Refusal::Reserved},
        {"::127.0.0.1", Refusal::Reserved},
    };
    for (const auto &[text, refusal] : cases)
        EXPECT_EQ(check(text), refusal) << text;
}

TEST(AddressGuard, AnIpv4AddressIsTheSameInEveryDisguise)
{
    for (const char *text :
         {"::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:7f00:0001:1234::5"})
        EXPECT_EQ(check(text), Refusal::Loopback) << text;
    for (const char *text : {"::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "2002:0a01:0203::1"})
        EXPECT_EQ(check(text), Refusal::Private) << text;
    EXPECT_EQ(check("::ffff:169.254.169.254"), Refusal::LinkLocal);
}

TEST(AddressGuard, WhatTheOperatorNamesIsOpenAndNothingBesides)
{
    const AddressGuard guard(list({"192.168.7.0/24", "fd00:1::/32"}));
    EXPECT_FALSE(check("192.168.7.9", guard));
    EXPECT_FALSE(check("::ffff:192.168.7.9", guard));
    EXPECT_FALSE(check("fd00:1::5", guard));
    EXPECT_EQ(check("192.168.8.9", guard), Refusal::Private);
    EXPECT_EQ(check("127.0.0.1", guard), Refusal::Loopback);
    EXPECT_EQ(check("fd00:2::5", guard), Refusal::Private);
    EXPECT_FALSE(check("2002:c0a8:0709::1", guard)) << "6to4 to an address that is allowed";
}

TEST(AddressGuard, EveryRefusalHasWords)
{
    for (int i = 0; i <= static_cast<int>(Refusal::Reserved); ++i)
        EXPECT_GT(describe(static_cast<Refusal>(i)).size(), 10U);
}

class ArmedConnect : public testing::Test
{
protected:
    void SetUp() override
    {
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        m_address.sin_family = AF_INET;
        m_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof m_address;
        ASSERT_EQ(::bind(m_listener, reinterpret_cast<sockaddr *>(&m_address), size), 0);
        ASSERT_EQ(::listen(m_listener, 8), 0);
        ASSERT_EQ(::getsockname(m_listener, reinterpret_cast<sockaddr *>(&m_address), &size), 0);
    }
    void TearDown() override { ::close(m_listener); }

    /// errno of connect() in a process with that guard; 0 where it worked, -1 where the process did not end well.
    int inGuardedProcess(AddressGuard guard, const std::function<int()> &attempt)
    {
        const pid_t child = ::fork();
        if (child == 0) {
            armAddressGuard(std::move(guard));
            ::_exit(attempt());
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    static int tryConnect(int family, int type, const void *address, socklen_t size)
    {
        const int descriptor = ::socket(family, type, 0);
        if (descriptor < 0)
            return 200;
        const int result = ::connect(descriptor, static_cast<const sockaddr *>(address), size) == 0 ? 0 : errno;
        ::close(descriptor);
        return result;
    }

    int m_listener = -1;
    sockaddr_in m_address{};
};

TEST_F(ArmedConnect, NothingChangesBeforeItIsArmed)
{
    EXPECT_EQ(tryConnect(AF_INET, SOCK_STREAM, &m_address, sizeof m_address), 0);
    EXPECT_EQ(lastRefusedAddress(), "");
}

TEST_F(ArmedConnect, LoopbackIsRefusedAndNamed)
{
    EXPECT_EQ(inGuardedProcess(AddressGuard(),
                               [&] {
                                   const int code = tryConnect(AF_INET, SOCK_STREAM, &m_address, sizeof m_address);
                                   return lastRefusedAddress() == "127.0.0.1, a loopback address" ? code : 201;
                               }),
              EACCES);
}

TEST_F(ArmedConnect, AMappedAddressIsRefusedToo)
{
    sockaddr_in6 mapped{};
    mapped.sin6_family = AF_INET6;
    mapped.sin6_port = m_address.sin_port;
    ASSERT_EQ(inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr), 1);
    EXPECT_EQ(inGuardedProcess(AddressGuard(), [&] { return tryConnect(AF_INET6, SOCK_STREAM, &mapped, sizeof mapped); }), EACCES);
}

TEST_F(ArmedConnect, WhatIsAllowedConnects)
{
    EXPECT_EQ(
        inGuardedProcess(AddressGuard(list({"loopback"})), [&] { return tryConnect(AF_INET, SOCK_STREAM, &m_address, sizeof m_address); }),
        0);
}

TEST_F(ArmedConnect, UdpAndLocalSocketsAreClosedEvenWhereTheAddressIsAllowed)
{
    EXPECT_EQ(
        inGuardedProcess(AddressGuard(list({"loopback"})), [&] { return tryConnect(AF_INET, SOCK_DGRAM, &m_address, sizeof m_address); }),
        EACCES);
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    std::strcpy(local.sun_path, "/run/docker.sock");
    EXPECT_EQ(inGuardedProcess(AddressGuard(), [&] { return tryConnect(AF_UNIX, SOCK_STREAM, &local, sizeof local); }), EACCES);
}

TEST_F(ArmedConnect, ShortAndForeignAddressesAreRefused)
{
    sockaddr odd{};
    odd.sa_family = AF_APPLETALK;
    EXPECT_EQ(inGuardedProcess(AddressGuard(), [&] { return tryConnect(AF_INET, SOCK_STREAM, &odd, sizeof odd); }), EACCES);
    EXPECT_EQ(inGuardedProcess(AddressGuard(), [&] { return tryConnect(AF_INET, SOCK_STREAM, &m_address, 4); }), EACCES);
    EXPECT_EQ(inGuardedProcess(AddressGuard(), [&] { return tryConnect(AF_INET, SOCK_STREAM, &m_address, 1); }), EINVAL);
}

} // namespace
} // namespace matinee::net

#include "admin/upgrade_gate.h"

#include <gtest/gtest.h>

namespace matinee::admin {
namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

std::string request(const std::string &fields)
{
    return "GET /admin/ws HTTP/1.1\r\nHost: example.org:8080\r\n" + fields + "Upgrade: websocket\r\n\r\n";
}
const std::string kTunnel = "X-Matinee-Tunnel: " + std::string(kSecret) + "\r\nX-Real-IP: 192.168.1.7\r\n";

Refusal refusalOf(const std::string &head)
{
    const auto result = admit(head, kSecret);
    EXPECT_FALSE(result);
    return result ? Refusal::Incomplete : result.error();
}

TEST(UpgradeGate, LetsATunnelledRequestInAndKnowsItsClient)
{
    const auto result = admit(request(kTunnel), kSecret);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->clientAddress, "192.168.1.7");
}

TEST(UpgradeGate, RefusesARequestWithoutTheSecretOfTheTunnel)
{
    EXPECT_EQ(refusalOf(request("X-Real-IP: 192.168.1.7\r\n")), Refusal::NotTunnelled);
    EXPECT_EQ(refusalOf(request("X-Matinee-Tunnel: \r\nX-Real-IP: 192.168.1.7\r\n")), Refusal::NotTunnelled);
    EXPECT_EQ(refusalOf(request("X-Matinee-Tunnel: 0123456789abcdef0123456789abcdeX\r\nX-Real-IP: ::1\r\n")), Refusal::NotTunnelled);
    EXPECT_EQ(refusalOf(request("X-Matinee-Tunnel: 0123456789abcdef0123456789abcdef0\r\nX-Real-IP: ::1\r\n")), Refusal::NotTunnelled);
}

TEST(UpgradeGate, AnEmptySecretOpensForNobody)
{
    const auto result = admit(request("X-Matinee-Tunnel: \r\nX-Real-IP: ::1\r\n"), "");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Refusal::NotTunnelled);
}

TEST(UpgradeGate, RefusesATunnelFieldThatComesTwice)
{
    EXPECT_EQ(refusalOf(request(kTunnel + "x-real-ip: 10.0.0.1\r\n")), Refusal::Malformed);
    EXPECT_EQ(refusalOf(request("X-Matinee-Tunnel: guess\r\n" + kTunnel)), Refusal::Malformed);
}

TEST(UpgradeGate, RefusesATunnelThatDoesNotSayWhoTheClientIs)
{
    EXPECT_EQ(refusalOf(request("X-Matinee-Tunnel: " + std::string(kSecret) + "\r\n")), Refusal::Malformed);
}

TEST(UpgradeGate, LetsABrowserInOnlyFromThePageOfTheServerItself)
{
    EXPECT_TRUE(admit(request(kTunnel + "Origin: https://EXAMPLE.org:8080\r\n"), kSecret));
    EXPECT_EQ(refusalOf(request(kTunnel + "Origin: https://evil.example\r\n")), Refusal::ForeignOrigin);
    EXPECT_EQ(refusalOf(request(kTunnel + "Origin: https://example.org\r\n")), Refusal::ForeignOrigin);
    EXPECT_EQ(refusalOf(request(kTunnel + "Origin: null\r\n")), Refusal::ForeignOrigin);
    EXPECT_EQ(refusalOf(request(kTunnel + "Origin: \r\n")), Refusal::ForeignOrigin);
}

TEST(UpgradeGate, RefusesWhatIsNotARequest)
{
    EXPECT_EQ(refusalOf("POST /admin/ws HTTP/1.1\r\n" + kTunnel + "\r\n"), Refusal::Malformed);
    EXPECT_EQ(refusalOf(request(kTunnel + "no colon here\r\n")), Refusal::Malformed);
    EXPECT_EQ(refusalOf(request(kTunnel + " folded: line\r\n")), Refusal::Malformed);
    EXPECT_EQ(refusalOf(request(kTunnel + ": empty name\r\n")), Refusal::Malformed);
    EXPECT_EQ(refusalOf("\r\n\r\n"), Refusal::Malformed);
}

TEST(UpgradeGate, WaitsForTheEndOfTheHeadAtEveryTruncationAndStopsAtTheLimit)
{
    const std::string whole = request(kTunnel);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(refusalOf(whole.substr(0, size)), Refusal::Incomplete) << size;
    EXPECT_EQ(refusalOf("GET / HTTP/1.1\r\nA: " + std::string(kMaxRequestHead, 'a')), Refusal::TooLarge);
    EXPECT_EQ(refusalOf(request("A: " + std::string(kMaxRequestHead, 'a') + "\r\n")), Refusal::TooLarge);
}

TEST(EqualInConstantTime, ComparesWholeTexts)
{
    EXPECT_TRUE(equalInConstantTime("abc", "abc"));
    EXPECT_FALSE(equalInConstantTime("ab", "abc"));
    EXPECT_FALSE(equalInConstantTime("abcd", "abc"));
    EXPECT_FALSE(equalInConstantTime("abd", "abc"));
    EXPECT_FALSE(equalInConstantTime(std::string_view("ab\0", 3), "ab"));
}

} // namespace
} // namespace matinee::admin

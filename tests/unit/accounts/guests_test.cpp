#include "accounts/guests.h"

#include "accounts/access_tokens.h"
#include "accounts/server_keys.h"
#include "accounts/socket_tickets.h"

#include <gtest/gtest.h>

#include <set>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

const Guest::Time kNow = Guest::Time(1'790'000'000s);
const std::string kSecret(64, 'a');

class GuestsTest : public testing::Test
{
protected:
    Guests::Entered entered(const std::string &address = "192.0.2.1", Guest::Time now = kNow)
    {
        auto guest = m_guests.enter(address, now);
        EXPECT_TRUE(guest) << guest.error().message;
        return *guest;
    }
    Guests m_guests{guestKeysOf(kSecret)};
};

TEST_F(GuestsTest, AGuestHasANameAndATokenForADay)
{
    const auto guest = entered();
    EXPECT_EQ(guest.guest.name.substr(0, 6), "Guest ");
    EXPECT_EQ(guest.guest.name.size(), 10U);
    const auto verified = m_guests.verify(guest.token, kNow + 86'399s);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->id, guest.guest.id);
    EXPECT_EQ(verified->name, guest.guest.name);
    EXPECT_EQ(verified->expiresAt, kNow + 86'400s);
    EXPECT_FALSE(m_guests.verify(guest.token, kNow + 86'400s));
    EXPECT_EQ(m_guests.find(guest.guest.id)->name, guest.guest.name);
    EXPECT_FALSE(m_guests.find("g" + std::string(15, 'a')));
}

TEST_F(GuestsTest, NoTwoHaveTheSameId)
{
    std::set<std::string> ids;
    for (int i = 0; i < 200; ++i)
        ids.insert(entered("192.0." + std::to_string(i) + ".1").guest.id);
    EXPECT_EQ(ids.size(), 200U);
}

TEST_F(GuestsTest, ATokenOfAPersonIsNoneOfAGuestAndTheOtherWayRound)
{
    AccessClaims claims;
    claims.userId = "galice"; // even if an id looked like it
    claims.sessionId = "s";
    claims.issuedAt = claims.authenticatedAt = kNow;
    claims.expiresAt = kNow + 900s;
    // Also where both were signed by one key, the type tells them apart.
    const AccessTokens people(guestKeysOf(kSecret));
    EXPECT_FALSE(m_guests.verify(people.make(claims), kNow));
    EXPECT_FALSE(people.verify(entered().token, kNow));
    EXPECT_FALSE(AccessTokens(accessKeysOf(kSecret)).verify(entered().token, kNow));
}

TEST_F(GuestsTest, AForgedTokenIsRefused)
{
    Guests others(guestKeysOf(std::string(64, 'b')));
    EXPECT_FALSE(m_guests.verify(others.enter("192.0.2.1", kNow)->token, kNow));
    EXPECT_FALSE(m_guests.verify("", kNow));
    std::string token = entered().token;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const char was = token[i];
        token[i] = was == 'A' ? 'B' : 'A';
        EXPECT_FALSE(m_guests.verify(token, kNow)) << i;
        token[i] = was;
    }
    EXPECT_TRUE(m_guests.verify(token, kNow));
}

TEST_F(GuestsTest, AKeyThatWasReplacedVerifiesForADay)
{
    KeyRing ring = guestKeysOf(kSecret);
    const auto guest = entered();
    KeyRing::Seed seed{};
    seed.fill(7);
    ASSERT_TRUE(ring.rotate(seed, kNow + 60s, Guests::kLifetime));
    m_guests.setKeys(ring);
    EXPECT_TRUE(m_guests.verify(guest.token, kNow + 86'399s));
    const auto next = entered("192.0.2.1", kNow + 60s);
    EXPECT_TRUE(m_guests.verify(next.token, kNow + 86'459s));
    EXPECT_FALSE(Guests(guestKeysOf(kSecret)).verify(next.token, kNow + 60s)); // of a key that is not known there
}

TEST_F(GuestsTest, OneNetworkIsLimitedAndOthersAreNot)
{
    for (int i = 0; i < Guests::kMostPerNetwork; ++i)
        ASSERT_TRUE(m_guests.enter("192.0.2." + std::to_string(i % 256), kNow)) << i;
    const auto refused = m_guests.enter("192.0.2.77", kNow + 600s);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::RateLimited);
    EXPECT_EQ(refused.error().retryAfter, 3000s);
    EXPECT_TRUE(m_guests.enter("192.0.3.77", kNow + 600s));
    EXPECT_TRUE(m_guests.enter("192.0.2.77", kNow + 3600s));
}

TEST_F(GuestsTest, NetworksAreThoseOfOneHouse)
{
    EXPECT_EQ(guestNetwork("192.0.2.77"), "192.0.2.0/24");
    EXPECT_EQ(guestNetwork("::ffff:192.0.2.77"), "192.0.2.0/24");
    EXPECT_EQ(guestNetwork("2001:db8:1:2ff:3::4"), "2001:db8:1:200::/56");
    EXPECT_EQ(guestNetwork("fe80::1%eth0"), "fe80::/56");
    EXPECT_EQ(guestNetwork("unix"), "unix");
}

TEST_F(GuestsTest, TurnedOffNobodyComesInAndThoseWhoAreInMustLeave)
{
    const auto guest = entered();
    ASSERT_TRUE(m_guests.verify(guest.token, kNow));
    int told = 0;
    const auto watch = m_guests.watch(guest.guest.id, [&] { ++told; });
    EXPECT_EQ(told, 0);
    m_guests.setAllowed(false);
    EXPECT_EQ(told, 1);
    EXPECT_EQ(m_guests.enter("192.0.2.1", kNow).error().code, ErrorCode::PermissionDenied);
    EXPECT_FALSE(m_guests.verify(guest.token, kNow));
    EXPECT_FALSE(m_guests.find(guest.guest.id));
    const auto late = m_guests.watch(guest.guest.id, [&] { ++told; });
    EXPECT_EQ(told, 2);
    m_guests.setAllowed(true);
    EXPECT_TRUE(m_guests.verify(guest.token, kNow));
}

TEST(SocketTickets, ATicketIsGoodOnceAndForHalfAMinute)
{
    SocketTickets tickets;
    const std::string first = tickets.make({"u1", "s1"}, kNow);
    const std::string second = tickets.make({"u1", "s1"}, kNow);
    EXPECT_NE(first, second);
    EXPECT_EQ(first.size(), 26U);
    const auto holder = tickets.take(first, kNow + 29s);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->userId, "u1");
    EXPECT_EQ(holder->sessionId, "s1");
    EXPECT_FALSE(tickets.take(first, kNow + 29s));
    EXPECT_FALSE(tickets.take(second, kNow + 30s));
    EXPECT_FALSE(tickets.take("", kNow));
}

} // namespace
} // namespace matinee::accounts

#include "accounts/guess_guard.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

constexpr GuessGuard::Time kNow{std::chrono::seconds(1'800'000'000)};

class GuessGuardTest : public testing::Test
{
protected:
    /// Each from another address.
    std::optional<std::chrono::seconds> guessAt(const std::string &account, GuessGuard::Time now)
    {
        const int number = m_addresses++;
        return guard.begin({account, "192.0." + std::to_string(number / 256) + "." + std::to_string(number % 256)}, now);
    }
    /// Each at another account.
    std::optional<std::chrono::seconds> guessFrom(const std::string &address, GuessGuard::Time now)
    {
        return guard.begin({"account" + std::to_string(m_accounts++), address}, now);
    }

    LocalGuessGuard guard;

private:
    int m_addresses = 0;
    int m_accounts = 0;
};

TEST_F(GuessGuardTest, AnAccountWaitsLongerAfterFiveTenAndFifteenGuesses)
{
    auto now = kNow;
    for (const auto block : {60s, 300s, 900s, 900s, 900s}) {
        for (int i = 0; i < 5; ++i)
            EXPECT_FALSE(guessAt("ana", now)) << i;
        EXPECT_EQ(guessAt("ana", now), block);
        EXPECT_EQ(guessAt("ana", now + 1s), block - 1s) << "asking does not make it longer";
        EXPECT_EQ(guessAt("ana", now + block - 1ms), 1s);
        EXPECT_FALSE(guessAt("bea", now)) << "others do not wait";
        guard.succeeded({"bea", "192.0.2.1"});
        now += block;
    }
}

TEST_F(GuessGuardTest, ManyAtOnceAreNoWayAround)
{
    int allowed = 0;
    for (int i = 0; i < 100; ++i)
        allowed += guessAt("ana", kNow) ? 0 : 1;
    EXPECT_EQ(allowed, 5);
}

TEST_F(GuessGuardTest, TheRightOneForgetsTheWrongOnesOfItsAccount)
{
    for (int i = 0; i < 4; ++i)
        EXPECT_FALSE(guessAt("ana", kNow));
    EXPECT_FALSE(guard.begin({"ana", "198.51.100.1"}, kNow)) << "the fifth";
    guard.succeeded({"ana", "198.51.100.1"});
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(guessAt("ana", kNow)) << i;
    EXPECT_EQ(guessAt("ana", kNow), 60s);
}

TEST_F(GuessGuardTest, AnAddressWaitsAfterTwentyGuessesAtWhateverAccounts)
{
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(guessFrom("198.51.100.1", kNow)) << i;
    EXPECT_EQ(guessFrom("198.51.100.1", kNow), 600s);
    EXPECT_FALSE(guessFrom("198.51.100.2", kNow));
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(guessFrom("198.51.100.1", kNow + 600s)) << i;
    EXPECT_EQ(guessFrom("198.51.100.1", kNow + 600s), 600s);
}

TEST_F(GuessGuardTest, AnAccountOfOnesOwnDoesNotWashAnAddressClean)
{
    int allowed = 0;
    for (int i = 0; i < 100; ++i) {
        allowed += guessFrom("198.51.100.1", kNow) ? 0 : 1;
        if (!guard.begin({"own", "198.51.100.1"}, kNow))
            guard.succeeded({"own", "198.51.100.1"});
    }
    EXPECT_EQ(allowed, 20);
}

TEST_F(GuessGuardTest, PeopleBehindOneAddressWhoSignInRightlyNeverWait)
{
    for (int i = 0; i < 1000; ++i) {
        const Guess guess{"account" + std::to_string(i), "198.51.100.1"};
        EXPECT_FALSE(guard.begin(guess, kNow));
        guard.succeeded(guess);
    }
    EXPECT_EQ(guard.accounts(), 0U);
    EXPECT_EQ(guard.addresses(), 0U);
}

TEST_F(GuessGuardTest, ANetworkOfIpv6IsOneAddress)
{
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(guessFrom("2001:db8:1:2::" + std::to_string(i + 1), kNow)) << i;
    EXPECT_TRUE(guessFrom("2001:db8:1:2:ffff::1", kNow));
    EXPECT_FALSE(guessFrom("2001:db8:1:3::1", kNow));
}

TEST_F(GuessGuardTest, AnHourAfterTheNewestAllAreForgotten)
{
    for (int i = 0; i < 4; ++i)
        EXPECT_FALSE(guessAt("ana", kNow));
    EXPECT_FALSE(guessAt("ana", kNow + 1h));
    for (int i = 0; i < 4; ++i)
        EXPECT_FALSE(guessAt("ana", kNow + 2h - 1s));
    EXPECT_EQ(guessAt("ana", kNow + 2h - 1s), 60s) << "within the hour they add up";
}

TEST_F(GuessGuardTest, WhatIsRememberedIsBounded)
{
    LocalGuessGuard small(10, 20);
    for (int i = 0; i < 1000; ++i)
        (void)small.begin({"account" + std::to_string(i), "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)}, kNow);
    EXPECT_EQ(small.accounts(), 10U);
    EXPECT_EQ(small.addresses(), 20U);
}

TEST_F(GuessGuardTest, AWrongWaitOfBothIsTheLongerOne)
{
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(guard.begin({"ana", "198.51.100.1"}, kNow));
    for (int i = 0; i < 15; ++i)
        EXPECT_FALSE(guessFrom("198.51.100.1", kNow));
    EXPECT_EQ(guard.begin({"ana", "198.51.100.1"}, kNow), 600s);
    EXPECT_EQ(guard.begin({"ana", "203.0.113.1"}, kNow), 60s);
}

} // namespace
} // namespace matinee::accounts

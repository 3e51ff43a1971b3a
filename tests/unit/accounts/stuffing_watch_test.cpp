#include "accounts/stuffing_watch.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = StuffingEpisode::Kind;

const StuffingWatch::Time kNow = StuffingWatch::Time(1'790'000'000s);

Guess guessAt(int account, int address)
{
    return {"name" + std::to_string(account), "192.0.2." + std::to_string(address)};
}

TEST(StuffingWatch, TellsOfManyAccountsFromOneAddressOnce)
{
    StuffingWatch watch;
    for (int i = 1; i < 10; ++i)
        EXPECT_THAT(watch.tried(guessAt(i, 1), kNow + std::chrono::seconds(i)), IsEmpty());
    const auto told = watch.tried(guessAt(10, 1), kNow + 10s);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].kind, Kind::OneAddress);
    EXPECT_EQ(told[0].whom, "192.0.2.1");
    EXPECT_EQ(told[0].count, 10U);
    for (int i = 11; i < 60; ++i)
        EXPECT_THAT(watch.tried(guessAt(i, 1), kNow + 10s + (i - 10) * 60s), IsEmpty()); // the same one, for fifty minutes
}

TEST(StuffingWatch, TellsOfOneAccountFromManyAddressesOnce)
{
    StuffingWatch watch;
    std::vector<StuffingEpisode> told;
    for (int i = 1; i <= 30; ++i)
        for (StuffingEpisode &one : watch.tried(guessAt(1, i), kNow + std::chrono::seconds(i)))
            told.push_back(std::move(one));
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].kind, Kind::OneAccount);
    EXPECT_EQ(told[0].whom, "name1");
}

TEST(StuffingWatch, TellsAgainAfterAQuietWindow)
{
    StuffingWatch watch;
    int told = 0;
    for (const auto began : {kNow, kNow + 1h})
        for (int i = 1; i <= 12; ++i)
            told += static_cast<int>(watch.tried(guessAt(i, 1), began + std::chrono::seconds(i)).size());
    EXPECT_EQ(told, 2);
}

TEST(StuffingWatch, IsNotMovedByOnePersonWhoForgotAPassword)
{
    StuffingWatch watch;
    for (int i = 0; i < 1000; ++i)
        EXPECT_THAT(watch.tried(guessAt(1, 1), kNow + std::chrono::seconds(i)), IsEmpty());
}

TEST(StuffingWatch, IsNotMovedByManyPeopleBehindOneAddressWhoSignIn)
{
    StuffingWatch watch;
    for (int i = 1; i <= 100; ++i) {
        EXPECT_THAT(watch.tried(guessAt(i, 1), kNow + std::chrono::seconds(i)), IsEmpty());
        watch.succeeded(guessAt(i, 1));
    }
}

TEST(StuffingWatch, IsNotMovedByWhatIsSlowerThanItsWindow)
{
    StuffingWatch watch;
    for (int i = 1; i <= 100; ++i)
        EXPECT_THAT(watch.tried(guessAt(i, 1), kNow + i * 67s), IsEmpty()) << i; // nine of them within ten minutes
}

TEST(StuffingWatch, CountsAnIPv6NetworkAsOneAddress)
{
    StuffingWatch watch;
    std::vector<StuffingEpisode> told;
    for (int i = 1; i <= 10; ++i)
        told = watch.tried({"name" + std::to_string(i), "2001:db8:1:2::" + std::to_string(i)}, kNow);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].whom, "2001:db8:1:2::/64");
}

TEST(StuffingWatch, ForgetsTheLongestUnusedRatherThanGrow)
{
    StuffingLimits limits;
    limits.remembered = 3;
    StuffingWatch watch(limits);
    for (int i = 1; i <= 9; ++i)
        EXPECT_THAT(watch.tried(guessAt(i, 1), kNow), IsEmpty());
    for (int i = 2; i <= 4; ++i)
        EXPECT_THAT(watch.tried(guessAt(100 + i, i), kNow), IsEmpty());
    EXPECT_THAT(watch.tried(guessAt(10, 1), kNow), IsEmpty()); // address 1 begins anew
}

TEST(WatchingGuessGuard, LimitsAsTheOneWithinAndReportsRefusedGuessesToo)
{
    LocalGuessGuard within;
    std::vector<std::string> told;
    WatchingGuessGuard guard(within, [&](const StuffingEpisode &episode, const Guess &guess, GuessGuard::Time) {
        told.push_back(episode.whom + " " + guess.address);
    });
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(guard.begin(guessAt(1, 1), kNow));
    EXPECT_TRUE(guard.begin(guessAt(1, 1), kNow)); // the account's limit
    for (int i = 2; i <= 10; ++i)
        (void)guard.begin(guessAt(1, i), kNow);
    EXPECT_THAT(told, testing::ElementsAre("name1 192.0.2.10"));
    guard.succeeded(guessAt(1, 1));
    EXPECT_FALSE(guard.begin(guessAt(1, 1), kNow));
}

} // namespace
} // namespace matinee::accounts

#include "accounts/session_cache.h"

#include "accounts/session_watchers.h"

#include <gtest/gtest.h>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;
using Answer = SessionCache::Answer;

const auto kNow = SessionCache::Time(1'790'000'000s);
const KnownUser kBo{"ubo", "bo", Role::User};

TEST(SessionCache, RemembersWhatGoesOn)
{
    SessionCache cache;
    EXPECT_EQ(cache.find("s1", "ubo", kNow).answer, Answer::Unknown);
    cache.remember("s1", kBo, cache.changes());
    const auto found = cache.find("s1", "ubo", kNow + 24h);
    EXPECT_EQ(found.answer, Answer::Good);
    EXPECT_EQ(found.user.name, "bo");
    EXPECT_EQ(cache.find("s1", "ual", kNow).answer, Answer::Unknown) << "of somebody else";
}

TEST(SessionCache, AnEndedOneStaysEndedUntilItsTokensHaveExpired)
{
    SessionCache cache;
    cache.remember("s1", kBo, cache.changes());
    cache.end("s1", kNow);
    EXPECT_EQ(cache.find("s1", "ubo", kNow).answer, Answer::Ended);
    EXPECT_EQ(cache.find("s1", "ubo", kNow + 900s).answer, Answer::Ended);
    EXPECT_EQ(cache.find("s1", "ubo", kNow + 1h).answer, Answer::Unknown);
}

TEST(SessionCache, WhatWasReadBeforeAChangeIsNotRememberedAfterIt)
{
    SessionCache cache;
    auto read = cache.changes();
    cache.end("s1", kNow);
    cache.remember("s2", kBo, read);
    EXPECT_EQ(cache.find("s2", "ubo", kNow).answer, Answer::Unknown);
    read = cache.changes();
    cache.dropUser("ubo");
    cache.remember("s2", kBo, read);
    EXPECT_EQ(cache.find("s2", "ubo", kNow).answer, Answer::Unknown);
}

TEST(SessionCache, AChangedUserIsAskedForAgainInAllSessions)
{
    SessionCache cache;
    cache.remember("s1", kBo, cache.changes());
    cache.remember("s2", kBo, cache.changes());
    cache.dropUser("ubo");
    EXPECT_EQ(cache.find("s1", "ubo", kNow).answer, Answer::Unknown);
    cache.remember("s1", {"ubo", "bo", Role::Admin}, cache.changes());
    EXPECT_EQ(cache.find("s2", "ubo", kNow).user.role, Role::Admin);
    cache.dropAll();
    EXPECT_EQ(cache.find("s2", "ubo", kNow).answer, Answer::Unknown);
}

TEST(SessionCache, IsBounded)
{
    SessionCache cache(10);
    for (int i = 0; i < 100; ++i) {
        const std::string n = std::to_string(i);
        cache.remember("s" + n, {"u" + n, "n", Role::User}, cache.changes());
    }
    EXPECT_EQ(cache.find("s0", "u0", kNow).answer, Answer::Unknown);
    EXPECT_EQ(cache.find("s99", "u99", kNow).answer, Answer::Good);
}

TEST(SessionWatchers, AreToldOfTheirSessionOnce)
{
    SessionWatchers watchers;
    int one = 0, two = 0, other = 0;
    auto first = watchers.add("s1", "ubo", [&] { ++one; });
    auto second = watchers.add("s1", "ubo", [&] { ++two; });
    auto third = watchers.add("s2", "ubo", [&] { ++other; });
    watchers.announceEnd({"s1", "s3"});
    watchers.announceEnd({"s1"});
    EXPECT_EQ(one, 1);
    EXPECT_EQ(two, 1);
    EXPECT_EQ(other, 0);
    EXPECT_EQ(watchers.size(), 1U);
    watchers.announceUser("ubo");
    watchers.announceUser("ual");
    EXPECT_EQ(one, 1);
    EXPECT_EQ(other, 1);
    EXPECT_EQ(watchers.size(), 0U);
}

TEST(SessionWatchers, AWatchThatIsGoneHearsNothing)
{
    SessionWatchers watchers;
    int told = 0;
    {
        auto watch = watchers.add("s1", "ubo", [&] { ++told; });
        SessionWatchers::Watch moved = std::move(watch);
        EXPECT_EQ(watchers.size(), 1U);
        moved = watchers.add("s2", "ubo", [&] { ++told; });
        EXPECT_EQ(watchers.size(), 1U);
        watchers.announceEnd({"s1"});
    }
    watchers.announceUser("ubo");
    EXPECT_EQ(told, 0);
    EXPECT_EQ(watchers.size(), 0U);
}

TEST(SessionWatchers, AWatchMayOutliveThemAndEndWithinItsCallback)
{
    SessionWatchers::Watch left;
    {
        SessionWatchers watchers;
        left = watchers.add("s1", "ubo", [] {});
        SessionWatchers::Watch within;
        int told = 0;
        within = watchers.add("s2", "ubo", [&] {
            ++told;
            within.stop();
        });
        watchers.announceEnd({"s2"});
        EXPECT_EQ(told, 1);
    }
    left.stop();
}

} // namespace
} // namespace matinee::accounts

#include "accounts/key_cache.h"

#include <gtest/gtest.h>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;
using Answer = KeyCache::Answer;

const SystemTime kNow = SystemTime(1'790'000'000s);

class KeyCacheTest : public testing::Test
{
protected:
    void good(const std::string &hash, SystemTime now, std::optional<SystemTime> expiresAt = {})
    {
        m_cache.rememberGood(hash, {"id-" + hash, 7}, expiresAt, now, m_cache.generation());
    }
    Answer at(const std::string &hash, SystemTime now) { return m_cache.find(hash, now).answer; }
    KeyCache m_cache;
};

TEST_F(KeyCacheTest, AGoodKeyIsGoodForThirtySecondsAndUsableForAnHour)
{
    EXPECT_EQ(at("a", kNow), Answer::Unknown);
    good("a", kNow);
    EXPECT_EQ(at("a", kNow), Answer::Good);
    EXPECT_EQ(m_cache.find("a", kNow).key.permissions, 7U);
    EXPECT_EQ(at("a", kNow + 29s), Answer::Good);
    EXPECT_EQ(at("a", kNow + 30s), Answer::OldButGood);
    EXPECT_EQ(at("a", kNow + 3599s), Answer::OldButGood);
    EXPECT_EQ(at("a", kNow + 3600s), Answer::Unknown);
}

TEST_F(KeyCacheTest, AKeyIsNeverUsedPastItsExpiry)
{
    good("a", kNow, kNow + 10s);
    EXPECT_EQ(at("a", kNow + 9s), Answer::Good);
    EXPECT_EQ(at("a", kNow + 10s), Answer::Unknown);
}

TEST_F(KeyCacheTest, ABadKeyIsBadForTenSeconds)
{
    m_cache.rememberBad("x", fail(ErrorCode::Unauthenticated, "no"), kNow, m_cache.generation());
    EXPECT_EQ(at("x", kNow + 9s), Answer::Bad);
    EXPECT_EQ(m_cache.find("x", kNow).error.message, "no");
    EXPECT_EQ(at("x", kNow + 10s), Answer::Unknown);
}

TEST_F(KeyCacheTest, ADroppedKeyIsForgottenAtOnceAndOthersAreNot)
{
    good("a", kNow);
    good("b", kNow);
    m_cache.drop("id-a");
    EXPECT_EQ(at("a", kNow), Answer::Unknown);
    EXPECT_EQ(at("b", kNow), Answer::Good);
}

TEST_F(KeyCacheTest, WhatWasReadBeforeADropIsNotRememberedAfterIt)
{
    const auto before = m_cache.generation();
    m_cache.drop("id-a");
    m_cache.rememberGood("a", {"id-a", 7}, {}, kNow, before);
    EXPECT_EQ(at("a", kNow), Answer::Unknown);
}

TEST_F(KeyCacheTest, UseIsToBeWrittenOnceAMinute)
{
    good("a", kNow);
    EXPECT_FALSE(m_cache.find("a", kNow + 5s).touch);
    good("a", kNow + 40s); // asked again meanwhile
    EXPECT_TRUE(m_cache.find("a", kNow + 60s).touch);
    EXPECT_FALSE(m_cache.find("a", kNow + 61s).touch);
    EXPECT_TRUE(m_cache.find("a", kNow + 120s).touch);
}

TEST_F(KeyCacheTest, AClockThatGoesBackMakesNothingLastLonger)
{
    good("a", kNow);
    m_cache.rememberBad("x", fail(ErrorCode::Unauthenticated, "no"), kNow, m_cache.generation());
    EXPECT_EQ(at("a", kNow - 1s), Answer::Unknown);
    EXPECT_EQ(at("x", kNow - 1s), Answer::Unknown);
}

TEST_F(KeyCacheTest, StrangersCannotMakeItGrowNorPushGoodKeysOut)
{
    good("a", kNow);
    for (std::size_t i = 0; i < KeyCache::kMostBad * 2; ++i)
        m_cache.rememberBad(std::to_string(i), fail(ErrorCode::Unauthenticated, "no"), kNow, m_cache.generation());
    EXPECT_EQ(at("0", kNow), Answer::Unknown); // pushed out
    EXPECT_EQ(at(std::to_string(KeyCache::kMostBad * 2 - 1), kNow), Answer::Bad);
    EXPECT_EQ(at("a", kNow), Answer::Good);
}

TEST(BoundedMap, ForgetsTheLeastRecentlyUsed)
{
    BoundedMap<int> map(2);
    map.put("a", 1);
    map.put("b", 2);
    ASSERT_TRUE(map.find("a"));
    map.put("c", 3);
    EXPECT_EQ(map.size(), 2U);
    EXPECT_FALSE(map.find("b"));
    EXPECT_EQ(*map.find("a"), 1);
    map.put("a", 9);
    EXPECT_EQ(*map.find("a"), 9);
    map.erase("a");
    map.erase("a");
    EXPECT_EQ(map.size(), 1U);
}

TEST_F(KeyCacheTest, WhatAPersonMayIsAskedAgainAfterAChange)
{
    VerifiedKey theirs{"theirs", kPublicOnly, "u1", "alice"};
    VerifiedKey others{"others", kPublicOnly, "u2", "bob"};
    m_cache.rememberGood("a", theirs, {}, kNow, m_cache.generation());
    m_cache.rememberGood("b", others, {}, kNow, m_cache.generation());
    m_cache.rememberBad("c", fail(ErrorCode::Unauthenticated, "banned"), kNow, m_cache.generation());
    EXPECT_TRUE(m_cache.holds(theirs));
    const auto before = m_cache.generation();
    m_cache.dropOwner("u1");
    EXPECT_FALSE(m_cache.holds(theirs));
    EXPECT_TRUE(m_cache.holds(others));
    EXPECT_EQ(m_cache.find("a", kNow).answer, KeyCache::Answer::Unknown);
    EXPECT_EQ(m_cache.find("b", kNow).answer, KeyCache::Answer::Good);
    EXPECT_EQ(m_cache.find("c", kNow).answer, KeyCache::Answer::Unknown);
    // What was read before the change is not remembered after it.
    m_cache.rememberGood("a", theirs, {}, kNow, before);
    m_cache.rememberBad("c", fail(ErrorCode::Unauthenticated, "banned"), kNow, before);
    EXPECT_EQ(m_cache.find("a", kNow).answer, KeyCache::Answer::Unknown);
    EXPECT_EQ(m_cache.find("c", kNow).answer, KeyCache::Answer::Unknown);
}

TEST_F(KeyCacheTest, WhereAChangeIsInDoubtTheDatabaseIsAskedAndKeysGoOnWhileItIsAway)
{
    m_cache.rememberGood("a", {"theirs", kPublicOnly, "u1", "alice"}, {}, kNow, m_cache.generation());
    m_cache.doubtAll();
    EXPECT_EQ(m_cache.find("a", kNow).answer, KeyCache::Answer::OldButGood);
    m_cache.rememberGood("a", {"theirs", kPublicOnly, "u1", "alice"}, {}, kNow, m_cache.generation());
    EXPECT_EQ(m_cache.find("a", kNow).answer, KeyCache::Answer::Good);
}

} // namespace
} // namespace matinee::accounts

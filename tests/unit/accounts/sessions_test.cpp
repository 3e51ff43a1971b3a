#include "tests/unit/accounts/accounts_test.h"

#include "store/audit.h"

#include <set>
#include <thread>

namespace matinee::accounts {
namespace {

using testing::UnorderedElementsAre;

class SessionsTest : public AccountsTest
{
protected:
    std::vector<store::AuditEntry> audit()
    {
        auto all = m_store->readNow<std::vector<store::AuditEntry>>(
            [](store::Transaction &tx) { return store::listAudit(tx, std::nullopt, 100); });
        EXPECT_RESULT(all);
        return std::move(*all);
    }
};

TEST_P(SessionsTest, AnAccessTokenTellsWhoseItIsUntilItExpires)
{
    const auto bo = made("bo", Role::Admin);
    const auto person = verify(bo, kNow + 899s);
    ASSERT_RESULT(person);
    EXPECT_EQ(person->userId, bo.user.id);
    EXPECT_EQ(person->name, "bo");
    EXPECT_EQ(person->sessionId, bo.sessionId);
    EXPECT_EQ(person->role, Role::Admin);
    EXPECT_EQ(person->permissions(), permissionsOf(Role::Admin));
    EXPECT_EQ(person->authenticatedAt, kNow);
    EXPECT_EQ(person->expiresAt, kNow + 900s);
    EXPECT_REFUSED(verify(bo, kNow + 900s), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(await(m_sessions->verify("mtn_abcd", kNow)), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(await(m_sessions->verify("", kNow)), ErrorCode::Unauthenticated);
}

TEST_P(SessionsTest, AfterTheFirstTimeTheDatabaseIsNotAsked)
{
    const auto bo = made("bo");
    ASSERT_RESULT(verify(bo));
    m_store->close();
    EXPECT_RESULT(verify(bo));
    restart();
    EXPECT_REFUSED(verify(bo), ErrorCode::Unavailable);
}

TEST_P(SessionsTest, ASessionSurvivesARestartAndAnEndedOneDoesNot)
{
    const auto bo = made("bo");
    const auto al = made("al");
    EXPECT_TRUE(*await(m_sessions->revoke(al.user.id, al.sessionId, kNow)));
    restart();
    EXPECT_RESULT(verify(bo));
    EXPECT_REFUSED(verify(al), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(refresh(al.session->refresh, kNow), ErrorCode::Unauthenticated);
}

TEST_P(SessionsTest, RefreshingGivesTheNextTokensAndKeepsTheSession)
{
    const auto bo = made("bo");
    const auto next = refresh(bo.session->refresh, kNow + 1h);
    ASSERT_RESULT(next);
    EXPECT_EQ(next->sessionId, bo.sessionId);
    EXPECT_NE(next->session->refresh, bo.session->refresh);
    EXPECT_EQ(next->session->accessExpiresIn, 900s);
    EXPECT_EQ(next->session->refreshExpiresIn, 720h);
    const auto person = verify(*next, kNow + 1h);
    ASSERT_RESULT(person);
    EXPECT_EQ(person->authenticatedAt, kNow) << "when the person proved who they are, not when a program renewed it";
    const auto rows = await(m_sessions->list(bo.user.id, kNow + 1h));
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front().lastUsedAt, kNow + 1h);
    EXPECT_EQ(rows->front().address, "198.51.100.7");
    EXPECT_EQ(rows->front().device, "Firefox on Linux");
    EXPECT_EQ(rows->front().method, "password");
}

TEST_P(SessionsTest, ARefreshTokenOfNobodyIsRefused)
{
    const auto bo = made("bo");
    for (const std::string &other : {std::string(), std::string("mtr_"), bo.session->access, bo.session->refresh + "a",
                                     RefreshTokens(refreshKeyOf(std::string(64, 'b'))).make({bo.sessionId, 0})})
        EXPECT_REFUSED(refresh(other, kNow), ErrorCode::Unauthenticated);
    EXPECT_RESULT(refresh(bo.session->refresh, kNow)) << "none of these has done any harm";
}

TEST_P(SessionsTest, AHundredRefreshesAtOnceGiveOneLineageAndNoTheft)
{
    const auto bo = made("bo");
    std::vector<std::thread> tabs;
    std::mutex mutex;
    std::set<std::string> nexts;
    int failed = 0;
    for (int i = 0; i < 100; ++i)
        tabs.emplace_back([&] {
            const auto next = refresh(bo.session->refresh, kNow + 1h);
            const std::lock_guard lock(mutex);
            if (next)
                nexts.insert(next->session->refresh);
            else
                ++failed;
        });
    for (std::thread &tab : tabs)
        tab.join();
    EXPECT_EQ(failed, 0);
    ASSERT_EQ(nexts.size(), 1U);
    EXPECT_TRUE(audit().empty());
    EXPECT_EQ(sessionsOf(bo.user.id), 1U);
    EXPECT_RESULT(refresh(*nexts.begin(), kNow + 2h));
}

TEST_P(SessionsTest, TwoServersThatRefreshOneSessionAtOnceGiveOneLineage)
{
    const auto bo = made("bo");
    const auto otherStore = openStore();
    Sessions other(*otherStore, std::string(64, 'a'), nullptr);
    std::string token = bo.session->refresh;
    for (int round = 1; round <= 20; ++round) {
        const SystemTime now = kNow + std::chrono::hours(round);
        Result<SignInOutcome> here = fail(ErrorCode::Internal, ""), there = here;
        std::thread first([&] { here = refresh(token, now); });
        std::thread second([&] { there = await(other.refresh(token, "198.51.100.8", "r2", now)); });
        first.join();
        second.join();
        ASSERT_RESULT(here);
        ASSERT_RESULT(there);
        ASSERT_EQ(here->session->refresh, there->session->refresh);
        token = here->session->refresh;
    }
    EXPECT_TRUE(audit().empty());
}

TEST_P(SessionsTest, ATokenThatComesBackInTimeGetsTheSameNextOne)
{
    const auto bo = made("bo");
    const auto next = refresh(bo.session->refresh, kNow + 1h);
    const auto again = refresh(bo.session->refresh, kNow + 1h + 29s);
    ASSERT_RESULT(again);
    EXPECT_EQ(again->session->refresh, next->session->refresh);
    EXPECT_RESULT(verify(*again, kNow + 1h + 29s));
}

TEST_P(SessionsTest, ATokenThatComesBackLateIsStolenAndEndsTheSession)
{
    const auto bo = made("bo");
    const auto next = refresh(bo.session->refresh, kNow + 1h);
    ASSERT_RESULT(verify(*next, kNow + 1h));
    EXPECT_REFUSED(refresh(bo.session->refresh, kNow + 1h + 30s), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(verify(*next, kNow + 1h + 30s), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(refresh(next->session->refresh, kNow + 1h + 31s), ErrorCode::Unauthenticated) << "whoever has it";
    EXPECT_EQ(sessionsOf(bo.user.id), 0U);
    const auto entries = audit();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].action, "sessions.theft");
    EXPECT_EQ(entries[0].actor, "user bo (" + bo.user.id + ")");
    EXPECT_EQ(entries[0].target, bo.sessionId);
    EXPECT_EQ(entries[0].address, "198.51.100.7");
    EXPECT_RESULT(signIn("bo", "secret of bo", kNow + 2h));
}

TEST_P(SessionsTest, ASessionThatIsNotUsedExpiresAndIsSwept)
{
    const auto bo = made("bo");
    const auto al = made("al");
    ASSERT_RESULT(refresh(al.session->refresh, kNow + 1h));
    EXPECT_EQ(*await(m_sessions->sweep(kNow + 720h - 1s)), 0U);
    EXPECT_EQ(sessionsOf(bo.user.id, kNow + 720h), 0U) << "listed no more, swept or not";
    EXPECT_EQ(*await(m_sessions->sweep(kNow + 720h)), 1U);
    EXPECT_EQ(sessionsOf(al.user.id, kNow + 720h), 1U);
    EXPECT_REFUSED(refresh(bo.session->refresh, kNow + 720h), ErrorCode::Unauthenticated);
    EXPECT_TRUE(audit().empty());
}

TEST_P(SessionsTest, ARevokedOneIsRefusedAtOnceAndTheOthersGoOn)
{
    const auto first = made("bo");
    const auto second = *signIn("bo", "secret of bo");
    const auto third = *signIn("bo", "secret of bo");
    const auto al = made("al");
    for (const auto *one : {&first, &second, &third, &al})
        ASSERT_RESULT(verify(*one));
    EXPECT_FALSE(*await(m_sessions->revoke(al.user.id, first.sessionId, kNow))) << "nobody ends another's";
    EXPECT_TRUE(*await(m_sessions->revoke(first.user.id, first.sessionId, kNow)));
    EXPECT_REFUSED(verify(first), ErrorCode::Unauthenticated);
    EXPECT_RESULT(verify(second));
    EXPECT_EQ(*await(m_sessions->revokeOthers(first.user.id, third.sessionId, kNow)), 1U);
    EXPECT_REFUSED(verify(second), ErrorCode::Unauthenticated);
    EXPECT_RESULT(verify(third));
    EXPECT_EQ(*await(m_sessions->revokeOthers(first.user.id, "", kNow)), 1U);
    EXPECT_REFUSED(verify(third), ErrorCode::Unauthenticated);
    EXPECT_RESULT(verify(al));
}

TEST_P(SessionsTest, WhoeverWatchesIsToldAtOnceAndOnce)
{
    const auto bo = made("bo");
    const auto person = verify(bo);
    int told = 0;
    auto watch = m_sessions->watch(*person, [&] { ++told; });
    EXPECT_EQ(told, 0);
    ASSERT_RESULT(await(m_sessions->revoke(bo.user.id, bo.sessionId, kNow)));
    EXPECT_EQ(told, 1);
    auto late = m_sessions->watch(*person, [&] { ++told; });
    EXPECT_EQ(told, 2) << "it ended between the check and the watch";
    m_sessions->userChanged(bo.user.id);
    EXPECT_EQ(told, 2);
}

TEST_P(SessionsTest, WhoeverWatchesIsToldOfAnotherRoleToo)
{
    const auto bo = made("bo");
    const auto before = verify(bo);
    int told = 0;
    auto watch = m_sessions->watch(*before, [&] { ++told; });
    ASSERT_RESULT(await(m_people->setRole("bo", "admin", kKey, kNow)));
    EXPECT_EQ(told, 1);
    ASSERT_RESULT(verify(bo));
    auto late = m_sessions->watch(*before, [&] { ++told; });
    EXPECT_EQ(told, 2);
}

TEST_P(SessionsTest, OfTooManyTheOneNotUsedForLongestEnds)
{
    const auto first = made("bo");
    ASSERT_RESULT(verify(first));
    for (std::size_t i = 1; i < Sessions::kMostPerUser; ++i)
        ASSERT_RESULT(signIn("bo", "secret of bo", kNow + std::chrono::seconds(i)));
    EXPECT_RESULT(verify(first));
    ASSERT_RESULT(signIn("bo", "secret of bo", kNow + 200s));
    EXPECT_EQ(sessionsOf(first.user.id), Sessions::kMostPerUser);
    EXPECT_REFUSED(verify(first), ErrorCode::Unauthenticated);
}

TEST_P(SessionsTest, WhatABrowserSaysOfItselfIsCut)
{
    const auto bo = made("bo");
    const auto begun = m_store->writeNow<Sessions::Begun>([&](store::Transaction &tx) {
        std::string wide;
        for (int i = 0; i < 1000; ++i)
            wide += "\xE6\x98\xA0"; // three bytes
        return m_sessions->beginIn(tx, bo.user, {wide, std::string(1000, '1'), "password"}, kNow + 1s);
    });
    ASSERT_RESULT(begun);
    const auto rows = await(m_sessions->list(bo.user.id, kNow));
    EXPECT_EQ(rows->front().device.size(), 99U);
    EXPECT_EQ(rows->front().address.size(), 64U);
}

INSTANTIATE_TEST_SUITE_P(Engines, SessionsTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

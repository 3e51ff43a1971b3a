#include "tests/unit/accounts/accounts_test.h"

#include <thread>

namespace matinee::accounts {
namespace {

using testing::ElementsAre;

class PeopleTest : public AccountsTest
{
protected:
    Result<store::UserRow> setRole(const std::string &who, const std::string &role, Actor actor = kKey)
    {
        return await(m_people->setRole(who, role, std::move(actor), kNow));
    }
    std::vector<std::string> names(const std::string &search, std::uint32_t size = 0, const std::string &token = {})
    {
        const auto page = await(m_people->list(search, size, token));
        EXPECT_RESULT(page);
        std::vector<std::string> all;
        for (const auto &user : page->users)
            all.push_back(user.name);
        m_next = page->nextToken;
        return all;
    }
    std::string m_next;
    const Actor m_admin{Role::Admin, "uadmin"};
};

TEST_P(PeopleTest, AreMadeWithoutAPasswordAndGetALink)
{
    const auto created = await(m_people->create("bo", "", m_admin, kNow));
    ASSERT_RESULT(created);
    EXPECT_EQ(created->user.role, "user");
    EXPECT_FALSE(created->user.passwordRecord);
    EXPECT_EQ(created->link.expiresAt, kNow + 24h);
    EXPECT_THAT(created->link.token, testing::MatchesRegex("[a-z2-7]{32}"));
    EXPECT_REFUSED(signIn("bo", ""), ErrorCode::Unauthenticated);
    EXPECT_RESULT(signUp("", "p", created->link.token));
    EXPECT_REFUSED(await(m_people->create("BO", "", m_admin, kNow)), ErrorCode::AlreadyExists);
    EXPECT_REFUSED(await(m_people->create("b o", "", m_admin, kNow)), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(await(m_people->create("al", "king", m_admin, kNow)), ErrorCode::InvalidArgument);
    for (const char *role : {"admin", "root"})
        EXPECT_REFUSED(await(m_people->create("al", role, m_admin, kNow)), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(await(m_people->create("al", "", {Role::User, "u"}, kNow)), ErrorCode::PermissionDenied);
    EXPECT_RESULT(await(m_people->create("al", "root", kKey, kNow)));
}

TEST_P(PeopleTest, OnlyTheHashOfALinkIsStored)
{
    const auto created = await(m_people->create("bo", "", kKey, kNow));
    const auto rows =
        m_store->readNow<std::vector<store::Row>>([](store::Transaction &tx) { return tx.query("SELECT token_hash, kind FROM links"); });
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_NE((*rows)[0][0].toString().toStdString(), created->link.token);
}

TEST_P(PeopleTest, AreFoundByIdAndByNameAndAnIdGoesFirst)
{
    const auto bo = made("bo");
    EXPECT_EQ(await(m_people->find(bo.user.id))->id, bo.user.id);
    EXPECT_EQ(await(m_people->find("BO"))->id, bo.user.id);
    EXPECT_REFUSED(await(m_people->find("nobody")), ErrorCode::NotFound);
    EXPECT_REFUSED(await(m_people->find("")), ErrorCode::NotFound);
    const auto impostor = made(bo.user.id);
    EXPECT_EQ(await(m_people->find(bo.user.id))->id, bo.user.id);
    EXPECT_EQ(await(m_people->find(impostor.user.id))->id, impostor.user.id);
}

TEST_P(PeopleTest, AreListedByPages)
{
    for (const char *name : {"zoe", "anna", "bo", "hannah", "Ángel"})
        ASSERT_RESULT(await(m_people->create(name, "", kKey, kNow)));
    EXPECT_THAT(names(""), ElementsAre("anna", "bo", "hannah", "zoe", "Ángel"));
    EXPECT_EQ(m_next, "");
    EXPECT_THAT(names("", 2), ElementsAre("anna", "bo"));
    EXPECT_THAT(names("", 2, m_next), ElementsAre("hannah", "zoe"));
    EXPECT_THAT(names("", 2, m_next), ElementsAre("Ángel"));
    EXPECT_EQ(m_next, "");
    EXPECT_THAT(names("ANNA"), ElementsAre("anna", "hannah"));
    EXPECT_THAT(names("%"), ElementsAre());
    EXPECT_REFUSED(await(m_people->list("", 501, "")), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(await(m_people->list("", 1, "not one!")), ErrorCode::InvalidArgument);
}

TEST_P(PeopleTest, AnotherRoleCountsAtOnce)
{
    const auto bo = made("bo");
    EXPECT_EQ(verify(bo)->role, Role::User);
    ASSERT_RESULT(setRole("bo", "admin"));
    EXPECT_EQ(verify(bo)->role, Role::Admin) << "with the token of before";
    ASSERT_RESULT(setRole("bo", "user"));
    EXPECT_EQ(verify(bo)->permissions(), permissionsOf(Role::User));
    EXPECT_REFUSED(setRole("bo", "king"), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(setRole("nobody", "user"), ErrorCode::NotFound);
}

TEST_P(PeopleTest, OnlyARootHandlesAdminsAndRoots)
{
    made("chief", Role::Root);
    made("deputy", Role::Admin);
    made("bo");
    for (const char *above : {"chief", "deputy"}) {
        EXPECT_REFUSED(setRole(above, "user", m_admin), ErrorCode::PermissionDenied);
        EXPECT_REFUSED(await(m_people->ban(above, 60s, "", m_admin, kNow)), ErrorCode::PermissionDenied);
        EXPECT_REFUSED(await(m_people->unban(above, m_admin, kNow)), ErrorCode::PermissionDenied);
        EXPECT_REFUSED(await(m_people->createPasswordLink(above, m_admin, kNow)), ErrorCode::PermissionDenied);
        EXPECT_REFUSED(await(m_people->revokeSessions(above, m_admin, kNow)), ErrorCode::PermissionDenied);
    }
    EXPECT_REFUSED(setRole("bo", "admin", m_admin), ErrorCode::PermissionDenied);
    EXPECT_RESULT(await(m_people->ban("bo", 60s, "", m_admin, kNow)));
    EXPECT_RESULT(await(m_people->createPasswordLink("bo", m_admin, kNow)));
    EXPECT_RESULT(setRole("deputy", "user"));
}

TEST_P(PeopleTest, TheLastRootStays)
{
    const auto chief = made("chief", Role::Root);
    const Actor self{Role::Root, chief.user.id};
    EXPECT_REFUSED(setRole("chief", "admin", self), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(await(m_people->ban("chief", 60s, "", kKey, kNow)), ErrorCode::FailedPrecondition);
    EXPECT_RESULT(setRole("chief", "root", self)) << "nothing changes";
    made("second", Role::Root);
    EXPECT_REFUSED(await(m_people->ban("chief", 60s, "", self, kNow)), ErrorCode::FailedPrecondition) << "oneself";
    ASSERT_RESULT(await(m_people->ban("second", 60s, "", self, kNow)));
    EXPECT_REFUSED(setRole("chief", "user", self), ErrorCode::FailedPrecondition) << "one who is banned does not count";
    ASSERT_RESULT(await(m_people->unban("second", self, kNow)));
    EXPECT_RESULT(setRole("chief", "user", self));
    EXPECT_REFUSED(setRole("second", "user"), ErrorCode::FailedPrecondition);
}

TEST_P(PeopleTest, OfTwoRootsWhoUnmakeEachOtherOnTwoServersOneStays)
{
    const auto otherStore = openStore();
    Sessions otherSessions(*otherStore, std::string(64, 'a'), nullptr);
    People other(*otherStore, otherSessions);
    made("one", Role::Root);
    made("two", Role::Root);
    for (int round = 0; round < 10; ++round) {
        Result<store::UserRow> here = fail(ErrorCode::Internal, ""), there = here;
        std::thread first([&] { here = setRole("one", "user"); });
        std::thread second([&] { there = await(other.setRole("two", "user", kKey, kNow)); });
        first.join();
        second.join();
        const bool oneStays = here.has_value() != there.has_value();
        ASSERT_TRUE(oneStays) << here.has_value() << there.has_value();
        ASSERT_RESULT(setRole("one", "root"));
        ASSERT_RESULT(setRole("two", "root"));
    }
}

TEST_P(PeopleTest, ABanEndsAllSessionsAtOnceAndItsOwnTimeEndsIt)
{
    const auto bo = made("bo");
    ASSERT_RESULT(verify(bo));
    const auto banned = await(m_people->ban("bo", 3600s, "spam", kKey, kNow));
    ASSERT_RESULT(banned);
    EXPECT_EQ(userState(*banned, kNow), "banned");
    EXPECT_EQ(banned->bannedUntil, kNow + 3600s);
    EXPECT_EQ(banned->banReason, "spam");
    EXPECT_FALSE(isBannedForGood(*banned));
    EXPECT_REFUSED(verify(bo), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(refresh(bo.session->refresh, kNow), ErrorCode::Unauthenticated);
    EXPECT_EQ(userState(*await(m_people->find("bo")), kNow + 3600s), "active");
    EXPECT_REFUSED(await(m_people->ban("bo", 60s, std::string(501, 'a'), kKey, kNow)), ErrorCode::InvalidArgument);
}

TEST_P(PeopleTest, ABanForGoodEndsWhenItIsTakenBack)
{
    made("bo");
    const auto banned = await(m_people->ban("bo", std::nullopt, "", kKey, kNow));
    ASSERT_RESULT(banned);
    EXPECT_TRUE(isBannedForGood(*banned));
    EXPECT_TRUE(isBannedForGood(*await(m_people->find("bo")))) << "as stored";
    EXPECT_REFUSED(signIn("bo", "secret of bo", kNow + std::chrono::hours(24 * 365 * 100)), ErrorCode::PermissionDenied);
    const auto restored = await(m_people->unban("bo", kKey, kNow));
    ASSERT_RESULT(restored);
    EXPECT_FALSE(restored->bannedUntil);
    EXPECT_RESULT(signIn("bo", "secret of bo"));
}

TEST_P(PeopleTest, SessionsAreListedAndEnded)
{
    const auto bo = made("bo");
    ASSERT_RESULT(signIn("bo", "secret of bo", kNow + 1s));
    const auto rows = await(m_people->listSessions("bo", m_admin, kNow));
    ASSERT_RESULT(rows);
    EXPECT_EQ(rows->size(), 2U);
    EXPECT_EQ(*await(m_people->revokeSessions("bo", m_admin, kNow)), 2U);
    EXPECT_REFUSED(verify(bo), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(await(m_people->listSessions("nobody", m_admin, kNow)), ErrorCode::NotFound);
}

TEST_P(PeopleTest, AnAdminDoesNotSeeTheSessionsOfARoot)
{
    (void)made("chief");
    ASSERT_RESULT(setRole("chief", "root"));
    EXPECT_REFUSED(await(m_people->listSessions("chief", m_admin, kNow)), ErrorCode::PermissionDenied);
    EXPECT_RESULT(await(m_people->listSessions("chief", kKey, kNow)));
}

TEST_P(PeopleTest, InvitationsAreBounded)
{
    const auto bo = made("bo");
    const Actor actor{Role::User, bo.user.id};
    for (int i = 0; i < People::kMostInvitations; ++i)
        ASSERT_RESULT(await(m_people->createInvitation(actor, kNow)));
    EXPECT_REFUSED(await(m_people->createInvitation(actor, kNow)), ErrorCode::FailedPrecondition);
    EXPECT_RESULT(await(m_people->createInvitation(actor, kNow + 24h)));
}

INSTANTIATE_TEST_SUITE_P(Engines, PeopleTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

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
        const auto page = await(m_people->list({search, "", size, token}, kNow));
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
    EXPECT_REFUSED(await(m_people->list({"", "", 501, ""}, kNow)), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(await(m_people->list({"", "", 1, "not one!"}, kNow)), ErrorCode::InvalidArgument);
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

TEST_P(PeopleTest, OneSessionOfSomebodyElseIsEnded)
{
    const auto bo = made("bo");
    const auto other = signIn("bo", "secret of bo", kNow + 1s);
    ASSERT_RESULT(other);
    made("chief", Role::Root);
    EXPECT_REFUSED(await(m_people->revokeSession("chief", bo.sessionId, m_admin, kNow)), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(await(m_people->revokeSession("chief", bo.sessionId, kKey, kNow)), ErrorCode::NotFound) << "it is that of bo";
    EXPECT_REFUSED(await(m_people->revokeSession("nobody", bo.sessionId, kKey, kNow)), ErrorCode::NotFound);
    ASSERT_RESULT(await(m_people->revokeSession("bo", bo.sessionId, m_admin, kNow)));
    EXPECT_REFUSED(verify(bo), ErrorCode::Unauthenticated);
    EXPECT_RESULT(verify(*other));
    EXPECT_REFUSED(await(m_people->revokeSession("bo", bo.sessionId, m_admin, kNow)), ErrorCode::NotFound) << "once more";
}

TEST_P(PeopleTest, AreListedAndCountedByState)
{
    for (const char *name : {"anna", "bo", "cy", "di", "ed", "flo"})
        ASSERT_RESULT(await(m_people->create(name, "", kKey, kNow)));
    m_mode = SignUpMode::Review;
    ASSERT_RESULT(signUp("wendy", "p"));
    ASSERT_RESULT(await(m_people->ban("bo", 3600s, "", kKey, kNow)));
    ASSERT_RESULT(await(m_people->ban("cy", std::nullopt, "", kKey, kNow)));
    ASSERT_RESULT(await(m_people->ban("di", 3600s, "", kKey, kNow)));
    ASSERT_RESULT(await(m_people->remove("di", kKey, kNow))); // closed goes before banned
    const std::string ed = await(m_people->find("ed"))->id;
    ASSERT_RESULT(m_store->writeNow<bool>([ed](store::Transaction &tx) { return store::updateUserAwaitsAddress(tx, ed, true); }));

    const auto listed = [&](const std::string &state, SystemTime now = kNow, std::uint32_t size = 0) {
        People::Wanted wanted;
        wanted.state = state;
        wanted.size = size;
        wanted.pageToken = m_next;
        const auto page = await(m_people->list(wanted, now));
        EXPECT_RESULT(page);
        m_next = page->nextToken;
        std::vector<std::string> all;
        for (const auto &user : page->users) {
            EXPECT_EQ(userState(user, now), state) << user.name;
            all.push_back(user.name);
        }
        return all;
    };
    EXPECT_THAT(listed("active"), ElementsAre("anna", "flo"));
    EXPECT_THAT(listed("waiting"), ElementsAre("wendy"));
    EXPECT_THAT(listed("unconfirmed"), ElementsAre("ed"));
    EXPECT_THAT(listed("closed"), ElementsAre("di"));
    EXPECT_THAT(listed("banned", kNow, 1), ElementsAre("bo"));
    ASSERT_NE(m_next, "");
    EXPECT_THAT(listed("banned", kNow, 1), ElementsAre("cy"));
    EXPECT_EQ(m_next, "");
    EXPECT_THAT(listed("banned", kNow + 3600s), ElementsAre("cy")) << "the time of bo is over";
    People::Wanted wrong;
    wrong.state = "happy";
    EXPECT_REFUSED(await(m_people->list(wrong, kNow)), ErrorCode::InvalidArgument);

    People::Wanted some;
    some.state = "waiting";
    some.size = 1;
    const std::map<std::string, std::uint32_t> expected{{"active", 2}, {"waiting", 1}, {"unconfirmed", 1}, {"banned", 2}, {"closed", 1}};
    const auto first = await(m_people->list(some, kNow));
    ASSERT_TRUE(first && first->counts);
    EXPECT_EQ(*first->counts, expected) << "of all states, whichever is asked for";
    People::Wanted named;
    named.search = "a"; // anna alone
    named.size = 1;
    const auto found = await(m_people->list(named, kNow));
    ASSERT_TRUE(found && found->counts);
    EXPECT_EQ(*found->counts, (std::map<std::string, std::uint32_t>{{"active", 1}}));
    People::Wanted all;
    all.size = 2;
    all.pageToken = await(m_people->list(all, kNow))->nextToken;
    EXPECT_FALSE(await(m_people->list(all, kNow))->counts) << "with the first page only";
}

INSTANTIATE_TEST_SUITE_P(Engines, PeopleTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

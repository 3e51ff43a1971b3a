#include "store/audit.h"
#include "tests/unit/accounts/accounts_test.h"

namespace matinee::accounts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char *kPassword = "correct horse battery staple";

class PeopleClosingTest : public AccountsTest
{
protected:
    void SetUp() override
    {
        AccountsTest::SetUp();
        m_mode = SignUpMode::Open;
        const auto alice = signUp("alice", kPassword);
        ASSERT_RESULT(alice);
        m_alice = alice->outcome.user.id;
        m_token = alice->outcome.session->access;
    }
    Actor self() const { return {Role::User, m_alice, m_note}; }
    std::string codeOf(const Result<store::UserRow> &result) { return result ? "done" : std::string(codeName(result.error().code)); }
    bool signsIn(SystemTime now) { return signIn("alice", kPassword, now).has_value(); }

    std::string m_alice, m_token;
    std::shared_ptr<AuditNote> m_note = std::make_shared<AuditNote>();
};

TEST_P(PeopleClosingTest, WhoClosesTheirAccountIsOutEverywhereAndMayComeBack)
{
    EXPECT_EQ(codeOf(await(m_people->close(self(), "bob", kNow))), "invalid_argument");
    ASSERT_TRUE(signsIn(kNow));
    const auto closed = await(m_people->close(self(), "Alice", kNow + 1s));
    ASSERT_RESULT(closed);
    EXPECT_EQ(userState(*closed, kNow + 1s), "closed");
    EXPECT_THAT(m_note->after, HasSubstr("closed_at"));
    EXPECT_FALSE(await(m_sessions->verify(m_token, kNow + 2s)).has_value());
    const auto refused = signIn("alice", kPassword, kNow + 2s);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(refused.error().message, HasSubstr("closed"));
    EXPECT_FALSE(signUp("alice", "another password", {}, kNow + 3s).has_value()); // the name stays taken

    const auto restored = await(m_people->restore("alice", kKey, kNow + 4s));
    ASSERT_RESULT(restored);
    EXPECT_EQ(restored->id, m_alice);
    EXPECT_EQ(userState(*restored, kNow + 4s), "active");
    EXPECT_TRUE(signsIn(kNow + 5s));
}

TEST_P(PeopleClosingTest, ThoseWhoRunTheServerCloseWhomTheyMayAndNotThemselves)
{
    EXPECT_EQ(codeOf(await(m_people->remove("alice", self(), kNow))), "failed_precondition");
    const Actor bob{Role::User, "ubob"};
    EXPECT_EQ(codeOf(await(m_people->remove("alice", bob, kNow))), "permission_denied");
    EXPECT_EQ(codeOf(await(m_people->remove("nobody", kKey, kNow))), "not_found");
    EXPECT_EQ(codeOf(await(m_people->remove("alice", kKey, kNow))), "done");
    const auto again = await(m_people->remove("alice", kKey, kNow + 1h));
    ASSERT_RESULT(again);
    EXPECT_EQ(again->deletedAt, kNow); // the time does not begin anew
}

TEST_P(PeopleClosingTest, TheLastRootStays)
{
    const auto ada = await(m_people->create("ada", "root", kKey, kNow));
    ASSERT_RESULT(ada);
    EXPECT_EQ(codeOf(await(m_people->remove("ada", kKey, kNow))), "failed_precondition");
    const auto eve = await(m_people->create("eve", "root", kKey, kNow));
    ASSERT_RESULT(eve);
    EXPECT_EQ(codeOf(await(m_people->remove("ada", kKey, kNow))), "done");
    EXPECT_EQ(codeOf(await(m_people->close({Role::Root, eve->user.id}, "eve", kNow))), "failed_precondition"); // a closed one runs nothing
}

TEST_P(PeopleClosingTest, AfterNinetyDaysItIsGoneAndTheNameIsFree)
{
    ASSERT_RESULT(await(m_people->close(self(), "alice", kNow)));
    EXPECT_EQ(*await(m_people->purge(kNow + 90 * 24h)), 0U);
    EXPECT_EQ(codeOf(await(m_people->find("alice"))), "done");
    EXPECT_EQ(*await(m_people->purge(kNow + 90 * 24h + 1s)), 1U);
    EXPECT_EQ(codeOf(await(m_people->find("alice"))), "not_found");
    EXPECT_EQ(*await(m_people->purge(kNow + 91 * 24h)), 0U);
    const auto entries =
        m_store->readNow<std::vector<store::AuditEntry>>([](store::Transaction &tx) { return store::listAudit(tx, {}, 10); });
    ASSERT_RESULT(entries);
    ASSERT_THAT(*entries, testing::SizeIs(1));
    EXPECT_EQ(entries->front().action, "users.purge");
    EXPECT_EQ(entries->front().target, "alice");
    EXPECT_RESULT(signUp("alice", "another password", {}, kNow + 91 * 24h));
}

INSTANTIATE_TEST_SUITE_P(Engines, PeopleClosingTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

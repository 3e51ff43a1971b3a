#include "tests/unit/accounts/accounts_test.h"

#include <atomic>
#include <thread>

namespace matinee::accounts {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class InvitationsTest : public AccountsTest
{
protected:
    void SetUp() override
    {
        AccountsTest::SetUp();
        m_chief = {Role::Root, made("chief", Role::Root).user.id};
        m_deputy = {Role::Admin, made("deputy", Role::Admin).user.id};
        m_mode = SignUpMode::Invitation;
    }
    static Invitations::Wish forSoMany(std::uint32_t uses)
    {
        Invitations::Wish wish;
        wish.uses = uses;
        return wish;
    }
    static Invitations::Wish ofRole(const std::string &role)
    {
        Invitations::Wish wish;
        wish.role = role;
        return wish;
    }
    std::vector<Invitations::Invitation> listed(const Actor &actor, SystemTime now = kNow)
    {
        const auto page = await(m_invitations->list(0, "", actor, now));
        EXPECT_RESULT(page);
        return page->invitations;
    }
    ErrorCode refusalOf(Invitations::Wish wish)
    {
        const auto made = await(m_invitations->create(std::move(wish), m_chief, kNow));
        return made ? ErrorCode::Internal : made.error().code;
    }
    Actor m_chief, m_deputy;
};

TEST_P(InvitationsTest, AreGoodForSoManyPeopleAndRememberWhoTheyAre)
{
    const std::string link = invited(m_deputy, forSoMany(3));
    for (const char *name : {"al", "bo"})
        ASSERT_RESULT(signUp(name, "p", link, kNow + 1s));
    auto all = listed(m_chief);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].row.makerName, "deputy");
    EXPECT_EQ(all[0].row.usesLeft, 1);
    EXPECT_EQ(invitationState(all[0].row, kNow), "open");
    EXPECT_EQ(all[0].token, link);
    ASSERT_EQ(all[0].usedBy.size(), 2U);
    EXPECT_EQ(all[0].usedBy[0].usedAt, kNow + 1s);
    EXPECT_THAT((std::vector<std::string>{all[0].usedBy[0].name, all[0].usedBy[1].name}), testing::UnorderedElementsAre("al", "bo"));
    ASSERT_RESULT(signUp("cy", "p", link));
    EXPECT_REFUSED(signUp("di", "p", link), ErrorCode::PermissionDenied);
    all = listed(m_chief);
    EXPECT_EQ(invitationState(all[0].row, kNow), "used_up");
    EXPECT_EQ(all[0].token, "") << "it is good no more";
}

TEST_P(InvitationsTest, OfManyWhoComeAtOnceThroughTwoServersNoMoreAreLetInThanItIsFor)
{
    const auto otherStore = openStore();
    Sessions otherSessions(*otherStore, std::string(64, 'a'), nullptr);
    SignUps other(
        *otherStore, m_setup, otherSessions, [] { return SignUpMode::Invitation; }, nullptr);
    constexpr int kPeople = 12;
    constexpr int kUses = 5;
    const std::string link = invited(m_chief, forSoMany(kUses));
    struct Attempt
    {
        SignUps *signUps;
        std::string id, record;
    };
    std::vector<Attempt> attempts;
    for (int i = 0; i < kPeople; ++i) { // all of them hold a link that is good
        SignUps &signUps = i % 2 == 0 ? *m_signUps : other;
        auto client = opaque::ClientRegistration::start(passwordOf("p"));
        const auto begun = await(signUps.begin("person" + std::to_string(i) + "x", messageText(client->request()), link, kNow));
        ASSERT_RESULT(begun);
        const auto registered = std::move(*client).finish(passwordOf("p"), passwordOf(begun->registrationResponse), kFast);
        attempts.push_back({&signUps, begun->id, messageText(registered->record)});
    }
    std::atomic<int> letIn{0}, refused{0};
    std::vector<std::thread> threads;
    for (const Attempt &attempt : attempts)
        threads.emplace_back([&] {
            const auto finished = await(attempt.signUps->finish(attempt.id, attempt.record, "", {}, kNow));
            if (finished)
                ++letIn;
            else if (finished.error().code == ErrorCode::PermissionDenied)
                ++refused;
        });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(letIn, kUses);
    EXPECT_EQ(refused, kPeople - kUses);
    EXPECT_EQ(listed(m_chief)[0].row.usesLeft, 0);
    EXPECT_EQ(listed(m_chief)[0].usedBy.size(), static_cast<std::size_t>(kUses));
    otherStore->close();
}

TEST_P(InvitationsTest, GiveARoleOfAtMostTheMakersOwn)
{
    EXPECT_EQ(signUp("al", "p", invited(m_chief, ofRole("admin")))->outcome.user.role, "admin");
    EXPECT_EQ(signUp("bo", "p", invited(m_chief, ofRole("root")))->outcome.user.role, "root");
    EXPECT_EQ(signUp("cy", "p", invited(m_deputy))->outcome.user.role, "user");
    for (const char *role : {"admin", "root"})
        EXPECT_REFUSED(await(m_invitations->create(ofRole(role), m_deputy, kNow)), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(await(m_invitations->create({}, Actor{Role::User, m_deputy.userId}, kNow)), ErrorCode::PermissionDenied);
}

TEST_P(InvitationsTest, NobodyReadsOrRevokesThatOfARoleAboveTheirs)
{
    const auto made = await(m_invitations->create(ofRole("admin"), m_chief, kNow));
    ASSERT_RESULT(made);
    EXPECT_EQ(listed(m_chief)[0].token, made->token);
    EXPECT_EQ(listed(m_deputy)[0].token, "") << "by it a deputy could make another one";
    EXPECT_REFUSED(await(m_invitations->revoke(made->row.id, m_deputy, kNow)), ErrorCode::PermissionDenied);
    EXPECT_RESULT(signUp("al", "p", made->token));
}

TEST_P(InvitationsTest, AreGoodOnlyForAsLongAsTheirMakerCouldMakeThem)
{
    const std::string link = invited(m_deputy, forSoMany(10));
    ASSERT_RESULT(await(m_people->setRole("deputy", "user", kKey, kNow)));
    EXPECT_REFUSED(signUp("al", "p", link), ErrorCode::PermissionDenied);
    ASSERT_RESULT(await(m_people->setRole("deputy", "admin", kKey, kNow)));
    ASSERT_RESULT(await(m_people->ban("deputy", 60s, "", kKey, kNow)));
    EXPECT_REFUSED(signUp("al", "p", link), ErrorCode::PermissionDenied);
    ASSERT_RESULT(await(m_people->unban("deputy", kKey, kNow)));
    ASSERT_RESULT(signUp("al", "p", link));
    ASSERT_RESULT(await(m_people->remove("deputy", kKey, kNow)));
    ASSERT_RESULT(await(m_people->restore("deputy", kKey, kNow)));
    EXPECT_REFUSED(signUp("bo", "p", link), ErrorCode::PermissionDenied) << "closing the account has revoked it";
}

TEST_P(InvitationsTest, AreRevokedAndWhoCameByThemStays)
{
    const auto made = await(m_invitations->create(forSoMany(5), m_deputy, kNow));
    ASSERT_RESULT(made);
    ASSERT_RESULT(signUp("al", "p", made->token));
    Actor chief = m_chief;
    chief.note = std::make_shared<AuditNote>();
    const auto revoked = await(m_invitations->revoke(made->row.id, chief, kNow + 1s));
    ASSERT_RESULT(revoked);
    EXPECT_EQ(invitationState(revoked->row, kNow), "revoked");
    EXPECT_EQ(revoked->token, "");
    EXPECT_THAT(chief.note->before, HasSubstr(made->row.id));
    EXPECT_REFUSED(signUp("bo", "p", made->token), ErrorCode::PermissionDenied);
    EXPECT_EQ(listed(m_chief)[0].usedBy[0].name, "al");
    EXPECT_RESULT(signIn("al", "p"));
    EXPECT_RESULT(await(m_invitations->revoke(made->row.id, chief, kNow + 2s))) << "once more makes no difference";
    EXPECT_REFUSED(await(m_invitations->revoke("nothing", chief, kNow)), ErrorCode::NotFound);
}

TEST_P(InvitationsTest, AreWithinTheirBounds)
{
    EXPECT_EQ(refusalOf(forSoMany(101)), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusalOf(ofRole("king")), ErrorCode::InvalidArgument);
    for (const std::string &note : {std::string(201, 'a'), std::string("two\nlines")}) {
        Invitations::Wish wish;
        wish.note = note;
        EXPECT_EQ(refusalOf(wish), ErrorCode::InvalidArgument);
    }
    Invitations::Wish longest;
    longest.lifetime = Invitations::kLongestLifetime + 1s;
    EXPECT_EQ(refusalOf(longest), ErrorCode::InvalidArgument);
    longest.lifetime = Invitations::kLongestLifetime;
    longest.uses = Invitations::kMostUses;
    longest.note = "for the club";
    const auto made = await(m_invitations->create(longest, m_chief, kNow));
    ASSERT_RESULT(made);
    EXPECT_EQ(made->row.uses, 100);
    EXPECT_EQ(made->row.expiresAt, kNow + std::chrono::days(90));
    EXPECT_EQ(made->row.note, "for the club");
    const auto usual = await(m_invitations->create({}, m_chief, kNow));
    EXPECT_EQ(usual->row.uses, 1);
    EXPECT_EQ(usual->row.expiresAt, kNow + 24h);
    EXPECT_THAT(usual->token, testing::MatchesRegex("[a-z2-7]{32}"));
    EXPECT_THAT(usual->row.tokenHash, Not(HasSubstr(usual->token)));
}

TEST_P(InvitationsTest, OfOnePersonSoManyAreOpen)
{
    std::string last;
    for (int i = 0; i < Invitations::kMostOpen; ++i)
        last = invited(m_deputy);
    EXPECT_REFUSED(await(m_invitations->create({}, m_deputy, kNow)), ErrorCode::FailedPrecondition);
    EXPECT_RESULT(await(m_invitations->create({}, m_chief, kNow))) << "somebody else";
    EXPECT_RESULT(await(m_invitations->create({}, kKey, kNow))) << "the server itself";
    ASSERT_RESULT(signUp("al", "p", last));
    EXPECT_RESULT(await(m_invitations->create({}, m_deputy, kNow)));
    EXPECT_RESULT(await(m_invitations->create({}, m_deputy, kNow + 24h)));
}

TEST_P(InvitationsTest, AreListedByPagesAndForgottenLongAfterTheirEnd)
{
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        const auto made = await(m_invitations->create({}, kKey, kNow + std::chrono::seconds(i / 2))); // two at a time
        ASSERT_RESULT(made);
        ids.push_back(made->row.id);
        EXPECT_EQ(made->row.makerName, "");
    }
    std::vector<std::string> seen;
    std::string token;
    do {
        const auto page = await(m_invitations->list(2, token, m_deputy, kNow));
        ASSERT_RESULT(page);
        for (const auto &invitation : page->invitations)
            seen.push_back(invitation.row.id);
        token = page->nextToken;
    } while (!token.empty() && seen.size() < 20);
    EXPECT_THAT(seen, testing::UnorderedElementsAreArray(ids));
    EXPECT_EQ(seen.front(), ids.back()) << "newest first";
    EXPECT_REFUSED(await(m_invitations->list(101, "", m_deputy, kNow)), ErrorCode::InvalidArgument);
    for (const char *wrong : {"not one!", "AAAA", "MTIz"})
        EXPECT_REFUSED(await(m_invitations->list(1, wrong, m_deputy, kNow)), ErrorCode::InvalidArgument);

    EXPECT_EQ(*await(m_invitations->sweep(kNow + 24h + Invitations::kKeptFor)), 0);
    EXPECT_EQ(*await(m_invitations->sweep(kNow + 25h + Invitations::kKeptFor)), 5);
    EXPECT_THAT(listed(m_chief), IsEmpty());
}

TEST_P(InvitationsTest, OfThoseThatEndedSoManyAreKept)
{
    for (int i = 0; i < 3; ++i) {
        const auto made = await(m_invitations->create({}, m_deputy, kNow + std::chrono::seconds(i)));
        ASSERT_RESULT(await(m_invitations->revoke(made->row.id, m_deputy, kNow + 10s)));
    }
    const std::string deputy = m_deputy.userId;
    const auto removed =
        m_store->writeNow<int>([deputy](store::Transaction &tx) { return store::deleteEndedInvitations(tx, deputy, kNow + 10s, 2); });
    ASSERT_RESULT(removed);
    EXPECT_EQ(*removed, 1);
    const auto left = listed(m_chief);
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[1].row.createdAt, kNow + 1s) << "the oldest is gone";
}

TEST_P(InvitationsTest, OnlyAHashIsComparedAndTheSealedTokenOpensInItsOwnPlaceOnly)
{
    const auto made = await(m_invitations->create({}, m_chief, kNow));
    const auto other = await(m_invitations->create({}, m_chief, kNow));
    ASSERT_RESULT(other);
    const std::string sealed = other->row.sealedToken, id = made->row.id;
    ASSERT_RESULT(m_store->writeNow<int>([sealed, id](store::Transaction &tx) {
        return tx.execute("UPDATE invitations SET sealed_token = ? WHERE id = ?",
                          {QVariant(QString::fromStdString(sealed)), QVariant(QString::fromStdString(id))});
    }));
    for (const auto &invitation : listed(m_chief))
        EXPECT_EQ(invitation.token, invitation.row.id == id ? "" : other->token);
}

INSTANTIATE_TEST_SUITE_P(Engines, InvitationsTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

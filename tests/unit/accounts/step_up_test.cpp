#include "tests/unit/accounts/factors_test.h"

namespace matinee::accounts {
namespace {

using testing::ElementsAre;

class StepUpTest : public FactorsTest
{
protected:
    bool isFresh(const Person &person, SystemTime now)
    {
        const auto fresh = await(m_stepUp->isFresh(person.userId, person.sessionId, now));
        EXPECT_RESULT(fresh);
        return *fresh;
    }
    Result<StepUp::Begun> begin(const Person &person, SystemTime now) { return await(m_stepUp->begin(person, "", "192.0.2.1", now)); }
    Result<void> finish(const Person &person, const std::string &id, StepUp::Proof proof, SystemTime now)
    {
        return await(m_stepUp->finish(person, id, std::move(proof), "192.0.2.1", now));
    }
    Result<void> byPassword(const Person &person, const std::string &password, SystemTime now)
    {
        auto client = opaque::ClientLogin::start(passwordOf(password));
        const auto begun = await(m_stepUp->begin(person, messageText(client->request()), "192.0.2.1", now));
        if (!begun)
            return begun.error();
        const auto proof = std::move(*client).finish(passwordOf(password), passwordOf(begun->ke2), kFast);
        return finish(person, begun->id, {proof ? messageText(proof->finish) : std::string(64, 'x'), {}, {}}, now);
    }

    const SystemTime m_later = kNow + 600s;
};

TEST_P(StepUpTest, ASessionIsFreshForTenMinutesAfterItBeganAndAfterEachProof)
{
    const Person bo = *verify(made("bo"));
    EXPECT_TRUE(isFresh(bo, kNow));
    EXPECT_TRUE(isFresh(bo, kNow + 599s));
    EXPECT_FALSE(isFresh(bo, m_later));
    ASSERT_RESULT(byPassword(bo, "secret of bo", m_later));
    EXPECT_TRUE(isFresh(bo, m_later + 599s));
    EXPECT_FALSE(isFresh(bo, m_later + 600s));
    Person stranger = bo;
    stranger.userId = "u1";
    EXPECT_FALSE(isFresh(stranger, kNow)) << "the session is bo's";
}

TEST_P(StepUpTest, AWrongPasswordProvesNothingAndTheSessionGoesOn)
{
    const auto outcome = made("bo");
    const Person bo = *verify(outcome);
    EXPECT_REFUSED(byPassword(bo, "wrong", m_later), ErrorCode::PermissionDenied);
    EXPECT_FALSE(isFresh(bo, m_later));
    EXPECT_RESULT(verify(outcome, m_later));
    for (int i = 0; i < 4; ++i)
        EXPECT_REFUSED(byPassword(bo, "wrong", m_later), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(byPassword(bo, "secret of bo", m_later), ErrorCode::RateLimited);
}

TEST_P(StepUpTest, ACodeOfTheAppProvesItAndIsUsedUp)
{
    const Person bo = *verify(made("bo"));
    const App app = addApp(bo);
    const auto begun = begin(bo, m_later);
    ASSERT_RESULT(begun);
    EXPECT_THAT(begun->kinds, ElementsAre(Factor::Password, Factor::Totp));
    EXPECT_EQ(begun->ke2, "");
    EXPECT_EQ(begun->passkeyJson, "");
    EXPECT_REFUSED(finish(bo, begun->id, {{}, "000000", {}}, m_later), ErrorCode::PermissionDenied);
    EXPECT_FALSE(isFresh(bo, m_later));
    ASSERT_RESULT(finish(bo, begun->id, {{}, app.code(m_later), {}}, m_later));
    EXPECT_TRUE(isFresh(bo, m_later));
    EXPECT_REFUSED(finish(bo, begun->id, {{}, app.code(m_later), {}}, m_later), ErrorCode::FailedPrecondition) << "it is done";
    EXPECT_REFUSED(finish(bo, begin(bo, m_later)->id, {{}, app.code(m_later), {}}, m_later), ErrorCode::PermissionDenied);
    for (int i = 0; i < 4; ++i)
        EXPECT_REFUSED(finish(bo, begin(bo, m_later)->id, {{}, "000000", {}}, m_later), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(finish(bo, begin(bo, m_later)->id, {{}, app.code(m_later + 30s), {}}, m_later + 30s), ErrorCode::RateLimited);
}

TEST_P(StepUpTest, APasskeyProvesItWhenItKnowsItsOwner)
{
    const auto outcome = made("bo");
    const Person bo = *verify(outcome);
    ASSERT_RESULT(addPasskey(bo, authenticator(1)));
    const auto begun = begin(bo, m_later);
    ASSERT_RESULT(begun);
    EXPECT_THAT(begun->kinds, ElementsAre(Factor::Password, Factor::Passkey));
    Authenticator touched = authenticator(1);
    touched.flags = 0x01;
    EXPECT_REFUSED(finish(bo, begun->id, {{}, {}, answerOf(touched, begun->passkeyJson, bo.userId)}, m_later), ErrorCode::PermissionDenied);
    const std::string right = answerOf(authenticator(1), begun->passkeyJson, bo.userId);
    EXPECT_REFUSED(finish(bo, begun->id, {{}, {}, right}, m_later), ErrorCode::PermissionDenied) << "a challenge is answered once";
    const auto again = begin(bo, m_later);
    EXPECT_RESULT(finish(bo, again->id, {{}, {}, answerOf(authenticator(1), again->passkeyJson, bo.userId)}, m_later));
    EXPECT_TRUE(isFresh(bo, m_later));
}

TEST_P(StepUpTest, ItIsOfTheSessionThatBeganItAndTakesFiveMinutesAtMost)
{
    const Person here = *verify(made("bo"));
    const Person there = *verify(*signIn("bo", "secret of bo"));
    const App app = addApp(here);
    const auto begun = begin(here, m_later);
    EXPECT_REFUSED(finish(there, begun->id, {{}, app.code(m_later), {}}, m_later), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(finish(here, begun->id, {{}, app.code(m_later + 300s), {}}, m_later + 300s), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(finish(here, begun->id, {}, m_later), ErrorCode::InvalidArgument);
    ASSERT_RESULT(byPassword(here, "secret of bo", m_later));
    EXPECT_TRUE(isFresh(here, m_later));
    EXPECT_FALSE(isFresh(there, m_later)) << "each session for itself";
}

TEST_P(StepUpTest, AFirstPasswordIsSetInAFreshSessionOnly)
{
    const auto outcome = made("bo");
    const Person bo = *verify(outcome);
    ASSERT_RESULT(addPasskey(bo, authenticator(1)));
    forgetPassword(bo.userId);
    EXPECT_REFUSED(changePassword(bo, "", "another", m_later), ErrorCode::StepUpRequired);
    EXPECT_REFUSED(byPassword(bo, "secret of bo", m_later), ErrorCode::FailedPrecondition);
    const auto begun = begin(bo, m_later);
    EXPECT_THAT(begun->kinds, ElementsAre(Factor::Passkey));
    ASSERT_RESULT(finish(bo, begun->id, {{}, {}, answerOf(authenticator(1), begun->passkeyJson, bo.userId)}, m_later));
    EXPECT_RESULT(changePassword(bo, "", "another", m_later));
}

INSTANTIATE_TEST_SUITE_P(Engines, StepUpTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

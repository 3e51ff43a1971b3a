#include "tests/unit/accounts/factors_test.h"

#include "store/recovery.h"
#include "store/totp.h"

namespace matinee::accounts {
namespace {

using testing::ElementsAre;
using SecondFactorTest = FactorsTest;

TEST_P(SecondFactorTest, ThePasswordAloneIsNotEnough)
{
    const auto bo = made("bo");
    const App app = addApp(*verify(bo));
    const auto half = signIn("bo", "secret of bo", kNow + 60s);
    ASSERT_RESULT(half);
    EXPECT_FALSE(half->session);
    EXPECT_EQ(half->sessionId, "");
    ASSERT_TRUE(half->secondFactor);
    EXPECT_THAT(half->secondFactor->kinds, ElementsAre(Factor::Totp, Factor::RecoveryCode));
    const auto whole = finish(half->secondFactor->challengeId, byCode(app.code(kNow + 60s)), kNow + 60s);
    ASSERT_RESULT(whole);
    ASSERT_TRUE(whole->session);
    EXPECT_RESULT(verify(*whole, kNow + 60s));
    EXPECT_EQ(await(m_sessions->list(bo.user.id, kNow + 60s))->front().method, "password+totp");
    EXPECT_REFUSED(finish(half->secondFactor->challengeId, byCode(app.code(kNow + 90s)), kNow + 90s), ErrorCode::FailedPrecondition)
        << "this sign-in is done";
}

TEST_P(SecondFactorTest, ALinkForANewPasswordIsNoWayAroundIt)
{
    const auto bo = made("bo");
    const App app = addApp(*verify(bo));
    const auto link = await(m_people->createPasswordLink("bo", kKey, kNow));
    const auto half = signUp("", "another", link->token);
    ASSERT_RESULT(half);
    EXPECT_FALSE(half->outcome.session);
    ASSERT_TRUE(half->outcome.secondFactor);
    EXPECT_RESULT(finish(half->outcome.secondFactor->challengeId, byCode(app.code(kNow + 30s)), kNow + 30s));
}

TEST_P(SecondFactorTest, ACodeIsGoodOnceAndSoIsARecoveryCode)
{
    const App app = addApp(*verify(made("bo")));
    EXPECT_REFUSED(finish(challengeFor("bo"), byCode(app.code(kNow))), ErrorCode::Unauthenticated) << "it set the app up";
    const SystemTime next = kNow + 30s;
    EXPECT_RESULT(finish(challengeFor("bo", next), byCode(app.code(next)), next));
    EXPECT_REFUSED(finish(challengeFor("bo", next), byCode(app.code(next)), next), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(finish(challengeFor("bo", next), byCode(app.code(kNow)), next), ErrorCode::Unauthenticated) << "nor one before it";
    EXPECT_RESULT(finish(challengeFor("bo", next), byRecoveryCode(app.recoveryCodes[3]), next));
    EXPECT_REFUSED(finish(challengeFor("bo", next), byRecoveryCode(app.recoveryCodes[3]), next), ErrorCode::Unauthenticated);
    EXPECT_RESULT(finish(challengeFor("bo", next), byRecoveryCode(app.recoveryCodes[4]), next));
}

TEST_P(SecondFactorTest, OfAHundredAtOnceExactlyOneIsLetIn)
{
    const auto bo = made("bo");
    const App app = addApp(*verify(bo));
    makeCodes(m_openGuard);
    const SystemTime next = kNow + 30s;
    std::vector<std::string> challenges;
    for (int i = 0; i < 100; ++i)
        challenges.push_back(challengeFor("bo", next));
    EXPECT_EQ(atOnce(100, [&](int i) { return finish(challenges[i], byCode(app.code(next)), next).has_value(); }), 1);
    EXPECT_EQ(atOnce(100, [&](int i) { return finish(challenges[i], byRecoveryCode(app.recoveryCodes[0]), next).has_value(); }), 1);
    EXPECT_EQ(sessionsOf(bo.user.id, next), 3U);
}

TEST_P(SecondFactorTest, AndSoItIsWithTwoServersOverOneDatabase)
{
    const auto bo = made("bo");
    const App app = addApp(*verify(bo));
    const SystemTime next = kNow + 30s;
    const auto other = openStore();
    const auto use = [&](int i) {
        store::Store &server = i % 2 == 0 ? *m_store : *other;
        const auto used =
            server.writeNow<bool>([&](store::Transaction &tx) { return m_codes->useTotpIn(tx, bo.user.id, app.code(next), next); });
        return used && *used;
    };
    const auto recover = [&](int i) {
        store::Store &server = i % 2 == 0 ? *m_store : *other;
        const auto used = server.writeNow<bool>(
            [&](store::Transaction &tx) { return OneTimeCodes::useRecoveryCodeIn(tx, bo.user.id, app.recoveryCodes[0]); });
        return used && *used;
    };
    EXPECT_EQ(atOnce(100, use), 1);
    EXPECT_EQ(atOnce(100, recover), 1);
    other->close();
}

TEST_P(SecondFactorTest, GuessersWait)
{
    const App app = addApp(*verify(made("bo")));
    const SystemTime next = kNow + 30s;
    for (int i = 0; i < 5; ++i)
        EXPECT_REFUSED(finish(challengeFor("bo", next), byCode("000000"), next), ErrorCode::Unauthenticated);
    const auto refused = finish(challengeFor("bo", next), byCode(app.code(next)), next);
    EXPECT_REFUSED(refused, ErrorCode::RateLimited);
    EXPECT_EQ(refused.error().retryAfter, 60s);
    EXPECT_REFUSED(finish(challengeFor("bo", next), byRecoveryCode(app.recoveryCodes[0]), next), ErrorCode::RateLimited);
    const SystemTime later = next + 60s;
    EXPECT_RESULT(finish(challengeFor("bo", later), byCode(app.code(later)), later));
    for (int i = 0; i < 4; ++i)
        EXPECT_REFUSED(finish(challengeFor("bo", later), byCode("000000"), later), ErrorCode::Unauthenticated) << "the right one forgave";
}

TEST_P(SecondFactorTest, ASignInIsOverAfterFiveMinutesAndAfterTenAttempts)
{
    const App app = addApp(*verify(made("bo")));
    makeCodes(m_openGuard);
    const std::string late = challengeFor("bo");
    EXPECT_REFUSED(finish(late, byCode(app.code(kNow + 300s)), kNow + 300s), ErrorCode::FailedPrecondition);
    const std::string tried = challengeFor("bo");
    for (int i = 0; i < 10; ++i)
        EXPECT_REFUSED(finish(tried, byCode("000000")), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(finish(tried, byCode(app.code(kNow + 30s)), kNow + 30s), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(finish("", byCode("000000")), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(finish(challengeFor("bo"), {}), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(finish(challengeFor("bo"), {"000000", "x", ""}), ErrorCode::InvalidArgument);
}

TEST_P(SecondFactorTest, ASignInWithAPasswordThatWasChangedSinceIsOver)
{
    const auto bo = made("bo");
    const App app = addApp(*verify(bo));
    const std::string challenge = challengeFor("bo");
    ASSERT_RESULT(changePassword(*verify(bo), "secret of bo", "another"));
    EXPECT_REFUSED(finish(challenge, byCode(app.code(kNow + 30s)), kNow + 30s), ErrorCode::FailedPrecondition);
}

TEST_P(SecondFactorTest, APasskeyIsOneTooAndATouchIsEnough)
{
    const auto bo = made("bo"), al = made("al");
    ASSERT_RESULT(addPasskey(*verify(bo), authenticator(1)));
    ASSERT_RESULT(addPasskey(*verify(al), authenticator(2)));
    const auto half = signIn("bo", "secret of bo");
    EXPECT_THAT(half->secondFactor->kinds, ElementsAre(Factor::Passkey, Factor::RecoveryCode));
    const std::string challenge = half->secondFactor->challengeId;
    const auto proofOf = [&](const Authenticator &device, const std::string &userId) {
        const auto options = await(m_secondFactor->beginPasskey(challenge, kNow));
        EXPECT_RESULT(options);
        return byPasskey(answerOf(device, *options, userId));
    };
    EXPECT_REFUSED(finish(challenge, proofOf(authenticator(2), al.user.id)), ErrorCode::Unauthenticated) << "it is al's";
    EXPECT_REFUSED(finish(challenge, byCode("000000")), ErrorCode::Unauthenticated) << "bo has no app";
    Authenticator touched = authenticator(1);
    touched.flags = 0x01;
    const auto proof = proofOf(touched, bo.user.id);
    const auto whole = finish(challenge, proof);
    ASSERT_RESULT(whole);
    EXPECT_TRUE(whole->session);
    EXPECT_EQ(await(m_sessions->list(bo.user.id, kNow))->size(), 2U);

    const std::string again = challengeFor("bo");
    EXPECT_REFUSED(finish(again, proof), ErrorCode::Unauthenticated) << "it answers another challenge, and none was asked";
    const auto options = await(m_secondFactor->beginPasskey(again, kNow));
    const auto wrong = byPasskey(answerOf(authenticator(2), *options, bo.user.id)),
               right = byPasskey(answerOf(touched, *options, bo.user.id));
    EXPECT_REFUSED(finish(again, wrong), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(finish(again, right), ErrorCode::Unauthenticated) << "a challenge is answered once";
}

TEST_P(SecondFactorTest, WhoMustHaveOneMayOnlyWhatIsAboutThemselvesUntilThen)
{
    m_factors = FactorPolicy("example.org", {"admin", "root", "nonsense"});
    serve();
    const auto bo = made("bo", Role::Admin), al = made("al");
    EXPECT_FALSE(verify(al)->mustAddFactor);
    const Person before = *verify(bo);
    EXPECT_TRUE(before.mustAddFactor);
    EXPECT_EQ(before.permissions(), permissionsOf(Role::User));
    int told = 0;
    const auto watch = m_sessions->watch(before, [&] { ++told; });
    EXPECT_EQ(told, 0);
    (void)addApp(before);
    EXPECT_EQ(told, 1) << "what is open begins anew, and may more";
    const Person after = *verify(bo);
    EXPECT_FALSE(after.mustAddFactor);
    EXPECT_EQ(after.permissions(), permissionsOf(Role::Admin));
    ASSERT_RESULT(await(m_people->setRole("al", "admin", kKey, kNow)));
    EXPECT_TRUE(verify(al)->mustAddFactor);
}

INSTANTIATE_TEST_SUITE_P(Engines, SecondFactorTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

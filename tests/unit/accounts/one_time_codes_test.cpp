#include "tests/unit/accounts/factors_test.h"

#include "store/totp.h"

namespace matinee::accounts {
namespace {

using OneTimeCodesTest = FactorsTest;

TEST_P(OneTimeCodesTest, AnAppIsSetUpWithItsFirstCode)
{
    const Person bo = *verify(made("bo"));
    const auto begun = await(m_codes->beginTotp(bo, kNow));
    ASSERT_RESULT(begun);
    EXPECT_THAT(begun->address, testing::StartsWith("otpauth://totp/Matinee:bo?secret=" + begun->secret));
    const Bytes secret = fromBase32(begun->secret).value();
    EXPECT_REFUSED(await(m_codes->finishTotp(bo, begun->id, "000000", kNow)), ErrorCode::InvalidArgument) << "may be tried again";
    EXPECT_REFUSED(await(m_codes->finishTotp(*verify(made("al")), begun->id, totpCode(secret, totpStep(kNow)), kNow)),
                   ErrorCode::FailedPrecondition);
    const auto codes = await(m_codes->finishTotp(bo, begun->id, totpCode(secret, totpStep(kNow)), kNow));
    ASSERT_RESULT(codes);
    EXPECT_EQ(codes->size(), 10U);
    EXPECT_REFUSED(await(m_codes->finishTotp(bo, begun->id, totpCode(secret, totpStep(kNow)), kNow)), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(await(m_codes->beginTotp(bo, kNow)), ErrorCode::FailedPrecondition) << "there is one";
}

TEST_P(OneTimeCodesTest, SettingUpTakesTenMinutesAtMost)
{
    const Person bo = *verify(made("bo"));
    const auto begun = await(m_codes->beginTotp(bo, kNow));
    const Bytes secret = fromBase32(begun->secret).value();
    const SystemTime late = kNow + 600s;
    EXPECT_REFUSED(await(m_codes->finishTotp(bo, begun->id, totpCode(secret, totpStep(late)), late)), ErrorCode::FailedPrecondition);
    EXPECT_FALSE(own(bo.userId).hasTotp);
}

TEST_P(OneTimeCodesTest, TheSecretLiesSealedAndUnderAnotherKeyNobodyIsLetIn)
{
    const Person bo = *verify(made("bo"));
    const App app = addApp(bo);
    const auto row =
        m_store->readNow<std::optional<store::TotpRow>>([&](store::Transaction &tx) { return store::findTotp(tx, bo.userId); });
    EXPECT_EQ((*row)->sealedSecret.find(base32(app.secret)), std::string::npos);
    const std::string challenge = challengeFor("bo");
    const auto done =
        m_store->writeNow<int>([&](store::Transaction &tx) { return tx.execute("UPDATE totp SET sealed_secret = 'v1:of another key'"); });
    ASSERT_RESULT(done);
    EXPECT_REFUSED(finish(challenge, byCode(app.code(kNow + 30s)), kNow + 30s), ErrorCode::FailedPrecondition);
    EXPECT_RESULT(finish(challenge, byRecoveryCode(app.recoveryCodes[0]), kNow + 30s));
}

TEST_P(OneTimeCodesTest, NewRecoveryCodesReplaceThoseBefore)
{
    const Person bo = *verify(made("bo"));
    EXPECT_REFUSED(await(m_codes->makeRecoveryCodes(bo, kNow)), ErrorCode::FailedPrecondition) << "nothing to stand in for";
    const App app = addApp(bo);
    const auto codes = await(m_codes->makeRecoveryCodes(bo, kNow));
    ASSERT_RESULT(codes);
    EXPECT_EQ(own(bo.userId).recoveryCodes, 10);
    EXPECT_REFUSED(finish(challengeFor("bo"), byRecoveryCode(app.recoveryCodes[0])), ErrorCode::Unauthenticated);
    EXPECT_RESULT(finish(challengeFor("bo"), byRecoveryCode(codes->at(0))));
    EXPECT_EQ(own(bo.userId).recoveryCodes, 9);
    EXPECT_EQ(atOnce(4, [&](int) { return await(m_codes->makeRecoveryCodes(bo, kNow)).has_value(); }), 4);
    EXPECT_EQ(own(bo.userId).recoveryCodes, 10) << "however many were made at once";
}

TEST_P(OneTimeCodesTest, WithTheAppGoneThePasswordIsEnoughAgain)
{
    const Person bo = *verify(made("bo"));
    (void)addApp(bo);
    ASSERT_RESULT(await(m_codes->removeTotp(bo)));
    EXPECT_REFUSED(await(m_codes->removeTotp(bo)), ErrorCode::NotFound);
    EXPECT_EQ(own(bo.userId).recoveryCodes, 0);
    EXPECT_TRUE(signIn("bo", "secret of bo")->session);
}

TEST_P(OneTimeCodesTest, WhoMustHaveASecondFactorKeepsTheLastOne)
{
    m_factors = FactorPolicy("example.org", {"admin"});
    serve();
    const Person bo = *verify(made("bo", Role::Admin));
    (void)addApp(bo);
    EXPECT_REFUSED(await(m_codes->removeTotp(bo)), ErrorCode::FailedPrecondition);
    EXPECT_TRUE(own(bo.userId).hasTotp);
    const auto passkey = addPasskey(bo, authenticator(1));
    ASSERT_RESULT(passkey);
    ASSERT_RESULT(await(m_codes->removeTotp(bo)));
    EXPECT_REFUSED(await(m_passkeys->remove(bo, passkey->passkey.id)), ErrorCode::FailedPrecondition);
}

INSTANTIATE_TEST_SUITE_P(Engines, OneTimeCodesTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

#include "tests/unit/accounts/factors_test.h"

namespace matinee::accounts {
namespace {

using PasskeysTest = FactorsTest;

TEST_P(PasskeysTest, OneThatWasAddedSignsInWithoutAName)
{
    const auto bo = made("bo");
    const auto added = addPasskey(*verify(bo), authenticator(1), kNow, " My phone ");
    ASSERT_RESULT(added);
    EXPECT_EQ(added->passkey.name, "My phone");
    EXPECT_EQ(added->passkey.transports, "internal,hybrid");
    const auto outcome = signInByPasskey(authenticator(1), bo.user.id, kNow + 60s);
    ASSERT_RESULT(outcome);
    EXPECT_EQ(outcome->user.id, bo.user.id);
    ASSERT_TRUE(outcome->session) << "the authenticator knows its owner: no second step";
    EXPECT_RESULT(verify(*outcome, kNow + 60s));
    const auto sessions = await(m_sessions->list(bo.user.id, kNow + 60s));
    EXPECT_EQ(sessions->front().method, "passkey");
}

TEST_P(PasskeysTest, TheFirstFactorComesWithRecoveryCodesAndTheNextDoesNot)
{
    const Person bo = *verify(made("bo"));
    EXPECT_EQ(addPasskey(bo, authenticator(1))->recoveryCodes.size(), 10U);
    EXPECT_TRUE(addPasskey(bo, authenticator(2))->recoveryCodes.empty());
    EXPECT_TRUE(addApp(bo).recoveryCodes.empty());
    EXPECT_EQ(own(bo.userId).passkeys, 2);
    EXPECT_EQ(own(bo.userId).recoveryCodes, 10);
}

TEST_P(PasskeysTest, AChallengeIsAnsweredOnceInTimeAndByTheSessionThatAsked)
{
    const auto first = made("bo"), al = made("al");
    const Person bo = *verify(first);
    const Person there = *verify(*signIn("bo", "secret of bo"));
    const auto begun = await(m_passkeys->beginAdding(bo, kNow));
    const std::string json = jsonOf(authenticator(1).create(challengeOf(begun->optionsJson)));
    EXPECT_REFUSED(await(m_passkeys->finishAdding(*verify(al), begun->id, json, "", kNow)), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(await(m_passkeys->finishAdding(bo, begun->id, json, "", kNow)), ErrorCode::InvalidArgument) << "it is used up";
    const auto other = await(m_passkeys->beginAdding(bo, kNow));
    const std::string answer = jsonOf(authenticator(1).create(challengeOf(other->optionsJson)));
    EXPECT_REFUSED(await(m_passkeys->finishAdding(there, other->id, answer, "", kNow)), ErrorCode::InvalidArgument);
    const auto late = await(m_passkeys->beginAdding(bo, kNow));
    const std::string lateAnswer = jsonOf(authenticator(1).create(challengeOf(late->optionsJson)));
    EXPECT_REFUSED(await(m_passkeys->finishAdding(bo, late->id, lateAnswer, "", kNow + 300s)), ErrorCode::InvalidArgument);

    ASSERT_RESULT(addPasskey(bo, authenticator(1)));
    const auto signing = m_passkeys->beginSignIn(kNow);
    const std::string proof = answerOf(authenticator(1), signing->optionsJson, bo.userId);
    EXPECT_RESULT(await(m_passkeys->finishSignIn(signing->id, proof, {}, kNow + 299s)));
    EXPECT_REFUSED(await(m_passkeys->finishSignIn(signing->id, proof, {}, kNow + 299s)), ErrorCode::Unauthenticated);
    const auto tooLate = m_passkeys->beginSignIn(kNow);
    const std::string lateProof = answerOf(authenticator(1), tooLate->optionsJson, bo.userId);
    EXPECT_REFUSED(await(m_passkeys->finishSignIn(tooLate->id, lateProof, {}, kNow + 300s)), ErrorCode::Unauthenticated);
}

TEST_P(PasskeysTest, WhateverIsNotRightIsRefusedWithOneSentence)
{
    const auto bo = made("bo"), al = made("al");
    ASSERT_RESULT(addPasskey(*verify(bo), authenticator(1)));
    Authenticator unknown = authenticator(2), otherKey = authenticator(2), unverified = authenticator(1), elsewhere = authenticator(1),
                  otherSite = authenticator(1);
    otherKey.id = authenticator(1).id;
    unverified.flags = 0x01;
    elsewhere.origin = "https://evil.example";
    otherSite.rpId = "evil.example";
    const auto right = signInByPasskey(authenticator(1), bo.user.id);
    ASSERT_RESULT(right);
    std::string sentence;
    for (const Authenticator &device : {unknown, otherKey, unverified, elsewhere, otherSite}) {
        const auto refused = signInByPasskey(device, bo.user.id);
        EXPECT_REFUSED(refused, ErrorCode::Unauthenticated);
        EXPECT_TRUE(sentence.empty() || sentence == refused.error().message);
        sentence = refused.error().message;
    }
    EXPECT_EQ(signInByPasskey(authenticator(1), al.user.id).error().message, sentence) << "it says that it is al's";
    const auto begun = m_passkeys->beginSignIn(kNow);
    const std::string nobodys = jsonOf(authenticator(1).get(challengeOf(begun->optionsJson)));
    EXPECT_EQ(await(m_passkeys->finishSignIn(begun->id, nobodys, {}, kNow)).error().message, sentence);
    for (const char *json : {"", "{}", "[", "null"}) {
        const auto another = m_passkeys->beginSignIn(kNow);
        EXPECT_EQ(await(m_passkeys->finishSignIn(another->id, json, {}, kNow)).error().message, sentence) << json;
    }
}

TEST_P(PasskeysTest, ACounterThatDoesNotGrowLetsNobodyInAndIsNoted)
{
    const auto bo = made("bo");
    Authenticator device = authenticator(1);
    device.count = 7;
    ASSERT_RESULT(addPasskey(*verify(bo), device));
    EXPECT_REFUSED(signInByPasskey(device, bo.user.id), ErrorCode::Unauthenticated);
    device.count = 8;
    EXPECT_RESULT(signInByPasskey(device, bo.user.id));
    EXPECT_REFUSED(signInByPasskey(device, bo.user.id), ErrorCode::Unauthenticated) << "a copy";
    device.count = 9;
    EXPECT_RESULT(signInByPasskey(device, bo.user.id));
    const auto noted = m_store->writeNow<int>([](store::Transaction &tx) -> Result<int> { // behind those that were to be written
        const auto rows = tx.query("SELECT COUNT(*) FROM audit WHERE action = 'passkeys.copied'");
        if (!rows)
            return rows.error();
        return rows->front()[0].toInt();
    });
    ASSERT_RESULT(noted);
    EXPECT_EQ(*noted, 2);
}

TEST_P(PasskeysTest, OneBelongsToOneAccount)
{
    const auto bo = made("bo"), al = made("al");
    ASSERT_RESULT(addPasskey(*verify(bo), authenticator(1)));
    EXPECT_REFUSED(addPasskey(*verify(al), authenticator(1)), ErrorCode::AlreadyExists);
    EXPECT_REFUSED(addPasskey(*verify(bo), authenticator(1)), ErrorCode::AlreadyExists);
    EXPECT_EQ(own(al.user.id).recoveryCodes, 0) << "what was not added brought nothing";
}

TEST_P(PasskeysTest, TheyAreCalledSomethingAndTakenAwayByTheirOwnerOnly)
{
    const auto bo = made("bo"), al = made("al");
    const auto added = addPasskey(*verify(bo), authenticator(1));
    ASSERT_RESULT(added);
    EXPECT_EQ(added->passkey.name, "Passkey");
    const auto renamed = await(m_passkeys->rename(*verify(bo), added->passkey.id, "钥匙"));
    ASSERT_RESULT(renamed);
    EXPECT_EQ(renamed->name, "钥匙");
    for (const std::string &name : {std::string(65, 'x'), std::string("a\nb"), std::string("a\x7f")})
        EXPECT_REFUSED(await(m_passkeys->rename(*verify(bo), added->passkey.id, name)), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(await(m_passkeys->rename(*verify(al), added->passkey.id, "mine")), ErrorCode::NotFound);
    EXPECT_REFUSED(await(m_passkeys->remove(*verify(al), added->passkey.id)), ErrorCode::NotFound);
    const auto removed = await(m_passkeys->remove(*verify(bo), added->passkey.id));
    ASSERT_RESULT(removed);
    EXPECT_EQ(*removed, "钥匙") << "for the letter about it";
    EXPECT_REFUSED(signInByPasskey(authenticator(1), bo.user.id), ErrorCode::Unauthenticated);
    EXPECT_EQ(own(bo.user.id).recoveryCodes, 0) << "they stood in for it";
    EXPECT_TRUE(signIn("bo", "secret of bo")->session);
}

TEST_P(PasskeysTest, TheOnlyWayInStays)
{
    const auto bo = made("bo");
    const Person person = *verify(bo);
    const auto first = addPasskey(person, authenticator(1));
    ASSERT_RESULT(first);
    (void)addApp(person);
    forgetPassword(bo.user.id);
    EXPECT_REFUSED(await(m_passkeys->remove(person, first->passkey.id)), ErrorCode::FailedPrecondition);
    const auto second = addPasskey(person, authenticator(2));
    ASSERT_RESULT(second);
    const std::string ids[] = {first->passkey.id, second->passkey.id};
    EXPECT_EQ(atOnce(2, [&](int i) { return await(m_passkeys->remove(person, ids[i])).has_value(); }), 1);
    EXPECT_EQ(own(bo.user.id).passkeys, 1);
}

TEST_P(PasskeysTest, AnotherWayInThatTheyDoNotKnowOfCountsToo)
{
    const auto bo = made("bo");
    const auto added = addPasskey(*verify(bo), authenticator(1));
    ASSERT_RESULT(added);
    forgetPassword(bo.user.id);
    bool isOther = false;
    RelyingParty party{"example.org", {"https://example.org"}, "Matinee"};
    Passkeys passkeys(*m_store, *m_sessions, party, m_factors, nullptr,
                      [&](store::Transaction &, const store::UserRow &user) -> Result<bool> { return isOther && user.id == bo.user.id; });
    EXPECT_REFUSED(await(passkeys.remove(*verify(bo), added->passkey.id)), ErrorCode::FailedPrecondition);
    isOther = true;
    EXPECT_RESULT(await(passkeys.remove(*verify(bo), added->passkey.id)));
}

TEST_P(PasskeysTest, AnAccountHasTwenty)
{
    const Person bo = *verify(made("bo"));
    for (std::uint8_t i = 1; i <= Passkeys::kMostPerUser; ++i)
        ASSERT_RESULT(addPasskey(bo, authenticator(i)));
    EXPECT_REFUSED(addPasskey(bo, authenticator(100)), ErrorCode::FailedPrecondition);
}

TEST_P(PasskeysTest, ThoseOfAFormerDomainDoNotCount)
{
    const auto bo = made("bo");
    const auto added = addPasskey(*verify(bo), authenticator(1));
    ASSERT_RESULT(added);
    (void)challengeFor("bo");
    m_factors = FactorPolicy("elsewhere.example", {});
    serve();
    EXPECT_TRUE(signIn("bo", "secret of bo")->session) << "it could not be used, so it is not asked for";
    EXPECT_REFUSED(signInByPasskey(authenticator(1), bo.user.id), ErrorCode::Unauthenticated);
    EXPECT_RESULT(await(m_passkeys->remove(*verify(bo), added->passkey.id)));
}

TEST_P(PasskeysTest, WithoutADomainThereAreNone)
{
    const auto bo = made("bo");
    m_factors = FactorPolicy("", {});
    serve();
    EXPECT_REFUSED(await(m_passkeys->beginAdding(*verify(bo), kNow)), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(m_passkeys->beginSignIn(kNow), ErrorCode::FailedPrecondition);
}

TEST_P(PasskeysTest, ABannedPersonLearnsWhy)
{
    const auto bo = made("bo");
    ASSERT_RESULT(addPasskey(*verify(bo), authenticator(1)));
    ASSERT_RESULT(await(m_people->ban("bo", 3600s, "spam", kKey, kNow)));
    const auto refused = signInByPasskey(authenticator(1), bo.user.id);
    EXPECT_REFUSED(refused, ErrorCode::PermissionDenied);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("spam"));
}

INSTANTIATE_TEST_SUITE_P(Engines, PasskeysTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

#include "tests/unit/accounts/accounts_test.h"

namespace matinee::accounts {
namespace {

class PasswordsTest : public AccountsTest
{
protected:
    Result<Passwords::SignInBegun> begin(const std::string &name, SystemTime now = kNow, const std::string &address = "192.0.2.1")
    {
        const auto client = opaque::ClientLogin::start(passwordOf("x"));
        return await(m_passwords->beginSignIn(name, messageText(client->request()), address, now));
    }
};

TEST_P(PasswordsTest, TheRightOneSignsInUnderAnyFormOfTheName)
{
    const auto bo = made("Zoë");
    for (const char *name : {"Zoë", "zoë", "ZOE\xCC\x88", " zoë "}) {
        const auto outcome = signIn(name, "secret of Zoë");
        ASSERT_RESULT(outcome);
        EXPECT_EQ(outcome->user.id, bo.user.id);
        ASSERT_TRUE(outcome->session);
        EXPECT_RESULT(verify(*outcome));
        EXPECT_RESULT(refresh(outcome->session->refresh, kNow + 60s));
    }
}

TEST_P(PasswordsTest, AWrongOneAndAnUnknownNameAreRefusedAlike)
{
    made("bo");
    const auto noPassword = await(m_people->create("al", "", kKey, kNow));
    ASSERT_RESULT(noPassword);
    const auto wrong = signIn("bo", "wrong");
    const auto unknown = signIn("nobody", "wrong");
    const auto without = signIn("al", "wrong");
    for (const auto *one : {&wrong, &unknown, &without}) {
        EXPECT_REFUSED(*one, ErrorCode::Unauthenticated);
        EXPECT_EQ(one->error().message, wrong.error().message);
        EXPECT_EQ(one->error().field, wrong.error().field);
    }
    const auto known = begin("bo"), other = begin("nobody"), odd = begin(std::string("\0\xFF \x01", 4));
    for (const auto *one : {&known, &other, &odd}) {
        ASSERT_RESULT(*one);
        EXPECT_EQ((**one).ke2.size(), 320U);
        EXPECT_EQ((**one).id.size(), 26U);
    }
}

TEST_P(PasswordsTest, TheSameQuestionHasTheSameEvaluationWhetherThereIsSuchANameOrNot)
{
    made("bo");
    const auto client = opaque::ClientLogin::start(passwordOf("x"));
    const auto evaluated = [&](const std::string &name) {
        return await(m_passwords->beginSignIn(name, messageText(client->request()), "192.0.2.1", kNow))->ke2.substr(0, 32);
    };
    EXPECT_EQ(evaluated("bo"), evaluated("BO"));
    EXPECT_EQ(evaluated("nobody"), evaluated("NOBODY"));
    EXPECT_NE(evaluated("nobody"), evaluated("nobodyelse"));
}

TEST_P(PasswordsTest, GuessesRunOutAlikeForAnAccountAndForNone)
{
    made("bo");
    for (const char *name : {"bo", "nobody"}) {
        for (int i = 0; i < 5; ++i)
            EXPECT_REFUSED(signIn(name, "wrong", kNow, "198.51.100." + std::to_string(i)), ErrorCode::Unauthenticated);
        const auto sixth = begin(name, kNow, "198.51.100.99");
        EXPECT_REFUSED(sixth, ErrorCode::RateLimited);
        EXPECT_EQ(sixth.error().retryAfter, 60s);
        EXPECT_REFUSED(begin(std::string(1, static_cast<char>(name[0] - 32)) + (name + 1), kNow), ErrorCode::RateLimited)
            << "the same name in capitals";
    }
    EXPECT_RESULT(signIn("bo", "secret of bo", kNow + 60s));
    EXPECT_RESULT(signIn("bo", "secret of bo", kNow + 60s)) << "the right one forgets the wrong ones";
}

TEST_P(PasswordsTest, GuessesFromOneAddressRunOutOverAllNames)
{
    for (int i = 0; i < 20; ++i)
        ASSERT_RESULT(begin("name" + std::to_string(i), kNow, "203.0.113.5"));
    EXPECT_REFUSED(begin("another", kNow, "203.0.113.5"), ErrorCode::RateLimited);
    EXPECT_RESULT(begin("another", kNow, "203.0.113.6"));
}

TEST_P(PasswordsTest, AnAnswerIsGoodForOneProofAndForAMinute)
{
    made("bo");
    const auto attempt = [&](SystemTime finish, bool twice) {
        auto client = opaque::ClientLogin::start(passwordOf("secret of bo"));
        const auto begun = await(m_passwords->beginSignIn("bo", messageText(client->request()), "192.0.2.1", kNow));
        const auto proof = std::move(*client).finish(passwordOf("secret of bo"), passwordOf(begun->ke2), kFast);
        if (twice) {
            EXPECT_REFUSED(await(m_passwords->finishSignIn(begun->id, std::string(64, 'x'), {}, kNow)), ErrorCode::Unauthenticated);
        }
        return await(m_passwords->finishSignIn(begun->id, messageText(proof->finish), {}, finish));
    };
    EXPECT_RESULT(attempt(kNow + 59s, false));
    EXPECT_REFUSED(attempt(kNow, true), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(attempt(kNow + 60s, false), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(await(m_passwords->finishSignIn("", std::string(64, 'x'), {}, kNow)), ErrorCode::Unauthenticated);
}

TEST_P(PasswordsTest, WhatIsNoMessageIsNoGuess)
{
    for (const std::string &ke1 :
         {std::string(), std::string(95, 'a'), std::string(97, 'a'), std::string(96, '\0'), std::string(96, '\xFF')})
        for (int i = 0; i < 10; ++i)
            EXPECT_REFUSED(await(m_passwords->beginSignIn("bo", ke1, "192.0.2.1", kNow)), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(await(m_passwords->finishSignIn("id", "short", {}, kNow)), ErrorCode::InvalidArgument);
    EXPECT_RESULT(begin("bo"));
}

TEST_P(PasswordsTest, ABannedPersonLearnsWhyOnlyWithTheRightPassword)
{
    made("bo");
    ASSERT_RESULT(await(m_people->ban("bo", 3600s, "spam", kKey, kNow)));
    EXPECT_REFUSED(signIn("bo", "wrong"), ErrorCode::Unauthenticated);
    const auto right = signIn("bo", "secret of bo");
    EXPECT_REFUSED(right, ErrorCode::PermissionDenied);
    EXPECT_THAT(right.error().message, testing::HasSubstr("spam"));
    EXPECT_RESULT(signIn("bo", "secret of bo", kNow + 3600s));
}

TEST_P(PasswordsTest, ChangingItEndsTheOtherSessionsAndTheLinks)
{
    const auto here = made("bo");
    const auto there = *signIn("bo", "secret of bo");
    const auto link = await(m_people->createPasswordLink("bo", kKey, kNow));
    ASSERT_RESULT(verify(there));
    ASSERT_RESULT(changePassword(*verify(here), "secret of bo", "another"));
    EXPECT_RESULT(verify(here));
    EXPECT_REFUSED(verify(there), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(signUp("", "third", link->token), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(signIn("bo", "secret of bo"), ErrorCode::Unauthenticated);
    EXPECT_RESULT(signIn("bo", "another"));
}

TEST_P(PasswordsTest, ChangingItNeedsTheFormerOne)
{
    const auto bo = made("bo");
    const auto there = *signIn("bo", "secret of bo");
    const Person person = *verify(bo);
    EXPECT_REFUSED(changePassword(person, "wrong", "another"), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(changePassword(person, "", "another"), ErrorCode::InvalidArgument);
    EXPECT_RESULT(verify(there));
    EXPECT_RESULT(signIn("bo", "secret of bo"));
    for (int i = 0; i < 5; ++i)
        EXPECT_REFUSED(changePassword(person, "wrong", "another"), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(changePassword(person, "wrong", "another"), ErrorCode::RateLimited);
}

TEST_P(PasswordsTest, AChangeIsOfTheSessionThatBeganIt)
{
    const auto bo = made("bo"), al = made("al");
    auto login = opaque::ClientLogin::start(passwordOf("secret of bo"));
    auto registration = opaque::ClientRegistration::start(passwordOf("another"));
    const auto begun = await(
        m_passwords->beginChange(*verify(bo), messageText(login->request()), messageText(registration->request()), "192.0.2.1", kNow));
    ASSERT_RESULT(begun);
    const auto proof = std::move(*login).finish(passwordOf("secret of bo"), passwordOf(begun->ke2), kFast);
    const auto registered = std::move(*registration).finish(passwordOf("another"), passwordOf(begun->registrationResponse), kFast);
    EXPECT_REFUSED(
        await(m_passwords->finishChange(*verify(al), begun->id, messageText(proof->finish), messageText(registered->record), kNow)),
        ErrorCode::PermissionDenied);
    EXPECT_RESULT(signIn("bo", "secret of bo"));
}

TEST_P(PasswordsTest, OneThatWasChangedMeanwhileSignsNobodyIn)
{
    const auto bo = made("bo");
    auto client = opaque::ClientLogin::start(passwordOf("secret of bo"));
    const auto begun = await(m_passwords->beginSignIn("bo", messageText(client->request()), "192.0.2.1", kNow));
    const auto proof = std::move(*client).finish(passwordOf("secret of bo"), passwordOf(begun->ke2), kFast);
    ASSERT_RESULT(changePassword(*verify(bo), "secret of bo", "another"));
    EXPECT_REFUSED(await(m_passwords->finishSignIn(begun->id, messageText(proof->finish), {}, kNow)), ErrorCode::Unauthenticated);
}

TEST_P(PasswordsTest, WithAnotherServersSetupNoneFits)
{
    made("bo");
    const auto other = serverSetupOf(std::string(64, '2'));
    m_passwords = std::make_unique<Passwords>(*m_store, other, *m_guard, *m_sessions, nullptr);
    EXPECT_REFUSED(signIn("bo", "secret of bo"), ErrorCode::Unauthenticated);
}

TEST_P(PasswordsTest, HowTheyWentIsCounted)
{
    made("bo");
    observe::Metrics metrics;
    m_passwords = std::make_unique<Passwords>(*m_store, m_setup, *m_guard, *m_sessions, &metrics);
    ASSERT_RESULT(signIn("bo", "secret of bo"));
    EXPECT_REFUSED(signIn("bo", "wrong"), ErrorCode::Unauthenticated);
    EXPECT_THAT(metrics.text(), testing::HasSubstr("matinee_sign_ins_total{method=\"password\",outcome=\"signed_in\"} 1"));
    EXPECT_THAT(metrics.text(), testing::HasSubstr("matinee_sign_ins_total{method=\"password\",outcome=\"rejected\"} 1"));
}

INSTANTIATE_TEST_SUITE_P(Engines, PasswordsTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

#include "tests/unit/accounts/mail_test.h"

namespace matinee::accounts {

namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class PasswordResetTest : public MailTest
{
protected:
    Result<void> ask(const std::string &account, SystemTime now = kNow, const std::string &address = "198.51.100.1")
    {
        return m_reset->request(account, address, nullptr, now);
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, PasswordResetTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

TEST_P(PasswordResetTest, TheLinkOfTheLetterSetsANewPasswordAndEndsAllSessions)
{
    const Person alice = madeWith("alice", "alice@example.net");
    const auto before = signIn("alice", "secret of alice");
    ASSERT_RESULT(before);
    (void)letters();
    ASSERT_RESULT(ask("ALICE"));
    const auto sent = letters();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].to, "alice@example.net");
    EXPECT_THAT(sent[0].text, HasSubstr("https://watch.example.org/password#"));
    EXPECT_THAT(sent[0].text, HasSubstr("1 hour"));
    EXPECT_REFUSED(signUp("", "a new secret", sent[0].token(), kNow + 1h), ErrorCode::PermissionDenied) << "its hour is over";
    const auto finished = signUp("", "a new secret", sent[0].token(), kNow + 59min);
    ASSERT_RESULT(finished);
    EXPECT_TRUE(finished->isNewPassword);
    EXPECT_TRUE(finished->outcome.session);
    EXPECT_FALSE(verify(*before));
    EXPECT_FALSE(signIn("alice", "secret of alice"));
    EXPECT_TRUE(signIn("alice", "a new secret"));
    EXPECT_REFUSED(signUp("", "another", sent[0].token(), kNow + 59min), ErrorCode::PermissionDenied) << "once";
}

TEST_P(PasswordResetTest, ASecondFactorIsAskedForAllTheSame)
{
    const Person alice = madeWith("alice", "alice@example.net");
    addApp(alice);
    ASSERT_RESULT(ask("alice@EXAMPLE.net"));
    const auto finished = signUp("", "a new secret", letters().at(0).token());
    ASSERT_RESULT(finished);
    EXPECT_FALSE(finished->outcome.session);
    EXPECT_TRUE(finished->outcome.secondFactor);
}

TEST_P(PasswordResetTest, TheAnswerIsTheSameWhoeverIsAskedFor)
{
    const Person alice = madeWith("alice", "alice@example.net");
    made("bob"); // without an address
    const auto row = await(m_addresses->add(alice, "unconfirmed@example.net", self(alice), kNow + 1s));
    ASSERT_RESULT(row);
    (void)letters(kNow + 1s);
    int i = 0;
    for (const char *account :
         {"bob", "nobody", "nobody@example.net", "unconfirmed@example.net", "@", "a@b@c", "\r\nBcc: x@example.net", " "})
        EXPECT_RESULT(ask(account, kNow, "198.51.100." + std::to_string(++i))) << account;
    const auto note = std::make_shared<AuditNote>();
    EXPECT_RESULT(m_reset->request("alice\r\n@example.net", "198.51.100.77", note, kNow));
    EXPECT_EQ(note->subject, "a***@e***.net") << "the audit log keeps no addresses";
    EXPECT_REFUSED(ask(""), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(ask(std::string(1025, 'a')), ErrorCode::InvalidArgument);
    EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(PasswordResetTest, NobodyGetsOneWhoMayNotSignIn)
{
    madeWith("alice", "alice@example.net");
    ASSERT_RESULT(await(m_people->ban("alice", 1h, "", kKey, kNow)));
    ASSERT_RESULT(ask("alice"));
    EXPECT_THAT(letters(), IsEmpty());
    ASSERT_RESULT(await(m_people->unban("alice", kKey, kNow)));
    ASSERT_RESULT(await(m_people->remove("alice", kKey, kNow)));
    ASSERT_RESULT(ask("alice"));
    EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(PasswordResetTest, AnAccountGetsThreeAnHourAndTheFirstLinkStaysGood)
{
    madeWith("alice", "alice@example.net");
    std::vector<std::string> tokens;
    for (int i = 0; i < 10; ++i) {
        ASSERT_RESULT(ask("alice", kNow + std::chrono::minutes(i), "198.51.100." + std::to_string(i)));
        for (const SentLetter &letter : letters(kNow + std::chrono::minutes(i)))
            tokens.push_back(letter.token());
    }
    ASSERT_EQ(tokens.size(), 3U);
    ASSERT_RESULT(signUp("", "a new secret", tokens[0], kNow + 10min));
    EXPECT_REFUSED(signUp("", "stolen", tokens[2], kNow + 10min), ErrorCode::PermissionDenied) << "one that is used ends the others";
    ASSERT_RESULT(ask("alice", kNow + 1h + 1s, "198.51.100.99"));
    EXPECT_EQ(letters(kNow + 1h + 1s).size(), 1U);
}

TEST_P(PasswordResetTest, OneNetworkAsksTwentyTimesAnHour)
{
    for (int i = 0; i < 20; ++i)
        ASSERT_RESULT(ask("nobody" + std::to_string(i), kNow, "2001:db8::" + std::to_string(i + 1)));
    const auto refused = ask("alice", kNow, "2001:db8::ffff");
    EXPECT_REFUSED(refused, ErrorCode::RateLimited);
    EXPECT_GT(refused.error().retryAfter, 0s);
    EXPECT_RESULT(ask("alice", kNow, "2001:db8:0:1::1"));
    EXPECT_RESULT(ask("alice", kNow + 1h, "2001:db8::1"));
}

} // namespace

} // namespace matinee::accounts

#include "tests/unit/accounts/mail_test.h"

namespace matinee::accounts {

namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SecurityLettersTest : public MailTest
{
protected:
    Result<SignInOutcome> from(const std::string &address, SystemTime now) { return signIn("alice", "secret of alice", now, address); }
    void forgetSessions(const Person &person, SystemTime now) { ASSERT_RESULT(await(m_sessions->revokeOthers(person.userId, "", now))); }
};
INSTANTIATE_TEST_SUITE_P(Engines, SecurityLettersTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

TEST_P(SecurityLettersTest, ASignInFromWhereTheAccountNeverWasIsTold)
{
    madeWith("alice", "alice@example.net");
    ASSERT_RESULT(from("192.0.2.77", kNow + 1s));
    EXPECT_THAT(letters(kNow + 1s), IsEmpty()) << "the network of the first sign-in";
    ASSERT_RESULT(from("198.51.100.7", kNow + 2s));
    const auto told = letters(kNow + 2s);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].to, "alice@example.net");
    EXPECT_THAT(told[0].text, HasSubstr("Firefox on Linux"));
    EXPECT_THAT(told[0].text, HasSubstr("198.51.100.7"));
    EXPECT_THAT(told[0].text, HasSubstr("https://watch.example.org/account"));
    EXPECT_THAT(told[0].text, Not(HasSubstr("#"))) << "no link of it signs anybody in";
    ASSERT_RESULT(from("198.51.100.9", kNow + 3s));
    EXPECT_THAT(letters(kNow + 3s), IsEmpty()) << "known by now";
    ASSERT_RESULT(from("2001:db8:1:2::1", kNow + 4s));
    EXPECT_EQ(letters(kNow + 4s).size(), 1U);
    ASSERT_RESULT(from("2001:db8:1:3::1", kNow + 5s));
    EXPECT_THAT(letters(kNow + 5s), IsEmpty()) << "the same 48 bits";
    EXPECT_FALSE(signIn("alice", "wrong", kNow + 6s, "203.0.113.1"));
    EXPECT_THAT(letters(kNow + 6s), IsEmpty()) << "nobody came in";
}

TEST_P(SecurityLettersTest, ADeviceIsForgottenAfterNinetyDays)
{
    const Person alice = madeWith("alice", "alice@example.net");
    forgetSessions(alice, kNow);
    const SystemTime later = kNow + std::chrono::days(89);
    ASSERT_RESULT(from("192.0.2.1", later));
    EXPECT_THAT(letters(later), IsEmpty());
    forgetSessions(alice, later);
    const SystemTime last = later + std::chrono::days(90);
    ASSERT_RESULT(from("192.0.2.1", last));
    EXPECT_EQ(letters(last).size(), 1U);
    EXPECT_GT(*await(m_security->sweep(last + std::chrono::days(91))), 0);
    EXPECT_EQ(everythingStoredIn("SELECT count(*) FROM known_devices"), "0 ");
}

TEST_P(SecurityLettersTest, AnAccountFromBeforeIsKnownByItsSessions)
{
    const Person alice = madeWith("alice", "alice@example.net");
    ASSERT_RESULT(m_store->writeNow<int>([](store::Transaction &tx) { return tx.execute("DELETE FROM known_devices"); }));
    const SystemTime later = kNow + std::chrono::days(3);
    ASSERT_RESULT(from("192.0.2.1", later));
    EXPECT_THAT(letters(later), IsEmpty());
}

TEST_P(SecurityLettersTest, TheStateOfAnAccountStaysSmall)
{
    madeWith("alice", "alice@example.net");
    for (int i = 0; i < 70; ++i)
        ASSERT_RESULT(from("10.0." + std::to_string(i) + ".1", kNow + std::chrono::minutes(i)));
    (void)letters(kNow + 2h);
    EXPECT_EQ(everythingStoredIn("SELECT count(*) FROM known_devices"), "50 ");
}

TEST_P(SecurityLettersTest, WhoWantsNoneGetsNone)
{
    const Person alice = madeWith("alice", "alice@example.net");
    const auto set = await(m_addresses->setPreferences(alice, {false, std::nullopt}, {}, self(alice), kNow));
    ASSERT_RESULT(set);
    EXPECT_FALSE(set->preferences.newDeviceLetters);
    ASSERT_RESULT(from("198.51.100.7", kNow + 1s));
    EXPECT_THAT(letters(kNow + 1s), IsEmpty());
    made("bob"); // has no address
    ASSERT_RESULT(signIn("bob", "secret of bob", kNow + 2s, "198.51.100.7"));
    EXPECT_THAT(letters(kNow + 2s), IsEmpty());
}

TEST_P(SecurityLettersTest, ACopiedSignInIsTold)
{
    madeWith("alice", "alice@example.net");
    const auto signedIn = signIn("alice", "secret of alice", kNow);
    const std::string first = signedIn->session->refresh;
    const auto second = refresh(first, kNow + 1min);
    ASSERT_RESULT(second);
    ASSERT_RESULT(refresh(second->session->refresh, kNow + 2min));
    (void)letters(kNow + 2min);
    EXPECT_FALSE(refresh(first, kNow + 3min));
    const auto told = letters(kNow + 3min);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(told[0].text, HasSubstr("A copy of a sign-in of yours was used"));
    EXPECT_THAT(told[0].text, HasSubstr("198.51.100.7")) << "where it was used";
}

TEST_P(SecurityLettersTest, EveryChangeHasASentenceInBothLanguages)
{
    const Person alice = madeWith("alice", "alice@example.net");
    using mail::Change;
    int i = 0;
    for (const Change change :
         {Change::PasswordChanged, Change::PasskeyAdded, Change::PasskeyRemoved, Change::AppAdded, Change::AppRemoved,
          Change::RecoveryCodesMade, Change::AddressAdded, Change::AddressRemoved, Change::AddressPrimary, Change::MailCodesOn,
          Change::MailCodesOff, Change::SignInLinked, Change::SignInUnlinked, Change::FactorsReset, Change::SessionStolen}) {
        EXPECT_EQ(mail::changeNamed(mail::changeName(change)), change);
        EXPECT_NE(mail::englishChange(change, "x"), mail::chineseChange(change, "x"));
        const SystemTime now = kNow + std::chrono::hours(++i);
        m_security->changed(alice.userId, change, "a\r\nBcc: evil@example.com", {"Firefox\r\nBcc: e@example.com", "192.0.2.1\n"}, now);
        const auto told = letters(now);
        ASSERT_EQ(told.size(), 1U);
        EXPECT_THAT(told[0].message, Not(HasSubstr("\nBcc:")));
        EXPECT_THAT(told[0].text, Not(HasSubstr("\nBcc:")));
        EXPECT_THAT(told[0].text, Not(HasSubstr("example.com"))) << "nothing that a mail program makes a link of";
    }
}

TEST_P(SecurityLettersTest, NothingIsNotedWhereNoMailIsSent)
{
    madeWith("alice", "alice@example.net");
    m_configuration.server.host.clear();
    ASSERT_RESULT(m_store->writeNow<int>([](store::Transaction &tx) { return tx.execute("DELETE FROM known_devices"); }));
    ASSERT_RESULT(from("198.51.100.7", kNow + 1s));
    m_security->changed("nobody", mail::Change::PasswordChanged, {}, {}, kNow);
    EXPECT_EQ(everythingStoredIn("SELECT count(*) FROM known_devices"), "0 ");
}

} // namespace

} // namespace matinee::accounts

#include "tests/unit/accounts/mail_test.h"

namespace matinee::accounts {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MailCodesTest : public MailTest
{
protected:
    Person withCodes(const std::string &name)
    {
        m_allowsCodes = true;
        Person person = madeWith(name, name + "@example.net");
        EXPECT_RESULT(await(m_addresses->setPreferences(person, {std::nullopt, true}, {}, self(person), kNow)));
        (void)letters();
        return person;
    }
    std::string codeFor(const std::string &challenge, SystemTime now = kNow)
    {
        const auto sent = await(m_secondFactor->sendMailCode(challenge, now));
        EXPECT_RESULT(sent);
        const auto told = letters(now);
        EXPECT_EQ(told.size(), 1U);
        return told.empty() ? "" : told[0].code();
    }
    static SecondFactor::Proof byMail(std::string code) { return {{}, {}, {}, std::move(code)}; }
    static std::string other(std::string code)
    {
        code[0] = code[0] == '9' ? '0' : static_cast<char>(code[0] + 1);
        return code;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, MailCodesTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

TEST_P(MailCodesTest, AreOfferedToWhoChoseThemWhereTheServerAllowsThem)
{
    const Person alice = madeWith("alice", "alice@example.net");
    EXPECT_REFUSED(await(m_addresses->setPreferences(alice, {std::nullopt, true}, {}, self(alice), kNow)), ErrorCode::FailedPrecondition);
    m_allowsCodes = true;
    EXPECT_TRUE(signIn("alice", "secret of alice")->session) << "allowed, and not chosen";
    ASSERT_RESULT(await(m_addresses->setPreferences(alice, {std::nullopt, true}, {}, self(alice), kNow)));
    EXPECT_THAT(letters().at(0).text, HasSubstr("Codes by mail are asked for"));
    const auto half = signIn("alice", "secret of alice");
    ASSERT_RESULT(half);
    ASSERT_TRUE(half->secondFactor);
    EXPECT_THAT(half->secondFactor->kinds, ElementsAre(Factor::MailCode));
    EXPECT_EQ(half->secondFactor->mailAddress, "alice@example.net");
    EXPECT_THAT(letters(), IsEmpty()) << "it is sent when it is asked for";
    m_allowsCodes = false;
    EXPECT_TRUE(signIn("alice", "secret of alice")->session) << "nobody is locked out by the setting";

    const Person bob = *verify(made("bob"));
    m_allowsCodes = true;
    EXPECT_REFUSED(await(m_addresses->setPreferences(bob, {std::nullopt, true}, {}, self(bob), kNow)), ErrorCode::FailedPrecondition);
}

TEST_P(MailCodesTest, AreWhatARoleHasThatNeedsTwoFactorsAndHasNoOther)
{
    m_allowsCodes = true;
    m_factors = FactorPolicy("example.org", {"root"}, [this] { return m_allowsCodes; });
    const Person rita = madeWith("rita", "rita@example.net", Role::Root);
    const auto half = signIn("rita", "secret of rita");
    ASSERT_RESULT(half);
    ASSERT_TRUE(half->secondFactor);
    EXPECT_THAT(half->secondFactor->kinds, ElementsAre(Factor::MailCode));
    EXPECT_FALSE(verify(*finish(half->secondFactor->challengeId, byMail(codeFor(half->secondFactor->challengeId))))->mustAddFactor);
    const auto id = own(rita).addresses.at(0).id;
    EXPECT_REFUSED(await(m_addresses->remove(rita, id, {}, self(rita), kNow)), ErrorCode::FailedPrecondition);
    const auto app = addApp(rita);
    EXPECT_EQ(app.recoveryCodes.size(), 10U) << "the first factor in somebody's hand";
    EXPECT_THAT(signIn("rita", "secret of rita")->secondFactor->kinds, ElementsAre(Factor::Totp, Factor::RecoveryCode));
    EXPECT_RESULT(await(m_addresses->remove(rita, id, {}, self(rita), kNow)));
}

TEST_P(MailCodesTest, ACodeSignsInOnce)
{
    withCodes("alice");
    const std::string challenge = challengeFor("alice");
    const auto sent = await(m_secondFactor->sendMailCode(challenge, kNow));
    ASSERT_RESULT(sent);
    EXPECT_EQ(sent->address, "a***@e***.net");
    EXPECT_EQ(sent->goodFor, 10min);
    const auto told = letters();
    ASSERT_EQ(told.size(), 1U);
    const std::string code = told[0].code();
    ASSERT_EQ(code.size(), 6U);
    EXPECT_REFUSED(finish(challenge, byMail(other(code))), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(finish(challenge, byMail("")), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(finish(challenge, byMail(std::string(10'000, '1'))), ErrorCode::Unauthenticated);
    const auto whole = finish(challenge, byMail(code.substr(0, 3) + " " + code.substr(3)));
    ASSERT_RESULT(whole);
    EXPECT_TRUE(whole->session);
    const std::string again = challengeFor("alice");
    EXPECT_REFUSED(finish(again, byMail(code)), ErrorCode::Unauthenticated);
    const auto sessions = await(m_sessions->list(whole->user.id, kNow));
    ASSERT_RESULT(sessions);
    EXPECT_TRUE(
        std::any_of(sessions->begin(), sessions->end(), [](const auto &session) { return session.method == "password+mail_code"; }));
}

TEST_P(MailCodesTest, OnlyTheNewestIsGoodForTenMinutesAndFiveAttempts)
{
    withCodes("alice");
    makeCodes(m_openGuard); // what holds then is the code itself
    m_secondFactor = std::make_unique<SecondFactor>(*m_store, *m_sessions, *m_passkeys, *m_codes, nullptr, m_mailCodes.get());
    std::string challenge = challengeFor("alice");
    const std::string former = codeFor(challenge, kNow);
    const std::string newest = codeFor(challenge, kNow + 1s);
    if (former != newest) {
        EXPECT_REFUSED(finish(challenge, byMail(former), kNow + 2s), ErrorCode::Unauthenticated);
    }
    const std::string late = challengeFor("alice", kNow + 10min + 1s);
    EXPECT_REFUSED(finish(late, byMail(newest), kNow + 10min + 1s), ErrorCode::Unauthenticated);

    challenge = challengeFor("alice", kNow + 11min);
    const std::string code = codeFor(challenge, kNow + 11min);
    for (int i = 0; i < 5; ++i)
        EXPECT_REFUSED(finish(challenge, byMail(other(code)), kNow + 11min), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(finish(challenge, byMail(code), kNow + 11min), ErrorCode::Unauthenticated) << "the sixth attempt";
    EXPECT_RESULT(finish(challenge, byMail(codeFor(challenge, kNow + 12min)), kNow + 12min));
}

TEST_P(MailCodesTest, OfAHundredAtOnceOneIsLetIn)
{
    withCodes("alice");
    makeCodes(m_openGuard);
    m_secondFactor = std::make_unique<SecondFactor>(*m_store, *m_sessions, *m_passkeys, *m_codes, nullptr, m_mailCodes.get());
    std::vector<std::string> challenges;
    for (int i = 0; i < 100; ++i)
        challenges.push_back(challengeFor("alice"));
    const std::string code = codeFor(challenges[0]);
    EXPECT_EQ(atOnce(100, [&](int i) { return finish(challenges[static_cast<std::size_t>(i)], byMail(code)).has_value(); }), 1);
}

TEST_P(MailCodesTest, AreSentSixTimesAnHourAndToNobodyWhoIsNotAsked)
{
    withCodes("alice");
    const std::string challenge = challengeFor("alice");
    int sent = 0;
    for (int i = 0; i < 10; ++i) {
        const auto one = await(m_secondFactor->sendMailCode(challenge, kNow + std::chrono::seconds(i)));
        sent += one ? 1 : 0;
        if (!one) {
            EXPECT_REFUSED(one, ErrorCode::RateLimited);
        }
    }
    EXPECT_EQ(sent, 6);
    EXPECT_REFUSED(await(m_secondFactor->sendMailCode("a" + challenge, kNow)), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(await(m_secondFactor->sendMailCode(challenge, kNow + 5min)), ErrorCode::FailedPrecondition) << "the sign-in is over";
}

TEST_P(MailCodesTest, ProveOnceMoreWhoOneIsAndSignNobodyIn)
{
    const Person alice = withCodes("alice");
    const auto begun = await(m_stepUp->begin(alice, "", "192.0.2.1", kNow + 1h));
    ASSERT_RESULT(begun);
    EXPECT_THAT(begun->kinds, ElementsAre(Factor::Password, Factor::MailCode));
    ASSERT_RESULT(await(m_stepUp->sendMailCode(alice, begun->id, kNow + 1h)));
    const std::string code = letters(kNow + 1h).at(0).code();
    EXPECT_REFUSED(finish(challengeFor("alice", kNow + 1h), byMail(code), kNow + 1h), ErrorCode::Unauthenticated);
    const auto prove = [&](std::string text) {
        return await(m_stepUp->finish(alice, begun->id, {{}, {}, {}, std::move(text)}, "192.0.2.1", kNow + 1h));
    };
    EXPECT_REFUSED(prove(other(code)), ErrorCode::PermissionDenied);
    EXPECT_RESULT(prove(code));
    EXPECT_TRUE(*await(m_stepUp->isFresh(alice.userId, alice.sessionId, kNow + 1h)));
    const Person bob = *verify(made("bob"));
    EXPECT_REFUSED(await(m_stepUp->sendMailCode(bob, begun->id, kNow + 1h)), ErrorCode::FailedPrecondition);
}

} // namespace

} // namespace matinee::accounts

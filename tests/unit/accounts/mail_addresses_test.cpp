#include "tests/unit/accounts/mail_test.h"

namespace matinee::accounts {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class MailAddressesTest : public MailTest
{
};
INSTANTIATE_TEST_SUITE_P(Engines, MailAddressesTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

std::vector<std::string> readersOf(const std::vector<SentLetter> &letters)
{
    std::vector<std::string> readers;
    for (const SentLetter &letter : letters)
        readers.push_back(letter.to);
    return readers;
}

TEST_P(MailAddressesTest, AnAddressCountsOnceTheLinkInTheLetterWasOpened)
{
    const Person alice = *verify(made("alice"));
    const auto row = await(m_addresses->add(alice,
                                            "  Alice@B\xC3\xBC"
                                            "cher.EXAMPLE ",
                                            self(alice), kNow));
    ASSERT_RESULT(row);
    EXPECT_EQ(row->address, "Alice@xn--bcher-kva.example");
    EXPECT_FALSE(row->verifiedAt);
    EXPECT_FALSE(row->isPrimary);
    const auto sent = letters();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].to, "Alice@xn--bcher-kva.example");
    EXPECT_THAT(sent[0].text, HasSubstr("https://watch.example.org/verify#"));
    EXPECT_THAT(sent[0].text, Not(HasSubstr("alice"))) << "a stranger must not read what somebody chose";
    EXPECT_THAT(sent[0].text, HasSubstr("24 hours"));
    const std::string token = sent[0].token();
    ASSERT_EQ(token.size(), 32U);
    EXPECT_THAT(everythingStoredIn("SELECT token_hash FROM mail_addresses"), Not(HasSubstr(token)));

    EXPECT_REFUSED(await(m_addresses->confirm("a" + token.substr(1), {}, nullptr, kNow)), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(await(m_addresses->confirm("", {}, nullptr, kNow)), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(await(m_addresses->confirm(std::string(10'000, 'a'), {}, nullptr, kNow)), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(await(m_addresses->confirm(token, {}, nullptr, kNow + 24h)), ErrorCode::FailedPrecondition);
    const auto confirmed = await(m_addresses->confirm(token, {}, nullptr, kNow + 24h - 1s));
    ASSERT_RESULT(confirmed);
    EXPECT_EQ(confirmed->address, "Alice@xn--bcher-kva.example");
    EXPECT_EQ(confirmed->outcome, MailAddresses::Came::Confirmed);
    EXPECT_REFUSED(await(m_addresses->confirm(token, {}, nullptr, kNow + 24h - 1s)), ErrorCode::FailedPrecondition);
    const auto now = own(alice);
    ASSERT_EQ(now.addresses.size(), 1U);
    EXPECT_TRUE(now.addresses[0].verifiedAt);
    EXPECT_TRUE(now.addresses[0].isPrimary);
    EXPECT_THAT(letters(), IsEmpty()) << "the first one changes nothing for anybody";
}

TEST_P(MailAddressesTest, ANewLetterMakesTheLinkOfTheOneBeforeGoodForNothing)
{
    const Person alice = *verify(made("alice"));
    const auto row = await(m_addresses->add(alice, "alice@example.net", self(alice), kNow));
    ASSERT_RESULT(row);
    const std::string former = letters().at(0).token();
    ASSERT_RESULT(await(m_addresses->sendLetter(alice, row->id, kNow + 1s)));
    const std::string newest = letters(kNow + 1s).at(0).token();
    EXPECT_REFUSED(await(m_addresses->confirm(former, {}, nullptr, kNow + 2s)), ErrorCode::FailedPrecondition);
    EXPECT_RESULT(await(m_addresses->confirm(newest, {}, nullptr, kNow + 2s)));
    EXPECT_REFUSED(await(m_addresses->sendLetter(alice, row->id, kNow + 3s)), ErrorCode::FailedPrecondition);
    const Person bob = *verify(made("bob"));
    EXPECT_REFUSED(await(m_addresses->sendLetter(bob, row->id, kNow + 3s)), ErrorCode::NotFound);
}

TEST_P(MailAddressesTest, AnAccountHasThreeAndOnlyThoseThatThisServerTakes)
{
    m_rules.allowed = mail::AllowList(std::vector<std::string>{"example.net", "*.example.com"});
    const Person alice = *verify(made("alice"));
    const auto add = [&](const std::string &address, SystemTime now = kNow) {
        return await(m_addresses->add(alice, address, self(alice), now));
    };
    const auto refused = add("alice@example.org");
    EXPECT_REFUSED(refused, ErrorCode::PermissionDenied);
    EXPECT_THAT(refused.error().message, HasSubstr("example.org"));
    EXPECT_REFUSED(add("alice@example.com"), ErrorCode::PermissionDenied);
    for (const char *bad : {"", "alice", "alice@", "@example.net", "a b@example.net", "alice@example.net\r\nBcc: x@example.net",
                            "alice\r\n@example.net", "alice@exa\nmple.net",
                            "\xE2\x80\xAE"
                            "alice@example.net"})
        EXPECT_REFUSED(add(bad), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(add(std::string("alice\0@example.net", 18)), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(add(std::string(5000, 'a') + "@example.net"), ErrorCode::InvalidArgument);
    EXPECT_RESULT(add("a1@example.net", kNow + 1ms));
    EXPECT_RESULT(add("a2@mail.example.com", kNow + 2ms));
    EXPECT_RESULT(add("a3@example.net", kNow + 3ms));
    EXPECT_RESULT(add("A3@EXAMPLE.net", kNow + 4ms)) << "the letter once more";
    EXPECT_REFUSED(add("a4@example.net", kNow + 5ms), ErrorCode::FailedPrecondition);
    EXPECT_EQ(own(alice).addresses.size(), 3U);
    EXPECT_EQ(letters(kNow + 5ms).size(), 4U);
}

TEST_P(MailAddressesTest, NobodyHasUsWriteToManyStrangers)
{
    const Person alice = *verify(made("alice"));
    int sent = 0;
    for (int i = 0; i < 20; ++i) {
        const SystemTime now = kNow + std::chrono::seconds(i);
        const auto row = await(m_addresses->add(alice, "stranger" + std::to_string(i) + "@example.net", self(alice), now));
        if (!row) {
            EXPECT_REFUSED(row, ErrorCode::RateLimited);
            continue;
        }
        ++sent;
        ASSERT_RESULT(await(m_addresses->remove(alice, row->id, {}, self(alice), now)));
    }
    EXPECT_EQ(sent, 10);
    EXPECT_EQ(letters(kNow + 1min).size(), 10U);
    EXPECT_RESULT(await(m_addresses->add(alice, "later@example.net", self(alice), kNow + 1h + 1min)));
}

TEST_P(MailAddressesTest, WhoTypesAnAddressKeepsNobodyFromItAndWhoReadsItDoes)
{
    const Person alice = *verify(made("alice"));
    const Person bob = *verify(made("bob"));
    ASSERT_RESULT(await(m_addresses->add(alice, "shared@example.net", self(alice), kNow)));
    const std::string ofAlice = letters().at(0).token();
    ASSERT_RESULT(await(m_addresses->add(bob, "Shared@example.net", self(bob), kNow)));
    const std::string ofBob = letters().at(0).token();
    EXPECT_RESULT(await(m_addresses->confirm(ofBob, {}, nullptr, kNow)));
    const auto late = await(m_addresses->confirm(ofAlice, {}, nullptr, kNow));
    EXPECT_REFUSED(late, ErrorCode::AlreadyExists);
    const auto added = await(m_addresses->addFor("alice", "shared@EXAMPLE.net", true, kKey, kNow));
    EXPECT_REFUSED(added, ErrorCode::AlreadyExists);
    EXPECT_FALSE(own(alice).addresses.at(0).verifiedAt);
}

TEST_P(MailAddressesTest, WhatChangesIsToldToTheFormerAddressToo)
{
    const Person alice = madeWith("alice", "first@example.net");
    const auto note = std::make_shared<AuditNote>();
    const auto second = confirmed(alice, "second@example.org", kNow + 1s);
    auto told = letters(kNow + 1s);
    EXPECT_THAT(readersOf(told), ElementsAre("first@example.net"));
    EXPECT_THAT(told.at(0).text, HasSubstr("s***@e***"));
    EXPECT_THAT(told.at(0).text, HasSubstr("https://watch.example.org/account"));
    EXPECT_EQ(told.at(0).token(), "") << "no letter of this kind signs anybody in";

    const Letters::Place place{"Firefox on Linux", "192.0.2.1"};
    ASSERT_RESULT(await(m_addresses->makePrimary(alice, second.id, place, {Role::User, alice.userId, note}, kNow + 2s)));
    told = letters(kNow + 2s);
    EXPECT_THAT(readersOf(told), UnorderedElementsAre("first@example.net", "second@example.org"));
    EXPECT_THAT(told.at(0).text, HasSubstr("Firefox on Linux"));
    EXPECT_THAT(note->after, HasSubstr("s***@e***.org"));
    EXPECT_THAT(note->after, Not(HasSubstr("second@"))) << "the log does not keep addresses";

    ASSERT_RESULT(await(m_addresses->remove(alice, second.id, place, self(alice), kNow + 3s)));
    told = letters(kNow + 3s);
    EXPECT_THAT(readersOf(told), UnorderedElementsAre("first@example.net", "second@example.org"));
    const auto left = own(alice);
    ASSERT_EQ(left.addresses.size(), 1U);
    EXPECT_TRUE(left.addresses[0].isPrimary) << "letters go on";
    EXPECT_REFUSED(await(m_addresses->remove(alice, second.id, place, self(alice), kNow + 4s)), ErrorCode::NotFound);
    const auto third = await(m_addresses->add(alice, "third@example.net", self(alice), kNow + 5s));
    EXPECT_REFUSED(await(m_addresses->makePrimary(alice, third->id, place, self(alice), kNow + 5s)), ErrorCode::FailedPrecondition);
}

TEST_P(MailAddressesTest, ASignUpWaitsForItsAddress)
{
    m_rules.signUpNeedsAddress = true;
    EXPECT_REFUSED(signUpWith("carol", ""), ErrorCode::InvalidArgument);
    const auto made = signUpWith("carol", "carol@example.net");
    ASSERT_RESULT(made);
    EXPECT_FALSE(made->outcome.session);
    EXPECT_TRUE(made->outcome.user.awaitsAddress);
    EXPECT_EQ(userState(made->outcome.user, kNow), "unconfirmed");
    const std::string first = letters().at(0).token();
    const auto early = signIn("carol", "secret of carol");
    ASSERT_RESULT(early);
    EXPECT_FALSE(early->session);
    m_addresses->remind(early->user.id, kNow + 1s);
    const std::string second = letters(kNow + 1s).at(0).token();
    EXPECT_REFUSED(await(m_addresses->confirm(first, {}, nullptr, kNow + 1s)), ErrorCode::FailedPrecondition);
    const auto confirmed = await(m_addresses->confirm(second, {}, nullptr, kNow + 1s));
    ASSERT_RESULT(confirmed);
    EXPECT_EQ(confirmed->outcome, MailAddresses::Came::AccountReady);
    EXPECT_TRUE(signIn("carol", "secret of carol", kNow + 2s)->session);

    m_mode = SignUpMode::Review;
    const auto reviewed = signUpWith("dave", "dave@example.net");
    ASSERT_RESULT(reviewed);
    const auto waits = await(m_addresses->confirm(letters(kNow + 2s).at(0).token(), {}, nullptr, kNow + 2s));
    ASSERT_RESULT(waits);
    EXPECT_EQ(waits->outcome, MailAddresses::Came::WaitingForReview);
    EXPECT_FALSE(signIn("dave", "secret of dave", kNow + 3s)->session);
}

TEST_P(MailAddressesTest, AnAccountThatNobodyConfirmsIsGoneAfterAWeekAndItsNameIsFree)
{
    m_rules.signUpNeedsAddress = true;
    ASSERT_RESULT(signUpWith("carol", "carol@example.net"));
    EXPECT_EQ(*await(m_addresses->sweep(kNow + std::chrono::days(7))), 0);
    EXPECT_EQ(*await(m_addresses->sweep(kNow + std::chrono::days(7) + 1s)), 1);
    EXPECT_RESULT(signUpWith("carol", "carol@example.net", kNow + std::chrono::days(8)));
    EXPECT_EQ(everythingStoredIn("SELECT count(*) FROM mail_addresses"), "1 ");
}

TEST_P(MailAddressesTest, WhoRunsTheServerAddsAndRemovesThem)
{
    m_rules.signUpNeedsAddress = true;
    ASSERT_RESULT(signUpWith("carol", "wrong@example.net"));
    (void)letters();
    ASSERT_RESULT(await(m_addresses->addFor("carol", "carol@example.net", true, kKey, kNow)));
    EXPECT_TRUE(signIn("carol", "secret of carol")->session) << "it waits no more";
    ASSERT_RESULT(await(m_addresses->removeFor("carol", "WRONG@example.net", kKey, kNow)));
    EXPECT_REFUSED(await(m_addresses->removeFor("carol", "wrong@example.net", kKey, kNow)), ErrorCode::NotFound);
    EXPECT_EQ(await(m_addresses->listOf("carol"))->addresses.size(), 1U);
    EXPECT_REFUSED(await(m_addresses->listOf("nobody")), ErrorCode::NotFound);
    made("rita", Role::Root);
    const Actor admin{Role::Admin, "u1"};
    EXPECT_REFUSED(await(m_addresses->addFor("rita", "evil@example.net", true, admin, kNow)), ErrorCode::PermissionDenied)
        << "an admin would reset the password of a root by it";
}

TEST_P(MailAddressesTest, AProviderThatVouchesForAnAddressIsBelieved)
{
    const Person alice = *verify(made("alice"));
    const Person bob = *verify(made("bob"));
    m_rules.allowed = mail::AllowList(std::vector<std::string>{"example.net"});
    const auto vouch = [&](const Person &person, const std::string &address) {
        ASSERT_RESULT(
            m_store->writeNow<void>([&](store::Transaction &tx) { return m_addresses->addVouchedIn(tx, person.userId, address, kNow); }));
    };
    vouch(alice, "alice@example.net");
    EXPECT_TRUE(own(alice).addresses.at(0).isPrimary);
    EXPECT_TRUE(own(alice).addresses.at(0).verifiedAt);
    vouch(alice, "alice@example.net");
    EXPECT_EQ(own(alice).addresses.size(), 1U);
    vouch(bob, "Alice@example.net");
    vouch(bob, "bob@example.org");
    vouch(bob, "bob\r\n@example.net");
    EXPECT_THAT(own(bob).addresses, IsEmpty()) << "another's, of a domain that is not taken, and none";
    EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(MailAddressesTest, WithoutAMailServerItSaysSo)
{
    const Person alice = *verify(made("alice"));
    m_configuration.server.host.clear();
    const auto added = await(m_addresses->add(alice, "alice@example.net", self(alice), kNow));
    EXPECT_REFUSED(added, ErrorCode::FailedPrecondition);
    EXPECT_THAT(added.error().message, HasSubstr("email.smtp_host"));
    EXPECT_REFUSED(signUpWith("carol", "carol@example.net"), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(m_reset->request("alice", "192.0.2.1", nullptr, kNow), ErrorCode::FailedPrecondition);
    EXPECT_RESULT(signUpWith("carol", ""));
}

} // namespace

} // namespace matinee::accounts

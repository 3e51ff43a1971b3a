#include "accounts/oauth2/sign_in.h"

#include "tests/unit/accounts/accounts_test.h"
#include "tests/unit/accounts/oauth2/fake_provider.h"

namespace matinee::accounts::oauth2 {
namespace {

class OAuth2SignIn : public AccountsTest
{
protected:
    void SetUp() override
    {
        AccountsTest::SetUp();
        m_providers = std::make_unique<Providers>([this](net::HttpRequest request) { return m_fake.fetch(std::move(request)); });
        setUp();
        m_signIn = std::make_unique<SignIn>(
            *m_store, *m_sessions, *m_providers, [] { return std::string("https://watch.example.org"); }, [this] { return m_mode.load(); },
            [](store::Transaction &, const store::UserRow &user) -> Result<bool> { return user.passwordRecord.has_value(); }, nullptr);
    }
    void setUp(bool enableSignup = true, bool needReview = false)
    {
        Provider oidc{.preset = findPreset("oidc"),
                      .name = "Example",
                      .clientId = "matinee",
                      .clientSecret = "s3cret",
                      .issuer = FakeProvider::kIssuer};
        oidc.enableSignup = enableSignup;
        oidc.signupNeedReview = needReview;
        oidc.allowedRedirects = {"https://www.example.org/live"};
        Provider gitHub{
            .preset = findPreset("github"), .name = "GitHub", .clientId = "gh", .clientSecret = "s", .issuer = "https://github.com"};
        gitHub.enableSignup = enableSignup;
        m_providers->set({oidc, gitHub});
    }

    Result<SignIn::Begun> begin(const std::string &provider = "oidc", std::optional<Person> who = {}, const std::string &returnTo = {})
    {
        return await(m_signIn->begin({provider, returnTo, "", std::move(who)}, kNow));
    }
    static SignIn::Finishing broughtBy(const SignIn::Begun &begun, const FakeProvider::Answer &answer, const std::string &provider = "oidc")
    {
        SignIn::Finishing brought;
        brought.provider = provider;
        brought.state = answer.state;
        brought.code = answer.code;
        brought.issuer = provider == "oidc" ? FakeProvider::kIssuer : "";
        brought.binding = begun.binding;
        return brought;
    }
    Result<SignIn::Finished> finish(SignIn::Finishing brought, SystemTime now = kNow)
    {
        return await(m_signIn->finish(std::move(brought), now));
    }
    /// From the beginning to the end.
    Result<SignIn::Finished> signInAs(const std::string &subject, const std::string &name, const std::string &provider = "oidc")
    {
        const auto begun = begin(provider);
        if (!begun)
            return begun.error();
        return finish(broughtBy(*begun, m_fake.visit(begun->address, subject, name), provider));
    }
    Result<SignIn::Finished> linkTo(const Person &person, const std::string &subject, const std::string &provider = "oidc")
    {
        const auto begun = begin(provider, person);
        if (!begun)
            return begun.error();
        auto brought = broughtBy(*begun, m_fake.visit(begun->address, subject, "there"), provider);
        brought.who = person;
        return finish(std::move(brought));
    }
    std::vector<std::string> idsOf(const std::string &userId)
    {
        std::vector<std::string> ids;
        const auto rows = await(m_signIn->list(userId));
        EXPECT_RESULT(rows);
        for (const auto &row : *rows)
            ids.push_back(identityId(row));
        return ids;
    }

    FakeProvider m_fake{kNow};
    std::unique_ptr<Providers> m_providers;
    std::unique_ptr<SignIn> m_signIn;
};

TEST_P(OAuth2SignIn, MakesAnAccountTheFirstTimeAndFindsItTheNext)
{
    const auto first = signInAs("24400320", "zoe");
    ASSERT_RESULT(first);
    EXPECT_TRUE(first->isNew);
    EXPECT_EQ(first->outcome.user.name, "zoe");
    EXPECT_EQ(first->outcome.user.role, "user");
    EXPECT_EQ(first->returnTo, "/");
    ASSERT_RESULT(verify(first->outcome));
    const auto sessions = await(m_sessions->list(first->outcome.user.id, kNow));
    EXPECT_EQ(sessions->front().method, "oauth2:oidc");

    const auto again = signInAs("24400320", "zoe-renamed");
    ASSERT_RESULT(again);
    EXPECT_FALSE(again->isNew);
    EXPECT_EQ(again->outcome.user.id, first->outcome.user.id);
    EXPECT_EQ(again->outcome.user.name, "zoe") << "a name here is their own";
    EXPECT_EQ(await(m_signIn->list(first->outcome.user.id))->front().name, "zoe-renamed");
    EXPECT_EQ(m_fake.fetched[std::string(FakeProvider::kIssuer) + "/.well-known/openid-configuration"], 1) << "asked once";
    EXPECT_EQ(m_fake.fetched["https://login.example.org/jwks"], 1);
}

TEST_P(OAuth2SignIn, TheSameNumberElsewhereIsSomebodyElse)
{
    const auto one = signInAs("583231", "octocat");
    const auto other = signInAs("583231", "octocat", "github");
    ASSERT_RESULT(one);
    ASSERT_RESULT(other);
    EXPECT_NE(one->outcome.user.id, other->outcome.user.id);
    EXPECT_EQ(other->outcome.user.name, "octocat2") << "the name was taken";
}

TEST_P(OAuth2SignIn, ANameThatLooksLikeAnothersIsNotGivenTwice)
{
    ASSERT_RESULT(signUp("admin", "a password"));
    const auto finished = signInAs("1", "adm1n");
    ASSERT_RESULT(finished);
    EXPECT_EQ(finished->outcome.user.name, "adm1n2");
    EXPECT_EQ(finished->outcome.user.role, "user");
}

TEST_P(OAuth2SignIn, NobodyGetsAnAccountWhereTheProviderMayNotMakeOne)
{
    const auto known = signInAs("1", "zoe");
    ASSERT_RESULT(known);
    setUp(false);
    EXPECT_REFUSED(signInAs("2", "eve"), ErrorCode::PermissionDenied);
    EXPECT_RESULT(signInAs("1", "zoe")) << "who has one comes in";
}

TEST_P(OAuth2SignIn, WithReviewANewAccountWaits)
{
    setUp(true, true);
    const auto finished = signInAs("1", "zoe");
    ASSERT_RESULT(finished);
    EXPECT_FALSE(finished->outcome.session);
    EXPECT_TRUE(finished->isNew);
    ASSERT_RESULT(await(m_people->approve("zoe", kKey, kNow)));
    EXPECT_TRUE(signInAs("1", "zoe")->outcome.session);
    setUp(true, false);
    m_mode = SignUpMode::Review;
    EXPECT_FALSE(signInAs("2", "bo")->outcome.session) << "accounts.sign_up says so for everybody";
}

TEST_P(OAuth2SignIn, WhoIsBannedStaysOut)
{
    ASSERT_RESULT(signInAs("1", "zoe"));
    ASSERT_RESULT(await(m_people->ban("zoe", std::nullopt, "spam", kKey, kNow)));
    EXPECT_REFUSED(signInAs("1", "zoe"), ErrorCode::PermissionDenied);
}

TEST_P(OAuth2SignIn, IsBoundToTheBrowserThatBegan)
{
    const auto begun = begin();
    ASSERT_RESULT(begun);
    const auto answer = m_fake.visit(begun->address, "1", "eve");
    for (const std::string &binding : {std::string(), std::string(26, 'a'), begun->binding.substr(1), begun->binding + "a"}) {
        const auto another = begin();
        auto brought = broughtBy(*another, m_fake.visit(another->address, "1", "eve"));
        brought.binding = binding;
        EXPECT_REFUSED(finish(std::move(brought)), ErrorCode::FailedPrecondition) << binding;
    }
    auto brought = broughtBy(*begun, answer);
    EXPECT_RESULT(finish(brought));
    const auto tab = await(m_signIn->begin({"oidc", "", begun->binding, {}}, kNow));
    EXPECT_EQ(tab->binding, begun->binding) << "several tabs of one browser";
    EXPECT_NE(await(m_signIn->begin({"oidc", "", "planted", {}}, kNow))->binding, "planted");
}

TEST_P(OAuth2SignIn, AStateIsGoodOnceAndForTenMinutes)
{
    m_fake.isCodeGoodForEver = true;
    const auto begun = begin();
    const auto brought = broughtBy(*begun, m_fake.visit(begun->address, "1", "zoe"));
    ASSERT_RESULT(finish(brought));
    EXPECT_REFUSED(finish(brought), ErrorCode::FailedPrecondition);
    const auto slow = begin();
    EXPECT_REFUSED(finish(broughtBy(*slow, m_fake.visit(slow->address, "1", "zoe")), kNow + 601s), ErrorCode::FailedPrecondition);
    auto unknown = broughtBy(*slow, {std::string(26, 'b'), "code-1"});
    EXPECT_REFUSED(finish(unknown), ErrorCode::FailedPrecondition);
    const auto wrong = begin();
    auto first = broughtBy(*wrong, m_fake.visit(wrong->address, "1", "zoe"));
    auto other = first;
    other.binding = std::string(26, 'a');
    EXPECT_REFUSED(finish(other), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(finish(first), ErrorCode::FailedPrecondition) << "used up by the attempt";
}

TEST_P(OAuth2SignIn, ACodeIsGoodOnceEvenWhereTheProviderTakesItTwice)
{
    m_fake.isCodeGoodForEver = true;
    const auto one = begin();
    const auto answer = m_fake.visit(one->address, "1", "zoe");
    ASSERT_RESULT(finish(broughtBy(*one, answer)));
    const auto two = begin();
    const auto own = m_fake.visit(two->address, "2", "eve");
    EXPECT_REFUSED(finish(broughtBy(*two, {own.state, answer.code})), ErrorCode::FailedPrecondition);
    const auto three = begin();
    const auto theirs = m_fake.visit(three->address, "3", "bo");
    const auto four = begin();
    const auto mine = m_fake.visit(four->address, "4", "cy");
    EXPECT_REFUSED(finish(broughtBy(*four, {mine.state, theirs.code})), ErrorCode::Unauthenticated)
        << "injected: the verifier does not fit";
}

TEST_P(OAuth2SignIn, AMixedUpAnswerIsRefused)
{
    const auto brought = [&](const std::string &issuer, const std::string &provider) {
        const auto begun = begin();
        auto answer = broughtBy(*begun, m_fake.visit(begun->address, "1", "zoe"));
        answer.issuer = issuer;
        answer.provider = provider;
        return finish(std::move(answer));
    };
    EXPECT_REFUSED(brought("https://evil.example", "oidc"), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(brought("", "oidc"), ErrorCode::Unauthenticated) << "it always names itself";
    EXPECT_REFUSED(brought(FakeProvider::kIssuer, "github"), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(brought(FakeProvider::kIssuer, ""), ErrorCode::FailedPrecondition);
    EXPECT_RESULT(brought(FakeProvider::kIssuer, "oidc"));
    m_fake.issuer = "https://evil.example";
    EXPECT_REFUSED(brought(FakeProvider::kIssuer, "oidc"), ErrorCode::Unauthenticated) << "the token is another's";
}

TEST_P(OAuth2SignIn, ANewKeyOfTheProviderIsFound)
{
    ASSERT_RESULT(signInAs("1", "zoe"));
    m_fake.key = {"k2", *Key::p256Private(Bytes(32, 8)), {}};
    EXPECT_REFUSED(signInAs("1", "zoe"), ErrorCode::Unauthenticated) << "its keys were read a moment ago";
    const auto begun = await(m_signIn->begin({"oidc", "", "", {}}, kNow + 61s));
    EXPECT_RESULT(finish(broughtBy(*begun, m_fake.visit(begun->address, "1", "zoe")), kNow + 61s));
}

TEST_P(OAuth2SignIn, WhatAProviderRefusesIsTold)
{
    const auto begun = begin();
    auto brought = broughtBy(*begun, m_fake.visit(begun->address, "1", "zoe"));
    brought.code.clear();
    brought.error = "access_denied";
    EXPECT_REFUSED(finish(brought), ErrorCode::PermissionDenied);
    const auto other = begin();
    auto odd = broughtBy(*other, m_fake.visit(other->address, "1", "zoe"));
    odd.error = "<script>";
    const auto refused = finish(odd);
    EXPECT_REFUSED(refused, ErrorCode::FailedPrecondition);
    EXPECT_EQ(refused.error().message.find('<'), std::string::npos);
    const auto bare = begin();
    auto none = broughtBy(*bare, m_fake.visit(bare->address, "1", "zoe"));
    none.code.clear();
    EXPECT_REFUSED(finish(none), ErrorCode::InvalidArgument);
}

TEST_P(OAuth2SignIn, AProviderThatIsAwayIsNotAskedForEachPerson)
{
    m_fake.isAway = true;
    for (int i = 0; i < 5; ++i)
        EXPECT_REFUSED(begin(), ErrorCode::Unavailable);
    EXPECT_EQ(m_fake.fetched[std::string(FakeProvider::kIssuer) + "/.well-known/openid-configuration"], 1);
    m_fake.isAway = false;
    EXPECT_RESULT(await(m_signIn->begin({"oidc", "", "", {}}, kNow + 11s)));
    EXPECT_REFUSED(begin("google"), ErrorCode::NotFound) << "not set up";
    EXPECT_REFUSED(begin("nobody"), ErrorCode::NotFound);
}

TEST_P(OAuth2SignIn, GoesOnToOurPagesAndToThoseThatWereNamed)
{
    const auto begun = begin("oidc", {}, "/watch/live?stats=1");
    ASSERT_RESULT(begun);
    EXPECT_EQ(finish(broughtBy(*begun, m_fake.visit(begun->address, "1", "zoe")))->returnTo, "/watch/live?stats=1");
    EXPECT_RESULT(begin("oidc", {}, "https://www.example.org/live"));
    EXPECT_REFUSED(begin("github", {}, "https://www.example.org/live"), ErrorCode::InvalidArgument) << "of another provider";
    for (const char *wanted : {"https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"}) {
        const auto refused = begin("oidc", {}, wanted);
        EXPECT_REFUSED(refused, ErrorCode::InvalidArgument);
        EXPECT_EQ(refused.error().field, "return_to");
    }
}

TEST_P(OAuth2SignIn, AnAccountThereIsLinkedToOneHereAndTakenAway)
{
    const auto alice = made("alice");
    const auto person = *verify(alice);
    const auto linked = linkTo(person, "7");
    ASSERT_RESULT(linked);
    EXPECT_TRUE(linked->isLinked);
    EXPECT_FALSE(linked->outcome.session);
    EXPECT_EQ(signInAs("7", "whatever")->outcome.user.id, person.userId);
    EXPECT_RESULT(linkTo(person, "7")) << "it is theirs already";
    EXPECT_EQ(idsOf(person.userId).size(), 1U);
    EXPECT_REFUSED(linkTo(*verify(made("bob")), "7"), ErrorCode::AlreadyExists);
    const auto id = idsOf(person.userId).front();
    EXPECT_REFUSED(await(m_signIn->unlink("nobody", id)), ErrorCode::NotFound);
    EXPECT_RESULT(await(m_signIn->unlink(person.userId, id))) << "there is the password";
    EXPECT_REFUSED(await(m_signIn->unlink(person.userId, id)), ErrorCode::NotFound);
    EXPECT_NE(signInAs("7", "whatever")->outcome.user.id, person.userId);
}

TEST_P(OAuth2SignIn, AnAddressThatTheProviderHasProvedIsKeptForANewOrLinkedAccount)
{
    std::vector<std::pair<std::string, std::string>> kept;
    m_signIn->setKeepAddress([&](store::Transaction &, const std::string &userId, const std::string &address, SystemTime) -> Result<void> {
        kept.emplace_back(userId, address);
        return {};
    });
    m_fake.email = "zoe@example.net";
    m_fake.isEmailVerified = false;
    ASSERT_RESULT(signInAs("1", "yan"));
    EXPECT_TRUE(kept.empty()) << "it only says so";
    m_fake.isEmailVerified = true;
    const auto zoe = signInAs("2", "zoe");
    ASSERT_RESULT(zoe);
    ASSERT_RESULT(signInAs("2", "zoe"));
    const auto person = *verify(made("alice"));
    ASSERT_RESULT(linkTo(person, "7"));
    EXPECT_THAT(kept, testing::ElementsAre(std::make_pair(zoe->outcome.user.id, std::string("zoe@example.net")),
                                           std::make_pair(person.userId, std::string("zoe@example.net"))));
}

TEST_P(OAuth2SignIn, OnlyWhoBeganToLinkMayFinishIt)
{
    const auto alice = *verify(made("alice"));
    const auto bob = *verify(made("bob"));
    const auto brought = [&](std::optional<Person> who) {
        const auto begun = begin("oidc", alice);
        auto answer = broughtBy(*begun, m_fake.visit(begun->address, "7", "there"));
        answer.who = std::move(who);
        return finish(std::move(answer));
    };
    EXPECT_REFUSED(brought(std::nullopt), ErrorCode::FailedPrecondition);
    EXPECT_REFUSED(brought(bob), ErrorCode::FailedPrecondition);
    Person elsewhere = alice;
    elsewhere.sessionId = "another";
    EXPECT_REFUSED(brought(elsewhere), ErrorCode::FailedPrecondition);
    EXPECT_TRUE(idsOf(alice.userId).empty());
    EXPECT_RESULT(brought(alice));
}

TEST_P(OAuth2SignIn, TheLastWayInIsNeverTakenAway)
{
    const auto zoe = signInAs("1", "zoe");
    ASSERT_RESULT(zoe);
    const auto person = *verify(zoe->outcome);
    EXPECT_REFUSED(await(m_signIn->unlink(person.userId, idsOf(person.userId).front())), ErrorCode::FailedPrecondition);
    ASSERT_RESULT(linkTo(person, "583231", "github"));
    const auto ids = idsOf(person.userId);
    ASSERT_EQ(ids.size(), 2U);
    EXPECT_RESULT(await(m_signIn->unlink(person.userId, ids.front())));
    EXPECT_REFUSED(await(m_signIn->unlink(person.userId, ids.back())), ErrorCode::FailedPrecondition);

    ASSERT_RESULT(linkTo(person, "9"));
    m_providers->set({}); // the operator takes all of them away: they lead nowhere
    for (const auto &id : idsOf(person.userId))
        EXPECT_REFUSED(await(m_signIn->unlink(person.userId, id)), ErrorCode::FailedPrecondition);
}

TEST_P(OAuth2SignIn, AnAccountHasABoundedNumberOfThem)
{
    const auto person = *verify(made("alice"));
    for (std::size_t i = 0; i < kMostIdentities; ++i)
        ASSERT_RESULT(linkTo(person, std::to_string(100 + i)));
    EXPECT_REFUSED(linkTo(person, "999"), ErrorCode::FailedPrecondition);
}

INSTANTIATE_TEST_SUITE_P(Engines, OAuth2SignIn, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts::oauth2

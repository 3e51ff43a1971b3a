#include "tests/unit/accounts/accounts_test.h"

#include <thread>

namespace matinee::accounts {
namespace {

class SignUpTest : public AccountsTest
{
protected:
    std::string setUpLink()
    {
        auto made = m_store->writeNow<std::optional<std::string>>([](store::Transaction &tx) { return makeSetupToken(tx, kNow); });
        EXPECT_RESULT(made);
        return made ? made->value_or("") : "";
    }
};

TEST_P(SignUpTest, MakesAnAccountThatIsSignedInAndSignsInAgain)
{
    const auto finished = signUp("Zoe\xCC\x88", "a password");
    ASSERT_RESULT(finished);
    EXPECT_FALSE(finished->isFirstRoot);
    const auto &user = finished->outcome.user;
    EXPECT_EQ(user.name, "Zo\xC3\xAB");
    EXPECT_EQ(user.role, "user");
    EXPECT_EQ(user.language, "en");
    EXPECT_EQ(userState(user, kNow), "active");
    EXPECT_THAT(user.id, testing::MatchesRegex("u[a-z2-7]{15}"));
    const auto person = verify(finished->outcome);
    ASSERT_RESULT(person);
    EXPECT_EQ(person->userId, user.id);
    EXPECT_RESULT(signIn("ZOË", "a password"));
}

TEST_P(SignUpTest, ATakenOrLookAlikeNameIsToldAtTheEndOnly)
{
    ASSERT_RESULT(signUp("admin", "a password"));
    for (const char *name : {"admin", "Admin", "adm1n", "аԁміп", "ａｄｍｉｎ", "adrnin", "ꓮꓓꓟꓲꓠ"}) {
        const auto client = opaque::ClientRegistration::start(passwordOf("p"));
        EXPECT_RESULT(await(m_signUps->begin(name, messageText(client->request()), "", kNow)));
        const auto again = signUp(name, "another");
        EXPECT_REFUSED(again, ErrorCode::AlreadyExists);
        EXPECT_EQ(again.error().field, "name") << name;
    }
    EXPECT_RESULT(signUp("admins", "another"));
    EXPECT_REFUSED(signUp("a dmin", "another"), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(signUp("аdmin", "another"), ErrorCode::InvalidArgument) << "two scripts";
}

TEST_P(SignUpTest, IsOfFreePeopleOnlyWhereTheServerTakesThem)
{
    for (const SignUpMode mode : {SignUpMode::Closed, SignUpMode::Invitation}) {
        m_mode = mode;
        EXPECT_REFUSED(signUp("bo", "p"), ErrorCode::PermissionDenied);
    }
    m_mode = SignUpMode::Open;
    auto client = opaque::ClientRegistration::start(passwordOf("p"));
    const auto begun = await(m_signUps->begin("bo", messageText(client->request()), "", kNow));
    const auto registered = std::move(*client).finish(passwordOf("p"), passwordOf(begun->registrationResponse), kFast);
    m_mode = SignUpMode::Closed; // meanwhile
    EXPECT_REFUSED(await(m_signUps->finish(begun->id, messageText(registered->record), "", {}, kNow)), ErrorCode::PermissionDenied);
    EXPECT_EQ(signUpModeOf("closed"), SignUpMode::Closed);
    EXPECT_EQ(signUpModeOf("invitation"), SignUpMode::Invitation);
    EXPECT_EQ(signUpModeOf("review"), SignUpMode::Review);
    EXPECT_EQ(signUpModeOf("open"), SignUpMode::Open);
    EXPECT_EQ(signUpModeOf(""), SignUpMode::Closed);
}

TEST_P(SignUpTest, WithReviewNobodyIsInUntilLetIn)
{
    m_mode = SignUpMode::Review;
    const auto waiting = signUp("bo", "p");
    ASSERT_RESULT(waiting);
    EXPECT_FALSE(waiting->outcome.session);
    EXPECT_EQ(userState(waiting->outcome.user, kNow), "waiting");
    const auto early = signIn("bo", "p");
    ASSERT_RESULT(early);
    EXPECT_FALSE(early->session);
    EXPECT_EQ(sessionsOf(waiting->outcome.user.id), 0U);
    ASSERT_RESULT(await(m_people->approve("bo", kKey, kNow)));
    const auto in = signIn("bo", "p");
    ASSERT_RESULT(in);
    ASSERT_TRUE(in->session);
    EXPECT_RESULT(verify(*in));
}

TEST_P(SignUpTest, AnInvitationLetsOnePersonInWithoutReview)
{
    const auto bo = made("bo", Role::Admin);
    const Actor actor{Role::Admin, bo.user.id};
    for (const SignUpMode mode : {SignUpMode::Invitation, SignUpMode::Review}) {
        m_mode = mode;
        const std::string link = invited(actor);
        const std::string name = mode == SignUpMode::Review ? "al" : "cy";
        EXPECT_REFUSED(signUp("bo", "p", link), ErrorCode::AlreadyExists) << "a mistake leaves it good";
        const auto come = signUp(name, "p", link);
        ASSERT_RESULT(come);
        EXPECT_TRUE(come->outcome.session);
        EXPECT_EQ(come->outcome.user.role, "user");
        EXPECT_REFUSED(signUp("di", "p", link), ErrorCode::PermissionDenied);
    }
    const std::string old = invited(actor);
    EXPECT_REFUSED(signUp("di", "p", old, kNow + 24h), ErrorCode::PermissionDenied);
    m_mode = SignUpMode::Closed;
    EXPECT_REFUSED(signUp("di", "p", old), ErrorCode::PermissionDenied);
}

TEST_P(SignUpTest, TheSetUpLinkMakesTheFirstRootAndClosesTheSetUp)
{
    m_mode = SignUpMode::Closed;
    const std::string link = setUpLink();
    ASSERT_FALSE(link.empty());
    EXPECT_REFUSED(signUp("!", "p", link), ErrorCode::InvalidArgument);
    const auto root = signUp("chief", "p", link);
    ASSERT_RESULT(root);
    EXPECT_TRUE(root->isFirstRoot);
    EXPECT_EQ(root->outcome.user.role, "root");
    EXPECT_EQ(verify(root->outcome)->role, Role::Root);
    EXPECT_REFUSED(signUp("second", "p", link), ErrorCode::PermissionDenied);
    EXPECT_EQ(setUpLink(), "") << "no link where there is a root";
}

TEST_P(SignUpTest, OfTwoWhoUseTheSetUpLinkAtOnceOneIsRoot)
{
    m_mode = SignUpMode::Closed;
    const std::string link = setUpLink();
    std::atomic<int> won{0};
    std::thread here([&] { won += signUp("one", "p", link).has_value() ? 1 : 0; });
    std::thread there([&] { won += signUp("two", "p", link).has_value() ? 1 : 0; });
    here.join();
    there.join();
    EXPECT_EQ(won, 1);
}

TEST_P(SignUpTest, APasswordLinkSetsThePasswordOnceAndEndsAllSessions)
{
    const auto bo = made("bo");
    ASSERT_RESULT(verify(bo));
    m_mode = SignUpMode::Closed;
    const auto former = await(m_people->createPasswordLink("bo", kKey, kNow));
    const auto link = await(m_people->createPasswordLink(bo.user.id, kKey, kNow));
    ASSERT_RESULT(link);
    EXPECT_EQ(link->expiresAt, kNow + 24h);
    EXPECT_REFUSED(signUp("", "new", former->token), ErrorCode::PermissionDenied) << "a newer one replaces it";
    EXPECT_REFUSED(signUp("", "new", link->token, kNow + 24h), ErrorCode::PermissionDenied);
    const auto set = signUp("whatever this says", "new", link->token);
    ASSERT_RESULT(set);
    EXPECT_EQ(set->outcome.user.id, bo.user.id);
    EXPECT_EQ(set->outcome.user.name, "bo");
    EXPECT_REFUSED(verify(bo), ErrorCode::Unauthenticated);
    EXPECT_RESULT(verify(set->outcome));
    EXPECT_REFUSED(signUp("", "third", link->token), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(signIn("bo", "secret of bo"), ErrorCode::Unauthenticated);
    EXPECT_RESULT(signIn("bo", "new"));
}

TEST_P(SignUpTest, APasswordLinkDoesNotUndoABan)
{
    made("bo");
    const auto link = await(m_people->createPasswordLink("bo", kKey, kNow));
    ASSERT_RESULT(await(m_people->ban("bo", std::nullopt, "", kKey, kNow)));
    EXPECT_REFUSED(signUp("", "new", link->token), ErrorCode::PermissionDenied);
    ASSERT_RESULT(await(m_people->unban("bo", kKey, kNow)));
    EXPECT_RESULT(signIn("bo", "secret of bo"));
}

TEST_P(SignUpTest, IsFinishedOnceAndWithinFiveMinutes)
{
    const auto attempt = [&](const std::string &name, SystemTime finish) {
        auto client = opaque::ClientRegistration::start(passwordOf("p"));
        const auto begun = await(m_signUps->begin(name, messageText(client->request()), "", kNow));
        const auto registered = std::move(*client).finish(passwordOf("p"), passwordOf(begun->registrationResponse), kFast);
        const auto first = await(m_signUps->finish(begun->id, messageText(registered->record), "zh-CN", {}, finish));
        EXPECT_REFUSED(await(m_signUps->finish(begun->id, messageText(registered->record), "zh-CN", {}, finish)),
                       ErrorCode::FailedPrecondition);
        return first;
    };
    const auto intime = attempt("bo", kNow + 299s);
    ASSERT_RESULT(intime);
    EXPECT_EQ(intime->outcome.user.language, "zh-CN");
    EXPECT_REFUSED(attempt("al", kNow + 300s), ErrorCode::FailedPrecondition);
}

TEST_P(SignUpTest, WhatIsNoMessageIsRefused)
{
    for (const std::string &request :
         {std::string(), std::string(31, 'a'), std::string(32, '\0'), std::string(32, '\xFF'), std::string(33, 'a')})
        EXPECT_REFUSED(await(m_signUps->begin("bo", request, "", kNow)), ErrorCode::InvalidArgument);
    const auto client = opaque::ClientRegistration::start(passwordOf("p"));
    EXPECT_REFUSED(await(m_signUps->begin("bo", messageText(client->request()), "no such link", kNow)), ErrorCode::PermissionDenied);
    EXPECT_REFUSED(await(m_signUps->begin("bo", messageText(client->request()), std::string(1'000'000, 'a'), kNow)),
                   ErrorCode::PermissionDenied);
    const auto begun = await(m_signUps->begin("bo", messageText(client->request()), "", kNow));
    for (const std::string &record : {std::string(), std::string(191, 'a'), std::string(192, '\0'), std::string(192, '\xFF')})
        EXPECT_REFUSED(await(m_signUps->finish(begun->id, record, "", {}, kNow)), ErrorCode::InvalidArgument);
    EXPECT_REFUSED(await(m_signUps->finish(begun->id, std::string(192, 'a'), "fr", {}, kNow)), ErrorCode::InvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Engines, SignUpTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

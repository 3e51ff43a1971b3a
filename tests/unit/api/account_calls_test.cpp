// The calls about people with their real handlers on a real database: what reaches whom, and how it is told.
#include "api/account_calls.h"
#include "api/account_messages.h"
#include "api/invitation_calls.h"
#include "api/sign_in_calls.h"
#include "api/user_calls.h"

#include "accounts/server_keys.h"
#include "common/opaque/client.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

namespace matinee::api {

namespace {

using namespace std::chrono_literals;
using test::await;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kSecret(64, 'a');

std::string textOf(std::span<const std::uint8_t> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}
opaque::Bytes bytesOf(const std::string &text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

class AccountCallsTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_sessions = std::make_unique<accounts::Sessions>(*m_store, kSecret, nullptr);
        m_passwords = std::make_unique<accounts::Passwords>(*m_store, m_setup, m_guard, *m_sessions, nullptr);
        m_signUps = std::make_unique<accounts::SignUps>(
            *m_store, m_setup, *m_sessions, [] { return accounts::SignUpMode::Open; }, nullptr);
        m_people = std::make_unique<accounts::People>(*m_store, *m_sessions);
        DispatcherOptions options;
        options.now = [this] { return m_now; };
        for (const char *name : {"SignInService", "AccountService", "UserService", "InvitationService"})
            options.services.push_back(v1::User::descriptor()->file()->FindServiceByName(name));
        m_dispatcher = std::make_unique<Dispatcher>(options);
        handleSignInCalls(*m_dispatcher, {*m_sessions, *m_passwords, *m_signUps});
        handleAccountCalls(*m_dispatcher, *m_sessions, *m_passwords, *m_people);
        handleUserCalls(*m_dispatcher, *m_people, [] { return std::string("https://watch.example.org"); });
        const auto asItIs = [](std::string_view text, std::string_view) -> Result<std::string> { return std::string(text); };
        m_invitations = std::make_unique<accounts::Invitations>(*m_store, accounts::SecretSeal{asItIs, asItIs});
        handleInvitationCalls(*m_dispatcher, *m_invitations, [] { return std::string("https://watch.example.org"); });
        const Result<void> sealed = m_dispatcher->seal();
        ASSERT_TRUE(sealed) << sealed.error().message;
    }
    void TearDown() override
    {
        if (m_store)
            m_store->close();
    }

    static Caller stranger()
    {
        Caller caller;
        caller.address = "192.0.2.1";
        caller.userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        return caller;
    }
    static Caller key()
    {
        Caller caller = stranger();
        caller.keyId = "k3y";
        caller.permissions = kEveryPermission;
        return caller;
    }
    /// Whom the access token of an answer stands for.
    Caller personOf(const v1::SignInResponse &answer)
    {
        const auto verified = await(m_sessions->verify(answer.session().access_token(), std::chrono::system_clock::now()));
        EXPECT_TRUE(verified);
        Caller caller = stranger();
        if (!verified)
            return caller;
        caller.permissions = verified->permissions();
        caller.userId = verified->userId;
        caller.sessionId = verified->sessionId;
        caller.role = std::string(accounts::roleName(verified->role));
        return caller;
    }

    template <class Response> Result<Response> call(const std::string &method, const google::protobuf::Message &request, Caller caller)
    {
        m_now += 1h; // rates are another test's concern
        Result<std::string> body = await(m_dispatcher->callBinary("matinee.v1." + method, std::move(caller), request.SerializeAsString()));
        if (!body)
            return body.error();
        Response response;
        EXPECT_TRUE(response.ParseFromString(*body));
        return response;
    }

    /// With a cheap Argon2, since what it costs is the client's affair.
    Result<v1::SignInResponse> signUp(const std::string &name, const std::string &password, const std::string &link = {})
    {
        auto client = opaque::ClientRegistration::start(bytesOf(password));
        v1::BeginSignUpRequest begin;
        begin.set_name(name);
        begin.set_link_token(link);
        begin.set_registration_request(textOf(client->request()));
        const auto begun = call<v1::BeginSignUpResponse>("SignInService/BeginSignUp", begin, stranger());
        if (!begun)
            return begun.error();
        const auto done = std::move(*client).finish(bytesOf(password), bytesOf(begun->registration_response()), m_stretching);
        EXPECT_TRUE(done);
        v1::FinishSignUpRequest finish;
        finish.set_sign_up_id(begun->sign_up_id());
        finish.set_registration_record(textOf(done->record));
        return call<v1::SignInResponse>("SignInService/FinishSignUp", finish, stranger());
    }
    Result<v1::SignInResponse> signIn(const std::string &name, const std::string &password)
    {
        auto client = opaque::ClientLogin::start(bytesOf(password));
        v1::BeginPasswordSignInRequest begin;
        begin.set_name(name);
        begin.set_ke1(textOf(client->request()));
        const auto begun = call<v1::BeginPasswordSignInResponse>("SignInService/BeginPasswordSignIn", begin, stranger());
        if (!begun)
            return begun.error();
        const auto done = std::move(*client).finish(bytesOf(password), bytesOf(begun->ke2()), m_stretching);
        v1::FinishPasswordSignInRequest finish;
        finish.set_sign_in_id(begun->sign_in_id());
        finish.set_ke3(done ? textOf(done->finish) : std::string(64, 'x'));
        return call<v1::SignInResponse>("SignInService/FinishPasswordSignIn", finish, stranger());
    }
    Result<v1::User> changeRole(const std::string &name, const std::string &role, Caller caller)
    {
        v1::SetUserRoleRequest request;
        request.set_user(name);
        request.set_role(role);
        return call<v1::User>("UserService/SetUserRole", request, std::move(caller));
    }

    std::chrono::steady_clock::time_point m_now{100h};
    const opaque::ServerSetup m_setup = accounts::serverSetupOf(std::string(64, 'b'));
    const opaque::KeyStretching m_stretching = opaque::KeyStretching::argon2id(1, 8);
    accounts::LocalGuessGuard m_guard;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<accounts::Sessions> m_sessions;
    std::unique_ptr<accounts::Passwords> m_passwords;
    std::unique_ptr<accounts::Invitations> m_invitations;
    std::unique_ptr<accounts::SignUps> m_signUps;
    std::unique_ptr<accounts::People> m_people;
    std::unique_ptr<Dispatcher> m_dispatcher;
};
INSTANTIATE_TEST_SUITE_P(Engines, AccountCallsTest, testing::Values(store::Engine::Sqlite), test::engineName);

TEST_P(AccountCallsTest, WhoSignsUpIsSignedInAndKnowsWhoTheyAre)
{
    const auto answer = signUp("alice", "correct horse");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->outcome(), "signed_in");
    EXPECT_EQ(answer->user().name(), "alice");
    EXPECT_EQ(answer->session().access_expires_in_seconds(), 900u);
    EXPECT_THAT(answer->session().refresh_token(), StartsWith("mtr_"));
    const auto me = call<v1::User>("AccountService/GetMe", v1::GetMeRequest(), personOf(*answer));
    ASSERT_TRUE(me);
    EXPECT_EQ(me->id(), answer->user().id());
    EXPECT_EQ(me->state(), "active");
    EXPECT_TRUE(me->has_password());
    EXPECT_THAT(me->permissions(), ElementsAre("signed_in", "known"));
    const auto list = call<v1::ListSessionsResponse>("AccountService/ListMySessions", v1::ListMySessionsRequest(), personOf(*answer));
    ASSERT_TRUE(list);
    ASSERT_EQ(list->sessions_size(), 1);
    EXPECT_EQ(list->sessions(0).device(), "Firefox on Linux");
    EXPECT_EQ(list->sessions(0).address(), "192.0.2.1");
    EXPECT_EQ(list->sessions(0).method(), "password");
    EXPECT_TRUE(list->sessions(0).current());
}

TEST_P(AccountCallsTest, AWrongPasswordAndAnUnknownNameAreToldInTheSameWords)
{
    ASSERT_TRUE(signUp("alice", "correct horse"));
    EXPECT_TRUE(signIn("alice", "correct horse"));
    const auto wrong = signIn("alice", "wrong horse");
    const auto nobody = signIn("nobody", "correct horse");
    ASSERT_FALSE(wrong);
    ASSERT_FALSE(nobody);
    EXPECT_EQ(wrong.error().code, ErrorCode::Unauthenticated);
    EXPECT_EQ(nobody.error().code, ErrorCode::Unauthenticated);
    EXPECT_EQ(wrong.error().message, nobody.error().message);
}

TEST_P(AccountCallsTest, ARefreshTokenComesWithTheCallOrByCookie)
{
    const auto answer = signUp("alice", "correct horse");
    ASSERT_TRUE(answer);
    v1::RefreshSessionRequest request;
    const auto none = call<v1::SessionTokens>("SignInService/RefreshSession", request, stranger());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::Unauthenticated);
    Caller browser = stranger();
    browser.refreshCookie = answer->session().refresh_token();
    const auto byCookie = call<v1::SessionTokens>("SignInService/RefreshSession", request, browser);
    ASSERT_TRUE(byCookie) << byCookie.error().message;
    request.set_refresh_token(byCookie->refresh_token());
    const auto byCall = call<v1::SessionTokens>("SignInService/RefreshSession", request, stranger());
    ASSERT_TRUE(byCall);
    EXPECT_NE(byCall->refresh_token(), byCookie->refresh_token());
}

TEST_P(AccountCallsTest, SessionsOfOthersCannotBeEnded)
{
    const auto alice = signUp("alice", "correct horse");
    const auto bob = signUp("bob", "correct horse");
    ASSERT_TRUE(alice && bob);
    v1::RevokeMySessionRequest request;
    request.set_id(personOf(*bob).sessionId);
    const auto refused = call<v1::RevokeSessionsResponse>("AccountService/RevokeMySession", request, personOf(*alice));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
    const Caller caller = personOf(*alice);
    ASSERT_TRUE(call<v1::SignOutResponse>("SignInService/SignOut", v1::SignOutRequest(), caller));
    EXPECT_FALSE(await(m_sessions->verify(alice->session().access_token(), std::chrono::system_clock::now())));
    EXPECT_TRUE(await(m_sessions->verify(bob->session().access_token(), std::chrono::system_clock::now())));
}

TEST_P(AccountCallsTest, AKeyIsNoPersonButMayHandleThem)
{
    const auto refused = call<v1::User>("AccountService/GetMe", v1::GetMeRequest(), key());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    v1::CreateUserRequest request;
    request.set_name("carol");
    request.set_role("admin");
    const auto made = call<v1::CreateUserResponse>("UserService/CreateUser", request, key());
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_FALSE(made->user().has_password());
    EXPECT_THAT(made->link().address(), StartsWith("https://watch.example.org/password#"));
    const auto token = made->link().address().substr(made->link().address().find('#') + 1);
    const auto answer = signUp("", "her password", token);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->user().name(), "carol");
    EXPECT_EQ(personOf(*answer).role, "admin");
}

TEST_P(AccountCallsTest, AnAdminMakesNoAdminAndAUserHandlesNobody)
{
    const auto alice = signUp("alice", "correct horse");
    const auto bob = signUp("bob", "correct horse");
    ASSERT_TRUE(alice && bob);
    ASSERT_TRUE(changeRole("alice", "admin", key()));
    const auto refused = changeRole("bob", "admin", personOf(*alice));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(changeRole("alice", "user", personOf(*bob)).error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(changeRole("alice", "user", stranger()).error().code, ErrorCode::Unauthenticated);
}

TEST_P(AccountCallsTest, ABanIsToldWithItsReasonAndItsEnd)
{
    const auto mallory = signUp("mallory", "correct horse");
    ASSERT_TRUE(mallory);
    v1::BanUserRequest request;
    request.set_user("mallory");
    request.set_seconds(3600);
    request.set_reason("spam");
    const auto banned = call<v1::User>("UserService/BanUser", request, key());
    ASSERT_TRUE(banned) << banned.error().message;
    EXPECT_EQ(banned->state(), "banned");
    EXPECT_EQ(banned->ban_reason(), "spam");
    EXPECT_TRUE(banned->has_banned_until());
    EXPECT_FALSE(await(m_sessions->verify(mallory->session().access_token(), std::chrono::system_clock::now())));
    const auto refused = signIn("mallory", "correct horse");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(refused.error().message, HasSubstr("spam"));

    request.set_seconds(0);
    const auto forGood = call<v1::User>("UserService/BanUser", request, key());
    ASSERT_TRUE(forGood);
    EXPECT_EQ(forGood->state(), "banned");
    EXPECT_FALSE(forGood->has_banned_until());
    v1::UnbanUserRequest unban;
    unban.set_user("mallory");
    EXPECT_EQ(call<v1::User>("UserService/UnbanUser", unban, key())->state(), "active");
    EXPECT_TRUE(signIn("mallory", "correct horse"));
}

TEST_P(AccountCallsTest, PeopleAreCountedByStateWithTheFirstPage)
{
    for (const char *name : {"alice", "bob", "mallory"})
        ASSERT_TRUE(signUp(name, "correct horse"));
    v1::BanUserRequest ban;
    ban.set_user("mallory");
    ASSERT_TRUE(call<v1::User>("UserService/BanUser", ban, key()));
    v1::ListUsersRequest request;
    request.set_state("active");
    request.set_page_size(1);
    const auto first = call<v1::ListUsersResponse>("UserService/ListUsers", request, key());
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_EQ(first->users_size(), 1);
    EXPECT_EQ(first->users(0).name(), "alice");
    ASSERT_TRUE(first->has_counts());
    EXPECT_EQ(first->counts().active(), 2U);
    EXPECT_EQ(first->counts().banned(), 1U);
    EXPECT_EQ(first->counts().waiting(), 0U);
    request.set_page_token(first->next_page_token());
    const auto second = call<v1::ListUsersResponse>("UserService/ListUsers", request, key());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->users(0).name(), "bob");
    EXPECT_FALSE(second->has_counts());
    EXPECT_EQ(second->next_page_token(), "");
}

TEST_P(AccountCallsTest, OneSessionOfSomebodyIsEndedByItsId)
{
    const auto bob = signUp("bob", "correct horse");
    ASSERT_TRUE(bob);
    const Caller self = personOf(*bob);
    v1::RevokeUserSessionRequest request;
    request.set_user("bob");
    request.set_id(self.sessionId);
    EXPECT_EQ(call<v1::RevokeSessionsResponse>("UserService/RevokeUserSession", request, self).error().code, ErrorCode::PermissionDenied);
    const auto ended = call<v1::RevokeSessionsResponse>("UserService/RevokeUserSession", request, key());
    ASSERT_TRUE(ended) << ended.error().message;
    EXPECT_EQ(ended->revoked(), 1U);
    EXPECT_FALSE(await(m_sessions->verify(bob->session().access_token(), std::chrono::system_clock::now())));
    EXPECT_EQ(call<v1::RevokeSessionsResponse>("UserService/RevokeUserSession", request, key()).error().code, ErrorCode::NotFound);
}

TEST_P(AccountCallsTest, AnInvitationIsMadeListedUsedAndRevoked)
{
    v1::CreateInvitationRequest request;
    request.set_uses(2);
    request.set_expires_in_seconds(7 * 86400);
    request.set_note("for the club");
    const auto made = call<v1::Invitation>("InvitationService/CreateInvitation", request, key());
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(made->address(), StartsWith("https://watch.example.org/sign-up#"));
    EXPECT_EQ(made->state(), "open");
    EXPECT_EQ(made->role(), "user");
    EXPECT_EQ(made->expires_at().seconds() - made->created_at().seconds(), 7 * 86400);
    ASSERT_TRUE(signUp("carol", "correct horse", made->address().substr(made->address().find('#') + 1)));

    const auto all = call<v1::ListInvitationsResponse>("InvitationService/ListInvitations", v1::ListInvitationsRequest(), key());
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->invitations_size(), 1);
    EXPECT_EQ(all->invitations(0).address(), made->address());
    EXPECT_EQ(all->invitations(0).uses_left(), 1U);
    EXPECT_EQ(all->invitations(0).note(), "for the club");
    EXPECT_EQ(all->invitations(0).made_by(), "");
    ASSERT_EQ(all->invitations(0).used_by_size(), 1);
    EXPECT_EQ(all->invitations(0).used_by(0).name(), "carol");

    v1::RevokeInvitationRequest revoke;
    revoke.set_id(made->id());
    const auto revoked = call<v1::Invitation>("InvitationService/RevokeInvitation", revoke, key());
    ASSERT_TRUE(revoked) << revoked.error().message;
    EXPECT_EQ(revoked->state(), "revoked");
    EXPECT_EQ(revoked->address(), "");
}

TEST_P(AccountCallsTest, AKeyOfSomebodyInvitesForItsOwner)
{
    const auto alice = signUp("alice", "correct horse");
    ASSERT_TRUE(alice);
    ASSERT_TRUE(changeRole("alice", "root", key()));
    Caller owned = key();
    owned.ownerId = alice->user().id();
    const auto made = call<v1::Invitation>("InvitationService/CreateInvitation", v1::CreateInvitationRequest(), owned);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->made_by(), "alice");
}

} // namespace

} // namespace matinee::api

// The calls about API keys, guests, tickets and a password in clear, through the dispatcher on a real database.
#include "accounts/people.h"
#include "accounts/server_keys.h"
#include "accounts/sign_up.h"
#include "api/api_key_calls.h"
#include "api/key_calls.h"
#include "tests/support/database_test.h"

#include "common/opaque/client.h"

#include "matinee/v1/keys.pb.h"

#include <gmock/gmock.h>

namespace matinee::api {

namespace {

using namespace std::chrono_literals;
using accounts::Role;
using test::await;
using testing::ElementsAre;
using testing::HasSubstr;

class KeyCallsTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_sessions = std::make_unique<accounts::Sessions>(*m_store, std::string(64, 'a'), nullptr);
        m_passwords = std::make_unique<accounts::Passwords>(*m_store, m_setup, m_guard, *m_sessions, nullptr);
        m_people = std::make_unique<accounts::People>(*m_store, *m_sessions);
        m_keys = std::make_unique<accounts::ApiKeys>(*m_store, nullptr);
        m_direct = std::make_unique<accounts::DirectSignIn>(*m_passwords, opaque::KeyStretching::identity());
        DispatcherOptions options;
        options.now = [this] { return m_now; };
        options.audit = &m_audit;
        for (const char *service : {"ApiKeyService", "MyApiKeyService", "DirectSignInService", "GuestService", "SocketTicketService"})
            options.services.push_back(
                google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string("matinee.v1.") + service));
        options.authenticator = &m_fresh;
        m_dispatcher = std::make_unique<Dispatcher>(options);
        handleApiKeyCalls(*m_dispatcher, *m_keys);
        handleKeyCalls(*m_dispatcher, {*m_keys, *m_direct, m_guests, m_tickets, [this] { return m_allowsDirect; }});
        const Result<void> sealed = m_dispatcher->seal();
        ASSERT_RESULT(sealed);
        m_admin = person("ada", Role::Admin);
        m_root = person("root", Role::Root);
    }
    void TearDown() override
    {
        m_direct.reset();
        m_store->close();
    }
    Caller person(const std::string &name, Role role)
    {
        const auto made = await(m_people->create(name, std::string(accounts::roleName(role)), {Role::Root, {}}, now()));
        EXPECT_RESULT(made);
        Caller caller;
        caller.userId = made->user.id;
        caller.userName = name;
        caller.role = std::string(accounts::roleName(role));
        caller.permissions = accounts::permissionsOf(role);
        caller.sessionId = "a session";
        caller.address = "192.0.2.1";
        return caller;
    }
    static accounts::SystemTime now() { return std::chrono::system_clock::now(); }
    static Caller local()
    {
        Caller caller;
        caller.keyId = caller.face = "local";
        caller.permissions = kEveryPermission;
        return caller;
    }
    /// As the authenticator makes one of a key.
    Caller byKey(const std::string &key)
    {
        const auto verified = await(m_keys->verify(key, now()));
        EXPECT_RESULT(verified);
        Caller caller;
        caller.keyId = verified->id;
        caller.permissions = kPublicOnly | verified->permissions;
        caller.ownerId = verified->ownerId;
        caller.ownerName = verified->ownerName;
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
    Result<v1::ApiKey> makeOwn(const Caller &caller, const std::string &scope)
    {
        v1::CreateMyApiKeyRequest request;
        request.set_name("mine");
        request.add_scopes(scope);
        return call<v1::ApiKey>("MyApiKeyService/CreateMyApiKey", request, caller);
    }
    Result<v1::ApiKey> make(const Caller &caller, const std::string &scope, const std::string &owner = {})
    {
        v1::CreateApiKeyRequest request;
        request.set_name("a key");
        request.add_scopes(scope);
        request.set_owner(owner);
        return call<v1::ApiKey>("ApiKeyService/CreateApiKey", request, caller);
    }

    struct Audit final : AuditSink
    {
        Task<Result<void>> record(AuditEntry entry) override
        {
            entries.push_back(std::move(entry));
            co_return Result<void>();
        }
        std::vector<AuditEntry> entries;
    };
    struct Fresh final : Authenticator
    {
        Task<Result<Caller>> authenticate(std::string_view, Caller anonymous) override { co_return anonymous; }
        Task<Result<bool>> isFresh(Caller) override { co_return isFreshNow; }
        bool isFreshNow = true;
    };

    std::chrono::steady_clock::time_point m_now{100h};
    const opaque::ServerSetup m_setup = accounts::serverSetupOf(std::string(64, 'b'));
    Audit m_audit;
    Fresh m_fresh;
    bool m_allowsDirect = false;
    accounts::LocalGuessGuard m_guard;
    accounts::Guests m_guests{accounts::guestKeysOf(std::string(64, 'a'))};
    accounts::SocketTickets m_tickets;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<accounts::Sessions> m_sessions;
    std::unique_ptr<accounts::Passwords> m_passwords;
    std::unique_ptr<accounts::People> m_people;
    std::unique_ptr<accounts::ApiKeys> m_keys;
    std::unique_ptr<accounts::DirectSignIn> m_direct;
    std::unique_ptr<Dispatcher> m_dispatcher;
    Caller m_admin, m_root;
};

TEST_P(KeyCallsTest, APersonMakesListsAndRevokesTheirOwnKeys)
{
    const auto made = makeOwn(m_admin, "streams");
    ASSERT_RESULT(made);
    EXPECT_THAT(made->key(), HasSubstr("mtn_"));
    EXPECT_EQ(made->owner_id(), m_admin.userId);
    ASSERT_EQ(m_audit.entries.size(), 1U);
    EXPECT_THAT(m_audit.entries.back().after, HasSubstr("\"scopes\":[\"streams\"]"));
    EXPECT_EQ(m_audit.entries.back().after.find(made->key()), std::string::npos);

    const auto own = call<v1::ListMyApiKeysResponse>("MyApiKeyService/ListMyApiKeys", v1::ListMyApiKeysRequest(), m_admin);
    ASSERT_RESULT(own);
    ASSERT_EQ(own->keys_size(), 1);
    EXPECT_EQ(own->keys(0).owner(), "ada");
    EXPECT_EQ(own->keys(0).state(), "active");
    EXPECT_THAT(own->keys(0).permissions(), ElementsAre("read_server", "read_streams", "manage_streams"));
    EXPECT_FALSE(own->keys(0).has_key());

    v1::RevokeMyApiKeyRequest revoke;
    revoke.set_id(made->id());
    const auto stranger = call<v1::RevokeMyApiKeyResponse>("MyApiKeyService/RevokeMyApiKey", revoke, m_root);
    EXPECT_EQ(stranger.error().code, ErrorCode::NotFound);
    EXPECT_TRUE(call<v1::ListMyApiKeysResponse>("MyApiKeyService/ListMyApiKeys", v1::ListMyApiKeysRequest(), m_root)->keys().empty());
    ASSERT_RESULT(call<v1::RevokeMyApiKeyResponse>("MyApiKeyService/RevokeMyApiKey", revoke, m_admin));
    EXPECT_THAT(m_audit.entries.back().before, HasSubstr(made->id()));
    EXPECT_FALSE(await(m_keys->verify(made->key(), now())));
}

TEST_P(KeyCallsTest, AKeyOfOnesOwnNeedsAFreshProofAndNoMoreThanOneMay)
{
    EXPECT_EQ(makeOwn(m_admin, "admin").error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(makeOwn(person("bob", Role::User), "streams:read").error().code, ErrorCode::PermissionDenied);
    m_fresh.isFreshNow = false;
    EXPECT_EQ(makeOwn(m_admin, "streams").error().code, ErrorCode::StepUpRequired);
}

TEST_P(KeyCallsTest, NoKeyGetsAwayFromItsOwner)
{
    // What a person makes by the call for all keys is theirs, and what is made by their key as well.
    const auto byPerson = make(m_root, "admin");
    ASSERT_RESULT(byPerson);
    EXPECT_EQ(byPerson->owner_id(), m_root.userId);
    const auto byTheirKey = make(byKey(byPerson->key()), "admin");
    ASSERT_RESULT(byTheirKey);
    EXPECT_EQ(byTheirKey->owner_id(), m_root.userId);
    for (const Caller &caller : {m_root, byKey(byPerson->key())}) {
        const auto refused = make(caller, "streams", "ada");
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
        EXPECT_EQ(refused.error().field, "owner");
    }
}

TEST_P(KeyCallsTest, TheCommandLineMakesKeysOfTheServersOwnAndForPeople)
{
    const auto own = make(local(), "admin");
    ASSERT_RESULT(own);
    EXPECT_EQ(own->owner_id(), "");
    const auto theirs = make(local(), "streams", "ada");
    ASSERT_RESULT(theirs);
    EXPECT_EQ(theirs->owner_id(), m_admin.userId);
    EXPECT_EQ(make(local(), "admin", "ada").error().field, "scopes");
    EXPECT_EQ(make(local(), "streams", "nobody").error().code, ErrorCode::NotFound);
    v1::ListApiKeysRequest request;
    const auto all = call<v1::ListApiKeysResponse>("ApiKeyService/ListApiKeys", request, m_root);
    ASSERT_RESULT(all);
    EXPECT_EQ(all->keys_size(), 2);
    request.set_owner("ada");
    const auto ofAda = call<v1::ListApiKeysResponse>("ApiKeyService/ListApiKeys", request, m_root);
    ASSERT_RESULT(ofAda);
    ASSERT_EQ(ofAda->keys_size(), 1);
    EXPECT_EQ(ofAda->keys(0).owner(), "ada");
    // Who runs the server revokes any.
    v1::RevokeApiKeyRequest revoke;
    revoke.set_id(theirs->id());
    EXPECT_RESULT(call<v1::RevokeApiKeyResponse>("ApiKeyService/RevokeApiKey", revoke, m_root));
}

TEST_P(KeyCallsTest, APasswordInClearIsTakenOnlyWhereItIsAllowed)
{
    v1::DirectSignInRequest request;
    request.set_name("ada");
    request.set_password("secret of ada");
    const auto off = call<v1::SignInResponse>("DirectSignInService/DirectSignIn", request, Caller());
    ASSERT_FALSE(off.has_value());
    EXPECT_EQ(off.error().code, ErrorCode::PermissionDenied);
    m_allowsDirect = true;
    const auto wrong = call<v1::SignInResponse>("DirectSignInService/DirectSignIn", request, Caller()); // she has none yet
    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(wrong.error().code, ErrorCode::Unauthenticated);
    for (const AuditEntry &entry : m_audit.entries) {
        EXPECT_EQ(entry.subject.find("secret"), std::string::npos);
        EXPECT_EQ(entry.before + entry.after, "");
    }
}

TEST_P(KeyCallsTest, AGuestGetsANameAndATokenAndAPersonDoesNot)
{
    Caller caller;
    caller.address = "192.0.2.1";
    const auto entered = call<v1::EnterAsGuestResponse>("GuestService/EnterAsGuest", v1::EnterAsGuestRequest(), caller);
    ASSERT_RESULT(entered);
    EXPECT_THAT(entered->guest().name(), HasSubstr("Guest "));
    EXPECT_EQ(entered->session().refresh_token(), "");
    EXPECT_EQ(entered->session().access_expires_in_seconds(), 86'400U);
    EXPECT_TRUE(m_guests.verify(entered->session().access_token(), now()));
    EXPECT_EQ(call<v1::EnterAsGuestResponse>("GuestService/EnterAsGuest", v1::EnterAsGuestRequest(), m_admin).error().code,
              ErrorCode::FailedPrecondition);
    m_guests.setAllowed(false);
    EXPECT_EQ(call<v1::EnterAsGuestResponse>("GuestService/EnterAsGuest", v1::EnterAsGuestRequest(), caller).error().code,
              ErrorCode::PermissionDenied);
}

TEST_P(KeyCallsTest, TicketsAreForPeopleAndGuests)
{
    const v1::CreateSocketTicketRequest request;
    const auto ofPerson = call<v1::SocketTicket>("SocketTicketService/CreateSocketTicket", request, m_admin);
    ASSERT_RESULT(ofPerson);
    const auto holder = m_tickets.take(ofPerson->ticket(), now());
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->userId, m_admin.userId);
    EXPECT_EQ(holder->sessionId, m_admin.sessionId);
    EXPECT_FALSE(m_tickets.take(ofPerson->ticket(), now()));

    const auto entered = m_guests.enter("192.0.2.1", now());
    ASSERT_RESULT(entered);
    ASSERT_RESULT(m_guests.verify(entered->token, now()));
    Caller guest;
    guest.guestId = entered->guest.id;
    guest.guestName = entered->guest.name;
    guest.permissions = accounts::permissionsOfGuests();
    const auto ofGuest = call<v1::SocketTicket>("SocketTicketService/CreateSocketTicket", request, guest);
    ASSERT_RESULT(ofGuest);
    EXPECT_EQ(m_tickets.take(ofGuest->ticket(), now())->guest->name, entered->guest.name);

    EXPECT_EQ(call<v1::SocketTicket>("SocketTicketService/CreateSocketTicket", request, Caller()).error().code, ErrorCode::Unauthenticated);
    EXPECT_EQ(call<v1::SocketTicket>("SocketTicketService/CreateSocketTicket", request, local()).error().code, ErrorCode::PermissionDenied);
    // A guest may nothing of what people with an account may.
    EXPECT_EQ(call<v1::ListMyApiKeysResponse>("MyApiKeyService/ListMyApiKeys", v1::ListMyApiKeysRequest(), guest).error().code,
              ErrorCode::PermissionDenied);
}

INSTANTIATE_TEST_SUITE_P(Engines, KeyCallsTest, testing::Values(store::Engine::Sqlite), test::engineName);

} // namespace

} // namespace matinee::api

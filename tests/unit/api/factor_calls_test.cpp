// The calls about factors with their real handlers on a real database: what reaches whom, and how it is told.
#include "api/account_messages.h"
#include "api/factor_calls.h"
#include "api/sign_in_calls.h"

#include "accounts/server_keys.h"
#include "accounts/wire/base32.h"
#include "accounts/wire/totp.h"
#include "common/opaque/client.h"
#include "tests/support/database_test.h"

#include "matinee/v1/factors.pb.h"

#include <gmock/gmock.h>

namespace matinee::api {

namespace {

using namespace std::chrono_literals;
using test::await;
using testing::ElementsAre;
using testing::HasSubstr;

std::string textOf(std::span<const std::uint8_t> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}
opaque::Bytes bytesOf(const std::string &text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

/// Asks the sessions themselves.
class SessionFreshness final : public Authenticator
{
public:
    explicit SessionFreshness(accounts::StepUp &stepUp) : m_stepUp(stepUp) {}
    Task<Result<Caller>> authenticate(std::string_view, Caller anonymous) override { co_return anonymous; }
    Task<Result<bool>> isFresh(Caller person) override
    {
        co_return co_await m_stepUp.isFresh(person.userId, person.sessionId, std::chrono::system_clock::now() + later);
    }
    std::chrono::seconds later{0};

private:
    accounts::StepUp &m_stepUp;
};

class FactorCallsTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_sessions = std::make_unique<accounts::Sessions>(*m_store, std::string(64, 'a'), nullptr, m_policy);
        m_passwords = std::make_unique<accounts::Passwords>(*m_store, m_setup, m_guard, *m_sessions, nullptr);
        m_signUps = std::make_unique<accounts::SignUps>(
            *m_store, m_setup, *m_sessions, [] { return accounts::SignUpMode::Open; }, nullptr);
        accounts::RelyingParty party;
        party.id = "example.org";
        party.origins = {"https://example.org"};
        party.name = "Matinee";
        m_passkeys = std::make_unique<accounts::Passkeys>(*m_store, *m_sessions, party, m_policy, nullptr);
        const auto same = [](std::string_view text, std::string_view) -> Result<std::string> { return std::string(text); };
        m_codes = std::make_unique<accounts::OneTimeCodes>(*m_store, *m_sessions, accounts::SecretSeal{same, same}, m_codeGuard, m_policy,
                                                           "Matinee", nullptr);
        m_secondFactor = std::make_unique<accounts::SecondFactor>(*m_store, *m_sessions, *m_passkeys, *m_codes, nullptr);
        m_stepUp = std::make_unique<accounts::StepUp>(*m_store, *m_passwords, *m_passkeys, *m_codes, m_policy, nullptr);
        m_authenticator = std::make_unique<SessionFreshness>(*m_stepUp);
        DispatcherOptions options;
        options.authenticator = m_authenticator.get();
        options.now = [this] { return m_now; };
        options.services.push_back(v1::User::descriptor()->file()->FindServiceByName("SignInService"));
        for (const char *name : {"FactorService", "PasskeySignInService", "SecondFactorService", "StepUpService", "UserFactorService"})
            options.services.push_back(v1::Factors::descriptor()->file()->FindServiceByName(name));
        m_dispatcher = std::make_unique<Dispatcher>(options);
        handleSignInCalls(*m_dispatcher, {*m_sessions, *m_passwords, *m_signUps});
        handleFactorCalls(*m_dispatcher, {*m_store, m_policy, *m_passkeys, *m_codes, *m_secondFactor, *m_stepUp, *m_sessions});
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
        return caller;
    }
    Caller personOf(const v1::SignInResponse &answer)
    {
        const auto verified = await(m_sessions->verify(answer.session().access_token(), std::chrono::system_clock::now()));
        EXPECT_TRUE(verified);
        Caller caller = stranger();
        if (!verified)
            return caller;
        caller.permissions = verified->permissions();
        caller.userId = verified->userId;
        caller.userName = verified->name;
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
    Result<v1::SignInResponse> signUp(const std::string &name, const std::string &password)
    {
        auto client = opaque::ClientRegistration::start(bytesOf(password));
        v1::BeginSignUpRequest begin;
        begin.set_name(name);
        begin.set_registration_request(textOf(client->request()));
        const auto begun = call<v1::BeginSignUpResponse>("SignInService/BeginSignUp", begin, stranger());
        if (!begun)
            return begun.error();
        const auto done = std::move(*client).finish(bytesOf(password), bytesOf(begun->registration_response()), m_stretching);
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
    Result<v1::FinishTotpResponse> addApp(const Caller &caller)
    {
        const auto begun = call<v1::BeginTotpResponse>("FactorService/BeginTotp", v1::BeginTotpRequest(), caller);
        if (!begun)
            return begun.error();
        EXPECT_THAT(begun->address(), HasSubstr("secret=" + begun->secret()));
        v1::FinishTotpRequest finish;
        finish.set_totp_id(begun->totp_id());
        finish.set_code(
            accounts::totpCode(accounts::fromBase32(begun->secret()).value(), accounts::totpStep(std::chrono::system_clock::now())));
        return call<v1::FinishTotpResponse>("FactorService/FinishTotp", finish, caller);
    }
    Result<v1::Factors> factorsOf(const Caller &caller)
    {
        return call<v1::Factors>("FactorService/GetMyFactors", v1::GetMyFactorsRequest(), caller);
    }

    std::chrono::steady_clock::time_point m_now{100h};
    const opaque::ServerSetup m_setup = accounts::serverSetupOf(std::string(64, 'b'));
    const opaque::KeyStretching m_stretching = opaque::KeyStretching::identity();
    const accounts::FactorPolicy m_policy{"example.org", {}};
    accounts::LocalGuessGuard m_guard, m_codeGuard;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<accounts::Sessions> m_sessions;
    std::unique_ptr<accounts::Passwords> m_passwords;
    std::unique_ptr<accounts::SignUps> m_signUps;
    std::unique_ptr<accounts::Passkeys> m_passkeys;
    std::unique_ptr<accounts::OneTimeCodes> m_codes;
    std::unique_ptr<accounts::SecondFactor> m_secondFactor;
    std::unique_ptr<accounts::StepUp> m_stepUp;
    std::unique_ptr<SessionFreshness> m_authenticator;
    std::unique_ptr<Dispatcher> m_dispatcher;
};
INSTANTIATE_TEST_SUITE_P(Engines, FactorCallsTest, testing::Values(store::Engine::Sqlite), test::engineName);

TEST_P(FactorCallsTest, ASignInOfWhoHasAnAppTellsNothingOfTheAccountBeforeTheSecondStep)
{
    const auto alice = signUp("alice", "correct horse");
    ASSERT_RESULT(alice);
    const auto app = addApp(personOf(*alice));
    ASSERT_RESULT(app);
    ASSERT_EQ(app->recovery_codes_size(), 10);

    const auto half = signIn("ALICE", "correct horse");
    ASSERT_RESULT(half);
    EXPECT_EQ(half->outcome(), "second_factor");
    EXPECT_FALSE(half->has_session());
    v1::User nameOnly;
    nameOnly.set_name("alice");
    EXPECT_EQ(half->user().SerializeAsString(), nameOnly.SerializeAsString());
    EXPECT_THAT(half->second_factor().kinds(), ElementsAre("totp", "recovery_code"));

    v1::FinishSecondFactorRequest request;
    request.set_challenge_id(half->second_factor().challenge_id());
    request.set_recovery_code("0000-0000-0000-0000");
    EXPECT_EQ(call<v1::SignInResponse>("SecondFactorService/FinishSecondFactor", request, stranger()).error().code,
              ErrorCode::Unauthenticated);
    request.set_recovery_code(app->recovery_codes(0));
    const auto whole = call<v1::SignInResponse>("SecondFactorService/FinishSecondFactor", request, stranger());
    ASSERT_RESULT(whole);
    EXPECT_EQ(whole->outcome(), "signed_in");
    EXPECT_EQ(whole->user().id(), alice->user().id());
    const auto factors = factorsOf(personOf(*whole));
    ASSERT_RESULT(factors);
    EXPECT_EQ(factors->recovery_codes(), 9U);
    EXPECT_TRUE(factors->has_totp_since());
    EXPECT_TRUE(factors->has_second_factor());
    EXPECT_TRUE(factors->has_password());
    EXPECT_TRUE(factors->passkeys_possible());
    EXPECT_FALSE(factors->second_factor_required());
}

TEST_P(FactorCallsTest, WhatIsDangerousNeedsAFreshProof)
{
    const auto alice = signUp("alice", "correct horse");
    ASSERT_RESULT(alice);
    const Caller caller = personOf(*alice);
    ASSERT_RESULT(addApp(caller));
    m_authenticator->later = 600s;
    EXPECT_EQ(call<v1::RemoveFactorResponse>("FactorService/RemoveTotp", v1::RemoveTotpRequest(), caller).error().code,
              ErrorCode::StepUpRequired);
    EXPECT_EQ(call<v1::BeginPasskeyResponse>("FactorService/BeginPasskey", v1::BeginPasskeyRequest(), caller).error().code,
              ErrorCode::StepUpRequired);
    EXPECT_EQ(call<v1::RecoveryCodes>("FactorService/MakeRecoveryCodes", v1::MakeRecoveryCodesRequest(), caller).error().code,
              ErrorCode::StepUpRequired);
    EXPECT_RESULT(factorsOf(caller));

    auto client = opaque::ClientLogin::start(bytesOf("correct horse"));
    v1::BeginStepUpRequest begin;
    begin.set_ke1(textOf(client->request()));
    const auto begun = call<v1::BeginStepUpResponse>("StepUpService/BeginStepUp", begin, caller);
    ASSERT_RESULT(begun);
    EXPECT_THAT(begun->kinds(), ElementsAre("password", "totp"));
    const auto proof = std::move(*client).finish(bytesOf("correct horse"), bytesOf(begun->ke2()), m_stretching);
    ASSERT_TRUE(proof);
    v1::FinishStepUpRequest finish;
    finish.set_step_up_id(begun->step_up_id());
    finish.set_ke3(textOf(proof->finish));
    const auto proved = call<v1::FinishStepUpResponse>("StepUpService/FinishStepUp", finish, caller);
    ASSERT_RESULT(proved);
    EXPECT_EQ(proved->fresh_for_seconds(), 600U);
    m_authenticator->later = 590s; // since the proof, which is of now
    EXPECT_RESULT(call<v1::RemoveFactorResponse>("FactorService/RemoveTotp", v1::RemoveTotpRequest(), caller));
    EXPECT_TRUE(signIn("alice", "correct horse")->has_session());
}

TEST_P(FactorCallsTest, WhoRunsTheServerTakesThemFromWhoHasLostThem)
{
    const auto alice = signUp("alice", "correct horse");
    const auto bob = signUp("bob", "correct horse");
    ASSERT_TRUE(alice && bob);
    ASSERT_RESULT(addApp(personOf(*alice)));
    v1::ResetUserFactorsRequest request;
    request.set_user("alice");
    EXPECT_EQ(call<v1::User>("UserFactorService/ResetUserFactors", request, personOf(*bob)).error().code, ErrorCode::PermissionDenied);
    Caller key = stranger();
    key.keyId = "k3y";
    key.permissions = kEveryPermission;
    ASSERT_RESULT(call<v1::User>("UserFactorService/ResetUserFactors", request, key));
    EXPECT_FALSE(await(m_sessions->verify(alice->session().access_token(), std::chrono::system_clock::now()))) << "signed out";
    EXPECT_TRUE(signIn("alice", "correct horse")->has_session());
}

TEST_P(FactorCallsTest, TheOptionsOfAPasskeyAreForThePage)
{
    const auto alice = signUp("alice", "correct horse");
    ASSERT_RESULT(alice);
    const auto adding = call<v1::BeginPasskeyResponse>("FactorService/BeginPasskey", v1::BeginPasskeyRequest(), personOf(*alice));
    ASSERT_RESULT(adding);
    EXPECT_THAT(adding->options_json(), HasSubstr(R"("rp":{"id":"example.org","name":"Matinee"})"));
    EXPECT_THAT(adding->options_json(), HasSubstr(R"("displayName":"alice")"));
    const auto signing =
        call<v1::BeginPasskeySignInResponse>("PasskeySignInService/BeginPasskeySignIn", v1::BeginPasskeySignInRequest(), stranger());
    ASSERT_RESULT(signing);
    EXPECT_THAT(signing->options_json(), HasSubstr(R"("allowCredentials":[])"));
    v1::FinishPasskeySignInRequest finish;
    finish.set_sign_in_id(signing->sign_in_id());
    finish.set_credential_json("{}");
    EXPECT_EQ(call<v1::SignInResponse>("PasskeySignInService/FinishPasskeySignIn", finish, stranger()).error().code,
              ErrorCode::Unauthenticated);
}

} // namespace

} // namespace matinee::api

#include "api/sign_in_calls.h"

#include "api/account_messages.h"

namespace matinee::api {

namespace {

using Services = std::shared_ptr<const SignInServices>;

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

Task<Result<v1::BeginSignUpResponse>> beginSignUp(Services services, const v1::BeginSignUpRequest &request)
{
    Result<accounts::SignUps::Begun> begun = co_await services->signUps.begin(request.name(), request.registration_request(),
                                                                              request.link_token(), now(), request.mail_address());
    if (!begun)
        co_return begun.error();
    v1::BeginSignUpResponse answer;
    answer.set_sign_up_id(begun->id);
    answer.set_registration_response(begun->registrationResponse);
    co_return answer;
}

Task<Result<v1::SignInResponse>> finishSignUp(Services services, const Caller &caller, const v1::FinishSignUpRequest &request)
{
    Result<accounts::SignUps::Finished> finished =
        co_await services->signUps.finish(request.sign_up_id(), request.registration_record(), request.language(), originOf(caller), now());
    if (!finished)
        co_return finished.error();
    if (finished->isNewPassword && services->letters) {
        const accounts::SessionOrigin origin = originOf(caller);
        services->letters->changed(finished->outcome.user.id, mail::Change::PasswordChanged, {}, {origin.device, origin.address}, now());
    }
    v1::SignInResponse answer = describeOutcome(finished->outcome, now());
    if (finished->isFirstRoot && services->firstStream) {
        const std::optional<v1::SetupStream> stream = co_await services->firstStream();
        if (stream)
            *answer.mutable_first_stream() = *stream;
    }
    co_return answer;
}

Task<Result<v1::BeginPasswordSignInResponse>> beginSignIn(Services services, const Caller &caller,
                                                          const v1::BeginPasswordSignInRequest &request)
{
    Result<accounts::Passwords::SignInBegun> begun =
        co_await services->passwords.beginSignIn(request.name(), request.ke1(), caller.address, now());
    if (!begun)
        co_return begun.error();
    v1::BeginPasswordSignInResponse answer;
    answer.set_sign_in_id(begun->id);
    answer.set_ke2(begun->ke2);
    co_return answer;
}

Task<Result<v1::SignInResponse>> finishSignIn(Services services, const Caller &caller, const v1::FinishPasswordSignInRequest &request)
{
    Result<accounts::SignInOutcome> outcome =
        co_await services->passwords.finishSignIn(request.sign_in_id(), request.ke3(), originOf(caller), now());
    if (!outcome)
        co_return outcome.error();
    if (outcome->user.awaitsAddress && services->addresses)
        services->addresses->remind(outcome->user.id, now());
    co_return describeOutcome(*outcome, now());
}

Task<Result<v1::SessionTokens>> refresh(Services services, const Caller &caller, const v1::RefreshSessionRequest &request)
{
    const std::string token = request.refresh_token().empty() ? caller.refreshCookie : request.refresh_token();
    if (token.empty())
        co_return fail(ErrorCode::Unauthenticated, "There is no refresh token with this call: sign in.");
    Result<accounts::SignInOutcome> outcome = co_await services->sessions.refresh(token, caller.address, caller.requestId, now());
    if (!outcome)
        co_return outcome.error();
    if (!outcome->session)
        co_return fail(ErrorCode::Unauthenticated, "This account may not sign in now.");
    co_return describeTokens(*outcome->session);
}

Task<Result<v1::SignOutResponse>> signOut(Services services, const Caller &caller)
{
    const Result<bool> ended = co_await services->sessions.revoke(caller.userId, caller.sessionId, now());
    if (!ended)
        co_return ended.error();
    co_return v1::SignOutResponse(); // it may have ended a moment before
}

} // namespace

void handleSignInCalls(Dispatcher &dispatcher, SignInServices services)
{
    const auto shared = std::make_shared<const SignInServices>(std::move(services));
    dispatcher.handle<v1::BeginSignUpRequest, v1::BeginSignUpResponse>(
        "matinee.v1.SignInService/BeginSignUp",
        [shared](const Caller &, const v1::BeginSignUpRequest &request) { return beginSignUp(shared, request); });
    dispatcher.handle<v1::FinishSignUpRequest, v1::SignInResponse>(
        "matinee.v1.SignInService/FinishSignUp",
        [shared](const Caller &caller, const v1::FinishSignUpRequest &request) { return finishSignUp(shared, caller, request); });
    dispatcher.handle<v1::BeginPasswordSignInRequest, v1::BeginPasswordSignInResponse>(
        "matinee.v1.SignInService/BeginPasswordSignIn",
        [shared](const Caller &caller, const v1::BeginPasswordSignInRequest &request) { return beginSignIn(shared, caller, request); });
    dispatcher.handle<v1::FinishPasswordSignInRequest, v1::SignInResponse>(
        "matinee.v1.SignInService/FinishPasswordSignIn",
        [shared](const Caller &caller, const v1::FinishPasswordSignInRequest &request) { return finishSignIn(shared, caller, request); });
    dispatcher.handle<v1::RefreshSessionRequest, v1::SessionTokens>(
        "matinee.v1.SignInService/RefreshSession",
        [shared](const Caller &caller, const v1::RefreshSessionRequest &request) { return refresh(shared, caller, request); });
    dispatcher.handle<v1::SignOutRequest, v1::SignOutResponse>(
        "matinee.v1.SignInService/SignOut", [shared](const Caller &caller, const v1::SignOutRequest &) { return signOut(shared, caller); });
}

} // namespace matinee::api

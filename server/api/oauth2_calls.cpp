#include "api/oauth2_calls.h"

#include "api/account_messages.h"
#include "api/timestamps.h"

#include "matinee/v1/oauth2.pb.h"

namespace matinee::api {

namespace {

using accounts::oauth2::Providers;
using accounts::oauth2::SignIn;

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

Task<Result<v1::ListProvidersResponse>> listProviders(Providers &providers)
{
    v1::ListProvidersResponse answer;
    for (const auto &provider : providers.list()) {
        auto &one = *answer.add_providers();
        one.set_id(provider->id());
        one.set_name(provider->name);
    }
    co_return answer;
}

/// `links`: to the account of the caller, who is a person then.
Task<Result<v1::BeginOAuth2Response>> begin(SignIn &signIn, const Caller &caller, const v1::BeginOAuth2Request &request, bool links)
{
    SignIn::Beginning wanted;
    wanted.provider = request.provider();
    wanted.returnTo = request.return_to();
    wanted.binding = caller.oauth2Binding;
    if (links)
        wanted.who = personOf(caller);
    Result<SignIn::Begun> begun = co_await signIn.begin(std::move(wanted), now());
    if (!begun)
        co_return begun.error();
    v1::BeginOAuth2Response answer;
    answer.set_address(begun->address);
    answer.set_binding(begun->binding);
    co_return answer;
}

v1::FinishOAuth2Response describeFinished(const SignIn::Finished &finished)
{
    v1::SignInResponse signedIn = describeOutcome(finished.outcome, now());
    v1::FinishOAuth2Response answer;
    answer.set_outcome(finished.isLinked ? "linked" : signedIn.outcome());
    answer.mutable_user()->Swap(signedIn.mutable_user());
    if (signedIn.has_session())
        answer.mutable_session()->Swap(signedIn.mutable_session());
    if (signedIn.has_second_factor())
        answer.mutable_second_factor()->Swap(signedIn.mutable_second_factor());
    answer.set_return_to(finished.returnTo);
    answer.set_is_new(finished.isNew);
    return answer;
}

void tell(accounts::SecurityLetters *letters, const Caller &caller, mail::Change change, std::string detail)
{
    if (!letters)
        return;
    const accounts::SessionOrigin origin = originOf(caller);
    letters->changed(caller.userId, change, std::move(detail), {origin.device, origin.address}, now());
}

Task<Result<v1::FinishOAuth2Response>> finish(SignIn &signIn, accounts::SecurityLetters *letters, const Caller &caller,
                                              const v1::FinishOAuth2Request &request)
{
    SignIn::Finishing brought;
    brought.provider = request.provider();
    brought.state = request.state();
    brought.code = request.code();
    brought.issuer = request.iss();
    brought.error = request.error();
    brought.binding = request.binding().empty() ? caller.oauth2Binding : request.binding();
    brought.language = request.language();
    if (caller.isPerson())
        brought.who = personOf(caller);
    brought.origin = originOf(caller);
    Result<SignIn::Finished> finished = co_await signIn.finish(std::move(brought), now());
    if (!finished)
        co_return finished.error();
    if (finished->isLinked)
        tell(letters, caller, mail::Change::SignInLinked, request.provider());
    co_return describeFinished(*finished);
}

Task<Result<v1::ListIdentitiesResponse>> listIdentities(SignIn &signIn, Providers &providers, const Caller &caller)
{
    const Result<std::vector<store::IdentityRow>> rows = co_await signIn.list(caller.userId);
    if (!rows)
        co_return rows.error();
    v1::ListIdentitiesResponse answer;
    for (const store::IdentityRow &row : *rows) {
        const auto provider = providers.find(row.provider);
        auto &one = *answer.add_identities();
        one.set_id(accounts::oauth2::identityId(row));
        one.set_provider(row.provider);
        one.set_provider_name(provider ? provider->name : row.provider);
        one.set_name(row.name);
        *one.mutable_linked_at() = toTimestamp(row.linkedAt);
        one.set_usable(provider != nullptr);
    }
    co_return answer;
}

Task<Result<v1::UnlinkIdentityResponse>> unlinkIdentity(SignIn &signIn, accounts::SecurityLetters *letters, const Caller &caller,
                                                        const v1::UnlinkIdentityRequest &request)
{
    const Result<void> done = co_await signIn.unlink(caller.userId, request.id());
    if (!done)
        co_return done.error();
    tell(letters, caller, mail::Change::SignInUnlinked, {});
    co_return v1::UnlinkIdentityResponse();
}

} // namespace

void handleOAuth2Calls(Dispatcher &dispatcher, SignIn &signIn, Providers &providers, accounts::SecurityLetters *letters)
{
    dispatcher.handle<v1::ListProvidersRequest, v1::ListProvidersResponse>(
        "matinee.v1.OAuth2Service/ListProviders",
        [&providers](const Caller &, const v1::ListProvidersRequest &) { return listProviders(providers); });
    dispatcher.handle<v1::BeginOAuth2Request, v1::BeginOAuth2Response>(
        "matinee.v1.OAuth2Service/BeginOAuth2",
        [&signIn](const Caller &caller, const v1::BeginOAuth2Request &request) { return begin(signIn, caller, request, false); });
    dispatcher.handle<v1::FinishOAuth2Request, v1::FinishOAuth2Response>(
        "matinee.v1.OAuth2Service/FinishOAuth2", [&signIn, letters](const Caller &caller, const v1::FinishOAuth2Request &request) {
            return finish(signIn, letters, caller, request);
        });
    dispatcher.handle<v1::ListIdentitiesRequest, v1::ListIdentitiesResponse>(
        "matinee.v1.IdentityService/ListIdentities", [&signIn, &providers](const Caller &caller, const v1::ListIdentitiesRequest &) {
            return listIdentities(signIn, providers, caller);
        });
    dispatcher.handle<v1::BeginOAuth2Request, v1::BeginOAuth2Response>(
        "matinee.v1.IdentityService/BeginIdentityLink",
        [&signIn](const Caller &caller, const v1::BeginOAuth2Request &request) { return begin(signIn, caller, request, true); });
    dispatcher.handle<v1::UnlinkIdentityRequest, v1::UnlinkIdentityResponse>(
        "matinee.v1.IdentityService/UnlinkIdentity", [&signIn, letters](const Caller &caller, const v1::UnlinkIdentityRequest &request) {
            return unlinkIdentity(signIn, letters, caller, request);
        });
}

} // namespace matinee::api

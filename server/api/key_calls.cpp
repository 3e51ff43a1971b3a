#include "api/key_calls.h"

#include "api/account_messages.h"
#include "api/api_key_calls.h"
#include "api/timestamps.h"

#include "matinee/v1/keys.pb.h"

namespace matinee::api {

namespace {

using Services = std::shared_ptr<const KeyServices>;

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

Task<Result<v1::ApiKey>> createMyKey(Services services, const Caller &caller, const v1::CreateMyApiKeyRequest &request)
{
    KeyWish wish;
    wish.name = request.name();
    wish.scopes.assign(request.scopes().begin(), request.scopes().end());
    wish.expiresInSeconds = request.expires_in_seconds();
    wish.owner = caller.userId;
    Result<v1::ApiKey> made = co_await createApiKeyFor(services->keys, caller, std::move(wish));
    co_return made;
}

Task<Result<v1::ListMyApiKeysResponse>> listMyKeys(Services services, const Caller &caller)
{
    Result<std::vector<accounts::KnownKey>> keys = co_await services->keys.list(caller.userId, now());
    if (!keys)
        co_return keys.error();
    v1::ListMyApiKeysResponse answer;
    for (const accounts::KnownKey &key : *keys)
        *answer.add_keys() = describeKnownKey(key);
    co_return answer;
}

Task<Result<v1::RevokeMyApiKeyResponse>> revokeMyKey(Services services, const Caller &caller, const v1::RevokeMyApiKeyRequest &request)
{
    Result<void> revoked = co_await revokeApiKeyFor(services->keys, caller, request.id(), caller.userId);
    if (!revoked)
        co_return revoked.error();
    co_return v1::RevokeMyApiKeyResponse();
}

Task<Result<v1::SignInResponse>> signInDirectly(Services services, const Caller &caller, const v1::DirectSignInRequest &request)
{
    if (!services->allowsDirectPassword())
        co_return fail(ErrorCode::PermissionDenied,
                       "This server takes no passwords in clear (accounts.allow_direct_password). Sign in by OPAQUE, or use an API key.");
    Result<accounts::SignInOutcome> outcome =
        co_await services->directSignIn.signIn(request.name(), request.password(), originOf(caller), now());
    if (!outcome)
        co_return outcome.error();
    co_return describeOutcome(*outcome, now());
}

Task<Result<v1::EnterAsGuestResponse>> enterAsGuest(Services services, const Caller &caller)
{
    if (caller.isPerson())
        co_return fail(ErrorCode::FailedPrecondition, "You are signed in as " + caller.userName + "; sign out to be a guest.");
    Result<accounts::Guests::Entered> entered = services->guests.enter(caller.address, now());
    if (!entered)
        co_return entered.error();
    v1::EnterAsGuestResponse answer;
    answer.mutable_guest()->set_id(entered->guest.id);
    answer.mutable_guest()->set_name(entered->guest.name);
    *answer.mutable_guest()->mutable_expires_at() = toTimestamp(entered->guest.expiresAt);
    answer.mutable_session()->set_access_token(entered->token);
    answer.mutable_session()->set_access_expires_in_seconds(static_cast<std::uint32_t>(accounts::Guests::kLifetime.count()));
    co_return answer;
}

Task<Result<v1::SocketTicket>> makeTicket(Services services, const Caller &caller)
{
    accounts::SocketTickets::Holder holder;
    holder.userId = caller.userId;
    holder.sessionId = caller.sessionId;
    if (!caller.isPerson()) {
        holder.guest = services->guests.find(caller.guestId);
        if (!holder.guest)
            co_return fail(ErrorCode::Unauthenticated, "This guest is not known here any more. Enter again, or sign in.");
    }
    const accounts::SystemTime time = now();
    v1::SocketTicket answer;
    answer.set_ticket(services->tickets.make(std::move(holder), time));
    *answer.mutable_expires_at() = toTimestamp(time + accounts::SocketTickets::kLifetime);
    co_return answer;
}

} // namespace

void handleKeyCalls(Dispatcher &dispatcher, KeyServices services)
{
    const auto shared = std::make_shared<const KeyServices>(std::move(services));
    dispatcher.handle<v1::CreateMyApiKeyRequest, v1::ApiKey>(
        "matinee.v1.MyApiKeyService/CreateMyApiKey",
        [shared](const Caller &caller, const v1::CreateMyApiKeyRequest &request) { return createMyKey(shared, caller, request); });
    dispatcher.handle<v1::ListMyApiKeysRequest, v1::ListMyApiKeysResponse>(
        "matinee.v1.MyApiKeyService/ListMyApiKeys",
        [shared](const Caller &caller, const v1::ListMyApiKeysRequest &) { return listMyKeys(shared, caller); });
    dispatcher.handle<v1::RevokeMyApiKeyRequest, v1::RevokeMyApiKeyResponse>(
        "matinee.v1.MyApiKeyService/RevokeMyApiKey",
        [shared](const Caller &caller, const v1::RevokeMyApiKeyRequest &request) { return revokeMyKey(shared, caller, request); });
    dispatcher.handle<v1::DirectSignInRequest, v1::SignInResponse>(
        "matinee.v1.DirectSignInService/DirectSignIn",
        [shared](const Caller &caller, const v1::DirectSignInRequest &request) { return signInDirectly(shared, caller, request); });
    dispatcher.handle<v1::EnterAsGuestRequest, v1::EnterAsGuestResponse>(
        "matinee.v1.GuestService/EnterAsGuest",
        [shared](const Caller &caller, const v1::EnterAsGuestRequest &) { return enterAsGuest(shared, caller); });
    dispatcher.handle<v1::CreateSocketTicketRequest, v1::SocketTicket>(
        "matinee.v1.SocketTicketService/CreateSocketTicket",
        [shared](const Caller &caller, const v1::CreateSocketTicketRequest &) { return makeTicket(shared, caller); });
}

} // namespace matinee::api

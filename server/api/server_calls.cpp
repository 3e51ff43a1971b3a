#include "api/server_calls.h"

#include "accounts/setup_token.h"
#include "api/api_key_calls.h"

namespace matinee::api {

namespace {

/// What the handlers share.
struct Knowledge
{
    store::Store &store;
    const ServerFacts facts;
    /// Whether a set-up link waits. Each start decides it and only using the link ends it, so "no" needs no second look.
    std::atomic<bool> setupMayBeOpen{true};
};

Task<Result<v1::Server>> getServer(std::shared_ptr<Knowledge> known)
{
    v1::Server server;
    server.set_name(known->facts.name);
    server.set_version(known->facts.version);
    server.set_rtmp_port(known->facts.rtmpPort);
    if (known->facts.signUp)
        server.set_sign_up(known->facts.signUp());
    server.set_sign_up_needs_address(known->facts.signUpNeedsAddress && known->facts.signUpNeedsAddress());
    server.set_mail_possible(known->facts.sendsMail && known->facts.sendsMail());
    if (known->setupMayBeOpen) {
        const std::function<Result<bool>(store::Transaction &)> job = [](store::Transaction &tx) {
            return accounts::setupIsOpen(tx, std::chrono::system_clock::now());
        };
        Result<bool> open = co_await known->store.read<bool>(job);
        if (open && !*open)
            known->setupMayBeOpen = false;
        // While the database is away nobody can be set up, and this call should answer all the same.
        server.set_needs_setup(open && *open);
    }
    co_return server;
}

Task<Result<v1::ClaimSetupResponse>> claimSetup(std::shared_ptr<Knowledge> known, const v1::ClaimSetupRequest &request)
{
    if (request.token().empty() || request.token().size() > 256)
        co_return fail(ErrorCode::InvalidArgument, "The token is the part of the set-up link after the last '/' or '='.", "token");
    const std::string token = request.token();
    // Named and of this type: GCC 12 destroys a lambda twice that is a temporary of a co_await expression and captures by value.
    const std::function<Result<v1::ClaimSetupResponse>(store::Transaction &)> claim =
        [known, token](store::Transaction &tx) -> Result<v1::ClaimSetupResponse> {
        Result<accounts::MintedKey> minted = accounts::claimSetupToken(tx, token, "set-up link", std::chrono::system_clock::now());
        if (!minted)
            return minted.error();
        v1::ClaimSetupResponse answer;
        *answer.mutable_api_key() = describeApiKey(minted->row);
        answer.mutable_api_key()->set_key(minted->key);
        if (known->facts.firstStream) {
            const Result<std::optional<v1::SetupStream>> stream = known->facts.firstStream(tx);
            if (!stream)
                return stream.error();
            if (*stream)
                *answer.mutable_first_stream() = **stream;
        }
        return answer;
    };
    Result<v1::ClaimSetupResponse> answer = co_await known->store.write<v1::ClaimSetupResponse>(claim);
    co_return answer;
}

} // namespace

void handleServerCalls(Dispatcher &dispatcher, store::Store &store, ServerFacts facts)
{
    const std::shared_ptr<Knowledge> known(new Knowledge{store, std::move(facts)});
    dispatcher.handle<v1::GetServerRequest, v1::Server>("matinee.v1.ServerService/GetServer",
                                                        [known](const Caller &, const v1::GetServerRequest &) { return getServer(known); });
    dispatcher.handle<v1::GetHealthRequest, v1::Health>(
        "matinee.v1.ServerService/GetHealth",
        [known](const Caller &, const v1::GetHealthRequest &) -> Task<Result<v1::Health>> { co_return known->facts.health(); });
    dispatcher.handle<v1::ClaimSetupRequest, v1::ClaimSetupResponse>(
        "matinee.v1.SetupService/ClaimSetup",
        [known](const Caller &, const v1::ClaimSetupRequest &request) { return claimSetup(known, request); });
}

} // namespace matinee::api

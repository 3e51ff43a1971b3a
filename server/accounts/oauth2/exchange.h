// From the code that a browser brings back to the person at the provider: the code against a token, the token's proof, what the provider
// says of the person. The tokens end here: none is kept. Its Tasks may be awaited on any worker.
#pragma once

#include "accounts/oauth2/providers.h"
#include "accounts/oauth2/wire/user_info.h"

namespace matinee::accounts::oauth2 {

struct CodeExchange
{
    std::string code;
    std::string redirectUri;
    std::string verifier;
    std::string nonce;
};

struct RemotePerson
{
    RemoteUser user;
    std::string issuer; ///< To which `user.subject` means something.
};

/// What went wrong, for the metric: "token", "id_token", "user_info", "away".
struct ExchangeFailure
{
    std::string_view step;
    Error error; ///< For people.
};

/// All must outlive the Task but what is handed over.
Task<Result<RemotePerson, ExchangeFailure>> exchangeCode(Providers &providers, ProviderPtr provider, CodeExchange exchange, SystemTime now);

} // namespace matinee::accounts::oauth2

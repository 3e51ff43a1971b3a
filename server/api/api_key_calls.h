// Handlers of ApiKeyService: make, list and revoke API keys, and what the calls about one's own share with them (key_calls.h). Given to the
// dispatcher at start; run on any worker.
#pragma once

#include "accounts/api_keys.h"
#include "api/dispatcher.h"

#include "matinee/v1/server.pb.h"

namespace matinee::api {

/// `keys` must outlive the dispatcher's calls.
void handleApiKeyCalls(Dispatcher &dispatcher, accounts::ApiKeys &keys);

/// Of a key that was just made by the server for itself, without the key itself.
[[nodiscard]] v1::ApiKey describeApiKey(const store::ApiKeyRow &row);
[[nodiscard]] v1::ApiKey describeKnownKey(const accounts::KnownKey &key);

struct KeyWish
{
    std::string name;
    std::vector<std::string> scopes;
    std::uint32_t expiresInSeconds = 0; ///< 0: never.
    std::string owner;                  ///< Id or name; "": the server's own.
};
/// Nobody hands out more than they have, nor more than the owner may. The answer has the key; the audit log is told what it allows.
Task<Result<v1::ApiKey>> createApiKeyFor(accounts::ApiKeys &keys, const Caller &caller, KeyWish wish);
/// NotFound where there is none, or none of `ownerId` where that is not empty.
Task<Result<void>> revokeApiKeyFor(accounts::ApiKeys &keys, const Caller &caller, std::string id, std::string ownerId);

} // namespace matinee::api

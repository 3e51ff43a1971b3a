// Handlers of ApiKeyService: make, list and revoke API keys. Given to the dispatcher at start; run on any worker.
#pragma once

#include "accounts/api_keys.h"
#include "api/dispatcher.h"

#include "matinee/v1/server.pb.h"

namespace matinee::api {

/// `keys` must outlive the dispatcher's calls.
void handleApiKeyCalls(Dispatcher &dispatcher, accounts::ApiKeys &keys);

/// Without the key itself.
[[nodiscard]] v1::ApiKey describeApiKey(const store::ApiKeyRow &row);

} // namespace matinee::api

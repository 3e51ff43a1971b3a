#include "api/api_key_calls.h"

#include "accounts/scopes.h"
#include "api/timestamps.h"

namespace matinee::api {

namespace {

Task<Result<v1::ApiKey>> createApiKey(accounts::ApiKeys &keys, const Caller &caller, const v1::CreateApiKeyRequest &request)
{
    std::vector<std::string> scopes(request.scopes().begin(), request.scopes().end());
    // Nobody hands out more than they have.
    if ((accounts::permissionsOf(scopes) & ~caller.permissions) != 0)
        co_return fail(ErrorCode::PermissionDenied, "These scopes allow more than you may yourself.", "scopes");
    std::optional<std::chrono::seconds> expiresIn;
    if (request.expires_in_seconds() != 0)
        expiresIn = std::chrono::seconds(request.expires_in_seconds());

    Result<accounts::MintedKey> minted =
        co_await keys.create(request.name(), std::move(scopes), expiresIn, std::chrono::system_clock::now());
    if (!minted) {
        Error error = minted.error();
        if (error.field == "expires_in")
            error.field = "expires_in_seconds";
        co_return error;
    }
    v1::ApiKey answer = describeApiKey(minted->row);
    answer.set_key(minted->key);
    co_return answer;
}

Task<Result<v1::ListApiKeysResponse>> listApiKeys(accounts::ApiKeys &keys)
{
    Result<std::vector<store::ApiKeyRow>> rows = co_await keys.list();
    if (!rows)
        co_return rows.error();
    v1::ListApiKeysResponse answer;
    for (const store::ApiKeyRow &row : *rows)
        *answer.add_keys() = describeApiKey(row);
    co_return answer;
}

Task<Result<v1::RevokeApiKeyResponse>> revokeApiKey(accounts::ApiKeys &keys, const v1::RevokeApiKeyRequest &request)
{
    Result<bool> revoked = co_await keys.revoke(request.id(), std::chrono::system_clock::now());
    if (!revoked)
        co_return revoked.error();
    if (!*revoked)
        co_return fail(ErrorCode::NotFound, "There is no API key with this id, or it is revoked already.", "id");
    co_return v1::RevokeApiKeyResponse();
}

} // namespace

void handleApiKeyCalls(Dispatcher &dispatcher, accounts::ApiKeys &keys)
{
    dispatcher.handle<v1::CreateApiKeyRequest, v1::ApiKey>(
        "matinee.v1.ApiKeyService/CreateApiKey",
        [&keys](const Caller &caller, const v1::CreateApiKeyRequest &request) { return createApiKey(keys, caller, request); });
    dispatcher.handle<v1::ListApiKeysRequest, v1::ListApiKeysResponse>(
        "matinee.v1.ApiKeyService/ListApiKeys", [&keys](const Caller &, const v1::ListApiKeysRequest &) { return listApiKeys(keys); });
    dispatcher.handle<v1::RevokeApiKeyRequest, v1::RevokeApiKeyResponse>(
        "matinee.v1.ApiKeyService/RevokeApiKey",
        [&keys](const Caller &, const v1::RevokeApiKeyRequest &request) { return revokeApiKey(keys, request); });
}

v1::ApiKey describeApiKey(const store::ApiKeyRow &row)
{
    v1::ApiKey key;
    key.set_id(row.id);
    key.set_name(row.name);
    for (const std::string &scope : row.scopes)
        key.add_scopes(scope);
    *key.mutable_created_at() = toTimestamp(row.createdAt);
    if (row.expiresAt)
        *key.mutable_expires_at() = toTimestamp(*row.expiresAt);
    if (row.lastUsedAt)
        *key.mutable_last_used_at() = toTimestamp(*row.lastUsedAt);
    return key;
}

} // namespace matinee::api

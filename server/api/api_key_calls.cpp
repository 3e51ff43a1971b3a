#include "api/api_key_calls.h"

#include "accounts/roles.h"
#include "accounts/scopes.h"
#include "api/timestamps.h"

#include "matinee/v1/options.pb.h"

#include <boost/json.hpp>

namespace matinee::api {

namespace {

/// As the audit log has it.
std::string stateOf(const store::ApiKeyRow &row)
{
    boost::json::array scopes;
    for (const std::string &scope : row.scopes)
        scopes.emplace_back(scope);
    boost::json::object state{{"id", row.id}, {"name", row.name}, {"scopes", std::move(scopes)}};
    state["owner"] = row.ownerId;
    state["expires"] = row.expiresAt.has_value();
    return boost::json::serialize(state);
}

/// Whose a new key is. A person's keys are theirs, and those that their keys make: none gets away from its owner. Who stands for nobody,
/// the command line or a key of the server's own that may everything, says whose.
Result<std::string> ownerOf(const Caller &caller, const std::string &wanted)
{
    const std::string &own = caller.isPerson() ? caller.userId : caller.ownerId;
    const std::string &ownName = caller.isPerson() ? caller.userName : caller.ownerName;
    if (!own.empty()) {
        if (wanted.empty() || wanted == own || wanted == ownName)
            return own;
        return fail(ErrorCode::PermissionDenied, "Keys for somebody else are made on the command line (matinee api-key create --owner).",
                    "owner");
    }
    if (!wanted.empty() && !caller.may(v1::ADMINISTER))
        return fail(ErrorCode::PermissionDenied, "Only a key of scope admin makes keys for somebody else.", "owner");
    return wanted;
}

Task<Result<v1::ApiKey>> createApiKey(accounts::ApiKeys &keys, const Caller &caller, const v1::CreateApiKeyRequest &request)
{
    Result<std::string> owner = ownerOf(caller, request.owner());
    if (!owner)
        co_return owner.error();
    KeyWish wish;
    wish.name = request.name();
    wish.scopes.assign(request.scopes().begin(), request.scopes().end());
    wish.expiresInSeconds = request.expires_in_seconds();
    wish.owner = std::move(*owner);
    Result<v1::ApiKey> made = co_await createApiKeyFor(keys, caller, std::move(wish));
    co_return made;
}

Task<Result<v1::ListApiKeysResponse>> listApiKeys(accounts::ApiKeys &keys, const v1::ListApiKeysRequest &request)
{
    Result<std::vector<accounts::KnownKey>> known = co_await keys.list(request.owner(), std::chrono::system_clock::now());
    if (!known)
        co_return known.error();
    v1::ListApiKeysResponse answer;
    for (const accounts::KnownKey &key : *known)
        *answer.add_keys() = describeKnownKey(key);
    co_return answer;
}

Task<Result<v1::RevokeApiKeyResponse>> revokeApiKey(accounts::ApiKeys &keys, const Caller &caller, const v1::RevokeApiKeyRequest &request)
{
    Result<void> revoked = co_await revokeApiKeyFor(keys, caller, request.id(), std::string());
    if (!revoked)
        co_return revoked.error();
    co_return v1::RevokeApiKeyResponse();
}

} // namespace

Task<Result<v1::ApiKey>> createApiKeyFor(accounts::ApiKeys &keys, const Caller &caller, KeyWish wish)
{
    if ((accounts::permissionsOf(wish.scopes) & ~caller.permissions) != 0)
        co_return fail(ErrorCode::PermissionDenied, "These scopes allow more than you may yourself.", "scopes");
    std::optional<std::chrono::seconds> expiresIn;
    if (wish.expiresInSeconds != 0)
        expiresIn = std::chrono::seconds(wish.expiresInSeconds);
    Result<accounts::MintedKey> minted = co_await keys.create(std::move(wish.name), std::move(wish.scopes), expiresIn,
                                                              std::chrono::system_clock::now(), std::move(wish.owner));
    if (!minted) {
        Error error = minted.error();
        if (error.field == "expires_in")
            error.field = "expires_in_seconds";
        co_return error;
    }
    if (caller.note)
        caller.note->after = stateOf(minted->row);
    v1::ApiKey answer = describeApiKey(minted->row);
    answer.set_key(minted->key);
    co_return answer;
}

Task<Result<void>> revokeApiKeyFor(accounts::ApiKeys &keys, const Caller &caller, std::string id, std::string ownerId)
{
    Result<std::optional<store::ApiKeyRow>> revoked =
        co_await keys.revoke(std::move(id), std::chrono::system_clock::now(), std::move(ownerId));
    if (!revoked)
        co_return Result<void>(revoked.error());
    if (!*revoked)
        co_return Result<void>(fail(ErrorCode::NotFound, "There is no API key with this id, or it is revoked already.", "id"));
    if (caller.note)
        caller.note->before = stateOf(**revoked);
    co_return Result<void>();
}

void handleApiKeyCalls(Dispatcher &dispatcher, accounts::ApiKeys &keys)
{
    dispatcher.handle<v1::CreateApiKeyRequest, v1::ApiKey>(
        "matinee.v1.ApiKeyService/CreateApiKey",
        [&keys](const Caller &caller, const v1::CreateApiKeyRequest &request) { return createApiKey(keys, caller, request); });
    dispatcher.handle<v1::ListApiKeysRequest, v1::ListApiKeysResponse>(
        "matinee.v1.ApiKeyService/ListApiKeys",
        [&keys](const Caller &, const v1::ListApiKeysRequest &request) { return listApiKeys(keys, request); });
    dispatcher.handle<v1::RevokeApiKeyRequest, v1::RevokeApiKeyResponse>(
        "matinee.v1.ApiKeyService/RevokeApiKey",
        [&keys](const Caller &caller, const v1::RevokeApiKeyRequest &request) { return revokeApiKey(keys, caller, request); });
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
    key.set_owner_id(row.ownerId);
    key.set_state("active");
    return key;
}

v1::ApiKey describeKnownKey(const accounts::KnownKey &known)
{
    v1::ApiKey key = describeApiKey(known.row);
    key.set_owner(known.ownerName);
    key.set_state(std::string(known.state));
    for (const std::string &name : accounts::permissionNames(known.permissions))
        key.add_permissions(name);
    return key;
}

} // namespace matinee::api

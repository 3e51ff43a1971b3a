// Table `api_keys`: handle, name, hash, scopes, life, owner.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct ApiKeyRow
{
    std::string id; ///< Public handle: the 8 characters between the key's first and second '_'.
    std::string name;
    std::string keyHash; ///< Lower-case hex of BLAKE2b-256 of the whole key.
    std::vector<std::string> scopes;
    std::chrono::system_clock::time_point createdAt;
    std::optional<std::chrono::system_clock::time_point> expiresAt;
    std::optional<std::chrono::system_clock::time_point> lastUsedAt;
    std::optional<std::chrono::system_clock::time_point> revokedAt;
    std::string ownerId{}; ///< Of a person; "" for a key of the server's own.
};

Result<void> insertApiKey(Transaction &tx, const ApiKeyRow &row);
Result<std::optional<ApiKeyRow>> findApiKey(Transaction &tx, const std::string &id);       ///< Revoked ones too.
Result<std::vector<ApiKeyRow>> listApiKeys(Transaction &tx);                               ///< Without revoked ones, newest first.
Result<std::vector<ApiKeyRow>> listApiKeysOf(Transaction &tx, const std::string &ownerId); ///< The same of one person.
/// Without revoked ones. "" counts those of the server's own.
Result<int> countApiKeysOf(Transaction &tx, const std::string &ownerId);
Result<bool> revokeApiKey(Transaction &tx, const std::string &id, std::chrono::system_clock::time_point now);
Result<void> touchApiKey(Transaction &tx, const std::string &id, std::chrono::system_clock::time_point now);

} // namespace matinee::store

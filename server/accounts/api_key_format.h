// An API key as text: mtn_<id>_<secret><checksum>, all of a-z and 2-7 but the prefix.
//   id        8 characters, public: names the key in lists, logs and audit
//   secret    32 characters, 160 random bits
//   checksum  6 characters over all before it: a mistyped or cut key is told apart without asking the database
// Pure but for randomness; any thread.
#pragma once

#include "store/api_keys.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

using SystemTime = std::chrono::system_clock::time_point;

/// A new key: the text is shown once, the row is what is stored.
struct MintedKey
{
    std::string key;
    store::ApiKeyRow row;
};

/// InvalidArgument with the field: name (1 to 100 bytes, no control characters), scopes (accounts/scopes.h), expires_in (1 s to 10 years).
/// `expiresIn` nothing: does not expire.
[[nodiscard]] Result<MintedKey> mintApiKey(std::string name, std::vector<std::string> scopes, std::optional<std::chrono::seconds> expiresIn,
                                           SystemTime now);
/// The id of a key that is formed rightly; Unauthenticated with a sentence otherwise.
[[nodiscard]] Result<std::string> apiKeyId(std::string_view key);

} // namespace matinee::accounts

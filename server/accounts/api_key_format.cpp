#include "accounts/api_key_format.h"

#include "accounts/scopes.h"
#include "accounts/secrets.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

constexpr std::string_view kPrefix = "mtn_";
constexpr std::size_t kIdLength = 8;
constexpr std::size_t kSecretLength = 32;
constexpr std::size_t kChecksumLength = 6;
constexpr std::size_t kSumBegins = kPrefix.size() + kIdLength + 1 + kSecretLength;
constexpr std::size_t kKeyLength = kSumBegins + kChecksumLength;
constexpr std::size_t kLongestName = 100;
constexpr std::chrono::hours kLongestLife{24 * 3653};

Error malformed(std::string sentence)
{
    return fail(ErrorCode::Unauthenticated, std::move(sentence));
}

Result<void> checkName(const std::string &name)
{
    const bool control = std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (name.empty() || name.size() > kLongestName || control)
        return fail(ErrorCode::InvalidArgument, "The name of an API key has 1 to 100 bytes and no control characters.", "name");
    return {};
}

} // namespace

Result<MintedKey> mintApiKey(std::string name, std::vector<std::string> scopes, std::optional<std::chrono::seconds> expiresIn,
                             SystemTime now)
{
    if (auto r = checkName(name); !r)
        return r.error();
    auto checked = checkedScopes(std::move(scopes));
    if (!checked)
        return checked.error();
    if (expiresIn && (expiresIn->count() < 1 || *expiresIn > kLongestLife))
        return fail(ErrorCode::InvalidArgument, "An API key expires after 1 second to 10 years, or never.", "expires_in");

    MintedKey minted;
    minted.row.id = randomText(kIdLength);
    minted.key = std::string(kPrefix) + minted.row.id + "_" + randomText(kSecretLength);
    minted.key += checksumOf(minted.key, kChecksumLength);
    minted.row.name = std::move(name);
    minted.row.keyHash = secretHash(minted.key);
    minted.row.scopes = std::move(*checked);
    minted.row.createdAt = now;
    if (expiresIn)
        minted.row.expiresAt = now + *expiresIn;
    return minted;
}

Result<std::string> apiKeyId(std::string_view key)
{
    if (!key.starts_with(kPrefix))
        return malformed("This is not an API key of Matinee: those begin with mtn_.");
    if (key.size() != kKeyLength)
        return malformed(key.size() < kKeyLength ? "The API key is cut short." : "The API key is too long.");
    const std::string_view id = key.substr(kPrefix.size(), kIdLength);
    const bool formed = key[kPrefix.size() + kIdLength] == '_' && isKeyText(id) && isKeyText(key.substr(kPrefix.size() + kIdLength + 1));
    if (!formed || !equalSecrets(checksumOf(key.substr(0, kSumBegins), kChecksumLength), key.substr(kSumBegins)))
        return malformed("The API key has been mistyped: its checksum does not fit.");
    return std::string(id);
}

} // namespace matinee::accounts

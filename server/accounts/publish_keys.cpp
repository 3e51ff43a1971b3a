#include "accounts/publish_keys.h"

#include "accounts/secrets.h"

namespace matinee::accounts {

namespace {

constexpr std::string_view kPrefix = "live_";
constexpr std::size_t kSecretLength = 32;

} // namespace

std::string makePublishKey()
{
    return std::string(kPrefix) + randomText(kSecretLength);
}

bool isPublishKey(std::string_view text)
{
    return text.size() == kPrefix.size() + kSecretLength && text.starts_with(kPrefix) && isKeyText(text.substr(kPrefix.size()));
}

std::string publishKeyHash(std::string_view key)
{
    return secretHash(key);
}

bool publishKeyFits(std::string_view key, std::string_view keyHash)
{
    return isPublishKey(key) && equalSecrets(secretHash(key), keyHash);
}

} // namespace matinee::accounts

#include "accounts/oauth2/client_credential.h"

#include "accounts/wire/jwt.h"

namespace matinee::accounts::oauth2 {

namespace {

constexpr std::chrono::seconds kLifetime{300};

std::optional<std::string> appleSecret(const Provider &provider, SystemTime now)
{
    const std::string pem = "-----BEGIN PRIVATE KEY-----\n" + provider.clientSecret + "\n-----END PRIVATE KEY-----\n";
    auto key = Key::privateFromPem(pem);
    if (!key || key->algorithm() != Algorithm::Es256)
        return std::nullopt;
    boost::json::object claims;
    claims["iss"] = provider.teamId;
    claims["sub"] = provider.clientId;
    claims["aud"] = provider.issuer;
    claims["iat"] = numericDate(now);
    claims["exp"] = numericDate(now + kLifetime);
    return signJwt(NamedKey{provider.keyId, std::move(*key), {}}, claims);
}

} // namespace

std::optional<std::string> clientSecretOf(const Provider &provider, SystemTime now)
{
    return provider.preset->id == "apple" ? appleSecret(provider, now) : provider.clientSecret;
}

} // namespace matinee::accounts::oauth2

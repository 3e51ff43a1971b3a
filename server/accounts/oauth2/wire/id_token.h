// What an id_token must be (OpenID Connect Core, 3.1.3.7): the provider's, for us, of this sign-in. `now` is passed in; any thread.
#pragma once

#include "accounts/wire/jwt.h"

#include <string>
#include <string_view>

namespace matinee::accounts::oauth2 {

struct IdTokenExpectation
{
    std::string issuer;
    std::string clientId;
    std::string nonce;
    bool isOfAnyTenant = false; ///< Metadata::isOfAnyTenant
};

struct IdTokenRefusal
{
    std::string_view why;      ///< "signature", "nonce": a metric label.
    bool isUnknownKey = false; ///< The provider may have a new key: read its keys again.
};

struct IdToken
{
    JwtClaims claims;
    /// `sub`; with the tenant before it where tokens of all tenants count, as each tenant answers for its own people only.
    std::string subject;
    std::string issuer; ///< As in the expectation: the pattern, for all tenants.
};

/// Signed with RS256, ES256 or EdDSA by one of `keys`; a minute of leeway.
[[nodiscard]] Result<IdToken, IdTokenRefusal> verifyIdToken(std::string_view token, const KeySet &keys, const IdTokenExpectation &expected,
                                                            std::chrono::system_clock::time_point now);

} // namespace matinee::accounts::oauth2

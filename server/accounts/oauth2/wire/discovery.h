// What an OpenID provider says of itself at .well-known/openid-configuration (OpenID Connect Discovery 1.0; RFC 8414). Pure; any thread.
#pragma once

#include "common/protocol/result.h"

#include <string>
#include <string_view>

namespace matinee::accounts::oauth2 {

inline constexpr std::size_t kMostDiscoveryBytes = std::size_t{64} << 10;

struct Metadata
{
    std::string issuer; ///< As `iss` has it.
    std::string authorizationEndpoint;
    std::string tokenEndpoint;
    std::string userInfoEndpoint; ///< "" where there is none.
    std::string keysAddress;
    bool isIssuerAlwaysNamed = false; ///< `iss` comes with each code (RFC 9207).
    bool takesSecretInBody = false;   ///< client_secret_post; else client_secret_basic.
    bool isOfAnyTenant = false;       ///< Microsoft: `issuer` has "{tenantid}", which is the claim `tid` of each token.
};

enum class DiscoveryFault
{
    Malformed, ///< No JSON object, too long, or a member is missing or of another kind.
    Issuer,    ///< It says to be another one than was asked (Discovery, 4.3): a mix-up, or a wrong oauth2 setting.
    Endpoint,  ///< An address that is none.
    Insecure,  ///< An issuer with https that sends people or secrets over http.
    NoPkce,    ///< It names its methods of PKCE, and S256 is not among them.
};
[[nodiscard]] std::string_view discoveryFaultText(DiscoveryFault fault); ///< A sentence for the log.

[[nodiscard]] std::string discoveryAddress(std::string_view issuer);
/// A slash at the end makes no other issuer, since people write it or not; the provider's own spelling counts from then on.
[[nodiscard]] Result<Metadata, DiscoveryFault> parseDiscovery(std::string_view text, std::string_view issuer);

} // namespace matinee::accounts::oauth2

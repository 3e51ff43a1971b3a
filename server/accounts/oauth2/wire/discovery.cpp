#include "accounts/oauth2/wire/discovery.h"

#include "accounts/oauth2/wire/url_text.h"
#include "accounts/wire/strict_json.h"

#include <boost/json/array.hpp>

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

namespace json = boost::json;

constexpr std::string_view kTenant = "{tenantid}";
constexpr std::string_view kMicrosoft = "https://login.microsoftonline.com/";

std::string_view withoutSlash(std::string_view issuer)
{
    return issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer;
}

/// Null where the member is no list.
const json::array *listMember(const json::object &object, std::string_view name)
{
    const auto *member = object.if_contains(name);
    return member ? member->if_array() : nullptr;
}

bool has(const json::array &list, std::string_view word)
{
    return std::any_of(list.begin(), list.end(), [&](const json::value &entry) {
        const auto *text = entry.if_string();
        return text && std::string_view(*text) == word;
    });
}

/// Where an organisation's tenant is not named, Microsoft speaks for all of them with a pattern, or for the one of private accounts.
bool isTenantPattern(std::string_view named, std::string_view wanted)
{
    return wanted.starts_with(kMicrosoft) && named == std::string(kMicrosoft) + std::string(kTenant) + "/v2.0";
}
bool isPrivateAccounts(std::string_view named, std::string_view wanted)
{
    return wanted == "https://login.microsoftonline.com/consumers/v2.0" &&
           named == "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
}

} // namespace

std::string_view discoveryFaultText(DiscoveryFault fault)
{
    switch (fault) {
    case DiscoveryFault::Malformed:
        return "Its openid-configuration is no JSON object, is too long, or something that must be there is missing.";
    case DiscoveryFault::Issuer:
        return "It says that its issuer is another one than the setting has.";
    case DiscoveryFault::Endpoint:
        return "One of its addresses is none.";
    case DiscoveryFault::Insecure:
        return "It names addresses without https.";
    case DiscoveryFault::NoPkce:
        break;
    }
    return "It offers PKCE without S256.";
}

std::string discoveryAddress(std::string_view issuer)
{
    return std::string(withoutSlash(issuer)) + "/.well-known/openid-configuration";
}

Result<Metadata, DiscoveryFault> parseDiscovery(std::string_view text, std::string_view issuer)
{
    const auto document = strictObject(text, {.bytes = kMostDiscoveryBytes, .depth = 8});
    if (!document)
        return DiscoveryFault::Malformed;
    Metadata metadata;
    const auto read = [&](std::string_view name, std::string &into) {
        const auto *value = textMember(*document, name);
        if (value)
            into = std::string(*value);
        return value != nullptr;
    };
    if (!read("issuer", metadata.issuer) || !read("authorization_endpoint", metadata.authorizationEndpoint) ||
        !read("token_endpoint", metadata.tokenEndpoint) || !read("jwks_uri", metadata.keysAddress))
        return DiscoveryFault::Malformed;
    if (document->contains("userinfo_endpoint") && !read("userinfo_endpoint", metadata.userInfoEndpoint))
        return DiscoveryFault::Malformed;

    metadata.isOfAnyTenant = isTenantPattern(metadata.issuer, issuer);
    const bool isSame = withoutSlash(metadata.issuer) == withoutSlash(issuer);
    if (!isSame && !metadata.isOfAnyTenant && !isPrivateAccounts(metadata.issuer, issuer))
        return DiscoveryFault::Issuer;

    for (const std::string *address :
         {&metadata.authorizationEndpoint, &metadata.tokenEndpoint, &metadata.keysAddress, &metadata.userInfoEndpoint}) {
        if (address->empty() && address == &metadata.userInfoEndpoint)
            continue;
        const auto parsed = parseWebAddress(*address);
        if (!parsed)
            return DiscoveryFault::Endpoint;
        if (!parsed->isSecure && issuer.starts_with("https://"))
            return DiscoveryFault::Insecure;
    }

    if (const auto *methods = listMember(*document, "code_challenge_methods_supported"); methods && !has(*methods, "S256"))
        return DiscoveryFault::NoPkce;
    const auto *named = document->if_contains("authorization_response_iss_parameter_supported");
    metadata.isIssuerAlwaysNamed = named && named->is_bool() && named->get_bool();
    // Where it says nothing, client_secret_basic is meant (Discovery, 3). Where both will do, the body: fewer get its encoding wrong.
    const auto *ways = listMember(*document, "token_endpoint_auth_methods_supported");
    metadata.takesSecretInBody = ways && has(*ways, "client_secret_post");
    return metadata;
}

} // namespace matinee::accounts::oauth2

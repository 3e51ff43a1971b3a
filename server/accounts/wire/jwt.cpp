#include "accounts/wire/jwt.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

/// False where the member is there and no text.
bool readText(const json::object &claims, std::string_view name, std::optional<std::string> &into)
{
    const auto *value = claims.if_contains(name);
    if (!value)
        return true;
    if (!value->is_string())
        return false;
    into = std::string(value->get_string());
    return true;
}

bool readDate(const json::object &claims, std::string_view name, std::optional<Since1970> &into)
{
    const auto *value = claims.if_contains(name);
    if (!value)
        return true;
    if (!value->is_number())
        return false;
    const auto seconds = value->to_number<double>();
    into = Since1970(seconds);
    return std::isfinite(seconds);
}

/// RFC 7519, 4.1.3: one text, or a list of them.
bool readAudience(const json::object &claims, std::vector<std::string> &into)
{
    const auto *value = claims.if_contains("aud");
    if (!value)
        return true;
    if (const auto *one = value->if_string()) {
        into.emplace_back(*one);
        return true;
    }
    const auto *list = value->if_array();
    if (!list)
        return false;
    for (const json::value &entry : *list) {
        if (!entry.is_string())
            return false;
        into.emplace_back(entry.get_string());
    }
    return true;
}

std::optional<JwtClaims> claimsOf(json::object object)
{
    JwtClaims claims;
    std::optional<Since1970> expires;
    const bool sound = readText(object, "iss", claims.issuer) && readText(object, "sub", claims.subject) &&
                       readText(object, "jti", claims.id) && readAudience(object, claims.audience) && readDate(object, "exp", expires) &&
                       readDate(object, "nbf", claims.notBefore) && readDate(object, "iat", claims.issuedAt);
    if (!sound || !expires)
        return std::nullopt;
    claims.expires = *expires;
    claims.all = std::move(object);
    return claims;
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// RFC 7515, 4.1.9: a media type, whose "application/" is left out mostly, and which has no case.
bool isType(const json::object &header, std::string_view expected)
{
    const auto *type = textMember(header, "typ");
    if (!type)
        return false;
    std::string_view name = *type;
    constexpr std::string_view prefix = "application/";
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    if (name.size() > prefix.size() && std::equal(prefix.begin(), prefix.end(), name.begin(), same))
        name.remove_prefix(prefix.size());
    return std::equal(name.begin(), name.end(), expected.begin(), expected.end(), same);
}

std::optional<TokenFault> dateFault(const JwtClaims &claims, const JwtExpectation &expected, Since1970 now)
{
    const Since1970 leeway = expected.leeway;
    if (now >= claims.expires + leeway)
        return TokenFault::Expired;
    if (claims.notBefore && now < *claims.notBefore - leeway)
        return TokenFault::NotYet;
    if (expected.checkIssuedAt && claims.issuedAt && now < *claims.issuedAt - leeway)
        return TokenFault::NotYet;
    return std::nullopt;
}

} // namespace

Result<JwtClaims, TokenFault> verifyJwt(std::string_view token, const KeySet &keys, const JwtExpectation &expected,
                                        std::chrono::system_clock::time_point now)
{
    auto jws = verifyJws(token, keys, expected.algorithms, expected.limits);
    if (!jws)
        return jws.error();
    if (jws->key.until && now >= *jws->key.until)
        return TokenFault::UnknownKey;
    if (expected.type && !isType(jws->header, *expected.type))
        return TokenFault::Type;
    auto object = strictObject(textOf(jws->payload), expected.limits);
    if (!object)
        return TokenFault::Claims;
    auto claims = claimsOf(std::move(*object));
    if (!claims)
        return TokenFault::Claims;
    if (const auto fault = dateFault(*claims, expected, now.time_since_epoch()))
        return *fault;
    if (expected.issuer && claims->issuer != expected.issuer)
        return TokenFault::Issuer;
    if (expected.audience && std::find(claims->audience.begin(), claims->audience.end(), *expected.audience) == claims->audience.end())
        return TokenFault::Audience;
    if (expected.subject && claims->subject != expected.subject)
        return TokenFault::Subject;
    return std::move(*claims);
}

std::optional<std::string> signJwt(const NamedKey &key, const json::object &claims, std::string_view type)
{
    return signJws(key, bytesOf(json::serialize(claims)), type);
}

std::int64_t numericDate(std::chrono::system_clock::time_point time)
{
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace matinee::accounts

#include "accounts/wire/jws.h"

#include "accounts/wire/base64url.h"

#include <boost/json/serialize.hpp>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

struct Parts
{
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signedPart; ///< The first two with their dot.
};

std::optional<Parts> partsOf(std::string_view token)
{
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1), token.substr(0, second)};
}

} // namespace

Result<VerifiedJws, TokenFault> verifyJws(std::string_view token, const KeySet &keys, AlgorithmSet allowed, JsonLimits limits)
{
    if (token.size() > limits.bytes)
        return TokenFault::TooLong;
    const auto parts = partsOf(token);
    const auto headerText = parts ? fromBase64url(parts->header) : std::nullopt;
    const auto signature = parts ? fromBase64url(parts->signature) : std::nullopt;
    if (!headerText || !signature)
        return TokenFault::Malformed;
    auto header = strictObject(textOf(*headerText), limits);
    if (!header)
        return TokenFault::Malformed;

    const auto *name = textMember(*header, "alg");
    const auto algorithm = name ? algorithmOfJose(*name) : std::nullopt;
    if (!algorithm || !allowed.contains(*algorithm))
        return TokenFault::Algorithm;
    if (header->contains("crit")) // RFC 7515, 4.1.11: what is critical and not understood; `b64` of RFC 7797 is such a one
        return TokenFault::Critical;
    const auto *id = header->if_contains("kid");
    if (id && !id->is_string())
        return TokenFault::Malformed;
    const NamedKey *key = keys.find(id ? std::optional<std::string_view>(id->get_string()) : std::nullopt);
    if (!key)
        return TokenFault::UnknownKey;
    if (key->key.algorithm() != *algorithm)
        return TokenFault::Algorithm;
    if (!key->key.verify(bytesOf(parts->signedPart), *signature))
        return TokenFault::Signature;

    auto payload = fromBase64url(parts->payload);
    if (!payload)
        return TokenFault::Malformed;
    return VerifiedJws{std::move(*header), std::move(*payload), *key};
}

std::optional<std::string> signJws(const NamedKey &key, BytesView payload, std::string_view type)
{
    json::object header;
    header["alg"] = joseName(key.key.algorithm());
    if (!key.id.empty())
        header["kid"] = key.id;
    if (!type.empty())
        header["typ"] = type;
    std::string token = base64url(bytesOf(json::serialize(header))) + "." + base64url(payload);
    const auto signature = key.key.sign(bytesOf(token));
    if (!signature)
        return std::nullopt;
    token += "." + base64url(*signature);
    return token;
}

} // namespace matinee::accounts

#include "accounts/wire/jwk.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/strict_json.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <set>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

constexpr std::size_t kLeastSecret = 32; // RFC 7518, 3.2

std::optional<Bytes> bytesMember(const json::object &jwk, std::string_view name)
{
    const auto *text = textMember(jwk, name);
    return text ? fromBase64url(*text) : std::nullopt;
}

/// RFC 7517, 4.2 and 4.3: either may be absent; where both are there, both hold.
bool isForSignatures(const json::object &jwk)
{
    if (const auto *use = jwk.if_contains("use"); use && !(use->is_string() && use->get_string() == "sig"))
        return false;
    const auto *operations = jwk.if_contains("key_ops");
    if (!operations)
        return true;
    if (!operations->is_array())
        return false;
    const auto &list = operations->get_array();
    return std::any_of(list.begin(), list.end(), [](const json::value &v) { return v.is_string() && v.get_string() == "verify"; });
}

/// What the kind and curve of the key stand for.
std::optional<Algorithm> algorithmOf(const json::object &jwk, std::string_view kind)
{
    const auto *curve = textMember(jwk, "crv");
    if (kind == "oct")
        return Algorithm::Hs256;
    if (kind == "RSA")
        return Algorithm::Rs256;
    if (kind == "EC" && curve && *curve == "P-256")
        return Algorithm::Es256;
    if (kind == "OKP" && curve && *curve == "Ed25519")
        return Algorithm::EdDsa;
    return std::nullopt;
}

/// Which members hold the numbers of a key.
std::pair<std::string_view, std::string_view> numberNames(Algorithm algorithm)
{
    switch (algorithm) {
    case Algorithm::Hs256:
        return {"k", {}};
    case Algorithm::Es256:
        return {"x", "y"};
    case Algorithm::EdDsa:
        return {"x", {}};
    case Algorithm::Rs256:
        return {"n", "e"};
    }
    return {};
}

Result<Key, KeyFault> keyOfNumbers(Algorithm algorithm, BytesView first, BytesView second)
{
    switch (algorithm) {
    case Algorithm::Hs256:
        if (first.size() < kLeastSecret)
            return KeyFault::Size;
        return Key::hmac(first);
    case Algorithm::Es256:
        return Key::p256(first, second);
    case Algorithm::EdDsa:
        return Key::ed25519(first);
    case Algorithm::Rs256:
        return Key::rsa(first, second);
    }
    return KeyFault::Kind;
}

} // namespace

Result<NamedKey, JwkFault> keyOfJwk(const json::object &jwk)
{
    const auto *kind = textMember(jwk, "kty");
    if (!kind)
        return JwkFault::Malformed;
    const auto algorithm = algorithmOf(jwk, *kind);
    if (!algorithm)
        return JwkFault::Kind;
    if (const auto *said = jwk.if_contains("alg"); said && !(said->is_string() && algorithmOfJose(said->get_string()) == algorithm))
        return JwkFault::Kind;
    if (!isForSignatures(jwk))
        return JwkFault::Use;
    if (jwk.contains("d"))
        return JwkFault::Private;
    const auto *name = jwk.if_contains("kid");
    if (name && !name->is_string())
        return JwkFault::Malformed;
    const auto [firstName, secondName] = numberNames(*algorithm);
    const auto first = bytesMember(jwk, firstName);
    const auto second = secondName.empty() ? Bytes{} : bytesMember(jwk, secondName);
    if (!first || !second)
        return JwkFault::Malformed;
    auto key = keyOfNumbers(*algorithm, *first, *second);
    if (!key)
        return JwkFault::Key;
    return NamedKey{name ? std::string(name->get_string()) : std::string(), std::move(*key), {}};
}

Result<KeySet, KeySetFault> keySetOfJwks(std::string_view text)
{
    const auto object = strictObject(text, {64 * 1024, 8});
    const auto *list = object ? object->if_contains("keys") : nullptr;
    if (!list || !list->is_array())
        return KeySetFault::Malformed;
    if (list->get_array().size() > KeySet::kMost) // before any is checked: that costs time
        return KeySetFault::TooMany;
    std::vector<NamedKey> keys;
    std::set<std::string> names;
    for (const json::value &entry : list->get_array()) {
        const auto *jwk = entry.if_object();
        if (!jwk)
            return KeySetFault::Malformed;
        auto key = keyOfJwk(*jwk);
        if (!key && (key.error() == JwkFault::Kind || key.error() == JwkFault::Use))
            continue; // for others, who may call it as they like
        const auto *name = textMember(*jwk, "kid");
        if (!names.insert(name ? std::string(*name) : std::string()).second) // a broken one takes its name as well
            return KeySetFault::DuplicateId;
        if (key)
            keys.push_back(std::move(*key));
    }
    return KeySet::create(std::move(keys));
}

json::object publicJwk(const NamedKey &named)
{
    const Algorithm algorithm = named.key.algorithm();
    json::object jwk;
    if (named.key.isSymmetric())
        return jwk;
    const auto numbers = named.key.publicNumbers();
    const auto [firstName, secondName] = numberNames(algorithm);
    jwk["kty"] = algorithm == Algorithm::Rs256 ? "RSA" : algorithm == Algorithm::Es256 ? "EC" : "OKP";
    if (algorithm != Algorithm::Rs256)
        jwk["crv"] = algorithm == Algorithm::Es256 ? "P-256" : "Ed25519";
    jwk[firstName] = base64url(numbers.first);
    if (!secondName.empty())
        jwk[secondName] = base64url(numbers.second);
    if (!named.id.empty())
        jwk["kid"] = named.id;
    jwk["alg"] = joseName(algorithm);
    jwk["use"] = "sig";
    return jwk;
}

} // namespace matinee::accounts

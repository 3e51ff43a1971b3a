#include "accounts/wire/cose_key.h"

namespace matinee::accounts {

namespace {

// RFC 9052, 7.1 and the COSE registries. Labels of numbers mean different things for each kind of key.
constexpr std::int64_t kKind = 1;
constexpr std::int64_t kAlgorithm = 3;
constexpr std::int64_t kKindOkp = 1;
constexpr std::int64_t kKindEc2 = 2;
constexpr std::int64_t kKindRsa = 3;
constexpr std::int64_t kCurveP256 = 1;
constexpr std::int64_t kCurveEd25519 = 6;

bool is(const CborValue *value, std::int64_t number)
{
    return value && value->integer() == number;
}

/// PublicKey unless the number is a sound one.
Result<Key, WebAuthnFault> sound(Result<Key, KeyFault> key)
{
    if (!key)
        return WebAuthnFault::PublicKey;
    return std::move(*key);
}

} // namespace

Result<Key, WebAuthnFault> keyOfCose(const CborValue &map)
{
    using Kind = CborValue::Kind;
    const CborValue *kind = map.member(kKind);
    const CborValue *number = map.member(kAlgorithm);
    const auto named = number ? number->integer() : std::nullopt;
    if (!kind || !named)
        return WebAuthnFault::PublicKey;
    const auto algorithm = algorithmOfCose(*named);
    if (!algorithm)
        return WebAuthnFault::Algorithm;

    const CborValue *second = map.member(-2, Kind::Bytes);
    if (*algorithm == Algorithm::Es256) {
        const CborValue *y = map.member(-3, Kind::Bytes); // a flag here would be the compressed form, which is not allowed
        if (map.members() != 5 || !is(kind, kKindEc2) || !is(map.member(-1), kCurveP256) || !second || !y)
            return WebAuthnFault::PublicKey;
        return sound(Key::p256(second->bytes, y->bytes));
    }
    if (*algorithm == Algorithm::EdDsa) {
        if (map.members() != 4 || !is(kind, kKindOkp) || !is(map.member(-1), kCurveEd25519) || !second)
            return WebAuthnFault::PublicKey;
        return sound(Key::ed25519(second->bytes));
    }
    const CborValue *modulus = map.member(-1, Kind::Bytes);
    if (map.members() != 4 || !is(kind, kKindRsa) || !modulus || !second)
        return WebAuthnFault::PublicKey;
    return sound(Key::rsa(modulus->bytes, second->bytes));
}

Result<Key, WebAuthnFault> keyOfCose(BytesView bytes)
{
    const auto read = readCbor(bytes, CborOrder::Ctap2);
    if (!read || read->used != bytes.size())
        return WebAuthnFault::PublicKey;
    return keyOfCose(read->value);
}

} // namespace matinee::accounts

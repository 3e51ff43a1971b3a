#include "common/opaque/oprf.h"

namespace matinee::opaque {

Result<Blinding, OpaqueError> blind(Bytes password, Randomness &randomness)
{
    if (password.size() > kMaxPasswordSize)
        return OpaqueError::TooLong;
    Scalar scalar = Scalar::random(randomness);
    const auto product = multiply(scalar, hashToGroup(password).bytes());
    if (!product) // the password hashes to the identity: nobody knows such a one
        return OpaqueError::Malformed;
    return Blinding{std::move(scalar), Element::ofProduct(*product)};
}

Result<Element, OpaqueError> evaluate(const Scalar &key, const Element &blinded)
{
    const auto product = multiply(key, blinded.bytes());
    if (!product)
        return OpaqueError::Malformed;
    return Element::ofProduct(*product);
}

Result<Secret<kHashSize>, OpaqueError> finalize(Bytes password, const Scalar &blind, const Element &evaluated)
{
    if (password.size() > kMaxPasswordSize)
        return OpaqueError::TooLong;
    const auto inverse = blind.inverse();
    const auto unblinded = inverse ? multiply(*inverse, evaluated.bytes()) : std::nullopt;
    if (!unblinded)
        return OpaqueError::Malformed;
    Sha512 hash;
    hash.addWithLength(password).addWithLength(unblinded->bytes()).add(label("Finalize"));
    return std::move(hash).finish();
}

Result<Scalar, OpaqueError> oprfKeyOf(Bytes oprfSeed, Bytes credentialIdentifier)
{
    if (credentialIdentifier.size() > kMaxCredentialIdentifierSize)
        return OpaqueError::TooLong;
    const auto seed = expand<kSeedSize>(oprfSeed, {credentialIdentifier, label("OprfKey")});
    return derivePrivateKey(seed.bytes(), "OPAQUE-DeriveKeyPair");
}

} // namespace matinee::opaque

// The oblivious function of RFC 9497 (mode 0, ristretto255-SHA512): the client learns F(key, password), the server learns nothing.
// Any thread.
#pragma once

#include "common/opaque/error.h"
#include "common/opaque/group.h"
#include "common/protocol/result.h"

namespace matinee::opaque {

/// RFC 9497 prefixes the input with a length of two bytes.
inline constexpr std::size_t kMaxPasswordSize = 65535;
/// Credential identifiers stay within one step of the hash, so that an account's takes as long as a stand-in's.
inline constexpr std::size_t kMaxCredentialIdentifierSize = 96;

struct Blinding
{
    Scalar blind; ///< The client keeps it until it finalizes.
    Element blinded;
};

[[nodiscard]] Result<Blinding, OpaqueError> blind(Bytes password, Randomness &randomness);
[[nodiscard]] Result<Element, OpaqueError> evaluate(const Scalar &key, const Element &blinded);
[[nodiscard]] Result<Secret<kHashSize>, OpaqueError> finalize(Bytes password, const Scalar &blind, const Element &evaluated);

/// The server's key for one credential: RFC 9807 5.2.2 and 6.3.2.2.
[[nodiscard]] Result<Scalar, OpaqueError> oprfKeyOf(Bytes oprfSeed, Bytes credentialIdentifier);

} // namespace matinee::opaque

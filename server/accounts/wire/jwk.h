// JSON Web Keys (RFC 7517, 7518 section 6, 8037): the public keys of OpenID providers, and ours for others. Any thread.
#pragma once

#include "accounts/wire/key_set.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace matinee::accounts {

enum class JwkFault
{
    Malformed, ///< A member that must be there is not, or is of another kind, or no base64url.
    Kind,      ///< `kty`, `crv` or `alg` are not among ours, or do not belong together.
    Use,       ///< `use` or `key_ops` say that it does not verify signatures.
    Private,   ///< It bears its private part: anybody who has read it can sign.
    Key,       ///< Its numbers make no sound key (key.h), or a secret has less than 32 bytes.
};

/// Of `kty` oct (HS256), EC on P-256 (ES256), OKP on Ed25519 (EdDSA) or RSA (RS256); `alg` may be absent, and must agree if not.
[[nodiscard]] Result<NamedKey, JwkFault> keyOfJwk(const boost::json::object &jwk);

/// A set as providers publish it, at most 64 KiB. Keys that we cannot use are passed over (RFC 7517, 5), the rest must make a KeySet; a
/// name must not be there twice among keys of our kinds, even where one of them is broken.
[[nodiscard]] Result<KeySet, KeySetFault> keySetOfJwks(std::string_view text);

/// The public half, with `kid`, `alg` and `use`. Not for symmetric keys: an empty object.
[[nodiscard]] boost::json::object publicJwk(const NamedKey &key);

} // namespace matinee::accounts

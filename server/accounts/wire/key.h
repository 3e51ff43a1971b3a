// A key with the one algorithm that it is good for: of JSON Web Tokens, of OpenID providers, of passkeys. A value that shares its
// OpenSSL key with its copies; fixed at construction; any thread.
#pragma once

#include "accounts/wire/algorithm.h"
#include "accounts/wire/bytes.h"
#include "accounts/wire/ecdsa_form.h"
#include "common/protocol/result.h"

#include <memory>
#include <optional>
#include <string_view>

struct evp_pkey_st;

namespace matinee::accounts {

enum class KeyFault
{
    Size,       ///< Empty, or a number or modulus of a length that its algorithm does not have.
    Point,      ///< Not on the curve, or one that signs for everybody (small order).
    Number,     ///< A private number or exponent out of range: 0, 1, even.
    Weak,       ///< An RSA modulus with the ROCA mark (CVE-2017-15361).
    Kind,       ///< A PEM of another kind of key, of another curve, or without its private part.
    Unreadable, ///< No PEM, or one with a password.
};
[[nodiscard]] std::string_view keyFaultText(KeyFault fault); ///< A sentence for the log.

class Key
{
public:
    /// HS256 with these octets. Those of a JWK must be 32 or more (RFC 7518, 3.2); here the caller answers for them.
    static Result<Key, KeyFault> hmac(BytesView secret);
    static Result<Key, KeyFault> p256(BytesView x, BytesView y); ///< 32 bytes each.
    static Result<Key, KeyFault> p256Private(BytesView number);  ///< 32 bytes, from 1 to the order less 1.
    static Result<Key, KeyFault> ed25519(BytesView point);       ///< 32 bytes.
    static Result<Key, KeyFault> ed25519Private(BytesView seed); ///< 32 bytes.
    static Result<Key, KeyFault> rsa(BytesView modulus, BytesView exponent);
    /// A private key without password: RSA, P-256 or Ed25519 (PKCS #8, or the older forms of the first two).
    static Result<Key, KeyFault> privateFromPem(std::string_view pem);

    [[nodiscard]] Algorithm algorithm() const { return m_algorithm; }
    /// Whoever has it can sign: HS256.
    [[nodiscard]] bool isSymmetric() const { return m_algorithm == Algorithm::Hs256; }
    [[nodiscard]] bool canSign() const { return m_canSign; }

    /// `form` counts for ES256 only. Neither throws nor tells why not.
    [[nodiscard]] bool verify(BytesView message, BytesView signature, EcdsaForm form = EcdsaForm::Raw) const;
    /// Nothing where there is no private part.
    [[nodiscard]] std::optional<Bytes> sign(BytesView message, EcdsaForm form = EcdsaForm::Raw) const;

    /// The public numbers, for a JWK: P-256 {x, y}, Ed25519 {x}, RSA {n, e}, HS256 {}.
    struct Numbers
    {
        Bytes first;
        Bytes second;
    };
    [[nodiscard]] Numbers publicNumbers() const;

private:
    Key(Algorithm algorithm, std::shared_ptr<evp_pkey_st> key, bool canSign)
        : m_algorithm(algorithm), m_canSign(canSign), m_key(std::move(key))
    {
    }

    Algorithm m_algorithm;
    bool m_canSign;
    std::shared_ptr<evp_pkey_st> m_key;    // null for HS256
    std::shared_ptr<const Bytes> m_secret; // of HS256; wiped with the last copy
};

} // namespace matinee::accounts

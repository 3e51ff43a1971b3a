// ristretto255 (RFC 9496) as the prime-order group of RFC 9497: scalars, elements, hashing to both, key pairs from seeds.
// An Element or Scalar that exists is a good one: canonical, and neither the identity nor zero. Values; any thread.
#pragma once

#include "common/opaque/hashing.h"
#include "common/opaque/randomness.h"

#include <optional>
#include <string_view>

namespace matinee::opaque {

inline constexpr std::size_t kElementSize = 32; ///< Noe, Npk
inline constexpr std::size_t kScalarSize = 32;  ///< Nok, Nsk
inline constexpr std::size_t kSeedSize = 32;    ///< Nseed

/// The name of the suite and its mode (0, OPRF), which every domain tag ends with: RFC 9497 3.1.
inline constexpr std::string_view kContextString{"OPRFV1-\0-ristretto255-SHA512", 28};

class Scalar
{
public:
    [[nodiscard]] static std::optional<Scalar> parse(Bytes bytes);
    [[nodiscard]] static Scalar random(Randomness &randomness); ///< Of 64 random bytes, so that no value is likelier.
    /// HashToScalar of the message with `tag` before the context string; nothing in the one case of 2^252 that gives zero.
    [[nodiscard]] static std::optional<Scalar> hashed(Parts message, std::string_view tag);

    [[nodiscard]] std::span<const std::uint8_t, kScalarSize> bytes() const { return m_bytes.bytes(); }
    /// Nothing for a Scalar that was moved away.
    [[nodiscard]] std::optional<Scalar> inverse() const;
    [[nodiscard]] Scalar clone() const { return Scalar(m_bytes.clone()); }

private:
    explicit Scalar(Secret<kScalarSize> bytes) : m_bytes(std::move(bytes)) {}
    static std::optional<Scalar> reduced(const Secret<64> &wide);

    Secret<kScalarSize> m_bytes;
};

/// An element that anybody may see: keys, shares, blinded and evaluated elements.
class Element
{
public:
    [[nodiscard]] static std::optional<Element> parse(Bytes bytes);
    /// What multiply() gave is good, and is not checked a second time. For nothing else.
    [[nodiscard]] static Element ofProduct(const Secret<kElementSize> &product);

    [[nodiscard]] std::span<const std::uint8_t, kElementSize> bytes() const { return m_bytes; }
    bool operator==(const Element &) const = default;

private:
    std::array<std::uint8_t, kElementSize> m_bytes{};
};

/// scalar * element, encoded. Nothing when `element` is no element or the product is the identity.
[[nodiscard]] std::optional<Secret<kElementSize>> multiply(const Scalar &scalar, std::span<const std::uint8_t, kElementSize> element);
[[nodiscard]] Element publicKeyOf(const Scalar &privateKey);
/// HashToGroup of RFC 9497 4.1 (hash_to_ristretto255, RFC 9380 appendix B), encoded. May be the identity, in theory.
[[nodiscard]] Secret<kElementSize> hashToGroup(Bytes input);

struct KeyPair
{
    Scalar privateKey;
    Element publicKey;
};

/// The private half of DeriveKeyPair, RFC 9497 3.2.1.
[[nodiscard]] Scalar derivePrivateKey(Bytes seed, std::string_view info);
/// DeriveDiffieHellmanKeyPair, RFC 9807 6.4.1.
[[nodiscard]] KeyPair deriveKeyPair(Bytes seed);

} // namespace matinee::opaque

#include "common/opaque/group.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>

namespace matinee::opaque {

static_assert(crypto_core_ristretto255_BYTES == kElementSize && crypto_core_ristretto255_SCALARBYTES == kScalarSize);

std::optional<Scalar> Scalar::reduced(const Secret<64> &wide)
{
    Secret<kScalarSize> bytes;
    crypto_core_ristretto255_scalar_reduce(bytes.bytes().data(), wide.bytes().data());
    if (sodium_is_zero(bytes.bytes().data(), kScalarSize))
        return std::nullopt;
    return Scalar(std::move(bytes));
}

std::optional<Scalar> Scalar::parse(Bytes bytes)
{
    if (bytes.size() != kScalarSize)
        return std::nullopt;
    Secret<64> wide;
    std::copy(bytes.begin(), bytes.end(), wide.bytes().begin());
    auto scalar = reduced(wide);
    if (!scalar || !sameBytes(scalar->bytes(), bytes)) // it was the group's order or more
        return std::nullopt;
    return scalar;
}

Scalar Scalar::random(Randomness &randomness)
{
    for (;;) {
        Secret<64> wide;
        randomness.fill(wide.bytes());
        if (auto scalar = reduced(wide))
            return std::move(*scalar);
    }
}

std::optional<Scalar> Scalar::hashed(Parts message, std::string_view tag)
{
    Secret<64> wide;
    (void)expandMessage(message, {label(tag), label(kContextString)}, wide.bytes());
    return reduced(wide);
}

std::optional<Scalar> Scalar::inverse() const
{
    Secret<kScalarSize> result;
    if (crypto_core_ristretto255_scalar_invert(result.bytes().data(), m_bytes.bytes().data()) != 0)
        return std::nullopt;
    return Scalar(std::move(result));
}

std::optional<Element> Element::parse(Bytes bytes)
{
    // The topmost bit of an element is never set; libsodium 1.0.18 does not look at it.
    if (bytes.size() != kElementSize || (bytes.back() & 0x80) != 0 || sodium_is_zero(bytes.data(), kElementSize) ||
        crypto_core_ristretto255_is_valid_point(bytes.data()) != 1)
        return std::nullopt;
    Element element;
    std::copy(bytes.begin(), bytes.end(), element.m_bytes.begin());
    return element;
}

Element Element::ofProduct(const Secret<kElementSize> &product)
{
    Element element;
    std::copy(product.bytes().begin(), product.bytes().end(), element.m_bytes.begin());
    return element;
}

std::optional<Secret<kElementSize>> multiply(const Scalar &scalar, std::span<const std::uint8_t, kElementSize> element)
{
    Secret<kElementSize> product;
    if (crypto_scalarmult_ristretto255(product.bytes().data(), scalar.bytes().data(), element.data()) != 0)
        return std::nullopt;
    return product;
}

Element publicKeyOf(const Scalar &privateKey)
{
    Secret<kElementSize> product;
    if (crypto_scalarmult_ristretto255_base(product.bytes().data(), privateKey.bytes().data()) != 0)
        std::abort(); // only zero gives the identity, and no Scalar is zero
    return Element::ofProduct(product);
}

Secret<kElementSize> hashToGroup(Bytes input)
{
    Secret<crypto_core_ristretto255_HASHBYTES> uniform;
    (void)expandMessage({input}, {label("HashToGroup-"), label(kContextString)}, uniform.bytes());
    Secret<kElementSize> element;
    crypto_core_ristretto255_from_hash(element.bytes().data(), uniform.bytes().data());
    return element;
}

Scalar derivePrivateKey(Bytes seed, std::string_view info)
{
    const auto infoLength = lengthOf(label(info));
    for (std::uint8_t counter = 0;; ++counter) {
        if (auto key = Scalar::hashed({seed, infoLength, label(info), {&counter, 1}}, "DeriveKeyPair"))
            return std::move(*key);
        if (counter == 255)
            std::abort(); // 256 hashes were all zero
    }
}

KeyPair deriveKeyPair(Bytes seed)
{
    Scalar privateKey = derivePrivateKey(seed, "OPAQUE-DeriveDiffieHellmanKeyPair");
    const Element publicKey = publicKeyOf(privateKey);
    return {std::move(privateKey), publicKey};
}

} // namespace matinee::opaque

#include "common/opaque/server_setup.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>

namespace matinee::opaque {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksumSize = 8;
constexpr std::size_t kStandInIdentifierSize = 16;

Secret<kHashSize> checksumOf(Bytes bytes)
{
    Sha512 hash;
    hash.add(label("Matinee OPAQUE server setup")).add(bytes);
    return std::move(hash).finish();
}

} // namespace

ServerSetup::ServerSetup(KeyPair keys, Secret<kHashSize> oprfSeed, Secret<kHashSize> standInSeed)
    : m_keys(std::move(keys)), m_oprfSeed(std::move(oprfSeed)), m_standInSeed(std::move(standInSeed))
{
    // As RFC 9807 6.3.2.2 wants it: a client key whose private half nobody knows (a point that was hashed to), a masking key, an empty
    // envelope. One record for all names will do: the mask has a new nonce each time, and the key of the function is of the name.
    const auto uniform = expand<64>(m_standInSeed.bytes(), {label("StandInPublicKey")});
    static_assert(crypto_core_ristretto255_HASHBYTES == 64);
    if (crypto_core_ristretto255_from_hash(m_standInRecord.data(), uniform.bytes().data()) != 0)
        std::abort();
    const auto maskingKey = expand<kHashSize>(m_standInSeed.bytes(), {label("StandInMaskingKey")});
    std::copy(maskingKey.bytes().begin(), maskingKey.bytes().end(), m_standInRecord.begin() + kElementSize);
}

ServerSetup ServerSetup::fromKeys(Scalar privateKey, Secret<kHashSize> oprfSeed, Secret<kHashSize> standInSeed)
{
    const Element publicKey = publicKeyOf(privateKey);
    return ServerSetup({std::move(privateKey), publicKey}, std::move(oprfSeed), std::move(standInSeed));
}

ServerSetup ServerSetup::generate(Randomness &randomness)
{
    Secret<kHashSize> oprfSeed;
    randomness.fill(oprfSeed.bytes());
    Secret<kHashSize> standInSeed;
    randomness.fill(standInSeed.bytes());
    return fromKeys(Scalar::random(randomness), std::move(oprfSeed), std::move(standInSeed));
}

Result<ServerSetup, OpaqueError> ServerSetup::parse(Bytes bytes)
{
    if (bytes.size() != kSize || bytes.front() != kVersion)
        return OpaqueError::Malformed;
    const auto sum = checksumOf(bytes.first(kSize - kChecksumSize));
    if (!sameBytes(Bytes(sum.bytes()).first(kChecksumSize), bytes.last(kChecksumSize)))
        return OpaqueError::Malformed;
    auto privateKey = Scalar::parse(bytes.subspan(1, kScalarSize));
    if (!privateKey)
        return OpaqueError::Malformed;
    const auto seeds = bytes.subspan(1 + kScalarSize);
    return fromKeys(std::move(*privateKey), Secret<kHashSize>(seeds.first<kHashSize>()),
                    Secret<kHashSize>(seeds.subspan<kHashSize, kHashSize>()));
}

Secret<ServerSetup::kSize> ServerSetup::serialise() const
{
    Secret<kSize> out;
    auto next = out.bytes().begin();
    *next++ = kVersion;
    for (const Bytes part : {Bytes(m_keys.privateKey.bytes()), Bytes(m_oprfSeed.bytes()), Bytes(m_standInSeed.bytes())})
        next = std::copy(part.begin(), part.end(), next);
    const auto sum = checksumOf(Bytes(out.bytes()).first(kSize - kChecksumSize));
    std::copy_n(sum.bytes().begin(), kChecksumSize, next);
    return out;
}

Credential ServerSetup::credentialOr(Bytes signInName, const Credential *stored) const
{
    const auto identifier = expand<kStandInIdentifierSize>(m_standInSeed.bytes(), {label("StandInIdentifier"), signInName});
    Credential standIn{{identifier.bytes().begin(), identifier.bytes().end()}, m_standInRecord, false};
    return stored ? *stored : standIn;
}

} // namespace matinee::opaque

#include "common/opaque/hashing.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace matinee::opaque {

static_assert(sizeof(crypto_hash_sha512_state) == 208 && alignof(crypto_hash_sha512_state) <= 8);
static_assert(std::is_trivially_copyable_v<crypto_hash_sha512_state>);
static_assert(crypto_hash_sha512_BYTES == kHashSize && crypto_auth_hmacsha512_BYTES == kHashSize);

namespace {

crypto_hash_sha512_state *stateIn(std::array<std::uint8_t, 208> &bytes)
{
    return std::launder(reinterpret_cast<crypto_hash_sha512_state *>(bytes.data()));
}

void beginHmac(crypto_auth_hmacsha512_state &state, Bytes key)
{
    static constexpr std::uint8_t nothing = 0; // libsodium wants an address for an empty key too
    crypto_auth_hmacsha512_init(&state, key.empty() ? &nothing : key.data(), key.size());
}

} // namespace

Sha512::Sha512()
{
    crypto_hash_sha512_init(::new (m_state.data()) crypto_hash_sha512_state);
}

Sha512::~Sha512()
{
    wipe(m_state);
}

Sha512::Sha512(const Sha512 &other)
{
    ::new (m_state.data()) crypto_hash_sha512_state;
    std::memcpy(m_state.data(), other.m_state.data(), m_state.size());
}

Sha512 &Sha512::add(Bytes bytes)
{
    crypto_hash_sha512_update(stateIn(m_state), bytes.data(), bytes.size());
    return *this;
}

Sha512 &Sha512::addWithLength(Bytes bytes)
{
    return add(lengthOf(bytes)).add(bytes);
}

Secret<kHashSize> Sha512::finish() &&
{
    Secret<kHashSize> digest;
    crypto_hash_sha512_final(stateIn(m_state), digest.bytes().data());
    return digest;
}

Secret<kHashSize> Sha512::soFar() const
{
    return Sha512(*this).finish();
}

Secret<kHashSize> hmac(Bytes key, Parts message)
{
    crypto_auth_hmacsha512_state state;
    beginHmac(state, key);
    for (const Bytes part : message)
        crypto_auth_hmacsha512_update(&state, part.data(), part.size());
    Secret<kHashSize> tag;
    crypto_auth_hmacsha512_final(&state, tag.bytes().data());
    sodium_memzero(&state, sizeof state);
    return tag;
}

Secret<kHashSize> hkdfExtract(Bytes salt, Parts keyMaterial)
{
    return hmac(salt, keyMaterial);
}

bool hkdfExpand(Bytes key, Parts info, std::span<std::uint8_t> out)
{
    if (out.size() > 255 * kHashSize)
        return false;
    crypto_auth_hmacsha512_state state;
    Secret<kHashSize> block;
    std::uint8_t counter = 1;
    for (std::size_t done = 0; done < out.size(); done += kHashSize, ++counter) {
        beginHmac(state, key);
        if (done > 0)
            crypto_auth_hmacsha512_update(&state, block.bytes().data(), kHashSize);
        for (const Bytes part : info)
            crypto_auth_hmacsha512_update(&state, part.data(), part.size());
        crypto_auth_hmacsha512_update(&state, &counter, 1);
        crypto_auth_hmacsha512_final(&state, block.bytes().data());
        std::copy_n(block.bytes().begin(), std::min(kHashSize, out.size() - done), out.begin() + static_cast<std::ptrdiff_t>(done));
    }
    sodium_memzero(&state, sizeof state);
    return true;
}

bool expandMessage(Parts message, Parts domainTag, std::span<std::uint8_t> out)
{
    std::size_t tagLength = 0;
    for (const Bytes part : domainTag)
        tagLength += part.size();
    if (out.size() > 255 * kHashSize || tagLength > 255)
        return false;
    const std::uint8_t tagSuffix = static_cast<std::uint8_t>(tagLength);
    const auto addTag = [&](Sha512 &hash) {
        for (const Bytes part : domainTag)
            hash.add(part);
        hash.add({&tagSuffix, 1});
    };

    constexpr std::array<std::uint8_t, kHashBlockSize> zeroBlock{};
    const std::array<std::uint8_t, 3> length{static_cast<std::uint8_t>(out.size() >> 8), static_cast<std::uint8_t>(out.size()), 0};
    Sha512 first;
    first.add(zeroBlock);
    for (const Bytes part : message)
        first.add(part);
    first.add(length);
    addTag(first);
    const Secret<kHashSize> seed = std::move(first).finish();

    Secret<kHashSize> block; // zeros: the first block is of the seed alone
    std::uint8_t counter = 1;
    for (std::size_t done = 0; done < out.size(); done += kHashSize, ++counter) {
        for (std::size_t i = 0; i < kHashSize; ++i)
            block.bytes()[i] ^= seed.bytes()[i];
        Sha512 next;
        next.add(block.bytes()).add({&counter, 1});
        addTag(next);
        block = std::move(next).finish();
        std::copy_n(block.bytes().begin(), std::min(kHashSize, out.size() - done), out.begin() + static_cast<std::ptrdiff_t>(done));
    }
    return true;
}

} // namespace matinee::opaque

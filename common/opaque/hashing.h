// SHA-512, HMAC-SHA512 (RFC 2104), HKDF-SHA512 (RFC 5869) and expand_message_xmd (RFC 9380 5.3.1), over libsodium.
// Results are secrets, since most of them are. Values; any thread.
#pragma once

#include "common/opaque/secret.h"

#include <initializer_list>
#include <string_view>

namespace matinee::opaque {

inline constexpr std::size_t kHashSize = 64;       ///< Nh, Nm, Nx of the RFC
inline constexpr std::size_t kHashBlockSize = 128; ///< What SHA-512 takes in one step.

/// Pieces that are hashed one after the other.
using Parts = std::initializer_list<Bytes>;

/// A label of the protocol as bytes.
[[nodiscard]] inline Bytes label(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

/// I2OSP(length, 2): what stands before a value of variable length.
[[nodiscard]] inline std::array<std::uint8_t, 2> lengthOf(Bytes value)
{
    return {static_cast<std::uint8_t>(value.size() >> 8), static_cast<std::uint8_t>(value.size())};
}

class Sha512
{
public:
    Sha512();
    ~Sha512();
    Sha512(const Sha512 &other); ///< A transcript is read in the middle and goes on.
    Sha512 &operator=(const Sha512 &) = delete;

    Sha512 &add(Bytes bytes);
    Sha512 &addWithLength(Bytes bytes); ///< I2OSP(length, 2), then the bytes.
    [[nodiscard]] Secret<kHashSize> finish() &&;
    [[nodiscard]] Secret<kHashSize> soFar() const;

private:
    // crypto_hash_sha512_state, which is checked in the source: libsodium stays out of our headers.
    alignas(8) std::array<std::uint8_t, 208> m_state;
};

[[nodiscard]] Secret<kHashSize> hmac(Bytes key, Parts message);
[[nodiscard]] Secret<kHashSize> hkdfExtract(Bytes salt, Parts keyMaterial);
/// False when more is asked for than HKDF gives (255 hashes); nothing is written then.
[[nodiscard]] bool hkdfExpand(Bytes key, Parts info, std::span<std::uint8_t> out);

template <std::size_t N> [[nodiscard]] Secret<N> expand(Bytes key, Parts info)
{
    static_assert(N <= 255 * kHashSize);
    Secret<N> out;
    (void)hkdfExpand(key, info, out.bytes());
    return out;
}

/// False when more is asked for than the function gives (255 hashes), or the tag is longer than 255 bytes; nothing is written then.
[[nodiscard]] bool expandMessage(Parts message, Parts domainTag, std::span<std::uint8_t> out);

} // namespace matinee::opaque

// The digest form of the RTMP handshake: both sides sign with keys that every player and server has. It proves nothing; some clients ask
// for it. Pure (HMAC-SHA256 of OpenSSL); used by Handshake alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace matinee::rtmp {

inline constexpr std::size_t kHandshakePart = 1536;
inline constexpr std::size_t kDigestBytes = 32;
using HandshakePart = std::array<std::uint8_t, kHandshakePart>;

/// Where the four bytes stand that say where the digest stands; two places are in use.
enum class DigestScheme : std::size_t
{
    First = 8,
    Second = 772
};

struct ClientDigest
{
    DigestScheme scheme = DigestScheme::First;
    std::array<std::uint8_t, kDigestBytes> digest{};
};

/// The digest in C1, where the client put a valid one.
[[nodiscard]] std::optional<ClientDigest> findClientDigest(std::span<const std::uint8_t, kHandshakePart> c1);

/// Names our version and signs S1 (already filled with random bytes); makes S2 from `random`, signed for this client.
void signServerParts(const ClientDigest &client, HandshakePart &s1, HandshakePart &s2, const HandshakePart &random);

} // namespace matinee::rtmp

#include "rtmp/wire/handshake_digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace matinee::rtmp {

namespace {

using Digest = std::array<std::uint8_t, kDigestBytes>;

constexpr std::string_view kPlayerName = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerName = "Genuine Adobe Flash Media Server 001";
/// Follows the server's name where the whole key is meant.
constexpr std::array<std::uint8_t, 32> kServerKeyRest{0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0,
                                                      0xd1, 0x02, 0x9e, 0x7e, 0x57, 0x6e, 0xec, 0x5d, 0x2d, 0x29, 0x80,
                                                      0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae};

std::span<const std::uint8_t> bytesOf(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

Digest hmac(std::span<const std::uint8_t> key, std::span<const std::uint8_t> bytes)
{
    Digest digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(), digest.data(), &size);
    return digest;
}

std::size_t digestPosition(std::span<const std::uint8_t, kHandshakePart> part, DigestScheme scheme)
{
    const auto base = static_cast<std::size_t>(scheme);
    std::size_t sum = 0;
    for (std::size_t i = 0; i < 4; ++i)
        sum += part[base + i];
    return base + 4 + sum % 728;
}

/// Over the part without the place of the digest itself.
Digest digestOf(std::span<const std::uint8_t, kHandshakePart> part, std::size_t position, std::string_view key)
{
    std::vector<std::uint8_t> signedBytes(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(position));
    signedBytes.insert(signedBytes.end(), part.begin() + static_cast<std::ptrdiff_t>(position + kDigestBytes), part.end());
    return hmac(bytesOf(key), signedBytes);
}

} // namespace

std::optional<ClientDigest> findClientDigest(std::span<const std::uint8_t, kHandshakePart> c1)
{
    if (std::all_of(c1.begin() + 4, c1.begin() + 8, [](std::uint8_t byte) { return byte == 0; })) // no version: the simple form
        return std::nullopt;
    for (const DigestScheme scheme : {DigestScheme::First, DigestScheme::Second}) {
        const std::size_t position = digestPosition(c1, scheme);
        const Digest expected = digestOf(c1, position, kPlayerName);
        if (std::equal(expected.begin(), expected.end(), c1.begin() + static_cast<std::ptrdiff_t>(position)))
            return ClientDigest{scheme, expected};
    }
    return std::nullopt;
}

void signServerParts(const ClientDigest &client, HandshakePart &s1, HandshakePart &s2, const HandshakePart &random)
{
    constexpr std::array<std::uint8_t, 8> timeAndVersion{0, 0, 0, 0, 4, 5, 0, 1};
    std::copy(timeAndVersion.begin(), timeAndVersion.end(), s1.begin());
    const std::size_t position = digestPosition(s1, client.scheme);
    const Digest own = digestOf(s1, position, kServerName);
    std::copy(own.begin(), own.end(), s1.begin() + static_cast<std::ptrdiff_t>(position));

    std::vector<std::uint8_t> wholeKey(kServerName.begin(), kServerName.end());
    wholeKey.insert(wholeKey.end(), kServerKeyRest.begin(), kServerKeyRest.end());
    std::reverse_copy(random.begin(), random.end(), s2.begin());
    const Digest key = hmac(wholeKey, client.digest);
    const Digest signature = hmac(key, std::span(s2).first(kHandshakePart - kDigestBytes));
    std::copy(signature.begin(), signature.end(), s2.end() - kDigestBytes);
}

} // namespace matinee::rtmp

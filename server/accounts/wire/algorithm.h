// The signature algorithms of this server, and no others; there is no "none". One key has one of them (RFC 8725, 3.1). Any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace matinee::accounts {

enum class Algorithm : std::uint8_t
{
    Hs256, ///< HMAC with SHA-256; whoever can verify can sign.
    Es256, ///< ECDSA on P-256 with SHA-256.
    EdDsa, ///< Ed25519.
    Rs256, ///< RSASSA-PKCS1-v1_5 with SHA-256, 2048 to 4096 bits.
};

[[nodiscard]] std::string_view joseName(Algorithm algorithm); ///< "ES256" (RFC 7518, 3.1; RFC 8037).
/// Nothing for other algorithms and other spellings. "Ed25519" is EdDSA by its newer name (RFC 9864).
[[nodiscard]] std::optional<Algorithm> algorithmOfJose(std::string_view name);

/// -7, -8, -257 of the COSE registry; 0 for HS256, with which no passkey signs.
[[nodiscard]] std::int64_t coseNumber(Algorithm algorithm);
[[nodiscard]] std::optional<Algorithm> algorithmOfCose(std::int64_t number);

/// What one use allows. Each use names its own; a token cannot choose.
class AlgorithmSet
{
public:
    constexpr AlgorithmSet(std::initializer_list<Algorithm> algorithms)
    {
        for (const Algorithm algorithm : algorithms)
            m_bits |= bit(algorithm);
    }
    [[nodiscard]] constexpr bool contains(Algorithm algorithm) const { return (m_bits & bit(algorithm)) != 0; }

private:
    static constexpr std::uint8_t bit(Algorithm algorithm) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(algorithm)); }

    std::uint8_t m_bits = 0;
};

} // namespace matinee::accounts

// SHA-256 and HMAC (RFC 2104) on OpenSSL, and the comparison of secrets. Any thread.
#pragma once

#include "accounts/wire/bytes.h"

#include <array>

namespace matinee::accounts {

using Sha256 = std::array<std::uint8_t, 32>;

[[nodiscard]] Sha256 sha256(BytesView bytes);

enum class HmacHash
{
    Sha1, ///< Of one-time passwords only (RFC 6238): what authenticator apps know.
    Sha256,
};
/// 20 or 32 bytes. Throws only where OpenSSL lacks memory or the hash.
[[nodiscard]] Bytes hmac(HmacHash hash, BytesView key, BytesView message);

/// In a time that does not tell where they differ; their lengths are no secret.
[[nodiscard]] bool equalInConstantTime(BytesView a, BytesView b);

} // namespace matinee::accounts

// One-time passwords of authenticator apps: TOTP (RFC 6238) as all of them have it, SHA-1, six digits, 30 seconds. A value: `now` and
// randomness are passed in. Any thread.
#pragma once

#include "accounts/wire/bytes.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::accounts {

constexpr std::size_t kTotpSecretBytes = 20; ///< What RFC 4226, 4 recommends, and what SHA-1 can use.
constexpr std::uint64_t kTotpDrift = 1;      ///< Steps that a phone's clock may be off, either way.

/// Which 30 seconds since 1970.
[[nodiscard]] std::uint64_t totpStep(std::chrono::system_clock::time_point now);
/// Six digits.
[[nodiscard]] std::string totpCode(BytesView secret, std::uint64_t step);

/// The step whose code it is; nothing for a wrong code and for one that was used. `newestUsed`: what the last success gave, or nothing
/// before the first. The caller stores the new one where it is greater still, in one transaction: then a code works once, whoever is
/// quicker. Takes as long for a wrong code as for a right one.
[[nodiscard]] std::optional<std::uint64_t> verifyTotp(BytesView secret, std::string_view code, std::chrono::system_clock::time_point now,
                                                      std::optional<std::uint64_t> newestUsed);

} // namespace matinee::accounts

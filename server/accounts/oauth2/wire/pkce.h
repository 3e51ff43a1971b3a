// Proof key for code exchange (RFC 7636), by S256 and nothing else: a code is of use only to who began. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace matinee::accounts::oauth2 {

/// 43 to 128 letters, digits, '-', '.', '_', '~'.
[[nodiscard]] bool isVerifier(std::string_view text);
/// base64url of SHA-256.
[[nodiscard]] std::string challengeOf(std::string_view verifier);

} // namespace matinee::accounts::oauth2

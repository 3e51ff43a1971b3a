// Random keys, their hashes and their comparison, on libsodium. Any thread.
// A key has 160 random bits, so one round of BLAKE2b is enough; passwords go elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace matinee::accounts {

/// `characters` of a-z and 2-7, five random bits each.
[[nodiscard]] std::string randomText(std::size_t characters);
[[nodiscard]] bool isKeyText(std::string_view text); ///< Only a-z and 2-7.
/// Lower-case hex of BLAKE2b-256.
[[nodiscard]] std::string secretHash(std::string_view secret);
/// `characters` (at most 12) of a-z and 2-7 that depend on all of `text`: tells a typing error from an unknown key. No secret.
[[nodiscard]] std::string checksumOf(std::string_view text, std::size_t characters);
/// In a time that does not tell where they differ.
[[nodiscard]] bool equalSecrets(std::string_view a, std::string_view b);

} // namespace matinee::accounts

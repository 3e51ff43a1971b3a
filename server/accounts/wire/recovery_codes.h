// Recovery codes: ten codes on paper for whoever has lost their phone; each works once. A value: randomness is passed in. Any thread.
#pragma once

#include "accounts/wire/bytes.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

constexpr std::size_t kRecoveryCodes = 10;
/// 80 bits each: nobody searches them, even who has stolen the hashes, so that one round of SHA-256 is enough.
constexpr std::size_t kRecoveryCodeBytes = 10;
using RecoveryRandom = std::array<std::uint8_t, kRecoveryCodes * kRecoveryCodeBytes>;

/// "7k3d-9fqa-x2mw-h8tc": without i, l, o and u, which are mistaken for others or make words.
[[nodiscard]] std::vector<std::string> makeRecoveryCodes(const RecoveryRandom &random);

/// Lower-case hex, for the database; bound to the account, so that equal codes of two accounts do not look equal. Upper case, spaces and
/// hyphens do not count, o is read as 0, i and l as 1. Nothing where it can be no code.
[[nodiscard]] std::optional<std::string> recoveryCodeHash(std::string_view code, std::string_view account);

/// Which of the stored hashes it is; the caller deletes it in one transaction and lets nobody in whose deletion hit nothing. Looks at all.
[[nodiscard]] std::optional<std::size_t> findRecoveryCode(const std::vector<std::string> &hashes, std::string_view code,
                                                          std::string_view account);

} // namespace matinee::accounts

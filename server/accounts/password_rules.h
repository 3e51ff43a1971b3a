// What a new password must be, where the server sees it: bootstrap.root_password, and calls that take one in clear. With OPAQUE it sees
// none, and the page that has it applies rules of its own. Any thread.
#pragma once

#include "common/protocol/result.h"

#include <string>
#include <string_view>

namespace matinee::accounts {

inline constexpr int kShortestPassword = 8; ///< Characters, as in the web client.
inline constexpr int kLongestPassword = 1000;
inline constexpr int kFewestDifferent = 4;

/// The password in NFC, as OPAQUE takes it. InvalidArgument with `field` for one that is no UTF-8, too short or too long, of fewer than
/// four different characters, among the 6,000 that are guessed first, or the name of its account. `name` may be empty.
[[nodiscard]] Result<std::string> checkedPassword(std::string_view password, std::string_view name, const std::string &field);

/// Among the most common ones, upper and lower case being one.
[[nodiscard]] bool isCommonPassword(std::string_view password);

} // namespace matinee::accounts

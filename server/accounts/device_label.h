// What a session runs on, in words for the list of one's sessions, from a User-Agent header (RFC 9110, 10.1.5). Made from known names only,
// so that a made-up header cannot write sentences into that list. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace matinee::accounts {

inline constexpr std::size_t kMaxDeviceLabel = 64; ///< Bytes.

/// "Firefox on Linux", "Chrome on Android"; else the first product token, "matinee-admin"; "" for none. At most kMaxDeviceLabel bytes,
/// ASCII.
[[nodiscard]] std::string deviceLabel(std::string_view userAgent);

} // namespace matinee::accounts

// The keys that follow from the two generated secrets of the settings, each for one purpose (HKDF-SHA512, RFC 5869, a label each): who has
// a copy of the secrets has a copy of all of them. Pure; any thread.
#pragma once

#include "accounts/wire/key_ring.h"
#include "common/opaque/server_setup.h"

#include <string>
#include <string_view>

namespace matinee::accounts {

using RefreshKey = std::array<std::uint8_t, 32>;

/// `secret`: 64 hexadecimal digits, upper and lower case alike, as jwt.secret is. Other text (tests) is taken as it is.
[[nodiscard]] KeyRing accessKeysOf(std::string_view secret); ///< One HS256 key.
[[nodiscard]] KeyRing guestKeysOf(std::string_view secret);  ///< The same for guests.
/// Tells this secret from others, and nothing of it.
[[nodiscard]] std::string markOfSecret(std::string_view secret);
[[nodiscard]] RefreshKey refreshKeyOf(std::string_view secret);
/// security.opaque_server_setup_secret.
[[nodiscard]] opaque::ServerSetup serverSetupOf(std::string_view secret);

} // namespace matinee::accounts

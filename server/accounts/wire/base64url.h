// Base 64 with the URL alphabet and without padding (RFC 4648, 5; RFC 7515, 2), as JOSE and WebAuthn write octets. Any thread.
#pragma once

#include "accounts/wire/bytes.h"

#include <optional>
#include <string>

namespace matinee::accounts {

[[nodiscard]] std::string base64url(BytesView bytes);
/// Nothing unless `text` is exactly what `base64url` writes: no padding, space or other sign, and unused bits are zero,
/// so that one value has one spelling.
[[nodiscard]] std::optional<Bytes> fromBase64url(std::string_view text);

} // namespace matinee::accounts

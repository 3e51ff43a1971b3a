// Base 32 (RFC 4648, 6) without padding, as secrets of authenticator apps are written. Any thread.
#pragma once

#include "accounts/wire/bytes.h"

#include <optional>
#include <string>

namespace matinee::accounts {

[[nodiscard]] std::string base32(BytesView bytes);
/// Nothing unless `text` is exactly what `base32` writes: capital letters, no padding, unused bits zero.
[[nodiscard]] std::optional<Bytes> fromBase32(std::string_view text);

} // namespace matinee::accounts

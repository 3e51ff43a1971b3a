// The address within the QR code that an authenticator app reads ("Key URI Format"). It holds the secret. Any thread.
#pragma once

#include "accounts/wire/bytes.h"

#include <string>
#include <string_view>

namespace matinee::accounts {

/// otpauth://totp/Issuer:account?secret=...&issuer=...&algorithm=SHA1&digits=6&period=30. A colon would end the issuer, even an escaped
/// one, in either part: it becomes a space.
[[nodiscard]] std::string otpauthAddress(std::string_view issuer, std::string_view account, BytesView secret);

} // namespace matinee::accounts

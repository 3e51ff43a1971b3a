// The two spellings of an ECDSA signature on P-256: r and s as 32 bytes each (RFC 7518, 3.4) and DER (WebAuthn, OpenSSL). Any thread.
#pragma once

#include "accounts/wire/bytes.h"

#include <optional>

namespace matinee::accounts {

enum class EcdsaForm
{
    Raw,
    Der,
};

/// Nothing unless there are exactly 64 bytes. Whether r and s are in range is for the verification.
[[nodiscard]] std::optional<Bytes> derOfRawEcdsa(BytesView raw);
/// Nothing where it is no DER, something follows it, or a number is longer than 32 bytes.
[[nodiscard]] std::optional<Bytes> rawOfDerEcdsa(BytesView der);

} // namespace matinee::accounts

// What an authenticator says and signs (WebAuthn Level 3, 6.1). Any thread.
#pragma once

#include "accounts/wire/bytes.h"
#include "accounts/wire/digest.h"
#include "accounts/wire/key.h"
#include "accounts/wire/webauthn_fault.h"

#include <array>
#include <optional>

namespace matinee::accounts {

constexpr std::size_t kLongestCredentialId = 1023; ///< WebAuthn, 4

struct AttestedCredential
{
    std::array<std::uint8_t, 16> aaguid{}; ///< The model of the authenticator; zeros where it does not tell.
    Bytes id;
    Bytes publicKey; ///< COSE, as it was written.
    Key key;
};

struct AuthenticatorData
{
    Sha256 rpIdHash{};
    bool userPresent = false;
    bool userVerified = false;
    bool backupEligible = false;
    bool backedUp = false;
    std::uint32_t signCount = 0;
    std::optional<AttestedCredential> credential; ///< Of a registration.
};

/// All of it, with nothing behind. Extensions must be a map of names, and are not looked at. BackupFlags for BS without BE.
[[nodiscard]] Result<AuthenticatorData, WebAuthnFault> readAuthenticatorData(BytesView bytes);

} // namespace matinee::accounts

// The relying party of WebAuthn Level 3 (7.1 and 7.2) as two functions: is this new passkey sound, and is this the passkey that we know?
// Values: challenges are made and kept by the caller, who uses each once. Any thread.
#pragma once

#include "accounts/wire/algorithm.h"
#include "accounts/wire/bytes.h"
#include "accounts/wire/webauthn_fault.h"
#include "common/protocol/result.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace matinee::accounts {

constexpr std::size_t kLeastChallenge = 16; ///< Bytes (WebAuthn, 13.4.3); ours have 32. A shorter one is never answered.

/// What both ceremonies expect.
struct Ceremony
{
    Bytes challenge;
    std::string rpId;                    ///< "example.org"
    std::vector<std::string> origins;    ///< "https://watch.example.org": exactly what browsers write.
    std::vector<std::string> topOrigins; ///< Pages that may show ours within a frame; mostly none: then frames are refused.
    bool requireUserVerification = true;
};

struct RegistrationResponse
{
    Bytes id;
    Bytes clientData;
    Bytes attestationObject;
    std::vector<std::string> transports; ///< Hints, kept for the next sign-in; not signed.
};

struct RegistrationExpectation
{
    Ceremony ceremony;
    std::vector<Algorithm> algorithms; ///< Those asked for.
    /// We ask for `none`, and then take what comes. Where attestation is required, only a proof that we can check counts.
    bool requireAttestation = false;
};

enum class Attestation
{
    None,       ///< `none`
    Self,       ///< `packed`, signed by the passkey itself, and checked.
    Unverified, ///< Of a format whose certificates we do not follow: worth as much as none.
};

/// What the caller stores.
struct NewPasskey
{
    Bytes id;
    Bytes publicKey; ///< COSE
    Algorithm algorithm = Algorithm::Es256;
    std::uint32_t signCount = 0;
    std::array<std::uint8_t, 16> aaguid{};
    bool userVerified = false;
    bool backupEligible = false;
    bool backedUp = false;
    Attestation attestation = Attestation::None;
    std::string attestationFormat;
    std::vector<std::string> transports;
};

/// The caller still has to see that no account has a passkey of that id (7.1, 26).
[[nodiscard]] Result<NewPasskey, WebAuthnFault> verifyRegistration(const RegistrationResponse &response,
                                                                   const RegistrationExpectation &expected);

struct AssertionResponse
{
    Bytes id;
    Bytes clientData;
    Bytes authenticatorData;
    Bytes signature;
    std::optional<Bytes> userHandle;
};

/// As it was stored.
struct KnownPasskey
{
    Bytes id;
    Bytes publicKey;
    std::uint32_t signCount = 0;
    bool backupEligible = false;
    Bytes userHandle; ///< Of the account that it is of.
};

struct AssertionExpectation
{
    Ceremony ceremony;
    /// Nobody said a name before: the passkey has to say whose it is.
    bool discoverable = false;
};

struct PasskeyUse
{
    std::uint32_t signCount = 0; ///< To be stored, as the next one.
    /// Two authenticators may hold the same key: the count did not grow (7.2, 22). Passkeys that are synchronised always have 0, and then
    /// it is false. What to do is for the caller's policy: nothing else is wrong.
    bool counterWentBack = false;
    bool userVerified = false;
    bool backedUp = false; ///< To be stored.
};

[[nodiscard]] Result<PasskeyUse, WebAuthnFault> verifyAssertion(const AssertionResponse &response, const KnownPasskey &passkey,
                                                                const AssertionExpectation &expected);

} // namespace matinee::accounts

// Why a passkey is refused: for metrics, logs and tests. Who sent it learns only that it did not work. Any thread.
#pragma once

#include <string_view>

namespace matinee::accounts {

enum class WebAuthnFault
{
    Response,            ///< The answer of the browser is not what navigator.credentials gives, or is longer than the limits.
    ClientData,          ///< The client data is no JSON object with type, challenge and origin.
    Type,                ///< It was made by the other ceremony.
    Challenge,           ///< It answers another challenge.
    Origin,              ///< It was made on a page that is not ours.
    CrossOrigin,         ///< It was made within a frame of another site.
    AuthenticatorData,   ///< It is cut short, followed by something, or without a part that must be there.
    RelyingParty,        ///< It was made for another domain.
    UserPresence,        ///< Nobody touched the authenticator.
    UserVerification,    ///< Nobody showed finger, face or PIN, and that is required.
    BackupFlags,         ///< Backed up though it cannot be, or it can be and could not when it was registered.
    CredentialId,        ///< Longer than 1023 bytes, empty, or not the one that was asked for.
    PublicKey,           ///< No sound COSE key.
    Algorithm,           ///< A key of an algorithm that was not asked for.
    Attestation,         ///< The attestation does not hold, or there is one where there is none.
    AttestationRequired, ///< The attestation proves nothing, and one is required.
    Signature,           ///< It was not made by that passkey, or changed since.
    UserHandle,          ///< The passkey says that it is of another account, or does not say whose it is where it must.
};
[[nodiscard]] std::string_view webauthnFaultName(WebAuthnFault fault); ///< "user_presence": a metric label.

} // namespace matinee::accounts

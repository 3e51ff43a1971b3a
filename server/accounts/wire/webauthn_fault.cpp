#include "accounts/wire/webauthn_fault.h"

namespace matinee::accounts {

std::string_view webauthnFaultName(WebAuthnFault fault)
{
    switch (fault) {
    case WebAuthnFault::Response:
        return "response";
    case WebAuthnFault::ClientData:
        return "client_data";
    case WebAuthnFault::Type:
        return "type";
    case WebAuthnFault::Challenge:
        return "challenge";
    case WebAuthnFault::Origin:
        return "origin";
    case WebAuthnFault::CrossOrigin:
        return "cross_origin";
    case WebAuthnFault::AuthenticatorData:
        return "authenticator_data";
    case WebAuthnFault::RelyingParty:
        return "relying_party";
    case WebAuthnFault::UserPresence:
        return "user_presence";
    case WebAuthnFault::UserVerification:
        return "user_verification";
    case WebAuthnFault::BackupFlags:
        return "backup_flags";
    case WebAuthnFault::CredentialId:
        return "credential_id";
    case WebAuthnFault::PublicKey:
        return "public_key";
    case WebAuthnFault::Algorithm:
        return "algorithm";
    case WebAuthnFault::Attestation:
        return "attestation";
    case WebAuthnFault::AttestationRequired:
        return "attestation_required";
    case WebAuthnFault::Signature:
        return "signature";
    case WebAuthnFault::UserHandle:
        return "user_handle";
    }
    return "response";
}

} // namespace matinee::accounts

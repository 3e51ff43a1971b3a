// The public key of a passkey (COSE_Key, RFC 9052 section 7; WebAuthn 6.5.1.1), as authenticators write it and the database keeps it.
// Any thread.
#pragma once

#include "accounts/wire/cbor.h"
#include "accounts/wire/key.h"
#include "accounts/wire/webauthn_fault.h"

namespace matinee::accounts {

/// ES256 on P-256 with both numbers, EdDSA on Ed25519, or RS256, with the members that WebAuthn allows and no others. PublicKey for what
/// is none of these, Algorithm for a sound map of an algorithm that is not ours.
[[nodiscard]] Result<Key, WebAuthnFault> keyOfCose(const CborValue &map);
/// The same of octets that are all of it.
[[nodiscard]] Result<Key, WebAuthnFault> keyOfCose(BytesView bytes);

} // namespace matinee::accounts

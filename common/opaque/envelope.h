// The envelope of RFC 9807 4.1: the client's key pair is derived from its password and a nonce, and a tag binds it to the server's key and
// both identities. Client side. Any thread.
#pragma once

#include "common/opaque/key_stretching.h"
#include "common/opaque/messages.h"

namespace matinee::opaque {

/// What both sides call themselves and each other. Empty: by their public keys, which is what we use. Each at most 65535 bytes.
struct Parties
{
    Bytes client{};
    Bytes server{};
    Bytes context{}; ///< Binds a login to an application; part of the transcript only.
};
[[nodiscard]] bool withinLimits(const Parties &parties);

/// The password after the oblivious function and stretching: what everything of the client follows from.
[[nodiscard]] Result<Secret<kHashSize>, OpaqueError> randomizedPassword(const Secret<kHashSize> &oprfOutput,
                                                                        const KeyStretching &stretching);
[[nodiscard]] Secret<kHashSize> maskingKeyOf(const Secret<kHashSize> &randomizedPassword);

struct EnvelopeKeys
{
    Secret<kHashSize> authKey;
    Secret<kHashSize> exportKey; ///< For the client's own use; the server never has it.
    KeyPair client;
};
[[nodiscard]] EnvelopeKeys deriveEnvelopeKeys(const Secret<kHashSize> &randomizedPassword, const Nonce &nonce);
[[nodiscard]] Mac envelopeTag(const EnvelopeKeys &keys, const Nonce &nonce, const Element &serverPublicKey, const Parties &parties);

/// The answer for the password, XORed with a pad of the masking key: a second application makes it plain again.
void applyMask(Bytes maskingKey, const Nonce &maskingNonce, std::span<std::uint8_t, kMaskedResponseSize> response);

} // namespace matinee::opaque

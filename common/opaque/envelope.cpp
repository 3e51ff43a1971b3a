#include "common/opaque/envelope.h"

#include <algorithm>

namespace matinee::opaque {

bool withinLimits(const Parties &parties)
{
    constexpr std::size_t limit = 65535; // lengths have two bytes on the wire
    return parties.client.size() <= limit && parties.server.size() <= limit && parties.context.size() <= limit;
}

Result<Secret<kHashSize>, OpaqueError> randomizedPassword(const Secret<kHashSize> &oprfOutput, const KeyStretching &stretching)
{
    const auto stretched = stretching.stretch(oprfOutput);
    if (!stretched)
        return stretched.error();
    return hkdfExtract({}, {oprfOutput.bytes(), stretched->bytes()});
}

Secret<kHashSize> maskingKeyOf(const Secret<kHashSize> &randomizedPassword)
{
    return expand<kHashSize>(randomizedPassword.bytes(), {label("MaskingKey")});
}

EnvelopeKeys deriveEnvelopeKeys(const Secret<kHashSize> &randomizedPassword, const Nonce &nonce)
{
    const auto key = randomizedPassword.bytes();
    const auto seed = expand<kSeedSize>(key, {nonce, label("PrivateKey")});
    return {expand<kHashSize>(key, {nonce, label("AuthKey")}), expand<kHashSize>(key, {nonce, label("ExportKey")}),
            deriveKeyPair(seed.bytes())};
}

Mac envelopeTag(const EnvelopeKeys &keys, const Nonce &nonce, const Element &serverPublicKey, const Parties &parties)
{
    const Bytes server = parties.server.empty() ? Bytes(serverPublicKey.bytes()) : parties.server;
    const Bytes client = parties.client.empty() ? Bytes(keys.client.publicKey.bytes()) : parties.client;
    const auto tag = hmac(keys.authKey.bytes(),
                          {nonce, serverPublicKey.bytes(), lengthOf(server), server, lengthOf(client), client}); // CleartextCredentials
    Mac out;
    std::copy(tag.bytes().begin(), tag.bytes().end(), out.begin());
    return out;
}

void applyMask(Bytes maskingKey, const Nonce &maskingNonce, std::span<std::uint8_t, kMaskedResponseSize> response)
{
    const auto pad = expand<kMaskedResponseSize>(maskingKey, {maskingNonce, label("CredentialResponsePad")});
    for (std::size_t i = 0; i < kMaskedResponseSize; ++i)
        response[i] ^= pad.bytes()[i];
}

} // namespace matinee::opaque

#include "common/opaque/client.h"

#include "common/opaque/key_exchange.h"

#include <algorithm>

namespace matinee::opaque {

namespace {

/// The password as the server's key makes it, then stretched. An answer that is the request itself is a server that applies no key.
Result<Secret<kHashSize>, OpaqueError> hardened(Bytes password, const Blinding &blinding, const Element &evaluated,
                                                const KeyStretching &stretching)
{
    if (evaluated == blinding.blinded)
        return OpaqueError::Malformed;
    const auto output = finalize(password, blinding.blind, evaluated);
    if (!output)
        return output.error();
    return randomizedPassword(*output, stretching);
}

} // namespace

ClientRegistration::ClientRegistration(Blinding blinding)
    : m_blinding(std::move(blinding)), m_request(RegistrationRequest{m_blinding.blinded}.serialise())
{
}

Result<ClientRegistration, OpaqueError> ClientRegistration::start(Bytes password, Randomness &randomness)
{
    auto blinding = blind(password, randomness);
    if (!blinding)
        return blinding.error();
    return ClientRegistration(std::move(*blinding));
}

Result<Registered, OpaqueError> ClientRegistration::finish(Bytes password, Bytes response, const KeyStretching &stretching,
                                                           const Parties &parties, Randomness &randomness) &&
{
    if (!withinLimits(parties))
        return OpaqueError::TooLong;
    const auto answer = RegistrationResponse::parse(response);
    if (!answer)
        return answer.error();
    const Blinding blinding = std::move(m_blinding);
    const auto key = hardened(password, blinding, answer->evaluated, stretching);
    if (!key)
        return key.error();
    Nonce nonce;
    randomness.fill(nonce);
    auto keys = deriveEnvelopeKeys(*key, nonce);
    const Mac tag = envelopeTag(keys, nonce, answer->serverPublicKey, parties);
    const RegistrationRecord record{keys.client.publicKey, maskingKeyOf(*key), {nonce, tag}};
    return Registered{record.serialise(), std::move(keys.exportKey), answer->serverPublicKey};
}

ClientLogin::ClientLogin(Blinding blinding, Scalar keyShareSecret, const LoginRequest &request)
    : m_blinding(std::move(blinding)), m_keyShareSecret(std::move(keyShareSecret)), m_request(request.serialise())
{
}

Result<ClientLogin, OpaqueError> ClientLogin::start(Bytes password, Randomness &randomness)
{
    auto blinding = blind(password, randomness);
    if (!blinding)
        return blinding.error();
    Nonce nonce;
    randomness.fill(nonce);
    Secret<kSeedSize> seed;
    randomness.fill(seed.bytes());
    auto keyShare = deriveKeyPair(seed.bytes());
    const LoginRequest request{blinding->blinded, nonce, keyShare.publicKey};
    return ClientLogin(std::move(*blinding), std::move(keyShare.privateKey), request);
}

Result<LoggedIn, OpaqueError> ClientLogin::finish(Bytes password, Bytes response, const KeyStretching &stretching,
                                                  const Parties &parties) &&
{
    if (!withinLimits(parties))
        return OpaqueError::TooLong;
    const auto answer = LoginResponse::parse(response);
    if (!answer)
        return answer.error();
    const Blinding blinding = std::move(m_blinding);
    const Scalar keyShareSecret = std::move(m_keyShareSecret);
    const auto key = hardened(password, blinding, answer->credential.evaluated, stretching);
    if (!key)
        return key.error();

    // A wrong password unmasks noise: whatever fails from here on has one name.
    auto plain = answer->credential.maskedResponse;
    applyMask(maskingKeyOf(*key).bytes(), answer->credential.maskingNonce, plain);
    const Bytes unmasked(plain);
    const auto serverPublicKey = Element::parse(unmasked.first(kElementSize));
    if (!serverPublicKey)
        return OpaqueError::Rejected;
    Nonce nonce;
    std::copy_n(unmasked.begin() + kElementSize, kNonceSize, nonce.begin());
    auto keys = deriveEnvelopeKeys(*key, nonce);
    if (!sameBytes(envelopeTag(keys, nonce, *serverPublicKey, parties), unmasked.last(kHashSize)))
        return OpaqueError::Rejected;

    auto shares = multiply(keyShareSecret, answer->keyShare.bytes());
    auto serverStatic = multiply(keyShareSecret, serverPublicKey->bytes());
    auto clientStatic = multiply(keys.client.privateKey, answer->keyShare.bytes());
    if (!shares || !serverStatic || !clientStatic)
        return OpaqueError::Rejected;
    const SharedSecrets secrets{std::move(*shares), std::move(*serverStatic), std::move(*clientStatic)};

    const Bytes client = parties.client.empty() ? Bytes(keys.client.publicKey.bytes()) : parties.client;
    const Bytes server = parties.server.empty() ? Bytes(serverPublicKey->bytes()) : parties.server;
    auto hash = transcript(parties.context, client, m_request, server, *answer);
    const auto upToServerMac = hash.soFar();
    auto handshake = deriveHandshakeKeys(secrets, upToServerMac);
    if (!sameBytes(macOf(handshake.serverMacKey, upToServerMac), answer->serverMac))
        return OpaqueError::Rejected;
    const auto whole = std::move(hash.add(answer->serverMac)).finish();
    return LoggedIn{macOf(handshake.clientMacKey, whole), std::move(handshake.sessionKey), std::move(keys.exportKey), *serverPublicKey};
}

} // namespace matinee::opaque

#include "common/opaque/server.h"

#include "common/opaque/key_exchange.h"
#include "common/opaque/oprf.h"

#include <algorithm>

namespace matinee::opaque {

namespace {

constexpr std::uint8_t kLoginVersion = 1;

} // namespace

Result<std::array<std::uint8_t, RegistrationResponse::kSize>, OpaqueError> respondToRegistration(const ServerSetup &setup, Bytes request,
                                                                                                 Bytes identifier)
{
    const auto blinded = RegistrationRequest::parse(request);
    if (!blinded)
        return blinded.error();
    const auto key = oprfKeyOf(setup.oprfSeed().bytes(), identifier);
    if (!key)
        return key.error();
    const auto evaluated = evaluate(*key, blinded->blinded);
    if (!evaluated)
        return evaluated.error();
    return RegistrationResponse{*evaluated, setup.publicKey()}.serialise();
}

Result<std::array<std::uint8_t, RegistrationRecord::kSize>, OpaqueError> acceptRecord(Bytes upload)
{
    const auto record = RegistrationRecord::parse(upload);
    if (!record)
        return record.error();
    return record->serialise();
}

ServerLogin::ServerLogin(const Mac &expectedClientMac, const Secret<kHashSize> &sessionKey, bool exists)
{
    auto next = m_state.bytes().begin();
    *next++ = kLoginVersion;
    *next++ = exists ? 1 : 0;
    next = std::copy(expectedClientMac.begin(), expectedClientMac.end(), next);
    std::copy(sessionKey.bytes().begin(), sessionKey.bytes().end(), next);
}

Result<ServerLogin, OpaqueError> ServerLogin::parse(Bytes bytes)
{
    if (bytes.size() != kSize || bytes[0] != kLoginVersion || bytes[1] > 1)
        return OpaqueError::Malformed;
    return ServerLogin(Secret<kSize>(bytes.first<kSize>()));
}

Result<Secret<kHashSize>, OpaqueError> ServerLogin::finish(Bytes request) &&
{
    const Secret<kSize> state = std::move(m_state);
    const auto finish = LoginFinish::parse(request);
    if (!finish)
        return finish.error();
    const bool same = sameBytes(finish->clientMac, state.bytes().subspan<2, kHashSize>());
    const bool maySucceed = state.bytes()[0] == kLoginVersion && state.bytes()[1] == 1;
    if (!same || !maySucceed)
        return OpaqueError::Rejected;
    return Secret<kHashSize>(state.bytes().last<kHashSize>());
}

Result<LoginAnswer, OpaqueError> respondToLogin(const ServerSetup &setup, const Credential &credential, Bytes request,
                                                const Parties &parties, Randomness &randomness)
{
    if (!withinLimits(parties))
        return OpaqueError::TooLong;
    const auto login = LoginRequest::parse(request);
    if (!login)
        return login.error();
    const auto record = RegistrationRecord::parse(credential.record);
    if (!record)
        return record.error();
    const auto oprfKey = oprfKeyOf(setup.oprfSeed().bytes(), credential.identifier);
    if (!oprfKey)
        return oprfKey.error();
    const auto evaluated = evaluate(*oprfKey, login->blinded);
    if (!evaluated)
        return evaluated.error();

    CredentialResponse answer{*evaluated, {}, {}};
    randomness.fill(answer.maskingNonce);
    auto masked = std::copy(setup.publicKey().bytes().begin(), setup.publicKey().bytes().end(), answer.maskedResponse.begin());
    masked = std::copy(record->envelope.nonce.begin(), record->envelope.nonce.end(), masked);
    std::copy(record->envelope.tag.begin(), record->envelope.tag.end(), masked);
    applyMask(record->maskingKey.bytes(), answer.maskingNonce, answer.maskedResponse);

    Nonce nonce;
    randomness.fill(nonce);
    Secret<kSeedSize> seed;
    randomness.fill(seed.bytes());
    const auto keyShare = deriveKeyPair(seed.bytes());

    auto shares = multiply(keyShare.privateKey, login->keyShare.bytes());
    auto serverStatic = multiply(setup.privateKey(), login->keyShare.bytes());
    auto clientStatic = multiply(keyShare.privateKey, record->clientPublicKey.bytes());
    if (!shares || !serverStatic || !clientStatic)
        return OpaqueError::Malformed;
    const SharedSecrets secrets{std::move(*shares), std::move(*serverStatic), std::move(*clientStatic)};

    LoginResponse response{answer, nonce, keyShare.publicKey, {}};
    const Bytes client = parties.client.empty() ? Bytes(record->clientPublicKey.bytes()) : parties.client;
    const Bytes server = parties.server.empty() ? Bytes(setup.publicKey().bytes()) : parties.server;
    auto hash = transcript(parties.context, client, request, server, response);
    const auto upToServerMac = hash.soFar();
    const auto handshake = deriveHandshakeKeys(secrets, upToServerMac);
    response.serverMac = macOf(handshake.serverMacKey, upToServerMac);
    Mac expected = macOf(handshake.clientMacKey, std::move(hash.add(response.serverMac)).finish());
    LoginAnswer out{response.serialise(), ServerLogin(expected, handshake.sessionKey, credential.exists)};
    wipe(expected);
    return out;
}

} // namespace matinee::opaque

#include "common/opaque/key_exchange.h"

#include <algorithm>

namespace matinee::opaque {

namespace {

/// Derive-Secret: HKDF-Expand with a CustomLabel, as TLS 1.3 does it.
Secret<kHashSize> deriveSecret(const Secret<kHashSize> &secret, std::string_view name, Bytes transcriptHash)
{
    constexpr std::string_view prefix = "OPAQUE-";
    const std::array<std::uint8_t, 3> lengths{0, kHashSize, static_cast<std::uint8_t>(prefix.size() + name.size())};
    const auto contextLength = static_cast<std::uint8_t>(transcriptHash.size());
    return expand<kHashSize>(secret.bytes(), {lengths, label(prefix), label(name), {&contextLength, 1}, transcriptHash});
}

} // namespace

HandshakeKeys deriveHandshakeKeys(const SharedSecrets &secrets, const Secret<kHashSize> &transcriptHash)
{
    const auto key = hkdfExtract({}, {secrets.shares.bytes(), secrets.serverStatic.bytes(), secrets.clientStatic.bytes()});
    auto handshakeSecret = deriveSecret(key, "HandshakeSecret", transcriptHash.bytes());
    auto serverMacKey = deriveSecret(handshakeSecret, "ServerMAC", {});
    auto clientMacKey = deriveSecret(handshakeSecret, "ClientMAC", {});
    return {std::move(handshakeSecret), std::move(serverMacKey), std::move(clientMacKey),
            deriveSecret(key, "SessionKey", transcriptHash.bytes())};
}

Sha512 transcript(Bytes context, Bytes client, Bytes loginRequest, Bytes server, const LoginResponse &response)
{
    Sha512 hash;
    hash.add(label("OPAQUEv1-")).addWithLength(context).addWithLength(client).add(loginRequest).addWithLength(server);
    hash.add(response.credential.serialise()).add(response.nonce).add(response.keyShare.bytes());
    return hash;
}

Mac macOf(const Secret<kHashSize> &key, const Secret<kHashSize> &transcriptHash)
{
    const auto tag = hmac(key.bytes(), {transcriptHash.bytes()});
    Mac out;
    std::copy(tag.bytes().begin(), tag.bytes().end(), out.begin());
    return out;
}

} // namespace matinee::opaque

// 3DH of RFC 9807 6.4: three Diffie-Hellman values and the transcript give the session key and the keys of both MACs. Any thread.
#pragma once

#include "common/opaque/envelope.h"

namespace matinee::opaque {

/// The three values in their order; each side computes them from its own private keys.
struct SharedSecrets
{
    Secret<kElementSize> shares;       ///< Both ephemeral keys.
    Secret<kElementSize> serverStatic; ///< The server's key and the client's ephemeral one.
    Secret<kElementSize> clientStatic; ///< The client's key and the server's ephemeral one.
};

struct HandshakeKeys
{
    Secret<kHashSize> handshakeSecret; ///< Only the MAC keys come of it; here for the RFC's vectors.
    Secret<kHashSize> serverMacKey;
    Secret<kHashSize> clientMacKey;
    Secret<kHashSize> sessionKey;
};
[[nodiscard]] HandshakeKeys deriveHandshakeKeys(const SharedSecrets &secrets, const Secret<kHashSize> &transcriptHash);

/// The hash over both sides' messages up to, not with, the server's MAC. `client` and `server` are the identities that count: never empty.
[[nodiscard]] Sha512 transcript(Bytes context, Bytes client, Bytes loginRequest, Bytes server, const LoginResponse &response);

[[nodiscard]] Mac macOf(const Secret<kHashSize> &key, const Secret<kHashSize> &transcriptHash);

} // namespace matinee::opaque

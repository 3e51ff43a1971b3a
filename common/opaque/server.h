// The server of OPAQUE (RFC 9807): answers to registration and login, and the end of a login. Values without a socket or a store.
// Any thread; about a quarter of a millisecond for a login's first message and next to nothing for its second.
#pragma once

#include "common/opaque/envelope.h"
#include "common/opaque/server_setup.h"

namespace matinee::opaque {

/// `identifier` as in Credential::identifier. The same account and request have the same answer.
[[nodiscard]] Result<std::array<std::uint8_t, RegistrationResponse::kSize>, OpaqueError>
respondToRegistration(const ServerSetup &setup, Bytes request, Bytes identifier);
/// The record as it is to be kept, when it is one.
[[nodiscard]] Result<std::array<std::uint8_t, RegistrationRecord::kSize>, OpaqueError> acceptRecord(Bytes upload);

/// A login that has had its answer and waits for the client's proof. Keep it by a random id, use it once, forget it after a minute.
class ServerLogin
{
public:
    static constexpr std::size_t kSize = 1 + 1 + kHashSize + kHashSize; ///< Version, whether it may succeed, expected MAC, session key.

    ServerLogin(const Mac &expectedClientMac, const Secret<kHashSize> &sessionKey, bool exists);
    [[nodiscard]] static Result<ServerLogin, OpaqueError> parse(Bytes bytes);
    [[nodiscard]] Secret<kSize> serialise() const { return m_state.clone(); }

    /// KE3, once. The session key when the password was right; Malformed or Rejected otherwise. A stand-in is always Rejected.
    [[nodiscard]] Result<Secret<kHashSize>, OpaqueError> finish(Bytes request) &&;

private:
    explicit ServerLogin(Secret<kSize> state) : m_state(std::move(state)) {}

    Secret<kSize> m_state; ///< As it is serialised: when it has been used or moved it is zeros, which never succeed.
};

struct LoginAnswer
{
    std::array<std::uint8_t, LoginResponse::kSize> response; ///< KE2.
    ServerLogin login;
};

/// KE1 -> KE2. Does the same work whether the credential is an account's or a stand-in. Each answer lets the other side try one password,
/// so each counts as an attempt.
[[nodiscard]] Result<LoginAnswer, OpaqueError> respondToLogin(const ServerSetup &setup, const Credential &credential, Bytes request,
                                                              const Parties &parties = {}, Randomness &randomness = systemRandomness());

} // namespace matinee::opaque

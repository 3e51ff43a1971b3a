// The client of OPAQUE (RFC 9807): registration in two steps, login in two steps. A value without a socket: what it gives is sent, what
// comes back is handed to finish(), which ends it. Used by the console and the command line; browsers use @serenity-kit/opaque 1.x.
// Any thread. The password is UTF-8 as the person's keyboard gave it, normalised (NFC) by the caller, and is not kept between the steps.
#pragma once

#include "common/opaque/envelope.h"
#include "common/opaque/oprf.h"

namespace matinee::opaque {

struct Registered
{
    std::array<std::uint8_t, RegistrationRecord::kSize> record; ///< To the server, over a channel that is secret and is the account's.
    Secret<kHashSize> exportKey;
    Element serverPublicKey; ///< May be kept and compared at each login.
};

class ClientRegistration
{
public:
    [[nodiscard]] static Result<ClientRegistration, OpaqueError> start(Bytes password, Randomness &randomness = systemRandomness());

    [[nodiscard]] const std::array<std::uint8_t, RegistrationRequest::kSize> &request() const { return m_request; }
    /// Stretches the password: see KeyStretching::stretch().
    [[nodiscard]] Result<Registered, OpaqueError> finish(Bytes password, Bytes response, const KeyStretching &stretching,
                                                         const Parties &parties = {}, Randomness &randomness = systemRandomness()) &&;

private:
    explicit ClientRegistration(Blinding blinding);

    Blinding m_blinding;
    std::array<std::uint8_t, RegistrationRequest::kSize> m_request;
};

struct LoggedIn
{
    std::array<std::uint8_t, LoginFinish::kSize> finish; ///< KE3, to the server.
    Secret<kHashSize> sessionKey;                        ///< The server has the same when it has accepted `finish`.
    Secret<kHashSize> exportKey;
    Element serverPublicKey;
};

class ClientLogin
{
public:
    [[nodiscard]] static Result<ClientLogin, OpaqueError> start(Bytes password, Randomness &randomness = systemRandomness());

    [[nodiscard]] const std::array<std::uint8_t, LoginRequest::kSize> &request() const { return m_request; } ///< KE1.
    /// `response` is KE2. Rejected: the password is wrong, or there is no such account, or this is not the server that it was registered
    /// with.
    [[nodiscard]] Result<LoggedIn, OpaqueError> finish(Bytes password, Bytes response, const KeyStretching &stretching,
                                                       const Parties &parties = {}) &&;

private:
    ClientLogin(Blinding blinding, Scalar keyShareSecret, const LoginRequest &request);

    Blinding m_blinding;
    Scalar m_keyShareSecret;
    std::array<std::uint8_t, LoginRequest::kSize> m_request;
};

} // namespace matinee::opaque

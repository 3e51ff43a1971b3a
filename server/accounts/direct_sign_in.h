// Signing in by name and password in one call, for scripts: the server speaks both sides of OPAQUE with itself, so there is one record of a
// password and one guard, and what it answers, and how long that takes, is the same whether there is such an account or not. The password
// is in its memory for as long as that takes. Owned by app; its Task may be awaited on any worker.
#pragma once

#include "accounts/passwords.h"
#include "accounts/stretch_threads.h"

#include "common/opaque/key_stretching.h"

namespace matinee::accounts {

class DirectSignIn
{
public:
    static constexpr std::size_t kMostPasswordBytes = 1024;

    /// `passwords` must outlive it. `stretching`: that of the clients that registered.
    explicit DirectSignIn(Passwords &passwords, opaque::KeyStretching stretching = opaque::KeyStretching::standard(),
                          std::size_t threads = StretchThreads::kThreads, std::size_t mostWaiting = StretchThreads::kMostWaiting);

    /// As Passwords::finishSignIn; also RateLimited as its beginSignIn, Unavailable with `retryAfter` where too many others are at it,
    /// and InvalidArgument, field "password", for what can be nobody's.
    Task<Result<SignInOutcome>> signIn(std::string name, std::string password, SessionOrigin origin, SystemTime now);

private:
    Passwords &m_passwords;
    const opaque::KeyStretching m_stretching;
    StretchThreads m_threads;
};

} // namespace matinee::accounts

// Signing in with a password and changing it: the server's side of OPAQUE (RFC 9807; docs/design/passwords.md). Owned by app; its Tasks may
// be awaited on any worker and take a quarter of a millisecond of it. What the server answers, and how long that takes, is the same
// whether there is such an account or not.
#pragma once

#include "accounts/guess_guard.h"
#include "accounts/pending.h"
#include "accounts/sessions.h"

#include "common/opaque/server.h"

namespace matinee::accounts {

class Passwords
{
public:
    static constexpr std::size_t kMostPending = 10'000;
    static constexpr std::chrono::seconds kPendingFor{60};

    /// All of them must outlive it. `guard` is used by nobody else without a lock of its own.
    Passwords(store::Store &store, const opaque::ServerSetup &setup, GuessGuard &guard, Sessions &sessions, observe::Metrics *metrics);
    Passwords(const Passwords &) = delete;
    Passwords &operator=(const Passwords &) = delete;

    struct SignInBegun
    {
        std::string id;
        std::string ke2; ///< 320 bytes.
    };
    /// `ke1`: 96 bytes, else InvalidArgument. RateLimited with `retryAfter` after too many guesses at the name or from the address.
    Task<Result<SignInBegun>> beginSignIn(std::string name, std::string ke1, std::string address, SystemTime now);
    /// `ke3`: 64 bytes. Unauthenticated for a wrong password, an unknown name, an unknown id and one that was used; PermissionDenied, with
    /// the reason, for a person who gave the right password and is banned.
    Task<Result<SignInOutcome>> finishSignIn(std::string id, std::string ke3, SessionOrigin origin, SystemTime now);

    // The same within a session, for who is asked once more (step_up.h).
    /// FailedPrecondition for an account without a password.
    Task<Result<SignInBegun>> beginProof(Person person, std::string ke1, std::string address, SystemTime now);
    /// PermissionDenied where it is wrong: the session goes on.
    Task<Result<void>> finishProof(Person person, std::string id, std::string ke3, SystemTime now);

    struct ChangeBegun
    {
        std::string id;
        std::string ke2;                  ///< Empty for an account without a password.
        std::string registrationResponse; ///< 64 bytes.
    };
    /// `ke1` with the password that is (empty for an account that has none), `registrationRequest` (32 bytes) for the one that is to be.
    /// RateLimited as above. StepUpRequired for who has none and is not fresh (session_freshness.h).
    Task<Result<ChangeBegun>> beginChange(Person person, std::string ke1, std::string registrationRequest, std::string address,
                                          SystemTime now);
    /// The person's other sessions end, and links to set the password are good no more. PermissionDenied where the former password was
    /// wrong (the session goes on: this is no Unauthenticated).
    Task<Result<void>> finishChange(Person person, std::string id, std::string ke3, std::string registrationRecord, SystemTime now);

private:
    /// Whose record was asked for, and as it was then.
    struct Asked
    {
        std::string name;   ///< As it was typed, cut: the audit log names whose password was tried.
        std::string userId; ///< "" for a name that nobody has.
        std::optional<std::string> record;
        Guess guess;
        std::optional<opaque::ServerLogin> login; ///< None: an account without a password sets its first.
        std::string sessionId;                    ///< Of a change.
    };
    std::optional<Error> guessRefused(const Guess &guess, SystemTime now);
    std::optional<Asked> taken(Pending<Asked> &from, const std::string &id, SystemTime now);

    store::Store &m_store;
    const opaque::ServerSetup &m_setup;
    Sessions &m_sessions;
    observe::Counter m_signedIn, m_rejected, m_limited, m_banned, m_waiting, m_secondFactor, m_changed;
    std::mutex m_mutex;
    GuessGuard &m_guard; // guarded by m_mutex, as those below
    Pending<Asked> m_signIns{kMostPending, kPendingFor};
    Pending<Asked> m_changes{kMostPending, kPendingFor};
    Pending<Asked> m_proofs{kMostPending, kPendingFor};
};

} // namespace matinee::accounts

// Codes of authenticator apps (TOTP) and recovery codes: set up, taken away, made anew, and used. Owned by app; its Tasks may be awaited on
// any worker. A code is used up in the transaction that lets the person in, and guessing is limited for each account and address.
#pragma once

#include "accounts/factor_policy.h"
#include "accounts/guess_guard.h"
#include "accounts/pending.h"
#include "accounts/sessions.h"

namespace matinee::accounts {

/// Encrypts for the database (security.credential_encryption_key). `place` says where the text belongs: it opens in no other.
struct SecretSeal
{
    std::function<Result<std::string>(std::string_view text, std::string_view place)> seal;
    std::function<Result<std::string>(std::string_view sealed, std::string_view place)> open;
};

class OneTimeCodes
{
public:
    static constexpr std::size_t kMostPending = 10'000;
    static constexpr std::chrono::seconds kPendingFor{600};

    /// All of them must outlive it. `guard` is used by nobody else. `issuer`: what apps call this server.
    OneTimeCodes(store::Store &store, Sessions &sessions, SecretSeal seal, GuessGuard &guard, const FactorPolicy &policy,
                 std::string issuer, observe::Metrics *metrics);
    OneTimeCodes(const OneTimeCodes &) = delete;
    OneTimeCodes &operator=(const OneTimeCodes &) = delete;

    struct Begun
    {
        std::string id;
        std::string secret;  ///< In base 32, for typing.
        std::string address; ///< For the QR code.
    };
    /// FailedPrecondition for who has an app already.
    Task<Result<Begun>> beginTotp(Person person, SystemTime now);
    /// `code`: the first one. Recovery codes where the account had no second factor before. InvalidArgument, field "code", for a wrong one,
    /// which may be tried again; FailedPrecondition, field "totp_id", where it took too long.
    Task<Result<std::vector<std::string>>> finishTotp(Person person, std::string id, std::string code, SystemTime now);
    /// NotFound; FailedPrecondition for the last second factor of who must have one.
    Task<Result<void>> removeTotp(Person person);
    /// FailedPrecondition for who has no second factor.
    Task<Result<std::vector<std::string>>> makeRecoveryCodes(Person person, SystemTime now);

    // For the second step of a sign-in, and for step-up.

    /// Counts a guess before it is looked at; RateLimited with `retryAfter` after too many.
    std::optional<Error> guessRefused(const std::string &userId, const std::string &address, SystemTime now);
    void guessSucceeded(const std::string &userId, const std::string &address);
    // False for a wrong one and for one that was used. True uses it up.
    Result<bool> useTotpIn(store::Transaction &tx, const std::string &userId, const std::string &code, SystemTime now) const;
    static Result<bool> useRecoveryCodeIn(store::Transaction &tx, const std::string &userId, const std::string &code);

private:
    struct Setup
    {
        std::string userId;
        std::string sessionId;
        std::string secret; ///< In base 32.
    };

    store::Store &m_store;
    Sessions &m_sessions;
    const SecretSeal m_seal;
    const FactorPolicy &m_policy;
    const std::string m_issuer;
    observe::Counter m_limited;
    std::mutex m_mutex;
    GuessGuard &m_guard; // guarded by m_mutex, as the next one
    Pending<Setup> m_setups{kMostPending, kPendingFor};
};

} // namespace matinee::accounts

// Codes of six digits by mail: a second factor for who chose it, or has no other and needs one (accounts.allow_mail_codes). Each is good
// once, for ten minutes and five attempts, for one purpose; a later one replaces it. Owned by app; its Tasks may be awaited on any worker.
#pragma once

#include "accounts/factor_policy.h"
#include "accounts/letters.h"
#include "accounts/one_time_codes.h"

namespace matinee::accounts {

class MailCodes
{
public:
    static constexpr std::chrono::minutes kLifetime{10};
    static constexpr int kMostAttempts = 5;
    static constexpr int kMostLetters = 6; ///< Of one account in an hour.

    enum class Purpose
    {
        SignIn,
        StepUp
    };

    /// All of them must outlive it.
    MailCodes(store::Store &store, const Letters &letters, SecretSeal seal, const FactorPolicy &policy);
    MailCodes(const MailCodes &) = delete;
    MailCodes &operator=(const MailCodes &) = delete;

    struct Sent
    {
        std::string address; ///< Veiled.
        std::chrono::seconds goodFor{kLifetime};
    };
    /// To the primary address. FailedPrecondition for who has no such factor; RateLimited with `retryAfter` at kMostLetters.
    Task<Result<Sent>> send(std::string userId, Purpose purpose, SystemTime now);
    /// To be awaited before `useIn`, in a transaction of its own, so that a wrong code counts although nothing else comes of it. False:
    /// there is no code to try, or it was tried too often.
    Task<Result<bool>> attempt(std::string userId, Purpose purpose, SystemTime now);
    /// False for a wrong one and for one that was used. True uses it up.
    Result<bool> useIn(store::Transaction &tx, const std::string &userId, Purpose purpose, const std::string &code, SystemTime now) const;

private:
    Result<Sent> sendIn(store::Transaction &tx, const std::string &userId, Purpose purpose, SystemTime now) const;

    store::Store &m_store;
    const Letters &m_letters;
    const SecretSeal m_seal;
    const FactorPolicy &m_policy;
};

} // namespace matinee::accounts

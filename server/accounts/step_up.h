// Proving once more who one is, within a session: calls that are declared `fresh` ask for it. A session is fresh for ten minutes after it
// began and after each such proof. Owned by app; its Tasks may be awaited on any worker.
#pragma once

#include "accounts/mail_codes.h"
#include "accounts/one_time_codes.h"
#include "accounts/passkeys.h"
#include "accounts/passwords.h"

namespace matinee::accounts {

class StepUp
{
public:
    static constexpr std::size_t kMostPending = 10'000;
    static constexpr std::chrono::seconds kPendingFor{300};

    /// All of them must outlive it. `mailCodes`: null where there are none.
    StepUp(store::Store &store, Passwords &passwords, Passkeys &passkeys, OneTimeCodes &codes, const FactorPolicy &policy,
           observe::Metrics *metrics, MailCodes *mailCodes = nullptr);
    StepUp(const StepUp &) = delete;
    StepUp &operator=(const StepUp &) = delete;

    struct Begun
    {
        std::string id;
        std::vector<Factor> kinds; ///< Empty: only a new sign-in proves it.
        std::string ke2;           ///< To a KE1.
        std::string passkeyJson;   ///< For the page; "" without a passkey.
    };
    /// `ke1`: "" where the password is not what it will be proved by.
    Task<Result<Begun>> begin(Person person, std::string ke1, std::string address, SystemTime now);

    /// A code by mail. FailedPrecondition, field "step_up_id", where it took too long; RateLimited for too many.
    Task<Result<MailCodes::Sent>> sendMailCode(Person person, std::string id, SystemTime now);

    /// One of the four.
    struct Proof
    {
        std::string ke3;
        std::string totpCode;
        std::string passkeyJson;
        std::string mailCode{};
    };
    /// PermissionDenied for what is wrong or was used (the session goes on: this is no Unauthenticated). FailedPrecondition, field
    /// "step_up_id", where it took too long. RateLimited after too many.
    Task<Result<void>> finish(Person person, std::string id, Proof proof, std::string address, SystemTime now);

    Task<Result<bool>> isFresh(std::string userId, std::string sessionId, SystemTime now);

private:
    struct Asked
    {
        std::string userId;
        std::string sessionId;
        std::string passwordProofId;
        Bytes passkeyChallenge; ///< Empty once it was answered.
    };
    Task<Result<void>> checked(Person person, Asked asked, Proof proof, std::string address, SystemTime now);

    store::Store &m_store;
    Passwords &m_passwords;
    Passkeys &m_passkeys;
    OneTimeCodes &m_codes;
    const FactorPolicy &m_policy;
    MailCodes *const m_mailCodes;
    observe::Counter m_right, m_wrong;
    std::mutex m_mutex;
    Pending<Asked> m_pending{kMostPending, kPendingFor}; // guarded by m_mutex
};

} // namespace matinee::accounts

// The second step of a sign-in: a code of the app or by mail, a recovery code or a passkey, after a first factor that was right. Sessions
// makes the challenge (second_factor_challenges.h). Owned by app; its Tasks may be awaited on any worker.
#pragma once

#include "accounts/mail_codes.h"
#include "accounts/one_time_codes.h"
#include "accounts/passkeys.h"

#include <map>

namespace matinee::accounts {

class SecondFactor
{
public:
    /// All of them must outlive it. `mailCodes`: null where there are none.
    SecondFactor(store::Store &store, Sessions &sessions, Passkeys &passkeys, OneTimeCodes &codes, observe::Metrics *metrics,
                 MailCodes *mailCodes = nullptr);
    SecondFactor(const SecondFactor &) = delete;
    SecondFactor &operator=(const SecondFactor &) = delete;

    /// Options for the page, as JSON. FailedPrecondition, field "challenge_id", where the sign-in is over or offers no passkey.
    Task<Result<std::string>> beginPasskey(std::string challengeId, SystemTime now);

    /// A code by mail. FailedPrecondition, field "challenge_id", as above; RateLimited for too many.
    Task<Result<MailCodes::Sent>> sendMailCode(std::string challengeId, SystemTime now);

    /// One of the four.
    struct Proof
    {
        std::string totpCode;
        std::string recoveryCode;
        std::string passkeyJson;
        std::string mailCode{};
    };
    /// Unauthenticated for what is wrong or was used: it may be tried again. FailedPrecondition, field "challenge_id", where the sign-in is
    /// over. RateLimited after too many wrong codes. PermissionDenied, with the reason, for who was banned meanwhile.
    Task<Result<SignInOutcome>> finish(std::string challengeId, Proof proof, SessionOrigin origin, SystemTime now);

private:
    Task<Result<Sessions::Begun>> finishWith(Factor factor, SecondFactorChallenge challenge, Proof proof, SessionOrigin origin,
                                             SystemTime now);

    store::Store &m_store;
    Sessions &m_sessions;
    Passkeys &m_passkeys;
    OneTimeCodes &m_codes;
    MailCodes *const m_mailCodes;
    std::map<Factor, std::pair<observe::Counter, observe::Counter>> m_counters; // right, wrong; constant after construction
};

} // namespace matinee::accounts

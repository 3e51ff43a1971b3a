// Passkeys of people (WebAuthn Level 3; server/accounts/wire/webauthn.h): added, called something, taken away, and signed in with, without
// a name and without a second step, since the authenticator has asked for finger, face or PIN. Owned by app; its Tasks may be awaited on
// any worker and take a quarter of a millisecond of it.
#pragma once

#include "accounts/factor_policy.h"
#include "accounts/pending.h"
#include "accounts/sessions.h"
#include "accounts/wire/webauthn.h"
#include "accounts/wire/webauthn_options.h"
#include "store/passkeys.h"

#include <map>

namespace matinee::accounts {

/// For which domain and pages passkeys are made.
struct RelyingParty
{
    std::string id; ///< webauthn.rp_id; "" where this server can have no passkeys.
    std::vector<std::string> origins;
    std::string name; ///< What the browser calls it.
};

/// What an authenticator has shown. Counts once it is used (Passkeys::useIn).
struct PasskeyProof
{
    store::PasskeyRow passkey;
    PasskeyUse use;
};

/// For the browser.
[[nodiscard]] PasskeyHint hintOf(const store::PasskeyRow &row);

class Passkeys
{
public:
    static constexpr std::size_t kMostPending = 10'000;
    static constexpr std::chrono::seconds kPendingFor{300};
    static constexpr int kMostPerUser = 20;
    static constexpr std::size_t kMostNameBytes = 64;

    /// Whether there is another way into the account than a password and passkeys. May be empty: there is none.
    using HasOtherWayIn = std::function<Result<bool>(store::Transaction &, const store::UserRow &)>;

    /// All of them must outlive it. `policy` has the same rpId.
    Passkeys(store::Store &store, Sessions &sessions, RelyingParty party, const FactorPolicy &policy, observe::Metrics *metrics,
             HasOtherWayIn hasOtherWayIn = {});
    Passkeys(const Passkeys &) = delete;
    Passkeys &operator=(const Passkeys &) = delete;

    struct Begun
    {
        std::string id;
        std::string optionsJson; ///< For the page.
    };
    struct Added
    {
        store::PasskeyRow passkey;
        std::vector<std::string> recoveryCodes; ///< Where the account had no second factor before.
    };
    /// FailedPrecondition without a domain, and for who has kMostPerUser.
    Task<Result<Begun>> beginAdding(Person person, SystemTime now);
    /// `responseJson`: what the page got. InvalidArgument where it is not accepted, or for a name that cannot be; AlreadyExists.
    Task<Result<Added>> finishAdding(Person person, std::string id, std::string responseJson, std::string name, SystemTime now);
    Task<Result<store::PasskeyRow>> rename(Person person, std::string id, std::string name); ///< NotFound
    /// What it was called. NotFound; FailedPrecondition for the only way in, and the last second factor of who must have one.
    Task<Result<std::string>> remove(Person person, std::string id);

    Result<Begun> beginSignIn(SystemTime now); ///< FailedPrecondition without a domain.
    /// Unauthenticated, with one sentence, for whatever is not right; PermissionDenied, with the reason, for who is banned.
    Task<Result<SignInOutcome>> finishSignIn(std::string id, std::string responseJson, SessionOrigin origin, SystemTime now);

    // For the second step of a sign-in, and for step-up.

    [[nodiscard]] static Bytes newChallenge();
    /// "" where none of `passkeys` works here.
    [[nodiscard]] std::string optionsFor(const std::vector<store::PasskeyRow> &passkeys, const Bytes &challenge,
                                         UserVerification verification) const;
    /// Unauthenticated. `userId`: whose it must be; "" where the passkey says. A challenge is for one answer: the caller forgets it first.
    Task<Result<PasskeyProof>> verify(std::string responseJson, Bytes challenge, std::string userId, bool requireVerification,
                                      SystemTime now);
    /// Unauthenticated where it was used or taken away since.
    static Result<void> useIn(store::Transaction &tx, const PasskeyProof &proof, SystemTime now);

private:
    struct Adding
    {
        std::string userId;
        std::string sessionId;
        Bytes challenge;
    };
    static Error noDomain();
    Result<void> wayInStays(store::Transaction &tx, const store::UserRow &user, const OwnFactors &left) const;
    [[nodiscard]] Ceremony ceremony(Bytes challenge, bool requireVerification) const;
    [[nodiscard]] bool works(const store::PasskeyRow &row) const { return row.rpId == m_party.id; }
    void countFault(std::string_view ceremony, std::string_view fault);

    store::Store &m_store;
    Sessions &m_sessions;
    const RelyingParty m_party;
    const FactorPolicy &m_policy;
    observe::Metrics *const m_metrics;
    const HasOtherWayIn m_hasOtherWayIn;
    observe::Counter m_signedIn, m_rejected, m_banned, m_waiting;
    std::mutex m_mutex;
    Pending<Adding> m_adding{kMostPending, kPendingFor}; // guarded by m_mutex, as the next two
    Pending<Bytes> m_signIns{kMostPending, kPendingFor};
    std::map<std::pair<std::string, std::string>, observe::Counter> m_faults; // ceremony, fault
};

} // namespace matinee::accounts

// Where people are signed in: sessions begin, their tokens are renewed, they end, and whose an access token is. Owned by app; its Tasks may
// be awaited on any worker. The table is the truth; `verify` asks it once for each session and then remembers (session_cache.h).
//
// What this process ends or changes counts at once. What another process ends counts when the access token is renewed, in 15 minutes.
#pragma once

#include "accounts/access_tokens.h"
#include "accounts/factor_policy.h"
#include "accounts/refresh_tokens.h"
#include "accounts/second_factor_challenges.h"
#include "accounts/session_cache.h"
#include "accounts/session_watchers.h"
#include "store/sessions.h"
#include "store/store.h"
#include "store/users.h"

#include "common/protocol/caller.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace matinee::accounts {

/// Where a sign-in comes from. Longer texts are cut: 100 bytes of `device`, 64 of `address`.
struct SessionOrigin
{
    std::string device;  ///< "Firefox on Linux"
    std::string address; ///< Caller::address
    std::string method = "password";
    bool hasSecondFactor = false;      ///< A second one was proved, or the first was two in one (a passkey that knows its owner).
    std::shared_ptr<AuditNote> note{}; ///< Is told who it was that tried; may be null.
};

struct SessionTokens
{
    std::string access;
    std::string refresh;
    std::chrono::seconds accessExpiresIn = AccessTokens::kLifetime;
    std::chrono::seconds refreshExpiresIn = RefreshTokens::kLifetime;
};

/// What is still to be proved, and by what.
struct SecondFactorAsked
{
    std::string challengeId;
    std::vector<Factor> kinds; ///< One of them is enough.
    std::string mailAddress{}; ///< Where a code by mail would go; "" where none is offered.
};

/// What a right proof, or a new account, comes to.
struct SignInOutcome
{
    store::UserRow user;
    std::optional<SessionTokens> session; ///< None: the account waits for review or its mail address, or for its second factor.
    std::string sessionId;                ///< "" without a session.
    std::optional<SecondFactorAsked> secondFactor{};
};

/// Who makes a call with an access token.
struct Person
{
    std::string userId;
    std::string name;
    std::string sessionId;
    Role role = Role::User; ///< As of now, not as of when the token was made.
    SystemTime authenticatedAt;
    SystemTime expiresAt;       ///< Of the token.
    bool mustAddFactor = false; ///< The role needs a second factor that the account does not have: it may only what is about itself.

    [[nodiscard]] PermissionSet permissions() const { return mustAddFactor ? permissionsOf(Role::User) : permissionsOf(role); }
};

enum class SessionEnd
{
    SignedOut, ///< By its owner, from here or from another of their sessions.
    Revoked,   ///< By those who run the server.
    Banned,
    Password, ///< The password was changed, or set by a link.
    Stolen,   ///< A refresh token was used twice.
    Expired,
    TooMany, ///< The person began more than Sessions::kMostPerUser.
};
[[nodiscard]] std::string_view sessionEndName(SessionEnd why); ///< "signed_out": a metric label.

class Sessions
{
public:
    static constexpr std::size_t kMostPerUser = 100; ///< The one that was not used for longest ends.

    /// `jwtSecret`: jwt.secret. `factors` must outlive it.
    Sessions(store::Store &store, std::string_view jwtSecret, observe::Metrics *metrics,
             const FactorPolicy &factors = FactorPolicy::plain());
    Sessions(const Sessions &) = delete;
    Sessions &operator=(const Sessions &) = delete;

    /// Unauthenticated, with one sentence, for whatever is not the token of a session that goes on.
    Task<Result<Person>> verify(std::string accessToken, SystemTime now);
    /// The same for a session whose token was verified before (socket_tickets.h); times are those of now.
    Task<Result<Person>> personOf(std::string userId, std::string sessionId, SystemTime now);
    /// New tokens. Unauthenticated for a token that is none, too old or used before, or whose session has ended. A stolen one ends the
    /// session, which the audit log tells ("sessions.theft").
    Task<Result<SignInOutcome>> refresh(std::string refreshToken, std::string address, std::string requestId, SystemTime now);
    /// Those that go on, newest use first.
    Task<Result<std::vector<store::SessionRow>>> list(std::string userId, SystemTime now);
    /// False where this person has no such session.
    Task<Result<bool>> revoke(std::string userId, std::string sessionId, SystemTime now, SessionEnd why = SessionEnd::SignedOut);
    /// All but `keptId` ("" keeps none); how many ended.
    Task<Result<std::uint32_t>> revokeOthers(std::string userId, std::string keptId, SystemTime now,
                                             SessionEnd why = SessionEnd::SignedOut);
    /// Sessions and links whose time is over. To be called now and then; a minute or an hour between makes no difference to anybody.
    Task<Result<std::uint32_t>> sweep(SystemTime now);

    /// `onEnd` is called once, on any thread and without a lock, when the session ends or what its person may do changes: an open socket
    /// then closes itself. At once, within this call, if that has happened since `person` was verified. Not after the Watch is gone, but
    /// for a call that runs already: post, and hold what it needs weakly.
    [[nodiscard]] SessionWatchers::Watch watch(const Person &person, std::function<void()> onEnd);

    /// Others sign from now on, and verify (signing_keys.h). Any thread.
    void setAccessKeys(KeyRing keys);
    /// Is told of each userChanged, after it counts here, and with "" where something changed and it is not known for whom. Set before the
    /// workers start.
    void onUserChanged(std::function<void(const std::string &userId)> listener) { m_onUserChanged = std::move(listener); }

    /// Who is told of sessions: of one that is about to be committed, and of one that was copied, by whom `address` is. On threads of the
    /// database and of callers. Set before the workers start; empty: nobody.
    struct Witness
    {
        std::function<void(const store::UserRow &, const store::SessionRow &, SystemTime)> begins;
        std::function<void(const store::SessionRow &, const std::string &address, SystemTime)> stolen;
    };
    void setWitness(Witness witness) { m_witness = std::move(witness); }

    // For the rest of accounts: inside their transactions, and after these.
    struct Begun
    {
        SignInOutcome outcome;
        std::vector<std::string> ended; ///< Over kMostPerUser: for `announceEnd`.
    };
    /// PermissionDenied, with the reason, for a person who is banned. Without a session for one who waits for review, and for one who has
    /// a second factor where `origin` has none: every way in comes through here, so none goes around it.
    Result<Begun> beginIn(store::Transaction &tx, const store::UserRow &user, const SessionOrigin &origin, SystemTime now) const;
    [[nodiscard]] SecondFactorChallenges &challenges() const { return m_challenges; }
    /// After the commit that deleted them.
    void announceEnd(const std::vector<std::string> &sessionIds, SessionEnd why, SystemTime now);
    /// After a change of what the person may do, or is called.
    void userChanged(const std::string &userId);
    /// After a write that failed: where it is not known whether it was stored (Unavailable), the database is asked again about everybody.
    void writeFailed(const Error &error);

private:
    struct Renewal;
    Result<Renewal> renewIn(store::Transaction &tx, const RefreshToken &token, const std::string &address, const std::string &requestId,
                            SystemTime now) const;
    [[nodiscard]] std::shared_ptr<const AccessTokens> accessTokens() const;
    [[nodiscard]] SessionTokens tokensOf(const store::SessionRow &session, const store::UserRow &user, SystemTime now) const;

    store::Store &m_store;
    const FactorPolicy &m_factors;
    mutable SecondFactorChallenges m_challenges; // has a lock of its own
    const RefreshTokens m_refreshTokens;
    std::function<void(const std::string &)> m_onUserChanged; // constant once the workers run
    observe::Counter m_rotated, m_repeated, m_refused, m_thefts;
    std::map<SessionEnd, observe::Counter> m_ends; // constant after construction
    mutable std::mutex m_keysMutex;
    std::shared_ptr<const AccessTokens> m_accessTokens; // guarded by m_keysMutex
    std::mutex m_mutex;
    SessionCache m_cache; // guarded by m_mutex
    Witness m_witness;    // constant once the workers run
    SessionWatchers m_watchers;
};

} // namespace matinee::accounts

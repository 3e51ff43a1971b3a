// API keys: made, shown once, stored hashed, verified at each request, revoked. Owned by app; its Tasks may be awaited on any worker.
// Verification asks the database at most every 30 s for a key; while the database is away, keys verified within the last hour go on
// working (accounts/key_cache.h). What this server revokes, and what it does to the owner of a key, holds at once, for open sockets too;
// what another process does holds within 30 s.
//
// A key of a person may what its scopes and its owner both may at the time: it is refused while its owner may not sign in, and shrinks with
// their role. A key of the server's own stands for nobody, as those of the command line and of former versions do.
#pragma once

#include "accounts/factor_policy.h"
#include "accounts/key_cache.h"
#include "accounts/session_watchers.h"
#include "store/store.h"
#include "store/users.h"

#include <mutex>

namespace matinee::accounts {

/// A key as those see it who may list it.
struct KnownKey
{
    store::ApiKeyRow row;
    std::string ownerName;         ///< "" for one of the server's own.
    PermissionSet permissions = 0; ///< What it allows now; nothing where `state` is not "active".
    std::string_view state;        ///< "active", "expired", "suspended": its owner may not sign in.
};

class ApiKeys
{
public:
    static constexpr int kMostKeys = 1000; ///< Of the server's own.
    static constexpr int kMostOfPerson = 50;

    /// `factors` must outlive it.
    ApiKeys(store::Store &store, observe::Metrics *metrics, const FactorPolicy &factors = FactorPolicy::plain());
    ApiKeys(const ApiKeys &) = delete;
    ApiKeys &operator=(const ApiKeys &) = delete;

    /// The only time that the key itself is known. `owner`: id or name of the person whose it is to be, "" for one of the server's own.
    /// NotFound for nobody; PermissionDenied, field "scopes", for more than that person may.
    Task<Result<MintedKey>> create(std::string name, std::vector<std::string> scopes, std::optional<std::chrono::seconds> expiresIn,
                                   SystemTime now, std::string owner = {});
    /// Unauthenticated with a sentence for a key that is mistyped, unknown, expired or revoked, and while its owner may not sign in.
    Task<Result<VerifiedKey>> verify(std::string presented, SystemTime now);
    /// One that verify() has let in, by its id, from the database; no use of it. Also Unauthenticated where it was revoked.
    Task<Result<VerifiedKey>> verifyAgain(std::string id, SystemTime now);
    /// Without revoked ones, newest first. `owner`: as above, "" for all there are.
    Task<Result<std::vector<KnownKey>>> list(std::string owner, SystemTime now);
    /// By id, with or without "mtn_" before it; the key as it was. Nothing where there is none that is still valid, or where `ownerId` is
    /// not empty and it is not theirs.
    Task<Result<std::optional<store::ApiKeyRow>>> revoke(std::string id, SystemTime now, std::string ownerId = {});

    /// `onEnd` is called once, on any thread and without a lock, when the key is revoked or what its owner may do changes; at once where
    /// that has happened since it was verified with these permissions.
    [[nodiscard]] SessionWatchers::Watch watch(const VerifiedKey &key, std::function<void()> onEnd);
    /// What a person may do has changed (Sessions::onUserChanged). "": where that is not known of anybody.
    void userChanged(const std::string &userId);

private:
    using Judged = Result<VerifiedKey>;
    /// `hash`: of the key as it was presented; null for one that was let in before.
    Result<std::pair<Judged, std::optional<SystemTime>>> judgedIn(store::Transaction &tx, const std::optional<store::ApiKeyRow> &row,
                                                                  const std::string *hash, SystemTime now) const;
    void noteUse(const std::string &id, SystemTime now);

    store::Store &m_store;
    const FactorPolicy &m_factors;
    observe::Counter m_fromCache, m_fromDatabase, m_whileAway, m_refused;
    std::mutex m_mutex;
    KeyCache m_cache;           // guarded by m_mutex
    SessionWatchers m_watchers; // of keys, which stand where sessions stand
};

/// Mints and inserts within a transaction of the caller's own: the command line, the set-up link. FailedPrecondition at kMostKeys and
/// kMostOfPerson. `ownerId`: of a person who may have these scopes; "" for one of the server's own.
Result<MintedKey> createApiKey(store::Transaction &tx, std::string name, std::vector<std::string> scopes,
                               std::optional<std::chrono::seconds> expiresIn, SystemTime now, std::string ownerId = {});

} // namespace matinee::accounts

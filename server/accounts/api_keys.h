// API keys: made, shown once, stored hashed, verified at each request, revoked. Owned by app; its Tasks may be awaited on any worker.
// Verification asks the database at most every 30 s for a key; while the database is away, keys verified within the last hour go on
// working (accounts/key_cache.h). A revocation by this server holds at once, one by another process within 30 s.
#pragma once

#include "accounts/key_cache.h"
#include "store/store.h"

#include <mutex>

namespace matinee::accounts {

class ApiKeys
{
public:
    static constexpr std::size_t kMostKeys = 1000;

    ApiKeys(store::Store &store, observe::Metrics *metrics);
    ApiKeys(const ApiKeys &) = delete;
    ApiKeys &operator=(const ApiKeys &) = delete;

    /// The only time that the key itself is known.
    Task<Result<MintedKey>> create(std::string name, std::vector<std::string> scopes, std::optional<std::chrono::seconds> expiresIn,
                                   SystemTime now);
    /// Unauthenticated with a sentence for a key that is mistyped, unknown, expired or revoked.
    Task<Result<VerifiedKey>> verify(std::string presented, SystemTime now);
    Task<Result<std::vector<store::ApiKeyRow>>> list(); ///< Without revoked ones, newest first.
    /// By id, with or without "mtn_" before it. False where there is none, or none that is still valid.
    Task<Result<bool>> revoke(std::string id, SystemTime now);

private:
    void noteUse(const std::string &id, SystemTime now);
    void remember(const std::string &hash, const Result<VerifiedKey> &judged, const std::optional<store::ApiKeyRow> &row, SystemTime now,
                  std::uint64_t generation);

    store::Store &m_store;
    observe::Counter m_fromCache, m_fromDatabase, m_whileAway, m_refused;
    std::mutex m_mutex;
    KeyCache m_cache; // guarded by m_mutex
};

/// Mints and inserts within a transaction of the caller's own: the command line, the set-up link. FailedPrecondition at kMostKeys.
Result<MintedKey> createApiKey(store::Transaction &tx, std::string name, std::vector<std::string> scopes,
                               std::optional<std::chrono::seconds> expiresIn, SystemTime now);

} // namespace matinee::accounts

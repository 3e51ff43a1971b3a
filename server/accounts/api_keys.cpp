#include "accounts/api_keys.h"

#include "accounts/scopes.h"
#include "accounts/secrets.h"

namespace matinee::accounts {

namespace {

using store::ApiKeyRow;
using store::Transaction;

/// One sentence for an unknown id and for a wrong secret, so that it does not tell which ids there are.
Result<VerifiedKey> judge(const std::optional<ApiKeyRow> &row, const std::string &presentedHash, SystemTime now)
{
    if (!row || !equalSecrets(row->keyHash, presentedHash))
        return fail(ErrorCode::Unauthenticated, "This API key is not known here.");
    if (row->revokedAt)
        return fail(ErrorCode::Unauthenticated, "This API key has been revoked.");
    if (row->expiresAt && now >= *row->expiresAt)
        return fail(ErrorCode::Unauthenticated, "This API key has expired.");
    return VerifiedKey{row->id, permissionsOf(row->scopes)};
}

} // namespace

Result<MintedKey> createApiKey(Transaction &tx, std::string name, std::vector<std::string> scopes,
                               std::optional<std::chrono::seconds> expiresIn, SystemTime now)
{
    auto minted = mintApiKey(std::move(name), std::move(scopes), expiresIn, now);
    if (!minted)
        return minted.error();
    auto existing = store::listApiKeys(tx);
    if (!existing)
        return existing.error();
    if (existing->size() >= ApiKeys::kMostKeys)
        return fail(ErrorCode::FailedPrecondition, "There are 1000 API keys already; revoke some that are not used.");
    if (auto r = store::insertApiKey(tx, minted->row); !r)
        return r.error();
    return minted;
}

ApiKeys::ApiKeys(store::Store &store, observe::Metrics *metrics) : m_store(store)
{
    if (!metrics)
        return;
    const auto counter = [&](const char *result) {
        return metrics->counter("matinee_api_key_checks_total", "API keys presented, by how they were decided", {{"result", result}});
    };
    m_fromCache = counter("cached");
    m_fromDatabase = counter("database");
    m_whileAway = counter("database_away");
    m_refused = counter("refused");
}

Task<Result<MintedKey>> ApiKeys::create(std::string name, std::vector<std::string> scopes, std::optional<std::chrono::seconds> expiresIn,
                                        SystemTime now)
{
    std::function<Result<MintedKey>(Transaction &)> job = [name = std::move(name), scopes = std::move(scopes), expiresIn,
                                                           now](Transaction &tx) { return createApiKey(tx, name, scopes, expiresIn, now); };
    co_return co_await m_store.write<MintedKey>(std::move(job));
}

Task<Result<VerifiedKey>> ApiKeys::verify(std::string presented, SystemTime now)
{
    const auto id = apiKeyId(presented);
    if (!id) {
        m_refused.add();
        co_return Result<VerifiedKey>(id.error());
    }
    const std::string hash = secretHash(presented);
    KeyCache::Found found;
    std::uint64_t generation = 0;
    {
        const std::lock_guard lock(m_mutex);
        found = m_cache.find(hash, now);
        generation = m_cache.generation();
    }
    if (found.touch)
        noteUse(*id, now);
    if (found.answer == KeyCache::Answer::Good) {
        m_fromCache.add();
        co_return Result<VerifiedKey>(std::move(found.key));
    }
    if (found.answer == KeyCache::Answer::Bad) {
        m_refused.add();
        co_return Result<VerifiedKey>(std::move(found.error));
    }

    std::function<Result<std::optional<ApiKeyRow>>(Transaction &)> job = [id = *id](Transaction &tx) { return store::findApiKey(tx, id); };
    const auto row = co_await m_store.read<std::optional<ApiKeyRow>>(std::move(job));
    if (!row) {
        if (found.answer != KeyCache::Answer::OldButGood || row.error().code != ErrorCode::Unavailable)
            co_return Result<VerifiedKey>(row.error());
        m_whileAway.add();
        co_return Result<VerifiedKey>(std::move(found.key));
    }
    auto judged = judge(*row, hash, now);
    remember(hash, judged, *row, now, generation);
    if (judged)
        m_fromDatabase.add();
    else
        m_refused.add();
    // The cache says when to write the next use; the first one is ours.
    if (judged && found.answer == KeyCache::Answer::Unknown)
        noteUse(judged->id, now);
    co_return judged;
}

void ApiKeys::remember(const std::string &hash, const Result<VerifiedKey> &judged, const std::optional<ApiKeyRow> &row, SystemTime now,
                       std::uint64_t generation)
{
    const std::lock_guard lock(m_mutex);
    if (judged)
        m_cache.rememberGood(hash, *judged, row->expiresAt, now, generation);
    else
        m_cache.rememberBad(hash, judged.error(), now);
}

Task<Result<std::vector<ApiKeyRow>>> ApiKeys::list()
{
    std::function<Result<std::vector<ApiKeyRow>>(Transaction &)> job = [](Transaction &tx) { return store::listApiKeys(tx); };
    co_return co_await m_store.read<std::vector<ApiKeyRow>>(std::move(job));
}

Task<Result<bool>> ApiKeys::revoke(std::string id, SystemTime now)
{
    if (id.starts_with("mtn_"))
        id.erase(0, 4);
    std::function<Result<bool>(Transaction &)> job = [id, now](Transaction &tx) { return store::revokeApiKey(tx, id, now); };
    auto revoked = co_await m_store.write<bool>(std::move(job));
    // Whatever the answer: where it is not known whether the change was stored, the next use asks the database.
    const std::lock_guard lock(m_mutex);
    m_cache.drop(id);
    co_return revoked;
}

void ApiKeys::noteUse(const std::string &id, SystemTime now)
{
    m_store.writeLater([id, now](Transaction &tx) { return store::touchApiKey(tx, id, now); });
}

} // namespace matinee::accounts

#include "accounts/api_keys.h"

#include "accounts/people.h"
#include "accounts/roles.h"
#include "accounts/scopes.h"
#include "accounts/secrets.h"
#include "accounts/session_renewal.h"

#include <atomic>
#include <map>

namespace matinee::accounts {

namespace {

using store::ApiKeyRow;
using store::Transaction;
using store::UserRow;

/// One sentence for an unknown id and for a wrong secret, so that it does not tell which ids there are.
Result<void> checkKey(const std::optional<ApiKeyRow> &row, const std::string *presentedHash, SystemTime now)
{
    if (!row || (presentedHash && !equalSecrets(row->keyHash, *presentedHash)))
        return fail(ErrorCode::Unauthenticated, "This API key is not known here.");
    if (row->revokedAt)
        return fail(ErrorCode::Unauthenticated, "This API key has been revoked.");
    if (row->expiresAt && now >= *row->expiresAt)
        return fail(ErrorCode::Unauthenticated, "This API key has expired.");
    return {};
}

/// Of a key that is asked about by its id.
struct Judgement
{
    std::optional<SystemTime> expiresAt; // first: an aggregate whose first member can be made of an Error is one that an Error converts to
    std::string hash;
    Result<VerifiedKey> key;
};

/// Of a person who may sign in. Less where their role needs a second factor that they do not have yet.
Result<PermissionSet> permissionsOfOwner(Transaction &tx, const UserRow &owner, const FactorPolicy &factors)
{
    const Role role = roleOf(owner.role).value_or(Role::User);
    if (!factors.demandsTwo(role))
        return permissionsOf(role);
    const auto own = ownFactors(tx, owner, factors);
    if (!own)
        return own.error();
    return permissionsOf(own->hasSecond() ? role : Role::User);
}

Error tooManyKeys(bool isPerson)
{
    return fail(ErrorCode::FailedPrecondition, isPerson ? "There are 50 API keys of this account already; revoke some that are not used."
                                                        : "There are 1000 API keys already; revoke some that are not used.");
}

/// What is known of owners while a list is made.
class Owners
{
public:
    Owners(Transaction &tx, const FactorPolicy &factors, SystemTime now) : m_tx(tx), m_factors(factors), m_now(now) {}

    Result<KnownKey> describe(ApiKeyRow row)
    {
        KnownKey known;
        known.state = row.expiresAt && m_now >= *row.expiresAt ? "expired" : "active";
        PermissionSet allowed = permissionsOf(row.scopes);
        if (!row.ownerId.empty()) {
            const auto owner = of(row.ownerId);
            if (!owner)
                return owner.error();
            known.ownerName = (*owner)->name;
            allowed &= (*owner)->permissions;
            if (!(*owner)->maySignIn)
                known.state = "suspended";
        }
        known.permissions = known.state == "active" ? allowed : 0;
        known.row = std::move(row);
        return known;
    }

private:
    struct Owner
    {
        std::string name;
        PermissionSet permissions = 0;
        bool maySignIn = false;
    };

    Result<const Owner *> of(const std::string &id)
    {
        if (const auto found = m_known.find(id); found != m_known.end())
            return &found->second;
        const auto row = store::findUser(m_tx, id);
        if (!row)
            return row.error();
        Owner owner;
        if (*row) {
            const auto permissions = permissionsOfOwner(m_tx, **row, m_factors);
            if (!permissions)
                return permissions.error();
            owner = {(*row)->name, *permissions, accounts::maySignIn(**row, m_now)};
        }
        return &m_known.emplace(id, std::move(owner)).first->second;
    }

    Transaction &m_tx;
    const FactorPolicy &m_factors;
    const SystemTime m_now;
    std::map<std::string, Owner> m_known;
};

} // namespace

Result<MintedKey> createApiKey(Transaction &tx, std::string name, std::vector<std::string> scopes,
                               std::optional<std::chrono::seconds> expiresIn, SystemTime now, std::string ownerId)
{
    auto minted = mintApiKey(std::move(name), std::move(scopes), expiresIn, now);
    if (!minted)
        return minted.error();
    const auto existing = store::countApiKeysOf(tx, ownerId);
    if (!existing)
        return existing.error();
    if (*existing >= (ownerId.empty() ? ApiKeys::kMostKeys : ApiKeys::kMostOfPerson))
        return tooManyKeys(!ownerId.empty());
    minted->row.ownerId = std::move(ownerId);
    if (auto r = store::insertApiKey(tx, minted->row); !r)
        return r.error();
    return minted;
}

ApiKeys::ApiKeys(store::Store &store, observe::Metrics *metrics, const FactorPolicy &factors) : m_store(store), m_factors(factors)
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
                                        SystemTime now, std::string owner)
{
    std::function<Result<MintedKey>(Transaction &)> job = [this, name = std::move(name), scopes = std::move(scopes), expiresIn, now,
                                                           owner = std::move(owner)](Transaction &tx) -> Result<MintedKey> {
        if (owner.empty())
            return createApiKey(tx, name, scopes, expiresIn, now);
        auto person = findPerson(tx, owner);
        if (!person) {
            Error error = person.error();
            error.field = error.field.empty() ? error.field : "owner";
            return error;
        }
        if (!maySignIn(*person, now))
            return fail(ErrorCode::FailedPrecondition, "This account may not sign in now, and so gets no API keys.", "owner");
        const auto allowed = permissionsOfOwner(tx, *person, m_factors);
        if (!allowed)
            return allowed.error();
        if ((permissionsOf(scopes) & ~*allowed) != 0)
            return fail(ErrorCode::PermissionDenied, "These scopes allow more than the account itself may (" + person->role + ").",
                        "scopes");
        return createApiKey(tx, name, scopes, expiresIn, now, person->id);
    };
    co_return co_await m_store.write<MintedKey>(std::move(job));
}

Result<std::pair<ApiKeys::Judged, std::optional<SystemTime>>> ApiKeys::judgedIn(Transaction &tx, const std::optional<ApiKeyRow> &row,
                                                                                const std::string *hash, SystemTime now) const
{
    using Answer = std::pair<Judged, std::optional<SystemTime>>;
    if (const auto good = checkKey(row, hash, now); !good)
        return Answer(Judged(good.error()), std::nullopt);
    VerifiedKey key;
    key.id = row->id;
    key.permissions = permissionsOf(row->scopes);
    key.ownerId = row->ownerId;
    if (!key.ownerId.empty()) {
        const auto owner = store::findUser(tx, key.ownerId);
        if (!owner)
            return owner.error();
        if (!*owner || !maySignIn(**owner, now)) {
            Error error = fail(ErrorCode::Unauthenticated, "This API key does not count now: its owner may not sign in.");
            return Answer(Judged(std::move(error)), std::nullopt);
        }
        const auto allowed = permissionsOfOwner(tx, **owner, m_factors);
        if (!allowed)
            return allowed.error();
        key.permissions &= *allowed;
        key.ownerName = (*owner)->name;
    }
    return Answer(Judged(std::move(key)), row->expiresAt);
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

    using Answer = std::pair<Judged, std::optional<SystemTime>>;
    std::function<Result<Answer>(Transaction &)> job = [this, id = *id, hash, now](Transaction &tx) -> Result<Answer> {
        const auto row = store::findApiKey(tx, id);
        if (!row)
            return row.error();
        return judgedIn(tx, *row, &hash, now);
    };
    auto answer = co_await m_store.read<Answer>(std::move(job));
    if (!answer) {
        if (found.answer != KeyCache::Answer::OldButGood || answer.error().code != ErrorCode::Unavailable)
            co_return Result<VerifiedKey>(answer.error());
        m_whileAway.add();
        co_return Result<VerifiedKey>(std::move(found.key));
    }
    auto &[judged, expiresAt] = *answer;
    {
        const std::lock_guard lock(m_mutex);
        if (judged)
            m_cache.rememberGood(hash, *judged, expiresAt, now, generation);
        else
            m_cache.rememberBad(hash, judged.error(), now, generation);
    }
    if (judged)
        m_fromDatabase.add();
    else
        m_refused.add();
    // The cache says when to write the next use; the first one is ours.
    if (judged && found.answer == KeyCache::Answer::Unknown)
        noteUse(judged->id, now);
    co_return std::move(judged);
}

Task<Result<VerifiedKey>> ApiKeys::verifyAgain(std::string id, SystemTime now)
{
    std::uint64_t generation = 0;
    {
        const std::lock_guard lock(m_mutex);
        generation = m_cache.generation();
    }
    std::function<Result<Judgement>(Transaction &)> job = [this, id = std::move(id), now](Transaction &tx) -> Result<Judgement> {
        const auto row = store::findApiKey(tx, id);
        if (!row)
            return row.error();
        auto answer = judgedIn(tx, *row, nullptr, now);
        if (!answer)
            return answer.error();
        return Judgement{answer->second, *row ? (*row)->keyHash : std::string(), std::move(answer->first)};
    };
    auto again = co_await m_store.read<Judgement>(std::move(job));
    if (!again)
        co_return Result<VerifiedKey>(again.error());
    if (again->key) {
        const std::lock_guard lock(m_mutex);
        m_cache.rememberGood(again->hash, *again->key, again->expiresAt, now, generation);
    }
    co_return std::move(again->key);
}

Task<Result<std::vector<KnownKey>>> ApiKeys::list(std::string owner, SystemTime now)
{
    std::function<Result<std::vector<KnownKey>>(Transaction &)> job = [this, owner = std::move(owner),
                                                                       now](Transaction &tx) -> Result<std::vector<KnownKey>> {
        std::string ownerId;
        if (!owner.empty()) {
            auto person = findPerson(tx, owner);
            if (!person) {
                Error error = person.error();
                error.field = error.field.empty() ? error.field : "owner";
                return error;
            }
            ownerId = person->id;
        }
        auto rows = ownerId.empty() ? store::listApiKeys(tx) : store::listApiKeysOf(tx, ownerId);
        if (!rows)
            return rows.error();
        Owners owners(tx, m_factors, now);
        std::vector<KnownKey> keys;
        keys.reserve(rows->size());
        for (ApiKeyRow &row : *rows) {
            auto known = owners.describe(std::move(row));
            if (!known)
                return known.error();
            keys.push_back(std::move(*known));
        }
        return keys;
    };
    co_return co_await m_store.read<std::vector<KnownKey>>(std::move(job));
}

Task<Result<std::optional<ApiKeyRow>>> ApiKeys::revoke(std::string id, SystemTime now, std::string ownerId)
{
    if (id.starts_with("mtn_"))
        id.erase(0, 4);
    std::function<Result<std::optional<ApiKeyRow>>(Transaction &)> job = [id, now,
                                                                          ownerId](Transaction &tx) -> Result<std::optional<ApiKeyRow>> {
        auto row = store::findApiKey(tx, id);
        if (!row)
            return row.error();
        if (!*row || (!ownerId.empty() && (*row)->ownerId != ownerId))
            return std::optional<ApiKeyRow>();
        const auto revoked = store::revokeApiKey(tx, id, now);
        if (!revoked)
            return revoked.error();
        return *revoked ? std::move(*row) : std::optional<ApiKeyRow>();
    };
    auto revoked = co_await m_store.write<std::optional<ApiKeyRow>>(std::move(job));
    // Also where it is not known whether the change was stored: the next use asks the database.
    const bool mayHaveEnded = !revoked || revoked->has_value();
    if (mayHaveEnded) {
        {
            const std::lock_guard lock(m_mutex);
            m_cache.drop(id);
        }
        const std::vector<std::string> ids{id};
        m_watchers.announceEnd(ids);
    }
    co_return revoked;
}

SessionWatchers::Watch ApiKeys::watch(const VerifiedKey &key, std::function<void()> onEnd)
{
    auto isTold = std::make_shared<std::atomic<bool>>(false);
    const std::function<void()> once = [isTold = std::move(isTold), onEnd = std::move(onEnd)] {
        if (!isTold->exchange(true))
            onEnd();
    };
    // First added, then looked: an end that comes between is told by one of the two.
    auto watch = m_watchers.add(key.id, key.ownerId, once);
    bool isAsVerified = false;
    {
        const std::lock_guard lock(m_mutex);
        isAsVerified = m_cache.holds(key);
    }
    if (!isAsVerified) // or not known: who comes again is asked about anew
        once();
    return watch;
}

void ApiKeys::userChanged(const std::string &userId)
{
    {
        const std::lock_guard lock(m_mutex);
        if (userId.empty())
            m_cache.doubtAll();
        else
            m_cache.dropOwner(userId);
    }
    if (!userId.empty())
        m_watchers.announceUser(userId);
}

void ApiKeys::noteUse(const std::string &id, SystemTime now)
{
    m_store.writeLater([id, now](Transaction &tx) { return store::touchApiKey(tx, id, now); });
}

} // namespace matinee::accounts

#include "accounts/key_cache.h"

namespace matinee::accounts {

namespace {

/// False too where the clock went back to before `since`: then nothing is known.
bool within(SystemTime since, std::chrono::seconds span, SystemTime now)
{
    return since <= now && now - since < span;
}

} // namespace

KeyCache::Found KeyCache::find(const std::string &hash, SystemTime now)
{
    if (Good *good = m_good.find(hash)) {
        const bool alive = (!good->expiresAt || now < *good->expiresAt) && within(good->checkedAt, kAwayFor, now);
        if (!alive) {
            m_good.erase(hash);
            return {};
        }
        const bool touch = !within(good->touchedAt, kTouchEvery, now);
        if (touch)
            good->touchedAt = now;
        return {within(good->checkedAt, kGoodFor, now) ? Answer::Good : Answer::OldButGood, good->key, {}, touch};
    }
    if (const Bad *bad = m_bad.find(hash)) {
        if (within(bad->checkedAt, kBadFor, now))
            return {Answer::Bad, {}, bad->error, false};
        m_bad.erase(hash);
    }
    return {};
}

void KeyCache::rememberGood(const std::string &hash, VerifiedKey key, std::optional<SystemTime> expiresAt, SystemTime now,
                            std::uint64_t generation)
{
    if (generation != m_generation)
        return;
    m_bad.erase(hash);
    const Good *before = m_good.find(hash);
    const SystemTime touchedAt = before ? before->touchedAt : now;
    m_good.put(hash, {std::move(key), expiresAt, now, touchedAt});
}

void KeyCache::rememberBad(const std::string &hash, Error error, SystemTime now)
{
    m_good.erase(hash);
    m_bad.put(hash, {std::move(error), now});
}

void KeyCache::drop(const std::string &id)
{
    ++m_generation;
    m_good.eraseIf([&](const Good &good) { return good.key.id == id; });
}

} // namespace matinee::accounts

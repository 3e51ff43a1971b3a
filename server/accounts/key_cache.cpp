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
        const bool isFresh = within(good->checkedAt, kGoodFor, now) && !good->isDoubtful;
        return {isFresh ? Answer::Good : Answer::OldButGood, good->key, {}, touch};
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
    m_good.put(hash, {std::move(key), expiresAt, now, touchedAt, false});
}

void KeyCache::rememberBad(const std::string &hash, Error error, SystemTime now, std::uint64_t generation)
{
    m_good.erase(hash);
    if (generation != m_generation) // it may be good again: of an owner who was let in meanwhile
        return;
    m_bad.put(hash, {std::move(error), now});
}

void KeyCache::drop(const std::string &id)
{
    ++m_generation;
    m_good.eraseIf([&](const Good &good) { return good.key.id == id; });
}

void KeyCache::dropOwner(const std::string &ownerId)
{
    ++m_generation;
    m_good.eraseIf([&](const Good &good) { return good.key.ownerId == ownerId; });
    // Whose the bad ones are is not known, and asking again costs little.
    m_bad.eraseIf([](const Bad &) { return true; });
}

void KeyCache::doubtAll()
{
    ++m_generation;
    m_good.forEach([](Good &good) { good.isDoubtful = true; });
    m_bad.eraseIf([](const Bad &) { return true; });
}

bool KeyCache::holds(const VerifiedKey &key) const
{
    return m_good.anyOf([&](const Good &good) { return good.key.id == key.id && good.key.permissions == key.permissions; });
}

} // namespace matinee::accounts

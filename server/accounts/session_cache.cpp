#include "accounts/session_cache.h"

namespace matinee::accounts {

SessionCache::Found SessionCache::find(const std::string &sessionId, const std::string &userId, Time now)
{
    if (hasEnded(sessionId, now))
        return {Answer::Ended, {}};
    const std::string *owner = m_sessions.find(sessionId);
    if (!owner || *owner != userId)
        return {};
    const KnownUser *user = m_users.find(userId);
    return user ? Found{Answer::Good, *user} : Found{};
}

void SessionCache::remember(const std::string &sessionId, KnownUser user, std::uint64_t changesAtRead)
{
    if (changesAtRead != m_changes)
        return;
    m_sessions.put(sessionId, user.id);
    const std::string id = user.id;
    m_users.put(id, std::move(user));
}

void SessionCache::end(const std::string &sessionId, Time now)
{
    ++m_changes;
    m_sessions.erase(sessionId);
    m_ended.put(sessionId, now);
}

bool SessionCache::hasEnded(const std::string &sessionId, Time now)
{
    const Time *since = m_ended.find(sessionId);
    if (!since)
        return false;
    if (now - *since < kEndedFor)
        return true;
    m_ended.erase(sessionId);
    return false;
}

void SessionCache::dropUser(const std::string &userId)
{
    ++m_changes;
    m_users.erase(userId);
}

void SessionCache::dropAll()
{
    ++m_changes;
    m_sessions.eraseIf([](const std::string &) { return true; });
    m_users.eraseIf([](const KnownUser &) { return true; });
}

} // namespace matinee::accounts

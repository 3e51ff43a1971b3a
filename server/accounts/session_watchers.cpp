#include "accounts/session_watchers.h"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace matinee::accounts {

struct SessionWatchers::State
{
    struct Watcher
    {
        std::string userId;
        std::function<void()> onEnd;
    };
    using OfSession = std::unordered_map<std::uint64_t, Watcher>; // by number
    using Callbacks = std::vector<std::function<void()>>;

    std::mutex mutex;
    std::uint64_t next = 1;
    std::size_t size = 0;
    std::unordered_map<std::string, OfSession> bySession;
    std::unordered_map<std::string, std::unordered_map<std::string, std::size_t>> sessionsOfUser; // session -> how many watchers

    void forgetOne(const std::string &userId, const std::string &sessionId)
    {
        --size;
        const auto user = sessionsOfUser.find(userId);
        if (user == sessionsOfUser.end())
            return;
        const auto session = user->second.find(sessionId);
        if (session != user->second.end() && --session->second == 0)
            user->second.erase(session);
        if (user->second.empty())
            sessionsOfUser.erase(user);
    }
    /// All of a session, which are then no longer here.
    void takeSession(const std::string &sessionId, Callbacks &into)
    {
        const auto found = bySession.find(sessionId);
        if (found == bySession.end())
            return;
        OfSession watchers = std::move(found->second);
        bySession.erase(found);
        for (auto &[number, watcher] : watchers) {
            forgetOne(watcher.userId, sessionId);
            into.push_back(std::move(watcher.onEnd));
        }
    }
};

namespace {

void callAll(const std::vector<std::function<void()>> &callbacks)
{
    for (const auto &callback : callbacks)
        callback();
}

} // namespace

SessionWatchers::SessionWatchers() : m_state(std::make_shared<State>()) {}

SessionWatchers::Watch &SessionWatchers::Watch::operator=(Watch &&other) noexcept
{
    if (this != &other) {
        stop();
        m_state = std::move(other.m_state);
        m_sessionId = std::move(other.m_sessionId);
        m_number = other.m_number;
    }
    return *this;
}

void SessionWatchers::Watch::stop()
{
    const auto state = std::exchange(m_state, {}).lock();
    if (!state)
        return;
    std::function<void()> letGo; // its captures go without the lock
    const std::lock_guard lock(state->mutex);
    const auto session = state->bySession.find(m_sessionId);
    if (session == state->bySession.end())
        return;
    const auto found = session->second.find(m_number);
    if (found == session->second.end())
        return;
    letGo = std::move(found->second.onEnd);
    const std::string userId = std::move(found->second.userId);
    session->second.erase(found);
    if (session->second.empty())
        state->bySession.erase(session);
    state->forgetOne(userId, m_sessionId);
}

SessionWatchers::Watch SessionWatchers::add(const std::string &sessionId, const std::string &userId, std::function<void()> onEnd)
{
    const std::lock_guard lock(m_state->mutex);
    const std::uint64_t number = m_state->next++;
    m_state->bySession[sessionId].emplace(number, State::Watcher{userId, std::move(onEnd)});
    ++m_state->sessionsOfUser[userId][sessionId];
    ++m_state->size;
    return Watch(m_state, sessionId, number);
}

void SessionWatchers::announceEnd(const std::vector<std::string> &sessionIds)
{
    State::Callbacks callbacks;
    {
        const std::lock_guard lock(m_state->mutex);
        for (const std::string &id : sessionIds)
            m_state->takeSession(id, callbacks);
    }
    callAll(callbacks);
}

void SessionWatchers::announceUser(const std::string &userId)
{
    State::Callbacks callbacks;
    {
        const std::lock_guard lock(m_state->mutex);
        const auto user = m_state->sessionsOfUser.find(userId);
        if (user == m_state->sessionsOfUser.end())
            return;
        std::vector<std::string> sessions;
        for (const auto &[session, watchers] : user->second)
            sessions.push_back(session);
        for (const std::string &session : sessions)
            m_state->takeSession(session, callbacks);
    }
    callAll(callbacks);
}

std::size_t SessionWatchers::size() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->size;
}

} // namespace matinee::accounts

// Who wants to know at once when a session ends: open sockets. Any thread; callbacks run on that of `announce...`, without a lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace matinee::accounts {

class SessionWatchers
{
    struct State;

public:
    SessionWatchers();

    /// Ends with its destruction. Moved, not copied; an empty one watches nothing. May outlive the SessionWatchers.
    class Watch
    {
    public:
        Watch() = default;
        Watch(Watch &&other) noexcept = default;
        Watch &operator=(Watch &&other) noexcept;
        ~Watch() { stop(); }
        void stop();

    private:
        friend class SessionWatchers;
        Watch(std::weak_ptr<State> state, std::string sessionId, std::uint64_t number)
            : m_state(std::move(state)), m_sessionId(std::move(sessionId)), m_number(number)
        {
        }
        std::weak_ptr<State> m_state;
        std::string m_sessionId;
        std::uint64_t m_number = 0;
    };

    /// `onEnd` is called once at most.
    [[nodiscard]] Watch add(const std::string &sessionId, const std::string &userId, std::function<void()> onEnd);
    void announceEnd(const std::vector<std::string> &sessionIds);
    void announceUser(const std::string &userId); ///< All sessions of theirs.
    [[nodiscard]] std::size_t size() const;

private:
    std::shared_ptr<State> m_state;
};

} // namespace matinee::accounts

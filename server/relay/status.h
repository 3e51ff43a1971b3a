// How one pull or push does, for people. Written by its worker, read from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::relay {

enum class Condition
{
    Idle,       ///< Nothing to do: nobody watches, or the stream is not live.
    Connecting, ///< On its way to the other side.
    Running,    ///< Frames flow.
    Waiting,    ///< Failed; tries again at `nextTry`.
};
[[nodiscard]] constexpr std::string_view conditionName(Condition condition)
{
    switch (condition) {
    case Condition::Idle:
        return "idle";
    case Condition::Connecting:
        return "connecting";
    case Condition::Running:
        return "running";
    case Condition::Waiting:
        return "waiting";
    }
    return "idle";
}

struct Status
{
    Condition condition = Condition::Idle;
    std::chrono::system_clock::time_point since{};
    std::string lastError; ///< Of the last try that failed; empty after a good one.
    std::optional<std::chrono::system_clock::time_point> nextTry;
    std::uint64_t bytes = 0;    ///< Of all tries together.
    std::uint64_t failures = 0; ///< Tries that failed.
};

class StatusBoard
{
public:
    using Time = std::chrono::system_clock::time_point;

    [[nodiscard]] Status read() const
    {
        const std::lock_guard lock(m_mutex);
        return m_status;
    }
    void become(Condition condition, Time now)
    {
        const std::lock_guard lock(m_mutex);
        if (m_status.condition != condition)
            m_status.since = now;
        m_status.condition = condition;
        m_status.nextTry.reset();
        if (condition == Condition::Running)
            m_status.lastError.clear();
    }
    void wait(std::string error, Time now, std::chrono::milliseconds time)
    {
        const std::lock_guard lock(m_mutex);
        m_status.condition = Condition::Waiting;
        m_status.since = now;
        m_status.lastError = std::move(error);
        m_status.nextTry = now + time;
        ++m_status.failures;
    }
    void add(std::uint64_t bytes)
    {
        const std::lock_guard lock(m_mutex);
        m_status.bytes += bytes;
    }

private:
    mutable std::mutex m_mutex; // a few times a second
    Status m_status;
};

} // namespace matinee::relay

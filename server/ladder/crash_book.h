// How often one rendition's process has failed lately: after three failures in a minute it is given up for a while. A value; times are
// passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

namespace matinee::ladder {

class CrashBook
{
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::size_t kMost = 3;
    static constexpr std::chrono::seconds kWithin{60};
    static constexpr std::chrono::seconds kPause{60}; ///< How long it is given up.

    /// It failed now. True where that is once too often.
    [[nodiscard]] bool note(Time now)
    {
        while (!m_failures.empty() && now - m_failures.front() > kWithin)
            m_failures.pop_front();
        m_failures.push_back(now);
        return m_failures.size() >= kMost;
    }

private:
    std::deque<Time> m_failures; // at most kMost: then it is given up
};

} // namespace matinee::ladder

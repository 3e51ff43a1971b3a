// How busy a thread is, from what the kernel says of it: a value that is told the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace matinee::net {

/// Since the thread began.
struct ThreadTimes
{
    std::chrono::nanoseconds running{}; ///< On a processor.
    std::chrono::nanoseconds waiting{}; ///< Ready to run and not let: others have the processor, or a quota is used up. 0 where unknown.
};

/// The share of the time between two readings in which the thread had work. Waiting for a processor counts as work: a thread that is given
/// half a core and uses all of it is full.
class BusyMeter
{
public:
    using Instant = std::chrono::steady_clock::time_point;

    [[nodiscard]] bool isDue(Instant now, std::chrono::milliseconds every) const { return !m_at || now - *m_at >= every; }
    /// The last reading is at most so old.
    [[nodiscard]] bool isRecent(Instant now, std::chrono::milliseconds age) const { return m_at && now - *m_at <= age; }
    /// 0 to 1; the first reading is 0.
    double read(Instant now, const ThreadTimes &times)
    {
        const auto used = times.running + times.waiting;
        double share = 0;
        if (m_at && now > *m_at)
            share = std::chrono::duration<double>(used - m_used) / std::chrono::duration<double>(now - *m_at);
        m_at = now;
        m_used = used;
        return std::clamp(share, 0.0, 1.0);
    }

private:
    std::optional<Instant> m_at;
    std::chrono::nanoseconds m_used{};
};

} // namespace matinee::net

// How long to wait before the next try: 1 s, 2 s, 4 s ... 60 s, spread by chance so that many do not come at once; from the beginning
// again after a good run. A value: chance and times are passed in; any thread.
#pragma once

#include <algorithm>
#include <chrono>

namespace matinee::relay {

class BackOff
{
public:
    using Milliseconds = std::chrono::milliseconds;
    static constexpr Milliseconds kLeast{1000};
    static constexpr Milliseconds kMost{60000};
    static constexpr Milliseconds kGoodRun{15000}; ///< Who ran so long was no failure from the start.

    /// After a try that ran for `run` (zero where it never ran). `chance` is 0 to 1.
    [[nodiscard]] Milliseconds next(Milliseconds run, double chance)
    {
        if (run >= kGoodRun)
            m_doublings = 0;
        const Milliseconds plain = std::min(kLeast * (1 << m_doublings), kMost);
        if (plain < kMost)
            ++m_doublings;
        const auto spread = std::clamp(chance, 0.0, 1.0) * 0.5 - 0.25; // a quarter either way
        const Milliseconds wait(static_cast<Milliseconds::rep>(static_cast<double>(plain.count()) * (1 + spread)));
        return std::clamp(wait, kLeast, kMost);
    }
    void reset() { m_doublings = 0; }

private:
    int m_doublings = 0; // stops where kMost is reached
};

} // namespace matinee::relay

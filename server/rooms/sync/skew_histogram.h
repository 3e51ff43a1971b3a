// How far members are from the room's truth, by their own account: cumulative counts, for /metrics and the room's diagnosis.
// A value of the room's thread. Nothing is decided by it, so that a liar moves nobody; and each is asked at most twice a second, so that
// one cannot drown the others.
#pragma once

#include "rooms/sync/time.h"

#include <array>
#include <cstdint>

namespace matinee::rooms {

class SkewHistogram
{
public:
    /// Upper bounds in milliseconds, inclusive; what is above the last has a bucket of its own.
    static constexpr std::array<double, 10> kBoundsMs{5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560};

    /// Either sign. What is no number is not counted.
    void add(Millis skew);
    [[nodiscard]] const std::array<std::uint64_t, kBoundsMs.size() + 1> &counts() const { return m_counts; }
    [[nodiscard]] std::uint64_t total() const { return m_total; }
    [[nodiscard]] Millis sum() const { return m_sum; } ///< Of magnitudes, each at most 10 s.
    /// The bound below which this share (0 to 1) of the reports is; 10 s above the last bound; 0 for none.
    [[nodiscard]] Millis quantile(double share) const;

private:
    std::array<std::uint64_t, kBoundsMs.size() + 1> m_counts{};
    std::uint64_t m_total = 0;
    Millis m_sum{0};
};

} // namespace matinee::rooms

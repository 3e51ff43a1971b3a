#include "rooms/sync/skew_histogram.h"

#include <algorithm>
#include <cmath>

namespace matinee::rooms {

namespace {
constexpr double kMostMs = 10'000;
}

void SkewHistogram::add(Millis skew)
{
    if (!std::isfinite(skew.count()))
        return;
    const double magnitude = std::min(std::abs(skew.count()), kMostMs);
    const auto bucket = std::lower_bound(kBoundsMs.begin(), kBoundsMs.end(), magnitude) - kBoundsMs.begin();
    ++m_counts[static_cast<std::size_t>(bucket)];
    ++m_total;
    m_sum += Millis(magnitude);
}

Millis SkewHistogram::quantile(double share) const
{
    if (m_total == 0)
        return Millis(0);
    const double wanted = std::clamp(share, 0.0, 1.0) * static_cast<double>(m_total);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kBoundsMs.size(); ++i) {
        below += m_counts[i];
        if (static_cast<double>(below) >= wanted)
            return Millis(kBoundsMs[i]);
    }
    return Millis(kMostMs);
}

} // namespace matinee::rooms

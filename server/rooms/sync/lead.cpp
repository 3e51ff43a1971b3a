#include "rooms/sync/lead.h"

#include <algorithm>

namespace matinee::rooms {

Millis leadFor(std::vector<Millis> oneWayDelays)
{
    if (oneWayDelays.empty())
        return kLeastLead;
    const auto rank = oneWayDelays.begin() + static_cast<std::ptrdiff_t>((oneWayDelays.size() * 9 + 9) / 10 - 1);
    std::nth_element(oneWayDelays.begin(), rank, oneWayDelays.end());
    return std::clamp(*rank + kLeadMargin, kLeastLead, kMostLead);
}

} // namespace matinee::rooms

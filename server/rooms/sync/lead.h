// How far ahead a change is scheduled: so that nearly everybody has heard of it when it begins, and nobody waits longer than needed.
// Pure.
#pragma once

#include "rooms/sync/time.h"

#include <vector>

namespace matinee::rooms {

inline constexpr Millis kLeastLead{50};
inline constexpr Millis kMostLead{750};
/// For what happens on either side of the network: a worker's turn, a browser's.
inline constexpr Millis kLeadMargin{20};

/// The 90th percentile (nearest rank) of the one-way delays, plus kLeadMargin, within kLeastLead to kMostLead: one member on a bad line, or
/// one that lies, costs the others at most kMostLead. kLeastLead for nobody.
[[nodiscard]] Millis leadFor(std::vector<Millis> oneWayDelays);

} // namespace matinee::rooms

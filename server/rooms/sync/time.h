// The clocks of a room: the server's and a member's own. Both are monotonic, and neither knows the other's zero, so that a time of one
// cannot be taken for a time of the other: only ClientClock converts. Values; any thread. Nothing here asks a clock.
#pragma once

#include <chrono>

namespace matinee::rooms {

/// Milliseconds with fractions: what the browser counts in, so that both halves of the engine compute with the same numbers.
using Millis = std::chrono::duration<double, std::milli>;

/// A position in the media: from its beginning, or of a live stream the server's time at which that moment was new (see Truth).
using MediaTime = Millis;

/// Has no now(): times are passed in.
template <class Owner> struct ClockOf
{
    using duration = Millis;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<ClockOf, Millis>;
    static constexpr bool is_steady = true;
};

using ServerTime = ClockOf<struct ServerOwner>::time_point; ///< The monotonic clock of the server's process.
using LocalTime = ClockOf<struct LocalOwner>::time_point;   ///< A member's monotonic clock: performance.now().

} // namespace matinee::rooms

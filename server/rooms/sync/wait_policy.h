// For whom a room waits, and how long. A value, chosen by those who run the room.
#pragma once

#include "rooms/sync/time.h"

#include <cstddef>

namespace matinee::rooms {

struct WaitPolicy
{
    unsigned percent = 0; ///< Of those present who must be ready: 0 goes on regardless, 100 waits for everyone.
    Millis limit{10'000}; ///< At most so long at a time, 0.5 to 60 s; also what one member may cost the others (see Attendance).

    [[nodiscard]] static WaitPolicy goOn() { return {}; }
    [[nodiscard]] static WaitPolicy everyone(Millis limit) { return {100, limit}; }
    [[nodiscard]] static WaitPolicy quorum(unsigned percent, Millis limit) { return {percent, limit}; }

    /// Where the numbers are outside their ranges: the nearest.
    [[nodiscard]] WaitPolicy bounded() const;
    /// How many of `present` must be ready.
    [[nodiscard]] std::size_t needed(std::size_t present) const { return (present * percent + 99) / 100; }
};

inline WaitPolicy WaitPolicy::bounded() const
{
    const Millis least(500);
    const Millis most(60'000);
    return {percent > 100 ? 100 : percent, limit >= least ? (limit <= most ? limit : most) : least};
}

} // namespace matinee::rooms

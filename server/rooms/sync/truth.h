// The room's truth: what plays, where, since when and how fast. All that a member needs in order to be in step.
// A value; the server makes it, everybody computes with it.
//
// A live stream is no special case: its media time is the server's time at which a moment was new, so "2 s behind live" is a position that
// moves like any other.
#pragma once

#include "rooms/sync/time.h"

#include <cstdint>
#include <string>

namespace matinee::rooms {

struct Truth
{
    std::uint64_t version = 0; ///< One more with each change, whoever made it.
    std::uint64_t placed = 0;  ///< The version in which the position last jumped: what "ready" refers to.
    std::string mediaId;       ///< Empty: nothing is chosen.
    bool live = false;         ///< Position is the server's time at which the moment was new.
    MediaTime position{0};     ///< At `since`.
    ServerTime since{};        ///< When this begins to hold: a little ahead, the same instant for everybody.
    double rate = 1;           ///< As people chose, 0.25 to 4.
    double pace = 1;           ///< The room's own gentle factor, 0.95 to 1.05: slower before it stalls, faster to catch up with live.
    bool playing = false;      ///< As people chose.
    bool held = false;         ///< The room waits for members, whatever people chose.
    MediaTime duration{0};     ///< 0: not known, or live.
    Millis targetLatency{0};   ///< Live: the distance that the room keeps.

    [[nodiscard]] bool moves() const { return playing && !held; }
    /// Media milliseconds per server's millisecond; 0 while it stands.
    [[nodiscard]] double speed() const { return moves() ? rate * pace : 0; }
    /// Before `since`, where it will begin; never past the end.
    [[nodiscard]] MediaTime positionAt(ServerTime now) const;
    /// Live: how far behind.
    [[nodiscard]] Millis latencyAt(ServerTime now) const { return now.time_since_epoch() - positionAt(now); }
    /// The same course from `when` on: to be changed, and given the next version.
    [[nodiscard]] Truth continuedAt(ServerTime when) const;

    friend bool operator==(const Truth &, const Truth &) = default;
};

} // namespace matinee::rooms

// What people ask of a room's playback, and why it may be refused.
// Values. A command carries the version that its sender saw. It is refused as stale only where it contradicts what somebody decided since:
// see RoomSync::apply().
#pragma once

#include "rooms/sync/truth.h"

#include <string>
#include <variant>

namespace matinee::rooms {

struct Play
{
};
struct Pause
{
};
struct Seek
{
    MediaTime to; ///< From 0 to the duration. Live: up to kLeastLatency behind now; the room keeps that distance from then on.
};
struct SetRate
{
    double rate; ///< kLeastRate to kMostRate; not of live streams.
};
struct SetLatency
{
    Millis target; ///< Live: kLeastLatency to kMostLatency.
};
struct ChangeMedia
{
    std::string mediaId; ///< At most kMostIdLength bytes; empty for none.
    bool live = false;
    MediaTime from{0}; ///< Not of live streams: those begin at the target latency.
    MediaTime duration{0};
    Millis targetLatency{2000};
    bool play = true;
};
using Command = std::variant<Play, Pause, Seek, SetRate, SetLatency, ChangeMedia>;

inline constexpr double kLeastRate = 0.25;
inline constexpr double kMostRate = 4;
inline constexpr Millis kLeastLatency{100};
inline constexpr Millis kMostLatency{6.0 * 60 * 60 * 1000};
inline constexpr MediaTime kMostDuration{1000.0 * 60 * 60 * 1000};
inline constexpr std::size_t kMostIdLength = 128;
/// Two seeks within this are one wish.
inline constexpr MediaTime kSameSpot{500};

enum class Refusal
{
    Stale,          ///< Somebody else has decided otherwise meanwhile: look at the present truth, then ask again.
    UnknownVersion, ///< A version that this room has not had: the sender's state is of another life of it; take a snapshot.
    NothingChosen,  ///< There is no media in the room.
    BadPosition,    ///< Not a number, negative, past the end, or newer than live.
    BadRate,        ///< Not a number, or outside kLeastRate to kMostRate.
    BadLatency,     ///< Not a number, or outside kLeastLatency to kMostLatency.
    BadMedia,       ///< The id is too long, or the duration no duration.
    NotOfLive,      ///< A live stream has no rate.
    OnlyOfLive,     ///< Only a live stream has a latency.
};

} // namespace matinee::rooms

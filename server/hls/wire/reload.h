// What a low-latency player asks of a playlist (RFC 8216bis, 6.2.5): "answer when you have this segment or part", "leave out what I know".
// Pure; any thread.
#pragma once

#include "hls/wire/playlist.h"

#include "common/protocol/result.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace matinee::hls {

struct Reload
{
    std::optional<std::uint64_t> number; ///< _HLS_msn
    std::optional<std::uint64_t> part;   ///< _HLS_part
    bool delta = false;                  ///< _HLS_skip
};

/// From the query as sent. InvalidArgument, with a sentence, for what the RFC does not allow.
[[nodiscard]] Result<Reload> parseReload(std::string_view query);

enum class Reach
{
    Now,    ///< The playlist has it.
    Wait,   ///< It will.
    TooFar, ///< Further ahead than a player may ask.
};
[[nodiscard]] Reach reachOf(const Playlist &playlist, const Reload &reload);

/// Whether a delta update is what this player should get: it asked for one, and the segments that it would leave out are older than what it
/// waits for. A player that was away too long, or over a restart, gets the whole list instead, as 6.2.5.1 allows.
[[nodiscard]] bool leavesOut(const Playlist &playlist, const Reload &reload);

/// "key=..." and "token=..." of a query, as they were sent, joined by '&': what is handed on to every address in a playlist. Empty where
/// there is none, or where it could end a line or an attribute.
[[nodiscard]] std::string credentialsOf(std::string_view query);

} // namespace matinee::hls

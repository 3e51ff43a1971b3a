// How publishers are treated: the grace time, a second publisher, limits with the words that an encoder gets to see. Values; any thread.
#pragma once

#include "live/seats.h"
#include "live/stream_meter.h"
#include "media/frame.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace matinee::live {

/// May change while the server runs: counts for publishers that come afterwards, `grace` for those that leave.
struct PublishPolicy
{
    std::chrono::milliseconds grace{15000};     ///< livestream.publish_grace_seconds
    OnConflict onConflict = OnConflict::Refuse; ///< livestream.on_conflict
    std::uint32_t maxKbps = 0;                  ///< livestream.max_bitrate_kbps; 0: no limit, as below.
    std::uint32_t maxWidth = 0;                 ///< livestream.max_width
    std::uint32_t maxHeight = 0;                ///< livestream.max_height
    std::chrono::seconds maxDuration{0};        ///< livestream.max_duration_seconds
};

/// Why this publisher must go, or nothing. `video` may be null; `published`: since this publisher is seen.
[[nodiscard]] std::string excessOf(const PublishPolicy &policy, const media::Track *video, const StreamMeter::Reading &reading,
                                   std::chrono::steady_clock::duration published);

} // namespace matinee::live

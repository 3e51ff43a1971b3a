// How a rendition keeps step with the stream that it is made of: where that one began its segments. Values; any thread.
#pragma once

#include "hls/wire/playlist.h"
#include "media/frame.h"

#include <optional>

namespace matinee::hls {

/// Where a segment begins on the stream's timeline, and what it is called.
struct Beginning
{
    media::MediaTime time{}; ///< When its first frame is shown.
    Sequences numbers;
    WallTime begins{};
};

/// What the stream did at a time.
struct Lead
{
    bool present = false;             ///< It is being segmented.
    bool passed = false;              ///< It has come to that time, or past it.
    bool begins = false;              ///< `segment` begins there.
    std::optional<Beginning> segment; ///< The one that the time is in.
};

} // namespace matinee::hls

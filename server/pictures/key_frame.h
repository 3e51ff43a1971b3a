// The newest key frame of a live stream, as a viewer who joins now would get it; the visit is over when it has been found.
#pragma once

#include "live/registry.h"

#include <chrono>
#include <string>

namespace matinee::pictures {

struct KeyFrame
{
    media::FramePtr frame;     ///< Never null; video, key.
    media::MediaTime newest{}; ///< Of everything that the stream has by now.
};

/// On any worker; waits up to `patience` for the first one. NotFound where the stream is not live or ends, FailedPrecondition where it has
/// no picture, Unavailable where none came in time. Begins nothing: a stream that is fetched on demand is not fetched for this.
[[nodiscard]] Task<Result<KeyFrame>> newestKeyFrame(live::Registry &registry, std::string name, std::chrono::milliseconds patience);

} // namespace matinee::pictures

// One rendition of a stream, made in a relay process: tracks and frames of the source come, tracks and frames of the rendition go.
// The process's one thread; the encoder has its own.
#pragma once

#include "relay/channel.h"
#include "transcode/libraries.h"

namespace matinee::relay {

/// Until the server hangs up. 0, or the exit code of the process; what went wrong was told to the server.
[[nodiscard]] int ladder(Channel &channel, const transcode::Libraries &av, const wire::Rung &rung);

} // namespace matinee::relay

// A track as a relay process announced it, made into one of ours. The configuration is parsed here again: the process has read a
// stranger's stream, and its word counts for nothing. Pure; any thread.
#pragma once

#include "relay/wire/message.h"

#include "common/protocol/result.h"

namespace matinee::relay {

/// InvalidArgument where the configuration is none.
[[nodiscard]] Result<media::TrackPtr> makeTrack(const wire::Track &announced);

} // namespace matinee::relay

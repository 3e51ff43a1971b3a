// Orders for pictures, answered one after the other in a relay process: key frames of strangers' streams made JPEGs, JPEGs put on sheets.
// The process's one thread.
#pragma once

#include "relay/channel.h"
#include "transcode/libraries.h"

namespace matinee::relay {

/// Until the server hangs up, which is a good end: 0.
[[nodiscard]] int pictures(Channel &channel, const transcode::Libraries &av);
/// The answer to one order: Picture or PictureRefused; nothing where the message is no order.
[[nodiscard]] std::optional<wire::Message> answer(const transcode::Libraries &av, const wire::Message &message);

} // namespace matinee::relay

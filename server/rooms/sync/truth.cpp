#include "rooms/sync/truth.h"

#include <algorithm>

namespace matinee::rooms {

MediaTime Truth::positionAt(ServerTime now) const
{
    const auto reached = position + std::max(now - since, Millis(0)) * speed();
    return duration > MediaTime(0) ? std::min(reached, duration) : reached;
}

Truth Truth::continuedAt(ServerTime when) const
{
    Truth next = *this;
    next.position = positionAt(when);
    next.since = when;
    return next;
}

} // namespace matinee::rooms

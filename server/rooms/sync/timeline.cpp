#include "rooms/sync/timeline.h"

namespace matinee::rooms {

bool Timeline::add(const Truth &truth)
{
    if (!empty() && truth.version <= newest().version)
        return false;
    while (!empty() && (newest().since >= truth.since || m_truths.size() >= kMost))
        m_truths.pop_back();
    m_truths.push_back(truth);
    return true;
}

void Timeline::prune(ServerTime now)
{
    while (m_truths.size() > 1 && m_truths[1].since <= now)
        m_truths.erase(m_truths.begin());
}

const Truth &Timeline::at(ServerTime now) const
{
    std::size_t i = m_truths.size() - 1;
    while (i > 0 && m_truths[i].since > now)
        --i;
    return m_truths[i];
}

std::optional<ServerTime> Timeline::nextChange(ServerTime now) const
{
    for (const auto &truth : m_truths)
        if (truth.since > now)
            return truth.since;
    return std::nullopt;
}

} // namespace matinee::rooms

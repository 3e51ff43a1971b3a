#include "live/take_overs.h"

#include <algorithm>

namespace matinee::live {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::optional<seconds> TakeOvers::refuse(const std::string &origin, Time now)
{
    const auto found = std::find_if(m_replaced.begin(), m_replaced.end(), [&](const auto &one) { return one.origin == origin; });
    if (found != m_replaced.end() && now - found->last >= found->quiet) {
        m_replaced.erase(found);
    } else if (found != m_replaced.end()) {
        // An encoder doubles its pauses; twice the last one outlasts the next.
        const auto pause = std::chrono::duration_cast<milliseconds>(now - found->last);
        found->quiet = std::clamp<milliseconds>(2 * pause + kQuiet, kQuiet, kLongestQuiet);
        found->last = now;
        const auto quiet = std::chrono::ceil<seconds>(found->quiet);
        std::rotate(found, found + 1, m_replaced.end());
        return quiet;
    }
    if (m_recent.size() == kMostInQuiet && now - m_recent.front() < kQuiet) {
        m_recent.assign(kMostInQuiet, now); // who goes on trying gains nothing by it
        return kQuiet;
    }
    return std::nullopt;
}

void TakeOvers::note(const std::string &from, const std::string &by, Time now)
{
    m_recent.push_back(now);
    if (m_recent.size() > kMostInQuiet)
        m_recent.erase(m_recent.begin());
    std::erase_if(m_replaced, [&](const auto &one) { return one.origin == by || one.origin == from; });
    if (from == by)
        return;
    m_replaced.push_back({from, now, kQuiet});
    if (m_replaced.size() > kMostKnown)
        m_replaced.erase(m_replaced.begin());
}

} // namespace matinee::live

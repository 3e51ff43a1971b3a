#include "rooms/sync/client_clock.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace matinee::rooms {

bool ClientClock::add(const Exchange &exchange)
{
    const auto &[sent, received, answered, back] = exchange;
    const auto delay = (back - sent) - (answered - received);
    // NaN fails each of them.
    if (!(back >= sent && answered >= received && delay >= -kResolution && delay <= kMostDelay))
        return false;
    const Millis offset =
        ((received.time_since_epoch() - sent.time_since_epoch()) + (answered.time_since_epoch() - back.time_since_epoch())) / 2;
    const Sample sample{sent + (back - sent) / 2, offset, std::max(delay, Millis(0))};
    if (!std::isfinite(offset.count()))
        return false;

    if (!m_samples.empty() && sample.at < m_samples.back().at)
        beginAnew(0);
    m_doubts -= m_doubts > 0 ? 1 : 0;
    m_strays = isStray(sample) ? m_strays + 1 : 0;
    m_samples.push_back(sample);
    if (m_strays >= kStrays)
        beginAnew(kStrays);
    while (m_samples.size() > kWindow || sample.at - m_samples.front().at > kMostAge)
        m_samples.erase(m_samples.begin());
    while (!fit())
        beginAnew(m_samples.size() / 2);
    return true;
}

ServerTime ClientClock::toServer(LocalTime local) const
{
    return ServerTime(local.time_since_epoch() + offsetAt(local));
}

LocalTime ClientClock::toLocal(ServerTime server) const
{
    if (m_samples.empty())
        return LocalTime(server.time_since_epoch());
    const auto base = m_samples.back().at;
    return base + (server.time_since_epoch() - base.time_since_epoch() - m_offset) / (1 + m_drift);
}

Millis ClientClock::offsetAt(LocalTime local) const
{
    return m_samples.empty() ? Millis(0) : m_offset + m_drift * (local - m_samples.back().at);
}

Millis ClientClock::nextExchange() const
{
    if (m_samples.size() < 4 || m_doubts > 0)
        return Millis(50);
    if (m_samples.size() < 12)
        return Millis(250);
    if (m_dispersion > Millis(4) || m_samples.back().at - m_samples.front().at < Millis(30'000))
        return Millis(1000);
    return Millis(5000);
}

Millis ClientClock::leastDelay() const
{
    auto least = m_samples.front().delay;
    for (const auto &sample : m_samples)
        least = std::min(least, sample.delay);
    return least;
}

/// A longer delay explains an error of half of what it has in excess (RFC 5905's huff-n'-puff filter rests on the same).
bool ClientClock::isStray(const Sample &sample) const
{
    if (m_samples.size() < 4)
        return false;
    const auto excess = std::max(sample.delay - leastDelay(), Millis(0));
    const auto allowed = excess / 2 + m_dispersion + m_wander * (sample.at - m_samples.back().at) + kStray;
    return std::chrono::abs(sample.offset - offsetAt(sample.at)) > allowed;
}

/// Any two samples bound the slope between them, by what their delays have in excess of the least. Of pairs that are far apart, the highest
/// of the lower bounds and the lowest of the upper ones.
void ClientClock::fitDrift()
{
    const auto span = m_samples.back().at - m_samples.front().at;
    if (span < kLeastSpan)
        return;
    std::vector<Millis> delays;
    for (const auto &sample : m_samples)
        delays.push_back(sample.delay);
    std::sort(delays.begin(), delays.end());
    const auto least = delays.front();

    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < m_samples.size(); ++i) {
        for (std::size_t j = m_samples.size() - 1; j > i; --j) {
            const auto apart = m_samples[j].at - m_samples[i].at;
            if (apart < span / 2)
                break;
            const auto room = (m_samples[i].delay - least + (m_samples[j].delay - least)) / 2;
            const auto rise = m_samples[j].offset - m_samples[i].offset;
            low = std::max(low, (rise - room) / apart);
            high = std::min(high, (rise + room) / apart);
        }
    }
    // How far the third quickest is from the quickest tells how well the least delay is known.
    const auto third = delays[std::min<std::size_t>(2, delays.size() - 1)] - least;
    const double wander = std::abs(high - low) / 2 + third / 2 / span;
    if (wander < kMostDrift) {
        m_wander = std::max(wander, kLeastWander);
        m_drift = std::min(std::max((low + high) / 2, -kMostDrift), kMostDrift);
    } else { // the line has changed: what was known of the clocks stays true for a while
        m_wander = std::min(m_wander * kWanderGrowth, kMostDrift);
    }
}

/// False where the samples contradict each other: then the older half is of another time.
bool ClientClock::fit()
{
    fitDrift();
    std::vector<Millis> lows;
    std::vector<Millis> highs;
    for (const auto &sample : m_samples) {
        const auto age = m_samples.back().at - sample.at;
        const auto middle = sample.offset + m_drift * age;
        const auto room = sample.delay / 2 + m_wander * age;
        lows.push_back(middle - room);
        highs.push_back(middle + room);
    }
    std::sort(lows.begin(), lows.end(), std::greater<>());
    std::sort(highs.begin(), highs.end());
    if (lows.front() > highs.front() + kResolution && m_samples.size() > 1)
        return false;
    m_offset = (lows.front() + highs.front()) / 2;
    m_bound = std::max(highs.front() - lows.front(), Millis(0)) / 2;
    // The best of many is as far from perfect as the next best are from it.
    m_dispersion = lows.size() >= 3 ? ((lows[0] - lows[2]) + (highs[2] - highs[0])) / 4 : m_samples.back().delay / 2;
    fitDownDelay();
    return true;
}

void ClientClock::fitDownDelay()
{
    std::vector<Millis> delays;
    for (std::size_t i = m_samples.size() - std::min<std::size_t>(16, m_samples.size()); i < m_samples.size(); ++i)
        delays.push_back(offsetAt(m_samples[i].at) - (m_samples[i].offset - m_samples[i].delay / 2));
    std::sort(delays.begin(), delays.end());
    m_downDelay = std::max(delays[(delays.size() * 9 + 9) / 10 - 1], Millis(0));
}

void ClientClock::beginAnew(std::size_t keep)
{
    m_samples.erase(m_samples.begin(), m_samples.end() - static_cast<std::ptrdiff_t>(keep));
    m_drift = 0;
    m_wander = kMostDrift;
    m_strays = 0;
    ++m_restarts;
}

} // namespace matinee::rooms

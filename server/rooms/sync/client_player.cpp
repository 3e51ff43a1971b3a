#include "rooms/sync/client_player.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace matinee::rooms {

namespace {

Millis median(std::vector<Millis> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

void LearnedLatency::add(Millis latency)
{
    m_seen.push_back(std::min(std::max(latency, Millis(0)), m_most));
    if (m_seen.size() > 5)
        m_seen.pop_front();
}

Millis LearnedLatency::value() const
{
    return m_seen.empty() ? m_usual : median({m_seen.begin(), m_seen.end()});
}

void ClientPlayer::sample(LocalTime at, MediaTime position)
{
    if (seeking() || at < m_validFrom || !std::isfinite(position.count()))
        return;
    m_samples.push_back({at, position});
    if (m_samples.size() > kSamples)
        m_samples.pop_front();
}

void ClientPlayer::setSpeed(double speed, LocalTime now)
{
    if (speed == m_speed)
        return;
    if (!seeking()) {
        const bool starts = m_speed == 0;
        m_anchor = {starts ? now + startLatency() : now, positionAt(now)};
        m_samples.clear();
        m_validFrom = starts ? m_anchor.at : now + kRateSettles;
        m_lesson = starts ? Lesson::Start : Lesson::None;
        m_ordered = {now, m_anchor.position};
    }
    m_speed = speed;
}

void ClientPlayer::beginSeek(MediaTime to, LocalTime now)
{
    m_seekSince = now;
    m_samples.clear();
    m_anchor = {now + seekLatency(), to};
    m_lesson = Lesson::Seek;
    m_ordered = {now, to};
}

void ClientPlayer::seeked(LocalTime now)
{
    m_seekSince.reset();
    m_validFrom = now;
    m_anchor = {now, m_ordered.position};
}

void ClientPlayer::forget()
{
    m_samples.clear();
    m_lesson = Lesson::None;
}

void ClientPlayer::clockWasSet(LocalTime now)
{
    forget();
    m_anchor.at = now;
    m_validFrom = now;
    if (seeking())
        m_seekSince = now;
}

bool ClientPlayer::measured(LocalTime now) const
{
    const auto fresh = std::count_if(m_samples.begin(), m_samples.end(), [&](const Sample &s) { return now - s.at <= kFreshness; });
    return static_cast<std::size_t>(fresh) >= kEnough;
}

MediaTime ClientPlayer::positionAt(LocalTime now) const
{
    if (!measured(now))
        return m_anchor.position + m_speed * std::max(now - m_anchor.at, Millis(0));
    std::vector<MediaTime> carried;
    for (const auto &sample : m_samples)
        if (now - sample.at <= kFreshness)
            carried.push_back(sample.position + m_speed * (now - sample.at));
    return median(std::move(carried));
}

void ClientPlayer::learn(LocalTime now)
{
    if (m_lesson == Lesson::None || m_speed <= 0 || seeking() || !measured(now))
        return;
    const auto latency = (now - m_ordered.at) - (positionAt(now) - m_ordered.position) / m_speed;
    (m_lesson == Lesson::Seek ? m_seekLatency : m_startLatency).add(latency);
    m_lesson = Lesson::None;
}

} // namespace matinee::rooms

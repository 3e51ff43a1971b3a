// A browser's player, as far as keeping in step is concerned: it does what it is told a little late, shows frames on its screen's grid, and
// sometimes has no data. Times are true times, in milliseconds.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

namespace matinee::rooms::test {

struct PlayerTraits
{
    double seekMs = 150;
    double seekSpreadMs = 60; ///< Each seek takes up to this more or less.
    double startMs = 40;
    double startSpreadMs = 15;
    double rateMs = 40;
    double rateSpreadMs = 20;
    double frameMs = 1000.0 / 30;
    double refreshMs = 1000.0 / 60;
    double refreshPhaseMs = 0;
    bool framesAreTold = true; ///< requestVideoFrameCallback; otherwise a rough currentTime.
};

class SimulatedPlayer
{
public:
    struct Shown
    {
        double at;
        double position;
    };

    SimulatedPlayer(PlayerTraits traits, double drift, unsigned seed) : m_traits(traits), m_drift(drift), m_random(seed) {}

    void order(bool play, double rate, double now)
    {
        run(now);
        if (play != m_wantsPlay) {
            m_wantsPlay = play;
            m_playChange = now + (play ? about(m_traits.startMs, m_traits.startSpreadMs) : 5);
        }
        if (rate != m_wantsRate) {
            m_wantsRate = rate;
            m_rateChange = now + about(m_traits.rateMs, m_traits.rateSpreadMs);
        }
    }
    /// When it will have arrived.
    double seek(double to, double now)
    {
        run(now);
        m_seekTo = to;
        m_seekDone = now + about(m_traits.seekMs, m_traits.seekSpreadMs);
        return *m_seekDone;
    }
    void stallUntil(double until, double now)
    {
        run(now);
        m_stalledUntil = until;
    }
    bool stalled(double now) const { return now < m_stalledUntil; }
    bool seeking() const { return m_seekDone.has_value(); }

    double positionAt(double now)
    {
        run(now);
        return m_position;
    }
    bool moving(double now)
    {
        run(now);
        return speed() > 0;
    }

    /// What the page gets to know at `now`: the frame that came last, and when it is on the screen.
    Shown shown(double now)
    {
        run(now);
        if (speed() == 0)
            return {now, m_position};
        if (!m_traits.framesAreTold)
            return {now, m_position + about(0, 6)};
        const double frame = std::floor(m_position / m_traits.frameMs) * m_traits.frameMs;
        const double begun = now - (m_position - frame) / speed();
        const double tick =
            std::ceil((begun - m_traits.refreshPhaseMs) / m_traits.refreshMs) * m_traits.refreshMs + m_traits.refreshPhaseMs;
        return {tick + about(0, 1), frame};
    }

private:
    double about(double middle, double spread)
    {
        return middle + spread * (2.0 * static_cast<double>(m_random()) / static_cast<double>(std::mt19937::max()) - 1);
    }
    double speed() const { return m_plays && !m_seekDone && m_at >= m_stalledUntil ? m_rate * (1 + m_drift) : 0; }

    /// Up to `now`, from one change to the next.
    void run(double now)
    {
        while (m_at < now) {
            double until = now;
            for (const auto change : {m_playChange, m_rateChange, m_seekDone.value_or(m_at), m_stalledUntil})
                if (change > m_at)
                    until = std::min(until, change);
            m_position += speed() * (until - m_at);
            m_at = until;
            if (m_at >= m_playChange)
                m_plays = m_wantsPlay;
            if (m_at >= m_rateChange)
                m_rate = m_wantsRate;
            if (m_seekDone && m_at >= *m_seekDone) {
                m_position = m_seekTo;
                m_seekDone.reset();
            }
        }
    }

    PlayerTraits m_traits;
    double m_drift;
    std::mt19937 m_random;
    double m_at = 0;
    double m_position = 0;
    bool m_plays = false;
    double m_rate = 1;
    bool m_wantsPlay = false;
    double m_wantsRate = 1;
    double m_playChange = 0;
    double m_rateChange = 0;
    double m_seekTo = 0;
    std::optional<double> m_seekDone;
    double m_stalledUntil = 0;
};

} // namespace matinee::rooms::test

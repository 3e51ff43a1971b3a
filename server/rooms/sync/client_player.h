// What a member knows of its own player: where it is, by samples of what was on the screen, and how late it does what it is told.
//
// Browsers say when a frame will be seen and which it is (requestVideoFrameCallback: expectedDisplayTime, mediaTime), or only a rough
// currentTime. Each sample is carried forward to now at the present speed; the position is the median of them. What is ordered in
// between (a seek, another rate) makes older samples void.
// A value of the member's thread. Twin: src/lib/sync/player.ts.
#pragma once

#include "rooms/sync/time.h"

#include <deque>
#include <optional>

namespace matinee::rooms {

/// The median of the last five, or what is usual.
class LearnedLatency
{
public:
    LearnedLatency(Millis usual, Millis most) : m_usual(usual), m_most(most) {}
    void add(Millis latency);
    [[nodiscard]] Millis value() const;

private:
    Millis m_usual;
    Millis m_most;
    std::deque<Millis> m_seen; // at most 5
};

class ClientPlayer
{
public:
    static constexpr std::size_t kSamples = 15;
    static constexpr std::size_t kEnough = 5;
    static constexpr Millis kFreshness{1000};  ///< Older samples do not count.
    static constexpr Millis kRateSettles{150}; ///< A rate is applied late, by what the audio has buffered.

    /// Position `position` was or will be seen at `at`. Where it stands: currentTime, at least ten times a second.
    void sample(LocalTime at, MediaTime position);
    /// What it was told to do: media ms per ms; 0 is a pause.
    void setSpeed(double speed, LocalTime now);
    void beginSeek(MediaTime to, LocalTime now);
    void seeked(LocalTime now); ///< The browser's event, or given up.
    /// Somebody else moved it, or it stalled.
    void forget();
    /// Times from before are of another clock.
    void clockWasSet(LocalTime now);

    [[nodiscard]] bool measured(LocalTime now) const;
    /// Measured, or reckoned from the last order.
    [[nodiscard]] MediaTime positionAt(LocalTime now) const;
    [[nodiscard]] double speed() const { return m_speed; }
    [[nodiscard]] bool seeking() const { return m_seekSince.has_value(); }
    [[nodiscard]] Millis seekingFor(LocalTime now) const { return seeking() ? now - *m_seekSince : Millis(0); }
    [[nodiscard]] Millis seekLatency() const { return m_seekLatency.value(); }   ///< From order to moving at the new place.
    [[nodiscard]] Millis startLatency() const { return m_startLatency.value(); } ///< From order to moving.
    /// From what was measured since the last order. To be called before each decision.
    void learn(LocalTime now);

private:
    struct Sample
    {
        LocalTime at;
        MediaTime position;
    };
    enum class Lesson
    {
        None,
        Seek,
        Start,
    };

    std::deque<Sample> m_samples; // at most kSamples
    Sample m_anchor{};            // the last order, and where it was then
    LocalTime m_validFrom{};
    double m_speed = 0;
    std::optional<LocalTime> m_seekSince;
    Lesson m_lesson = Lesson::None;
    Sample m_ordered{}; // what the lesson is about
    LearnedLatency m_seekLatency{Millis(200), Millis(3000)};
    LearnedLatency m_startLatency{Millis(30), Millis(500)};
};

} // namespace matinee::rooms

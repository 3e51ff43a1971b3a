// A member's half of keeping in step: from the room's truth, the server's clock and samples of the player, what the player is to do now.
//
// Small errors are left alone (under half a frame nobody sees them), middle ones are played away at a slightly other rate, large ones
// are jumped over. What has begun is brought to an end: after a seek, a start or a larger error it is in step when within a quarter of a
// frame, which is half of what a screen of 60 Hz can show. A nudge is planned and not steered: so much faster for so long, then measured
// again; as the rate is applied late at both ends, its lateness cancels. A seek aims ahead by what seeks were seen to take here. A value of
// the member's thread; the host carries out what decide() says, and calls it again when `next` has passed and when something new comes in.
// Twin: src/lib/sync/follower.ts; both are held to tests/shared/sync.
#pragma once

#include "rooms/sync/attendance.h"
#include "rooms/sync/client_clock.h"
#include "rooms/sync/client_player.h"
#include "rooms/sync/timeline.h"

#include <algorithm>
#include <optional>
#include <string>

namespace matinee::rooms {

enum class Autoplay
{
    Allowed,   ///< Also after a tap.
    NeedsMute, ///< play() was refused: not with sound, before somebody taps.
    NeedsTap,  ///< Not even muted.
};

/// What the host sees.
struct Conditions
{
    std::string loaded;     ///< The media whose metadata the player has.
    bool stalled = false;   ///< No data to go on with (readyState), whether it plays or not.
    bool hidden = false;    ///< In the background, where timers come late.
    bool free = false;      ///< "I am alone today."
    bool userSeeks = false; ///< Drags the slider.
    Autoplay autoplay = Autoplay::Allowed;
};

enum class State
{
    InStep,
    Nudging,
    Seeking,
    Waiting, ///< For media, data, the clock, or others.
    Free,
    Asleep,
    Blocked,
};

struct Orders
{
    State state = State::Waiting;
    bool play = false; ///< In State::Free none of this concerns the player.
    double rate = 1;
    std::optional<MediaTime> seekTo; ///< Once.
    bool muted = false;
    bool askTap = false;   ///< Show the button that brings sound.
    bool measured = false; ///< `skew` is not just reckoned.
    Millis skew{0};        ///< Ahead of where it should be.
    Millis next{250};      ///< When to call decide() again, unless something happens.
};

class ClientFollower
{
public:
    static constexpr Millis kLook{250};
    static constexpr double kMostNudge = 0.1; ///< Of the chosen rate, the room's pace included.
    static constexpr double kLeastNudge = 0.02;
    static constexpr Millis kNudgeTime{1000};     ///< That a nudge should take, where it is strong enough.
    static constexpr int kFinishingNudges = 3;    ///< At most so many, until within a quarter of a frame.
    static constexpr Millis kMostNudgeTime{8000}; ///< Rather a seek than more.
    static constexpr Millis kSeekPast{1000};
    static constexpr Millis kSeekPastSettling{200}; ///< Just after a jump, when another is not minded.
    static constexpr Millis kSeekPastAsleep{1500};
    static constexpr Millis kSettling{3000};
    static constexpr Millis kUserHold{2000};       ///< After the user's own seek, until the room has answered.
    static constexpr Millis kMostSeek{10'000};     ///< Then it is taken for done.
    static constexpr Millis kLeastSeekRest{500};   ///< Twice as long after each that did not help,
    static constexpr Millis kMostSeekRest{30'000}; ///< up to this.
    static constexpr Millis kEnoughAhead{2000};    ///< Of media, after a jump or a stall, to be ready. Live: a quarter of the latency.
    static constexpr Millis kSleepGap{3000};       ///< Called so much too late: the machine slept.
    static constexpr double kLeastTrim = 100e-6;   ///< Below, a drift is left to be nudged once in minutes.
    static constexpr double kTrimStep = 50e-6;

    [[nodiscard]] Timeline &timeline() { return m_timeline; }
    [[nodiscard]] ClientClock &clock() { return m_clock; }
    [[nodiscard]] ClientPlayer &player() { return m_player; }
    /// Of the media; 1/30 s until told. Below 20 ms the screen is coarser than the media, above 50 ms the sound is finer.
    void setFrameDuration(Millis duration) { m_halfFrame = std::min(std::max(duration, Millis(20)), Millis(50)) / 2; }
    void setOwnOffset(MediaTime offset) { m_ownOffset = offset; } ///< Positive: plays ahead of the room (a late television).
    void set(const Conditions &conditions, LocalTime now);
    /// The room has begun another life, on a server whose clock has another zero.
    void restart();

    [[nodiscard]] const Orders &decide(LocalTime now);
    /// What the server is told; `buffered` as in Report.
    [[nodiscard]] Report report(Millis buffered);

private:
    [[nodiscard]] const Truth &due(ServerTime server) const;
    void take(const Truth &truth, LocalTime now);
    void stand(const Truth &truth, MediaTime target, LocalTime now);
    void follow(const Truth &truth, MediaTime aim, LocalTime now);
    void review(double base, LocalTime now);
    void nudge(const Truth &truth, double base, LocalTime now);
    void seek(MediaTime to, LocalTime now);
    void settle(LocalTime now);
    void beginOtherClock(LocalTime now);
    [[nodiscard]] double baseRate(const Truth &truth);
    [[nodiscard]] Millis untilNext(ServerTime server, LocalTime now) const;

    Timeline m_timeline;
    ClientClock m_clock;
    ClientPlayer m_player;
    Conditions m_conditions;
    Orders m_orders;
    Millis m_halfFrame{1000.0 / 60};
    MediaTime m_ownOffset{0};

    std::optional<LocalTime> m_lookedAt;
    std::optional<std::uint64_t> m_version;
    std::optional<std::uint64_t> m_placed;
    std::optional<std::uint64_t> m_reached; // the last of m_placed where the player has been
    bool m_starved = true;                  // has not had enough media since it came here
    bool m_jumped = false;                  // the truth did, and the player has not been judged since
    double m_trim = 0;                      // the drift, played rather than corrected
    double m_nudgeRate = 1;
    std::optional<LocalTime> m_nudgeEnd;
    int m_finishing = kFinishingNudges; // nudges that a correction under way may still take
    LocalTime m_settlingUntil{};
    LocalTime m_userUntil{};
    LocalTime m_nextSeekAt{};
    Millis m_seekRest = kLeastSeekRest;
};

} // namespace matinee::rooms

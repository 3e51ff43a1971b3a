// The server's half of keeping a room in step: commands change the truth, members' reports may make the room wait or slow down.
// A value of the room's thread; the host passes in `now`, sends each truth that comes out to everybody, and calls advance() when nextLook()
// says so. Nothing here is an input that a member could use against the others beyond the policy's limits.
//
// Stale commands. Each decision of a person leaves its version on what it decided: the media, the spot, whether it plays, the rate. A
// command is stale only where one of those that it rests on has a newer version than its sender saw, and even then it is granted silently
// where it wants what is already so: two people who press pause at once both have their way, two who press "next" skip one item.
#pragma once

#include "rooms/sync/attendance.h"
#include "rooms/sync/command.h"
#include "rooms/sync/skew_histogram.h"
#include "rooms/sync/timeline.h"
#include "rooms/sync/wait_policy.h"

#include "common/protocol/result.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace matinee::rooms {

class RoomSync
{
public:
    static constexpr Millis kStandingTime{10'000}; ///< In the room and in step for so long, before a stall can begin a wait.
    static constexpr Millis kLeastRest{5000};      ///< Between waits for stalls: this, or as long as the last one took.
    static constexpr double kSlowPace = 0.95;
    static constexpr double kCatchUpPace = 1.05;    ///< Live, back to its latency.
    static constexpr Millis kMostSlow{30'000};      ///< The room slows at most so long,
    static constexpr Millis kRestAfterSlow{60'000}; ///< and after that not for this long.
    static constexpr Millis kLatencyTolerance{100}; ///< Live: no catching up for less.

    explicit RoomSync(WaitPolicy policy = {}) : m_policy(policy.bounded()) {}
    void setPolicy(WaitPolicy policy) { m_policy = policy.bounded(); }

    void join(MemberId id, ServerTime now) { m_attendance.join(id, now); }
    void leave(MemberId id) { m_attendance.leave(id); }
    /// False: it has not joined.
    bool report(MemberId id, const Report &report, ServerTime now);

    /// The truth that holds from its `since` on. Its version is that of before where all was as wanted.
    [[nodiscard]] Result<Truth, Refusal> apply(const Command &command, std::uint64_t seenVersion, ServerTime now);
    /// What the room itself decides: waiting, going on, slowing, catching up.
    [[nodiscard]] std::optional<Truth> advance(ServerTime now);
    /// When to call advance() again: soon while somebody is waited for.
    [[nodiscard]] Millis nextLook() const { return Millis(present().held ? 50 : 250); }

    /// The last word, which may begin in a moment.
    [[nodiscard]] const Truth &present() const { return m_timeline.newest(); }
    [[nodiscard]] const Timeline &timeline() const { return m_timeline; } ///< For a snapshot.
    [[nodiscard]] const std::vector<MemberId> &waitedFor() const { return m_waitedFor; }
    [[nodiscard]] const SkewHistogram &skew() const { return m_skew; }
    [[nodiscard]] const Attendance &attendance() const { return m_attendance; }

private:
    struct Decided // by people: the version in which
    {
        std::uint64_t media = 0;
        std::uint64_t spot = 0;
        std::uint64_t motion = 0;
        std::uint64_t rate = 0;
        MediaTime chosenSpot{0};
    };
    struct Wait
    {
        ServerTime since;
        ServerTime inStepBefore; // who came later is not waited for
    };
    class Change; // a command at work

    [[nodiscard]] Truth nextTruth(ServerTime now) const;
    const Truth &publish(const Truth &truth, ServerTime now);
    void hold(Truth &truth, ServerTime inStepBefore, ServerTime now);
    void endWait();
    [[nodiscard]] std::optional<Truth> whileHeld(ServerTime now, Millis passed);
    [[nodiscard]] double wantedPace(const Roll &roll, ServerTime now);

    WaitPolicy m_policy;
    Attendance m_attendance;
    Timeline m_timeline = []() {
        Timeline timeline;
        timeline.add(Truth{});
        return timeline;
    }();
    Decided m_decided;
    SkewHistogram m_skew;
    std::optional<Wait> m_wait;
    std::vector<MemberId> m_waitedFor;
    std::optional<ServerTime> m_slowSince;
    ServerTime m_restUntil{};     ///< No wait for a stall before.
    ServerTime m_paceRestUntil{}; ///< No slowing before.
    std::optional<ServerTime> m_lookedAt;
};

} // namespace matinee::rooms

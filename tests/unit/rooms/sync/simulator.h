// A room in a simulated world: one server, members with clocks, networks and players of their own, and true time, which none of them knows.
// Seeded; the same run each time. The skew is what an outside camera would see: the frame on the screen against the moment it is on
// it, median of a window, between any two members.
#pragma once

#include "rooms/sync/client_follower.h"
#include "rooms/sync/room_sync.h"
#include "simulated_player.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

namespace matinee::rooms::test {

/// One way takes `...Ms` and up to `...JitterMs` more. In order, as TCP is: what is lost comes late, and so does all behind it.
struct NetworkTraits
{
    double upMs = 0.2;
    double upJitterMs = 0.6;
    double downMs = 0.2;
    double downJitterMs = 0.6;
    double loss = 0;  ///< Share of messages that come 200 to 400 ms late.
    double burst = 0; ///< Share of seconds in which everything takes up to 500 ms more.
};

struct MemberTraits
{
    NetworkTraits network;
    PlayerTraits player;
    double driftPpm = 0;
    double clockMs = 0; ///< Local less true time, at the beginning.
    bool reports = true;
};

/// What a pair of members is apart, over all pairs and windows.
struct Skew
{
    std::size_t pairs = 0;
    double medianMs = 0;
    double p95Ms = 0;
    double p99Ms = 0;
    double mostMs = 0;
};

class Simulator
{
public:
    explicit Simulator(unsigned seed, WaitPolicy policy = {}) : room(policy), m_random(seed) {}

    RoomSync room;

    MemberId join(const MemberTraits &traits);
    void leave(MemberId id);
    void run(double seconds);
    [[nodiscard]] double now() const { return m_now; }
    [[nodiscard]] ServerTime serverNow() const { return ServerTime(Millis(m_now)); }
    /// By somebody who saw the newest.
    Result<Truth, Refusal> command(const Command &command);

    [[nodiscard]] ClientFollower &follower(MemberId id) { return m_members[id]->follower; }
    [[nodiscard]] const Orders &orders(MemberId id) const { return m_members[id]->orders; }
    [[nodiscard]] double positionOf(MemberId id) { return m_members[id]->player.positionAt(m_now); }
    [[nodiscard]] std::size_t seeksOf(MemberId id) const { return m_members[id]->seeks; }
    [[nodiscard]] std::size_t nudgesOf(MemberId id) const { return m_members[id]->nudges; }
    void condition(MemberId id, const std::function<void(Conditions &)> &change);
    void stall(MemberId id, double seconds);
    void stepClock(MemberId id, double ms) { m_members[id]->clockMs += ms; }
    /// Timers do not run, messages wait, the media stands; where `clockStops`, so does performance.now().
    void sleep(MemberId id, double seconds, bool clockStops);
    /// Instead of the truth: what a liar reports.
    void lie(MemberId id, std::function<Report(const Report &)> lie) { m_members[id]->lie = std::move(lie); }
    void setBuffered(MemberId id, double ms) { m_members[id]->bufferedMs = ms; }

    [[nodiscard]] Skew skew(double fromSeconds, double toSeconds, double windowMs = 1000) const;
    /// Seconds after `from` from which on no window of 250 ms lacks anybody or has a pair further apart than `ms`;
    /// looks at `upTo` seconds.
    [[nodiscard]] double secondsUntilWithin(double ms, double from, double upTo) const;
    [[nodiscard]] std::uint64_t truths() const { return m_history.size(); }

private:
    struct Seen
    {
        double at;
        double error;
    };
    struct Member
    {
        explicit Member(const MemberTraits &given, unsigned seed)
            : traits(given), player(given.player, 1 / (1 + given.driftPpm * 1e-6) - 1, seed)
        {
        }
        MemberTraits traits;
        SimulatedPlayer player;
        ClientFollower follower;
        Conditions conditions;
        Orders orders;
        double clockMs = 0;
        double asleepUntil = 0;
        double upFreeAt = 0; // TCP: nothing overtakes
        double downFreeAt = 0;
        double bufferedMs = 60'000;
        bool present = true;
        std::size_t turn = 0; // of decisions: older timers are void
        std::size_t exchangeTurn = 0;
        double exchangeAt = 0;
        std::size_t seeks = 0;
        std::size_t nudges = 0;
        std::vector<Seen> seen;
        std::function<Report(const Report &)> lie;
    };
    struct Event
    {
        double at;
        std::uint64_t order;
        std::function<void()> what;
        bool operator<(const Event &other) const { return at != other.at ? at > other.at : order > other.order; }
    };

    void at(double when, std::function<void()> what);
    double random(double most);
    double delay(Member &member, bool up);
    void publish(const Truth &truth);
    void hear(MemberId id, const Truth &truth);
    void exchange(MemberId id);
    void decide(MemberId id);
    void frame(MemberId id);
    void report(MemberId id);
    void look();
    [[nodiscard]] LocalTime local(const Member &member, double now) const;
    [[nodiscard]] const Truth &truthAt(double now) const;
    /// Per member the median error of a window; members who showed too little are left out.
    [[nodiscard]] std::vector<double> errors(double fromMs, double toMs) const;
    [[nodiscard]] std::size_t following() const;

    std::mt19937 m_random;
    double m_now = 1000;
    std::uint64_t m_order = 0;
    std::priority_queue<Event> m_events;
    std::vector<std::unique_ptr<Member>> m_members;
    std::vector<Truth> m_history;
    bool m_looks = false;
};

/// "name: median 1.2 ms, p95 ..." on standard output.
void print(const std::string &name, const Skew &skew);

} // namespace matinee::rooms::test

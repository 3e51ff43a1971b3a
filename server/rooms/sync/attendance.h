// Who is in the room, what each last reported, and for whom the room may wait.
//
// Waiting is a courtesy with an account. Each member has a credit from 0 to 1; being waited for from beginning to end of the policy's limit
// costs all of it, 60 s of being ready bring it back. Who has none is excused (nobody waits, nobody slows) until half of it is back: so
// one that lies, flaps or never becomes ready costs the others the limit once, not at every turn. Leaving does not clear the account.
// A value of the room's thread.
#pragma once

#include "rooms/sync/truth.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace matinee::rooms {

using MemberId = std::uint64_t; ///< The host gives the same to who returns.

enum class Mode
{
    InStep,  ///< Follows, or tries to.
    Free,    ///< Watches alone for now.
    Asleep,  ///< In the background: its timers are not to be relied on.
    Blocked, ///< The browser plays nothing before somebody taps.
};

/// What a member tells, once a second and when something of it changes. All of it may be a lie.
struct Report
{
    Mode mode = Mode::InStep;
    std::uint64_t version = 0;  ///< The newest truth that it knows.
    bool ready = false;         ///< Could play at that one's position without a stall.
    Millis buffered{0};         ///< Media ahead of its position; kAllBuffered where there is no more to come.
    Millis downDelay{0};        ///< From the server to it, 90th percentile.
    std::optional<Millis> skew; ///< Its position less the truth's; positive is ahead.
};
inline constexpr Millis kAllBuffered{3'600'000};

/// Those who count now.
struct Roll
{
    std::size_t present = 0;
    std::size_t ready = 0;
    std::size_t wellBuffered = 0;
    std::vector<MemberId> late;    ///< Present and not ready.
    std::vector<MemberId> running; ///< Present and soon without media.
};

class Attendance
{
public:
    static constexpr Millis kSilence{10'000};    ///< Who was not heard for so long does not count.
    static constexpr Millis kCreditTime{60'000}; ///< Of being ready, for all of the credit.
    static constexpr Millis kLowBuffer{2000};    ///< Less, and not growing: soon without. A live stream: at most a quarter of its latency.
    static constexpr Millis kGoodBuffer{4000};   ///< Until this: half of the latency.
    static constexpr std::size_t kMostDeparted = 1000;

    void join(MemberId id, ServerTime now);
    void leave(MemberId id);
    /// False: it has not joined. Numbers that are none are taken for 0.
    bool report(MemberId id, const Report &report, const Truth &truth, ServerTime now);
    /// Whether its skew may be counted again: twice a second.
    [[nodiscard]] bool skewIsDue(MemberId id, ServerTime now);

    /// Of those heard lately, not excused, and here and in step since before `inStepBefore`: who comes or comes back is not waited for
    /// while it catches up. Ready is who is ready for `truth.placed` or later.
    [[nodiscard]] Roll call(const Truth &truth, ServerTime inStepBefore, ServerTime now) const;
    /// Time that passed: brings back credit to who is ready.
    void credit(Millis passed);
    /// `share` of the limit was waited for them.
    void charge(const std::vector<MemberId> &members, double share);

    [[nodiscard]] std::size_t size() const { return m_members.size() - m_departed; }
    /// Of those in step and heard lately: what leadFor() takes.
    [[nodiscard]] std::vector<Millis> downDelays(ServerTime now) const;

private:
    struct Member
    {
        ServerTime inStepSince{};
        ServerTime heardAt{};
        ServerTime skewAt{};
        Report said;
        bool running = false;
        bool excused = false;
        bool here = true;
        double credit = 1;
    };
    [[nodiscard]] static bool follows(const Member &member, ServerTime now);

    std::unordered_map<MemberId, Member> m_members; // the room bounds those who are here; of the others at most kMostDeparted
    std::size_t m_departed = 0;
};

} // namespace matinee::rooms

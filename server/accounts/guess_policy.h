// How long who guesses passwords has to wait: after 5, 10 and 15 wrong guesses at an account 1, 5 and 15 minutes, after 20 from an address
// 10 minutes. A value over records that any store can keep; `now` is passed in. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

namespace matinee::accounts {

/// Kept per account and per address. The clock is that of the wall: several nodes may look at one record.
struct GuessRecord
{
    using Time = std::chrono::system_clock::time_point;

    int guesses = 0; ///< Wrong ones, and those of which nobody knows yet.
    Time newest;
    Time blockedUntil; ///< In the past where it is not.
};

struct GuessStep
{
    int guesses; ///< The one that reaches this number blocks.
    std::chrono::seconds block;
};

class GuessPolicy
{
public:
    using Time = GuessRecord::Time;

    /// `steps` rise; beyond the last, it blocks again each time as many guesses more as lie between the last two (for a single step: as it
    /// says itself). `forget`: so long after the newest guess, all are forgotten.
    GuessPolicy(std::vector<GuessStep> steps, std::chrono::seconds forget);

    [[nodiscard]] static GuessPolicy ofAccounts();
    [[nodiscard]] static GuessPolicy ofAddresses();

    /// How long to wait still, at least 1 s; nothing where a guess is allowed.
    [[nodiscard]] std::optional<std::chrono::seconds> blockedFor(const GuessRecord &record, Time now) const;
    /// A guess that was allowed, before its outcome is known: then many at once are no way around it.
    void count(GuessRecord &record, Time now) const;
    /// The guess was right: it is not one of those. A block that only it has caused ends.
    void takeBack(GuessRecord &record) const;
    /// Says nothing any more: need not be kept.
    [[nodiscard]] bool isOver(const GuessRecord &record, Time now) const;

private:
    [[nodiscard]] std::optional<std::chrono::seconds> blockOf(int guesses) const;

    std::vector<GuessStep> m_steps;
    std::chrono::seconds m_forget;
};

} // namespace matinee::accounts

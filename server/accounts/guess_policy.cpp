#include "accounts/guess_policy.h"

#include <utility>

namespace matinee::accounts {

using namespace std::chrono_literals;

GuessPolicy::GuessPolicy(std::vector<GuessStep> steps, std::chrono::seconds forget) : m_steps(std::move(steps)), m_forget(forget) {}

GuessPolicy GuessPolicy::ofAccounts()
{
    return {{{5, 1min}, {10, 5min}, {15, 15min}}, 1h};
}

GuessPolicy GuessPolicy::ofAddresses()
{
    return {{{20, 10min}}, 1h};
}

std::optional<std::chrono::seconds> GuessPolicy::blockedFor(const GuessRecord &record, Time now) const
{
    if (now >= record.blockedUntil)
        return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(record.blockedUntil - now);
}

std::optional<std::chrono::seconds> GuessPolicy::blockOf(int guesses) const
{
    for (const GuessStep &step : m_steps)
        if (step.guesses == guesses)
            return step.block;
    const GuessStep &last = m_steps.back();
    const int every = m_steps.size() > 1 ? last.guesses - m_steps[m_steps.size() - 2].guesses : last.guesses;
    if (guesses > last.guesses && (guesses - last.guesses) % every == 0)
        return last.block;
    return std::nullopt;
}

void GuessPolicy::count(GuessRecord &record, Time now) const
{
    if (isOver(record, now))
        record = {};
    ++record.guesses;
    record.newest = now;
    if (const auto block = blockOf(record.guesses))
        record.blockedUntil = now + *block;
}

void GuessPolicy::takeBack(GuessRecord &record) const
{
    if (record.guesses == 0)
        return;
    if (blockOf(record.guesses))
        record.blockedUntil = {};
    --record.guesses;
}

bool GuessPolicy::isOver(const GuessRecord &record, Time now) const
{
    return record.guesses == 0 || (now >= record.blockedUntil && now - record.newest >= m_forget);
}

} // namespace matinee::accounts

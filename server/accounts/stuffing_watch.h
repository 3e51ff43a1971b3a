// Notices credential stuffing: many accounts tried from one address, or one account tried from many addresses. It refuses nothing
// (GuessPolicy does): it tells those who run the server, once for each episode. A value: `now` is passed in; the owner guards it. Bounded.
#pragma once

#include "accounts/bounded_map.h"
#include "accounts/guess_guard.h"

#include <functional>
#include <vector>

namespace matinee::accounts {

struct StuffingLimits
{
    std::size_t accounts = 10;  ///< From one address (an IPv6 address counts as its /64) within the window.
    std::size_t addresses = 10; ///< At one account.
    std::chrono::seconds window{600};
    std::size_t remembered = 20'000; ///< Addresses, and accounts; the longest unused are forgotten.
};

struct StuffingEpisode
{
    enum class Kind
    {
        OneAddress,
        OneAccount
    };
    Kind kind;
    std::string whom;      ///< The address or network; or the account, as guesses name it.
    std::size_t count = 0; ///< How many accounts or addresses it took.
};

class StuffingWatch
{
public:
    using Time = GuessGuard::Time;

    explicit StuffingWatch(StuffingLimits limits = {});

    /// A guess, whatever comes of it. What begins with it; an episode is over when nothing belongs to it for the length of the window.
    [[nodiscard]] std::vector<StuffingEpisode> tried(const Guess &guess, Time now);
    /// It was right: many people behind one address who sign in are none of this.
    void succeeded(const Guess &guess);

private:
    struct One
    {
        std::size_t of; ///< Hash of the name or address.
        Time at;
    };
    struct Record
    {
        std::vector<One> others; ///< Never more than the limit.
        Time newest;
        bool isEpisode = false;
    };
    bool begins(BoundedMap<Record> &records, const std::string &key, const std::string &other, std::size_t limit, Time now);

    const StuffingLimits m_limits;
    BoundedMap<Record> m_addresses;
    BoundedMap<Record> m_accounts;
};

/// A guard that watches as well. The owner guards it, as the one within.
class WatchingGuessGuard : public GuessGuard
{
public:
    using Report = std::function<void(const StuffingEpisode &, const Guess &, Time)>;

    /// `within` must outlive it. `report` must be quick: whoever signs in waits for it.
    WatchingGuessGuard(GuessGuard &within, Report report, StuffingLimits limits = {})
        : m_within(within), m_report(std::move(report)), m_watch(limits)
    {
    }

    std::optional<std::chrono::seconds> begin(const Guess &guess, Time now) override;
    void succeeded(const Guess &guess) override;

private:
    GuessGuard &m_within;
    const Report m_report;
    StuffingWatch m_watch;
};

} // namespace matinee::accounts

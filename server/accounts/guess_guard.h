// Who stands between guessers and passwords: one interface for one process and for several that share a store.
#pragma once

#include "accounts/bounded_map.h"
#include "accounts/guess_policy.h"

#include <chrono>
#include <optional>
#include <string>

namespace matinee::accounts {

struct Guess
{
    std::string account; ///< The name as it was typed, normalised, whether there is such an account or not: the answer must not tell.
    std::string address; ///< Of the peer; an IPv6 address counts as its /64.
};

class GuessGuard
{
public:
    using Time = GuessPolicy::Time;

    virtual ~GuessGuard() = default;

    /// Counts the guess and allows it, or says how long to wait, and then it is not counted. Asked before anything is checked, and for
    /// OPAQUE before the KE2 is made, since that is what a guess needs.
    virtual std::optional<std::chrono::seconds> begin(const Guess &guess, Time now) = 0;
    /// It was right: the wrong ones at this account are forgotten, those from this address are not, or whoever has an account of
    /// their own could guess at others for ever.
    virtual void succeeded(const Guess &guess) = 0;
};

/// Within one process; the owner guards it. Bounded: the least recently seen is forgotten.
class LocalGuessGuard : public GuessGuard
{
public:
    explicit LocalGuessGuard(std::size_t accounts = 100'000, std::size_t addresses = 100'000);

    std::optional<std::chrono::seconds> begin(const Guess &guess, Time now) override;
    void succeeded(const Guess &guess) override;

    [[nodiscard]] std::size_t accounts() const { return m_accounts.size(); }
    [[nodiscard]] std::size_t addresses() const { return m_addresses.size(); }

private:
    const GuessPolicy m_accountPolicy = GuessPolicy::ofAccounts();
    const GuessPolicy m_addressPolicy = GuessPolicy::ofAddresses();
    BoundedMap<GuessRecord> m_accounts;
    BoundedMap<GuessRecord> m_addresses;
};

} // namespace matinee::accounts

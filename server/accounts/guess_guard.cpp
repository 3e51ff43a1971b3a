#include "accounts/guess_guard.h"

#include "accounts/attempt_limiter.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

GuessRecord recordOf(BoundedMap<GuessRecord> &records, const std::string &key)
{
    const GuessRecord *record = records.find(key);
    return record ? *record : GuessRecord{};
}

} // namespace

LocalGuessGuard::LocalGuessGuard(std::size_t accounts, std::size_t addresses) : m_accounts(accounts), m_addresses(addresses) {}

std::optional<std::chrono::seconds> LocalGuessGuard::begin(const Guess &guess, Time now)
{
    const std::string network = limitedNetwork(guess.address);
    GuessRecord account = recordOf(m_accounts, guess.account);
    GuessRecord address = recordOf(m_addresses, network);
    const auto ofAccount = m_accountPolicy.blockedFor(account, now);
    const auto ofAddress = m_addressPolicy.blockedFor(address, now);
    if (ofAccount || ofAddress)
        return std::max(ofAccount.value_or(std::chrono::seconds(0)), ofAddress.value_or(std::chrono::seconds(0)));
    m_accountPolicy.count(account, now);
    m_addressPolicy.count(address, now);
    m_accounts.put(guess.account, account);
    m_addresses.put(network, address);
    return std::nullopt;
}

void LocalGuessGuard::succeeded(const Guess &guess)
{
    m_accounts.erase(guess.account);
    const std::string network = limitedNetwork(guess.address);
    GuessRecord *address = m_addresses.find(network);
    if (!address)
        return;
    m_addressPolicy.takeBack(*address);
    if (address->guesses == 0)
        m_addresses.erase(network);
}

} // namespace matinee::accounts

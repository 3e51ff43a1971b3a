#include "accounts/stuffing_watch.h"

#include "accounts/attempt_limiter.h"

#include <algorithm>

namespace matinee::accounts {

StuffingWatch::StuffingWatch(StuffingLimits limits) : m_limits(limits), m_addresses(limits.remembered), m_accounts(limits.remembered) {}

bool StuffingWatch::begins(BoundedMap<Record> &records, const std::string &key, const std::string &other, std::size_t limit, Time now)
{
    Record *found = records.find(key);
    Record &record = found ? *found : records.put(key, {});
    if (now - record.newest > m_limits.window)
        record = {};
    record.newest = now;
    if (record.isEpisode)
        return false; // told already
    std::erase_if(record.others, [&](const One &one) { return now - one.at > m_limits.window; });
    const std::size_t hash = std::hash<std::string>()(other);
    const auto known = std::find_if(record.others.begin(), record.others.end(), [&](const One &one) { return one.of == hash; });
    if (known != record.others.end())
        known->at = now;
    else
        record.others.push_back({hash, now});
    if (record.others.size() < limit)
        return false;
    record.isEpisode = true;
    record.others.clear();
    return true;
}

std::vector<StuffingEpisode> StuffingWatch::tried(const Guess &guess, Time now)
{
    const std::string network = limitedNetwork(guess.address);
    std::vector<StuffingEpisode> episodes;
    if (begins(m_addresses, network, guess.account, m_limits.accounts, now))
        episodes.push_back({StuffingEpisode::Kind::OneAddress, network, m_limits.accounts});
    if (begins(m_accounts, guess.account, network, m_limits.addresses, now))
        episodes.push_back({StuffingEpisode::Kind::OneAccount, guess.account, m_limits.addresses});
    return episodes;
}

void StuffingWatch::succeeded(const Guess &guess)
{
    const std::string network = limitedNetwork(guess.address);
    const auto forget = [](Record *record, const std::string &other) {
        if (record)
            std::erase_if(record->others, [hash = std::hash<std::string>()(other)](const One &one) { return one.of == hash; });
    };
    forget(m_addresses.find(network), guess.account);
    forget(m_accounts.find(guess.account), network);
}

std::optional<std::chrono::seconds> WatchingGuessGuard::begin(const Guess &guess, Time now)
{
    auto wait = m_within.begin(guess, now);
    for (const StuffingEpisode &episode : m_watch.tried(guess, now)) // refused ones too: who is made to wait goes on all the same
        m_report(episode, guess, now);
    return wait;
}

void WatchingGuessGuard::succeeded(const Guess &guess)
{
    m_within.succeeded(guess);
    m_watch.succeeded(guess);
}

} // namespace matinee::accounts

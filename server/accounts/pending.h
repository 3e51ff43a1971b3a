// What waits for its second half: a sign-in for its proof, a sign-up for its record. Each has a random id, is taken once and forgotten
// after `lifetime`; when there are `limit`, the oldest gives way, so that who asks for very many only shortens everybody's time. A value:
// `now` is passed in; the owner guards it.
#pragma once

#include "accounts/secrets.h"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace matinee::accounts {

template <class T> class Pending
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::size_t kIdCharacters = 26; ///< 130 random bits.

    Pending(std::size_t limit, std::chrono::seconds lifetime) : m_limit(limit), m_lifetime(lifetime) {}

    /// Gives the id.
    std::string add(T value, Time now)
    {
        forget(now);
        if (m_byId.size() >= m_limit)
            dropOldest();
        if (m_order.size() >= 2 * m_limit)
            std::erase_if(m_order, [this](const auto &entry) { return !m_byId.contains(entry.first); });
        std::string id = randomText(kIdCharacters);
        m_byId.emplace(id, Entry{std::move(value), now});
        m_order.emplace_back(id, now);
        return id;
    }
    /// Nothing for an id that is unknown, used, or too old.
    std::optional<T> take(const std::string &id, Time now)
    {
        forget(now);
        const auto found = m_byId.find(id);
        if (found == m_byId.end())
            return std::nullopt;
        std::optional<T> value(std::move(found->second.value));
        m_byId.erase(found);
        return value;
    }
    /// As `take`, and it stays: for what may be tried more than once. Null as above; valid until the next call.
    T *find(const std::string &id, Time now)
    {
        forget(now);
        const auto found = m_byId.find(id);
        return found == m_byId.end() ? nullptr : &found->second.value;
    }
    [[nodiscard]] std::size_t size() const { return m_byId.size(); }

private:
    struct Entry
    {
        T value;
        Time since;
    };

    /// A clock that was put back counts as no time.
    [[nodiscard]] bool isOver(Time since, Time now) const { return now - since >= m_lifetime; }
    void dropOldest()
    {
        while (!m_order.empty()) {
            const bool wasThere = m_byId.erase(m_order.front().first) != 0; // else it was taken
            m_order.pop_front();
            if (wasThere)
                return;
        }
    }
    void forget(Time now)
    {
        while (!m_order.empty() && (isOver(m_order.front().second, now) || !m_byId.contains(m_order.front().first))) {
            m_byId.erase(m_order.front().first);
            m_order.pop_front();
        }
    }

    const std::size_t m_limit;
    const std::chrono::seconds m_lifetime;
    std::unordered_map<std::string, Entry> m_byId;
    std::deque<std::pair<std::string, Time>> m_order; // oldest first; those taken since are skipped
};

} // namespace matinee::accounts

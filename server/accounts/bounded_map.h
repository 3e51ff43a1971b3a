// A map that forgets its least recently used entry rather than grow: what is kept per key or address that strangers choose.
// A value; the owner guards it.
#pragma once

#include <algorithm>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace matinee::accounts {

template <class T> class BoundedMap
{
public:
    explicit BoundedMap(std::size_t limit) : m_limit(limit) {}

    /// Null where there is none; else it counts as just used. Valid until the next `put` or `erase`.
    T *find(const std::string &key)
    {
        const auto found = m_places.find(key);
        if (found == m_places.end())
            return nullptr;
        m_entries.splice(m_entries.begin(), m_entries, found->second);
        return &found->second->second;
    }
    T &put(const std::string &key, T value)
    {
        if (T *there = find(key))
            return *there = std::move(value);
        if (m_entries.size() >= m_limit) {
            m_places.erase(m_entries.back().first);
            m_entries.pop_back();
        }
        m_entries.emplace_front(key, std::move(value));
        m_places[key] = m_entries.begin();
        return m_entries.front().second;
    }
    void erase(const std::string &key)
    {
        if (const auto found = m_places.find(key); found != m_places.end()) {
            m_entries.erase(found->second);
            m_places.erase(found);
        }
    }
    template <class Predicate> void eraseIf(Predicate predicate)
    {
        for (auto i = m_entries.begin(); i != m_entries.end();) {
            if (!predicate(i->second)) {
                ++i;
                continue;
            }
            m_places.erase(i->first);
            i = m_entries.erase(i);
        }
    }
    /// Of all; none counts as used by it.
    template <class Action> void forEach(Action action)
    {
        for (auto &entry : m_entries)
            action(entry.second);
    }
    template <class Predicate> [[nodiscard]] bool anyOf(Predicate predicate) const
    {
        return std::any_of(m_entries.begin(), m_entries.end(), [&](const auto &entry) { return predicate(entry.second); });
    }
    [[nodiscard]] std::size_t size() const { return m_entries.size(); }

private:
    using Entries = std::list<std::pair<std::string, T>>; // most recently used first
    const std::size_t m_limit;
    Entries m_entries;
    std::unordered_map<std::string, typename Entries::iterator> m_places;
};

} // namespace matinee::accounts

// A pointer to an immutable value that one thread replaces and others pick up. For what changes seldom and is read once a connection.
// (std::atomic<std::shared_ptr> of GCC 12 lets its readers go without release, which is a data race.)
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace matinee::net {

template <class T> class Published
{
public:
    Published() = default;
    explicit Published(std::shared_ptr<T> value) : m_value(std::move(value)) {}

    // any thread
    [[nodiscard]] std::shared_ptr<T> load() const
    {
        const std::lock_guard lock(m_mutex);
        return m_value;
    }
    void store(std::shared_ptr<T> value)
    {
        const std::lock_guard lock(m_mutex);
        m_value.swap(value); // the old one goes after the lock
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<T> m_value;
};

} // namespace matinee::net

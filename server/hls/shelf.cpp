#include "hls/shelf.h"

#include <boost/asio/as_tuple.hpp>

#include <string>
#include <utility>

namespace matinee::hls {

Shelf::Content Shelf::content() const
{
    const std::lock_guard lock(m_mutex);
    return m_content;
}

Task<Shelf::Content> Shelf::await(std::chrono::milliseconds timeout)
{
    const auto waiter = std::make_shared<Waiter>(*net::Worker::current());
    {
        const std::lock_guard lock(m_mutex);
        if (m_content.snapshot || m_content.failure || m_content.closed)
            co_return m_content;
        m_waiters.push_back(waiter);
    }
    struct Leave // also when the worker stops and this coroutine is given up
    {
        Shelf &shelf;
        const std::shared_ptr<Waiter> &waiter;
        ~Leave()
        {
            const std::lock_guard lock(shelf.m_mutex);
            std::erase(shelf.m_waiters, waiter);
        }
    } const leave{*this, waiter};
    // Woken by a post to this worker, which cannot run before the wait has begun.
    waiter->timer.expires_after(timeout);
    (void)co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return content();
}

void Shelf::seen(std::string_view address, std::string_view userAgent, SteadyTime now)
{
    const auto viewer = std::hash<std::string>{}(std::string(address) + '\n' + std::string(userAgent));
    const std::lock_guard lock(m_mutex);
    m_lastAsked = now;
    if (m_viewers.size() < kMaxViewers || m_viewers.contains(viewer))
        m_viewers[viewer] = now;
}

void Shelf::touch(SteadyTime now)
{
    const std::lock_guard lock(m_mutex);
    m_lastAsked = now;
}

SteadyTime Shelf::lastAsked() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastAsked;
}

std::uint32_t Shelf::viewersSince(SteadyTime from)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_viewers, [&](const auto &viewer) { return viewer.second < from; });
    return static_cast<std::uint32_t>(m_viewers.size());
}

void Shelf::publish(std::shared_ptr<const Snapshot> snapshot)
{
    const std::lock_guard lock(m_mutex);
    m_content.snapshot = std::move(snapshot);
    m_content.failure.reset();
    wakeAll();
}

void Shelf::refuse(Error failure)
{
    const std::lock_guard lock(m_mutex);
    m_content.failure = std::move(failure);
    wakeAll();
}

void Shelf::close()
{
    const std::lock_guard lock(m_mutex);
    m_content.closed = true;
    wakeAll();
}

void Shelf::wakeAll()
{
    for (auto &waiter : std::exchange(m_waiters, {})) {
        auto &worker = waiter->worker;
        worker.post([waiter = std::move(waiter)] { waiter->timer.cancel(); });
    }
}

} // namespace matinee::hls

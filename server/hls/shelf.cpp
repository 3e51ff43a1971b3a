#include "hls/shelf.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <utility>

namespace matinee::hls {

Shelf::Shelf(std::string secret, SteadyTime now) : m_secret(std::move(secret)), m_lastAsked(now) {}

Shelf::Content Shelf::content(Form form) const
{
    const std::lock_guard lock(m_mutex);
    return at(form);
}

bool Shelf::answers(const Content &content, const Reload &reload) const
{
    if (content.failure || content.closed)
        return true;
    return content.snapshot && reachOf(content.snapshot->playlist, reload) != Reach::Wait;
}

Task<Shelf::Content> Shelf::await(Form form, Reload reload, std::chrono::milliseconds timeout)
{
    std::shared_ptr<Waiter> waiter;
    {
        const std::lock_guard lock(m_mutex);
        if (answers(at(form), reload) || m_waiters.size() >= kMaxWaiters)
            co_return at(form);
        waiter = std::make_shared<Waiter>(*net::Worker::current(), form, reload);
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
    co_return content(form);
}

void Shelf::seen(Form form, std::string_view address, std::string_view userAgent, SteadyTime now)
{
    std::size_t viewer = std::hash<std::string_view>{}(address);
    viewer ^= std::hash<std::string_view>{}(userAgent) + 0x9e3779b97f4a7c15ULL + (viewer << 6) + (viewer >> 2);
    const std::lock_guard lock(m_mutex);
    m_lastAsked = now;
    m_asked[static_cast<std::size_t>(form)] = now;
    if (m_viewers.size() < kMaxViewers || m_viewers.contains(viewer))
        m_viewers[viewer] = now;
}

void Shelf::touch(Form form, SteadyTime now)
{
    const std::lock_guard lock(m_mutex);
    m_lastAsked = now;
    m_asked[static_cast<std::size_t>(form)] = now;
}

bool Shelf::isAskedFor(SteadyTime since) const
{
    const std::lock_guard lock(m_mutex);
    return m_lastAsked > since || (!m_waiters.empty() && since != SteadyTime::max());
}

FormSet Shelf::askedSince(SteadyTime from) const
{
    const std::lock_guard lock(m_mutex);
    FormSet forms;
    for (std::size_t form = 0; form < kFormCount; ++form)
        forms[form] = m_asked[form] && *m_asked[form] >= from;
    for (const auto &waiter : m_waiters)
        forms.set(static_cast<std::size_t>(waiter->form));
    return forms;
}

std::uint32_t Shelf::viewersSince(SteadyTime from)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_viewers, [&](const auto &viewer) { return viewer.second < from; });
    return static_cast<std::uint32_t>(m_viewers.size());
}

Lead Shelf::leadAt(media::MediaTime time, WallTime broadcast) const
{
    constexpr media::MediaTime close = std::chrono::milliseconds(20); // less than a frame; some containers round to milliseconds
    const std::lock_guard lock(m_mutex);
    Lead lead;
    lead.present = !at(Form::Main).failure && !at(Form::Main).closed;
    lead.passed = broadcast == m_broadcast && m_reached && *m_reached + close >= time;
    if (!lead.passed)
        return lead;
    for (const auto &beginning : m_beginnings) {
        if (beginning.time > time + close)
            break;
        lead.segment = beginning;
    }
    lead.begins = lead.segment && time - lead.segment->time < close;
    return lead;
}

void Shelf::broadcast(WallTime startedAt)
{
    const std::lock_guard lock(m_mutex);
    if (m_broadcast == startedAt)
        return;
    m_broadcast = startedAt;
    m_beginnings.clear();
    m_reached.reset();
}

void Shelf::began(Beginning beginning)
{
    const std::lock_guard lock(m_mutex);
    if (!m_beginnings.empty() && m_beginnings.back().numbers.media == beginning.numbers.media)
        return;
    m_beginnings.push_back(beginning);
    if (m_beginnings.size() > kMaxBeginnings)
        m_beginnings.pop_front();
}

void Shelf::reached(media::MediaTime time)
{
    const std::lock_guard lock(m_mutex);
    m_reached = std::max(time, m_reached.value_or(time));
}

void Shelf::publish(Form form, std::shared_ptr<const Snapshot> snapshot)
{
    const std::lock_guard lock(m_mutex);
    at(form).snapshot.swap(snapshot); // the old one is freed after the lock
    at(form).failure.reset();
    wake();
}

void Shelf::refuse(Form form, Error failure)
{
    const std::lock_guard lock(m_mutex);
    at(form).failure = std::move(failure);
    wake();
}

void Shelf::withdraw(Form form)
{
    const std::lock_guard lock(m_mutex);
    at(form).snapshot.reset();
    at(form).failure.reset();
}

void Shelf::close()
{
    const std::lock_guard lock(m_mutex);
    for (auto &content : m_contents)
        content.closed = true;
    wake();
}

/// Those whose wish is there now; the others go on waiting undisturbed.
void Shelf::wake()
{
    const auto ready = std::stable_partition(m_waiters.begin(), m_waiters.end(),
                                             [&](const auto &waiter) { return !answers(at(waiter->form), waiter->reload); });
    for (auto it = ready; it != m_waiters.end(); ++it) {
        auto &worker = (*it)->worker;
        worker.post([waiter = std::move(*it)] { waiter->timer.cancel(); });
    }
    m_waiters.erase(ready, m_waiters.end());
}

} // namespace matinee::hls

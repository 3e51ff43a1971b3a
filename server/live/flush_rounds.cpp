#include "live/flush_rounds.h"

#include "live/replica.h"
#include "live/worker_pace.h"

#include <utility>

namespace matinee::live {

void FlushRounds::attach(Subscriber &subscriber)
{
    if (!m_worker && (m_worker = net::Worker::current()))
        m_timer.emplace(m_worker->context());
    subscriber.m_place = m_subscribers.size();
    m_subscribers.push_back(&subscriber);
}

void FlushRounds::detach(Subscriber &subscriber)
{
    const auto place = std::exchange(subscriber.m_place, Subscriber::kNowhere);
    if (place == Subscriber::kNowhere)
        return;
    if (m_walking) { // a round counts its viewers by place
        m_subscribers[place] = nullptr;
        m_gaps = true;
        return;
    }
    m_subscribers[place] = m_subscribers.back();
    m_subscribers.pop_back();
    if (place < m_subscribers.size())
        m_subscribers[place]->m_place = place;
}

std::vector<Subscriber *> FlushRounds::takeAll()
{
    if (m_timer)
        m_timer->cancel();
    m_at = 0;
    auto all = std::exchange(m_subscribers, {});
    std::erase(all, nullptr);
    for (auto *subscriber : all)
        subscriber->m_place = Subscriber::kNowhere;
    return all;
}

void FlushRounds::onFrames(bool picture)
{
    if (m_subscribers.empty())
        return;
    const auto now = std::chrono::steady_clock::now();
    m_pacer.add(now, picture || !m_worker);
    if (!m_walking)
        settle(now);
}

/// Begins a round that is due, or waits for it.
void FlushRounds::settle(Instant now)
{
    const auto merge = m_paces && m_worker ? m_paces->at(m_worker->index()).merge(now) : std::chrono::milliseconds(0);
    const auto due = m_pacer.due(merge);
    if (!due)
        return;
    if (*due > now)
        return waitUntil(*due);
    m_pacer.begin(now);
    m_at = 0;
    m_walking = true;
    walk(now);
}

void FlushRounds::waitUntil(Instant when)
{
    if (when >= m_armed) // it will look again when it rings
        return;
    m_armed = when;
    m_timer->expires_at(when);
    m_timer->async_wait([weak = weak_from_this()](const boost::system::error_code &error) {
        const auto self = weak.lock();
        if (error || !self)
            return;
        self->m_armed = Instant::max();
        if (!self->m_walking)
            self->settle(std::chrono::steady_clock::now());
    });
}

/// One slice of a round. Viewers who come while it is under way are in it; frames too, for those whose turn is still to come.
void FlushRounds::walk(Instant now)
{
    const auto until = now + kSlice;
    while (m_at < m_subscribers.size()) {
        if (auto *subscriber = m_subscribers[m_at++])
            subscriber->onFrames();
        if (m_at % kLook != 0 || !m_worker || std::chrono::steady_clock::now() < until)
            continue;
        m_worker->post([weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->walk(std::chrono::steady_clock::now());
        });
        return;
    }
    m_walking = false;
    if (std::exchange(m_gaps, false)) {
        std::erase(m_subscribers, nullptr);
        for (std::size_t i = 0; i < m_subscribers.size(); ++i)
            m_subscribers[i]->m_place = i;
    }
    if (m_worker)
        settle(std::chrono::steady_clock::now()); // frames that came meanwhile
}

} // namespace matinee::live

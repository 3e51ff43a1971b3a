// What subscribers of the envelope protocol are told: "streams" as they change and each second while one is live, "health" each 2 s.
// Owned by app. subscribe() may be called from any thread; events are made on worker 0, once for all subscribers.
#pragma once

#include "api/envelope_session.h"
#include "live/registry.h"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

namespace matinee::app {

class Topics final : public api::TopicSource, public std::enable_shared_from_this<Topics>
{
public:
    using MakeEvent = std::function<Task<std::shared_ptr<const v1::Event>>()>; ///< Null: cannot be told now.
    struct Sources
    {
        MakeEvent streams;
        MakeEvent health;
    };

    Topics(net::WorkerPool &workers, Sources sources);

    Result<std::unique_ptr<api::TopicSubscription>> subscribe(const std::string &topic, Deliver deliver) override;
    /// Something about streams changed: tell now. Any thread; calls in quick succession are one event.
    void streamsChanged();
    /// Starts the clock of the events.
    void start();
    void stop();

private:
    struct Topic
    {
        std::string name;
        MakeEvent make;
        std::chrono::milliseconds each;
        std::list<Deliver> subscribers; // guarded by m_mutex
        std::atomic<bool> due{false};
        std::chrono::steady_clock::time_point next{};
    };
    class Subscription;

    Task<void> run();
    Task<void> tell(Topic &topic);
    [[nodiscard]] bool wanted(Topic &topic);
    void wake();

    net::Worker &m_worker;
    std::mutex m_mutex;
    std::array<Topic, 2> m_topics;
    asio::steady_timer m_timer;
    std::atomic<bool> m_stopped{false};
};

struct Core;
/// With events made from the same state that the calls answer from.
[[nodiscard]] std::shared_ptr<Topics> makeTopics(Core &core);

} // namespace matinee::app

// What subscribers of the envelope protocol are told: "streams" as they change and each second while one is live, "health" each 2 s,
// "playback:NAME" as that stream changes and each second while somebody subscribes.
// Owned by app. subscribe() may be called from any thread; events are made on worker 0, once for all subscribers.
#pragma once

#include "api/envelope_session.h"
#include "live/registry.h"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace matinee::app {

class Topics final : public api::TopicSource, public std::enable_shared_from_this<Topics>
{
public:
    using MakeEvent = std::function<Task<std::shared_ptr<const v1::Event>>()>; ///< Null: cannot be told now.
    struct Sources
    {
        MakeEvent streams;
        MakeEvent health;
        std::function<Task<std::shared_ptr<const v1::Event>>(std::string name)> playback;
    };

    Topics(net::WorkerPool &workers, Sources sources);

    Result<std::unique_ptr<api::TopicSubscription>> subscribe(const std::string &topic, Deliver deliver) override;
    /// Something about streams, or about this one, changed: tell now. Any thread; calls in quick succession are one event.
    void streamsChanged();
    void streamChanged(const std::string &name);
    /// Starts the clock of the events.
    void start();
    void stop();

private:
    static constexpr std::size_t kMaxPlayback = 1000; // streams whose figures are pushed; each costs one event a second

    struct Topic
    {
        MakeEvent make;
        std::chrono::milliseconds each;
        std::list<Deliver> subscribers; // guarded by m_mutex
        std::atomic<bool> due{false};
        std::chrono::steady_clock::time_point next{}; // run() only
        bool passing = false;                         // forgotten with its last subscriber
    };
    using TopicPtr = std::shared_ptr<Topic>;
    class Subscription;

    Task<void> run();
    Task<void> tell(Topic &topic);
    [[nodiscard]] std::vector<TopicPtr> wanted();
    [[nodiscard]] Result<TopicPtr> open(const std::string &name);
    void hurry(const std::string &name);
    void wake();

    net::Worker &m_worker;
    const Sources m_sources;
    std::mutex m_mutex;
    std::map<std::string, TopicPtr> m_topics; // guarded by m_mutex
    asio::steady_timer m_timer;
    std::atomic<bool> m_stopped{false};
};

struct Core;
/// With events made from the same state that the calls answer from.
[[nodiscard]] std::shared_ptr<Topics> makeTopics(Core &core);

} // namespace matinee::app

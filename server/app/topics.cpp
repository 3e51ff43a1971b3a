#include "app/topics.h"

#include <boost/asio/redirect_error.hpp>

namespace matinee::app {

namespace {

constexpr std::chrono::milliseconds kShortest{100}; // between two events of a topic, however much happens

} // namespace

class Topics::Subscription final : public api::TopicSubscription
{
public:
    Subscription(std::shared_ptr<Topics> topics, Topic &topic, std::list<Deliver>::iterator place)
        : m_topics(std::move(topics))
        , m_topic(topic)
        , m_place(place)
    {
    }
    ~Subscription() override
    {
        const std::lock_guard lock(m_topics->m_mutex);
        m_topic.subscribers.erase(m_place);
    }

private:
    const std::shared_ptr<Topics> m_topics;
    Topic &m_topic;
    const std::list<Deliver>::iterator m_place;
};

Topics::Topics(net::WorkerPool &workers, Sources sources)
    : m_worker(workers.at(0))
    , m_timer(m_worker.context())
{
    m_topics[0].name = "streams";
    m_topics[0].make = std::move(sources.streams);
    m_topics[0].each = std::chrono::seconds(1);
    m_topics[1].name = "health";
    m_topics[1].make = std::move(sources.health);
    m_topics[1].each = std::chrono::seconds(2);
}

Result<std::unique_ptr<api::TopicSubscription>> Topics::subscribe(const std::string &name, Deliver deliver)
{
    for (auto &topic : m_topics) {
        if (topic.name != name)
            continue;
        std::unique_ptr<api::TopicSubscription> subscription;
        {
            const std::lock_guard lock(m_mutex);
            topic.subscribers.push_back(std::move(deliver));
            subscription = std::make_unique<Subscription>(shared_from_this(), topic, std::prev(topic.subscribers.end()));
        }
        topic.due = true;
        wake();
        return subscription;
    }
    return fail(ErrorCode::NotFound, "There is no topic " + name + ".", "topic");
}

void Topics::streamsChanged()
{
    m_topics[0].due = true;
    wake();
}

void Topics::wake()
{
    m_worker.post([self = shared_from_this()] { self->m_timer.cancel(); });
}

void Topics::start()
{
    m_worker.spawn("topics", run());
}

void Topics::stop()
{
    m_stopped = true;
    wake();
}

Task<void> Topics::run()
{
    const auto self = shared_from_this();
    while (!m_stopped) {
        const auto now = std::chrono::steady_clock::now();
        for (auto &topic : m_topics) {
            const bool hurry = topic.due && now >= topic.next - topic.each + kShortest;
            if (!hurry && now < topic.next)
                continue;
            topic.due = false;
            topic.next = now + topic.each;
            if (wanted(topic))
                co_await tell(topic);
        }
        const bool pending = m_topics[0].due || m_topics[1].due;
        m_timer.expires_after(pending ? kShortest : std::chrono::milliseconds(1000));
        boost::system::error_code woken;
        co_await m_timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

bool Topics::wanted(Topic &topic)
{
    const std::lock_guard lock(m_mutex);
    return !topic.subscribers.empty();
}

Task<void> Topics::tell(Topic &topic)
{
    const auto event = co_await topic.make();
    if (!event)
        co_return;
    const std::lock_guard lock(m_mutex);
    for (const auto &deliver : topic.subscribers)
        deliver(event);
}

} // namespace matinee::app

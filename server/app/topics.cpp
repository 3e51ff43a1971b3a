#include "app/topics.h"

#include "live/stream_calls.h"

#include <boost/asio/redirect_error.hpp>

#include <tuple>

namespace matinee::app {

namespace {

constexpr std::chrono::milliseconds kShortest{100}; // between two events of a topic, however much happens
constexpr std::string_view kPlayback = "playback:";

} // namespace

class Topics::Subscription final : public api::TopicSubscription
{
public:
    Subscription(std::shared_ptr<Topics> topics, std::string name, TopicPtr topic, std::list<Deliver>::iterator place)
        : m_topics(std::move(topics))
        , m_name(std::move(name))
        , m_topic(std::move(topic))
        , m_place(place)
    {
    }
    ~Subscription() override
    {
        const std::lock_guard lock(m_topics->m_mutex);
        m_topic->subscribers.erase(m_place);
        if (m_topic->passing && m_topic->subscribers.empty())
            m_topics->m_topics.erase(m_name);
    }

private:
    const std::shared_ptr<Topics> m_topics;
    const std::string m_name;
    const TopicPtr m_topic;
    const std::list<Deliver>::iterator m_place;
};

Topics::Topics(net::WorkerPool &workers, Sources sources)
    : m_worker(workers.at(0))
    , m_sources(std::move(sources))
    , m_timer(m_worker.context())
{
    for (const auto &[name, make, each] : {std::tuple("streams", m_sources.streams, std::chrono::seconds(1)),
                                           std::tuple("health", m_sources.health, std::chrono::seconds(2))}) {
        const auto topic = std::make_shared<Topic>();
        topic->make = make;
        topic->each = each;
        m_topics.emplace(name, topic);
    }
}

/// Under the lock.
Result<Topics::TopicPtr> Topics::open(const std::string &name)
{
    if (const auto found = m_topics.find(name); found != m_topics.end())
        return found->second;
    if (!name.starts_with(kPlayback))
        return fail(ErrorCode::NotFound, "There is no topic " + name + ".", "topic");
    std::string stream = name.substr(kPlayback.size());
    if (const auto good = live::checkStreamName(stream); !good)
        return good.error();
    if (m_topics.size() >= kMaxPlayback)
        return fail(ErrorCode::Unavailable, "The figures of too many streams are being pushed. Ask for them by GetPlaybackStatistics.", "topic");
    auto topic = std::make_shared<Topic>();
    topic->make = [playback = m_sources.playback, stream = std::move(stream)] { return playback(stream); };
    topic->each = std::chrono::seconds(1);
    topic->passing = true;
    m_topics.emplace(name, topic);
    return topic;
}

Result<std::unique_ptr<api::TopicSubscription>> Topics::subscribe(const std::string &name, Deliver deliver)
{
    std::unique_ptr<api::TopicSubscription> subscription;
    {
        const std::lock_guard lock(m_mutex);
        const auto topic = open(name);
        if (!topic)
            return topic.error();
        auto &subscribers = (*topic)->subscribers;
        subscribers.push_back(std::move(deliver));
        subscription = std::make_unique<Subscription>(shared_from_this(), name, *topic, std::prev(subscribers.end()));
        (*topic)->due = true;
    }
    wake();
    return subscription;
}

void Topics::hurry(const std::string &name)
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_topics.find(name); found != m_topics.end())
        found->second->due = true;
}

void Topics::streamsChanged()
{
    hurry("streams");
    wake();
}

void Topics::streamChanged(const std::string &name)
{
    hurry(std::string(kPlayback) + name);
    streamsChanged();
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
        bool pending = false;
        const auto topics = wanted();
        for (const auto &topic : topics) {
            const bool hurry = topic->due && now >= topic->next - topic->each + kShortest;
            if (!hurry && now < topic->next) {
                pending = pending || topic->due;
                continue;
            }
            topic->due = false;
            topic->next = now + topic->each;
            co_await tell(*topic);
        }
        m_timer.expires_after(pending ? kShortest : std::chrono::milliseconds(1000));
        boost::system::error_code woken;
        co_await m_timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

std::vector<Topics::TopicPtr> Topics::wanted()
{
    const std::lock_guard lock(m_mutex);
    std::vector<TopicPtr> topics;
    for (const auto &[name, topic] : m_topics) {
        if (!topic->subscribers.empty())
            topics.push_back(topic);
    }
    return topics;
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

#include "store/store.h"

#include "observe/log.h"
#include "store/lane.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>

namespace matinee::store {

namespace {

/// Tells callers "Unavailable" when their time is up, whatever the database thread is doing. All jobs are given the same time, so the
/// oldest is always the next to expire.
class DeadlineWatch
{
public:
    DeadlineWatch() : m_thread([this] { watch(); }) {}
    ~DeadlineWatch()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_ending = true;
        }
        m_changed.notify_one();
        m_thread.join();
    }

    void add(std::shared_ptr<Job> job, store::Lane *lane)
    {
        const std::lock_guard lock(m_mutex);
        while (!m_jobs.empty() && m_jobs.front().job->answered())
            m_jobs.pop_front();
        m_jobs.push_back({std::move(job), lane});
        m_changed.notify_one();
    }

private:
    struct Watched
    {
        std::shared_ptr<Job> job;
        store::Lane *lane;
    };

    void watch()
    {
        std::unique_lock lock(m_mutex);
        while (!m_ending) {
            if (m_jobs.empty()) {
                m_changed.wait(lock);
                continue;
            }
            const Watched first = m_jobs.front();
            if (!first.job->answered() && m_changed.wait_until(lock, first.job->deadline()) == std::cv_status::no_timeout)
                continue;
            if (m_jobs.empty() || m_jobs.front().job != first.job)
                continue; // answered meanwhile
            m_jobs.pop_front();
            lock.unlock();
            first.job->expire([&] { first.lane->countTimeout(); });
            lock.lock();
        }
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Watched> m_jobs;
    bool m_ending = false;
    std::thread m_thread;
};

void exposeState(observe::Metrics &metrics, const std::string &name, std::weak_ptr<store::Lane> lane)
{
    const auto connections = [&](const char *state) {
        return metrics.gauge("matinee_db_connections", "Connections to the database", {{"lane", name}, {"state", state}});
    };
    metrics.onScrape([lane = std::move(lane),
                      queue = metrics.gauge("matinee_db_queue_length", "Jobs waiting for a connection", {{"lane", name}}),
                      idle = connections("idle"), busy = connections("busy"), down = connections("down")]() mutable {
        const auto open = lane.lock();
        const store::Lane::Seats seats = open ? open->seats() : store::Lane::Seats();
        queue.set(open ? static_cast<double>(open->waiting()) : 0);
        idle.set(seats.idle);
        busy.set(seats.busy);
        down.set(seats.down);
    });
}

} // namespace

struct Store::State
{
    StoreOptions options;
    observe::Metrics *metrics = nullptr;
    DatabaseUrl url;
    std::shared_ptr<store::Lane> reads;
    std::shared_ptr<store::Lane> writes;
    std::unique_ptr<DeadlineWatch> watch; // declared last: ends first, and refers to the lanes

    store::Lane *lane(Store::Lane which) const { return which == Store::Lane::Read ? reads.get() : writes.get(); }
    [[nodiscard]] bool healthy() const { return reads && writes && reads->healthy() && writes->healthy(); }
};

Store::Store(StoreOptions options, observe::Metrics *metrics) : m_state(std::make_shared<State>())
{
    m_state->options = std::move(options);
    m_state->metrics = metrics;
}

Store::~Store()
{
    close();
}

Result<void> Store::open()
{
    State &state = *m_state;
    auto url = parseDatabaseUrl(state.options.url);
    if (!url)
        return url.error();
    state.url = std::move(*url);

    const auto makeLane = [&](Connection::Access access, int threads, const std::string &name) {
        store::Lane::Setup setup{state.url, access, threads, state.options.jobTimeout, state.options.queueLimit, {}};
        if (state.metrics)
            setup.counters = LaneCounters(*state.metrics, name);
        auto lane = std::make_shared<store::Lane>(std::move(setup));
        if (state.metrics)
            exposeState(*state.metrics, name, lane);
        return lane;
    };
    // The writer first: it makes the file and turns the write-ahead log on.
    auto writes = makeLane(Connection::Access::Write, 1, "write");
    if (auto r = writes->open(); !r)
        return r;
    auto reads = makeLane(Connection::Access::Read, std::max(1, state.options.readThreads), "read");
    if (auto r = reads->open(); !r)
        return r;
    state.writes = std::move(writes);
    state.reads = std::move(reads);
    state.watch = std::make_unique<DeadlineWatch>();
    if (state.metrics) {
        state.metrics->onScrape([weak = std::weak_ptr<State>(m_state),
                                 up = state.metrics->gauge("matinee_db_up", "1 while the database answers, 0 while it is away")]() mutable {
            const auto alive = weak.lock();
            up.set(alive && alive->healthy() ? 1 : 0);
        });
    }
    log::info("store", "connected to {}", state.url.describe());
    return {};
}

void Store::close()
{
    // Lanes stay, closed and refusing, so that a late caller is answered; so does the watch, for those still waiting.
    if (m_state->reads)
        m_state->reads->close();
    if (m_state->writes)
        m_state->writes->close();
}

bool Store::healthy() const
{
    return m_state->healthy();
}
Engine Store::engine() const
{
    return m_state->url.engine;
}
const DatabaseUrl &Store::url() const
{
    return m_state->url;
}

void Store::submit(Lane which, Body body, Done done)
{
    store::Lane *lane = m_state->lane(which);
    if (!lane) {
        done(databaseAway());
        return;
    }
    auto job = std::make_shared<Job>(std::move(body), std::move(done), m_state->options.jobTimeout, which == Lane::Write);
    lane->submit(job);
    if (!job->answered())
        m_state->watch->add(std::move(job), lane);
}

Task<std::optional<Error>> Store::submitted(Lane lane, Body body)
{
    auto initiate = [this, lane](auto handler, Body work) {
        // The answer comes from a database thread or the watch, and goes home through the executor of the caller. Work is tracked there,
        // so that its context does not run dry meanwhile. Shared because std::function wants to be copied; called once.
        using Handler = decltype(handler);
        auto executor = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto home = std::make_shared<std::pair<decltype(executor), Handler>>(std::move(executor), std::move(handler));
        submit(lane, std::move(work), [home = std::move(home)](std::optional<Error> error) {
            auto [to, resume] = std::move(*home);
            asio::post(to, [resume = std::move(resume), error = std::move(error)]() mutable { std::move(resume)(std::move(error)); });
        });
    };
    asio::use_awaitable_t<> token;
    const std::optional<Error> error =
        co_await asio::async_initiate<asio::use_awaitable_t<>, void(std::optional<Error>)>(initiate, token, std::move(body));
    co_return error;
}

std::optional<Error> Store::submittedNow(Lane lane, Body body)
{
    auto promise = std::make_shared<std::promise<std::optional<Error>>>();
    auto answer = promise->get_future();
    submit(lane, std::move(body), [promise](std::optional<Error> error) { promise->set_value(std::move(error)); });
    return answer.get();
}

void Store::writeLater(std::function<Result<void>(Transaction &)> job)
{
    auto answer = std::make_shared<std::optional<Result<void>>>();
    submit(Lane::Write, bodyOf<void>(std::move(answer), std::move(job)), [](const std::optional<Error> &error) {
        if (error)
            log::warn("store", "a background write was dropped: {}", error->message);
    });
}

} // namespace matinee::store

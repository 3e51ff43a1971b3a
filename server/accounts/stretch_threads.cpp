#include "accounts/stretch_threads.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace matinee::accounts {

struct StretchThreads::State
{
    using Done = std::function<void(bool)>; // called exactly once, on any thread
    struct Job
    {
        std::function<void()> work;
        Done done;
    };

    State(std::size_t threadCount, std::size_t waitingLimit) : mostThreads(threadCount), mostWaiting(waitingLimit) {}

    void serve()
    {
        for (;;) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [this] { return stopping || !queue.empty(); });
            if (queue.empty())
                return;
            Job job = std::move(queue.front());
            queue.pop_front();
            const bool isWanted = !stopping;
            lock.unlock();
            if (isWanted)
                job.work();
            job.work = nullptr; // what it held goes before the answer
            job.done(isWanted);
        }
    }

    void submit(std::function<void()> work, Done done)
    {
        {
            const std::lock_guard lock(mutex);
            if (!stopping && queue.size() < mostWaiting) {
                while (threads.size() < mostThreads) // with the first: most servers never do this
                    threads.emplace_back([this] { serve(); });
                queue.push_back({std::move(work), std::move(done)});
                changed.notify_one();
                return;
            }
        }
        done(false);
    }

    const std::size_t mostThreads, mostWaiting;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> queue; // guarded by mutex, as those below
    std::vector<std::thread> threads;
    bool stopping = false;
};

StretchThreads::StretchThreads(std::size_t threads, std::size_t mostWaiting) : m_state(std::make_shared<State>(threads, mostWaiting)) {}

StretchThreads::~StretchThreads()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->stopping = true;
    }
    m_state->changed.notify_all();
    for (std::thread &thread : m_state->threads) // no more of them are made now
        thread.join();
}

bool StretchThreads::isFull() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->stopping || m_state->queue.size() >= m_state->mostWaiting;
}

Task<bool> StretchThreads::run(std::function<void()> job)
{
    auto initiate = [state = m_state](auto handler, std::function<void()> work) {
        // The answer comes from a thread of ours and goes home through the executor of the caller, where work is tracked meanwhile.
        using Handler = decltype(handler);
        auto executor = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto home = std::make_shared<std::pair<decltype(executor), Handler>>(std::move(executor), std::move(handler));
        state->submit(std::move(work), [home = std::move(home)](bool isDone) {
            auto [to, resume] = std::move(*home);
            asio::post(to, [resume = std::move(resume), isDone]() mutable { std::move(resume)(isDone); });
        });
    };
    asio::use_awaitable_t<> token;
    const bool isDone = co_await asio::async_initiate<asio::use_awaitable_t<>, void(bool)>(initiate, token, std::move(job));
    co_return isDone;
}

} // namespace matinee::accounts

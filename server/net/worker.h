// A worker is one thread with one io_context; a connection, a replica, a stream's home each belong to exactly one.
// Anything may `post` to a worker from any thread; everything else is touched on the worker's own thread only.
#pragma once

#include "net/busy_meter.h"
#include "net/task.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cassert>
#include <ctime>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

namespace matinee::net {

class Worker
{
public:
    explicit Worker(std::size_t index);
    ~Worker(); ///< Stops and joins.
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    // any thread
    [[nodiscard]] std::size_t index() const { return m_index; }
    [[nodiscard]] asio::io_context &context() { return m_context; }
    [[nodiscard]] auto executor() { return m_context.get_executor(); }
    template <class F> void post(F &&f) { asio::post(m_context, std::forward<F>(f)); }
    /// The worker whose thread this is, or null (the Qt thread, a database thread).
    [[nodiscard]] static Worker *current();
    [[nodiscard]] bool isCurrent() const { return current() == this; }
    /// What the thread has used of its processor so far. Zero before start().
    [[nodiscard]] ThreadTimes times() const;

    /// Starts a root coroutine here. What it throws is logged with `what` and counted, never propagated.
    void spawn(std::string_view what, Task<void> task);

    void start();
    void stop(); ///< Abandons what is pending; call after draining.

private:
    const std::size_t m_index;
    asio::io_context m_context{1};
    asio::executor_work_guard<asio::io_context::executor_type> m_guard;
    std::thread m_thread;
    std::atomic<int> m_schedule{-1}; // its /proc/.../schedstat; -1: not started, or the kernel has none
    std::atomic<clockid_t> m_clock{0};
};

/// Fixed set of workers. Connections are spread over them in turn by the listeners.
class WorkerPool
{
public:
    explicit WorkerPool(std::size_t count); ///< At least 1.
    [[nodiscard]] std::size_t size() const { return m_workers.size(); }
    [[nodiscard]] Worker &at(std::size_t index) { return *m_workers[index]; }
    [[nodiscard]] Worker &next(); ///< In turn; any thread.
    void start();
    void stop();

private:
    std::vector<std::unique_ptr<Worker>> m_workers;
    std::atomic<std::size_t> m_turn{0};
};

} // namespace matinee::net

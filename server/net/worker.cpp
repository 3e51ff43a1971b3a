#include "net/worker.h"

#include "observe/log.h"

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace matinee::net {

namespace {
thread_local Worker *t_current = nullptr;
}

Worker::Worker(std::size_t index) : m_index(index), m_guard(asio::make_work_guard(m_context)) {}

Worker::~Worker()
{
    stop();
    if (const int schedule = m_schedule.exchange(-1); schedule >= 0)
        ::close(schedule);
}

Worker *Worker::current()
{
    return t_current;
}

void Worker::start()
{
    m_thread = std::thread([this] {
        t_current = this;
        clockid_t clock = 0;
        if (pthread_getcpuclockid(pthread_self(), &clock) == 0)
            m_clock.store(clock);
        m_schedule.store(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC));
        pthread_setname_np(pthread_self(), ("worker-" + std::to_string(m_index)).c_str());
        for (;;) {
            try {
                m_context.run();
                return;
            } catch (const std::exception &e) {
                log::error("net", "A handler on worker {} threw: {}", m_index, e.what());
            }
        }
    });
}

ThreadTimes Worker::times() const
{
    ThreadTimes times;
    std::array<char, 128> text{};
    unsigned long long running = 0;
    unsigned long long waiting = 0;
    if (const int schedule = m_schedule.load(); schedule >= 0 && ::pread(schedule, text.data(), text.size() - 1, 0) > 0 &&
                                                std::sscanf(text.data(), "%llu %llu", &running, &waiting) == 2) {
        times.running = std::chrono::nanoseconds(running);
        times.waiting = std::chrono::nanoseconds(waiting);
        return times;
    }
    timespec used{};
    if (const clockid_t clock = m_clock.load(); clock != 0 && ::clock_gettime(clock, &used) == 0)
        times.running = std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
    return times;
}

void Worker::stop()
{
    m_guard.reset();
    m_context.stop();
    if (m_thread.joinable())
        m_thread.join();
}

void Worker::spawn(std::string_view what, Task<void> task)
{
    asio::co_spawn(m_context, std::move(task), [what = std::string(what)](std::exception_ptr failure) {
        if (!failure)
            return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception &e) {
            log::error("net", "{} ended by an exception: {}", what, e.what());
        } catch (...) {
            log::error("net", "{} ended by an unknown exception", what);
        }
    });
}

WorkerPool::WorkerPool(std::size_t count)
{
    for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i)
        m_workers.push_back(std::make_unique<Worker>(i));
}

Worker &WorkerPool::next()
{
    return *m_workers[m_turn.fetch_add(1, std::memory_order_relaxed) % m_workers.size()];
}

void WorkerPool::start()
{
    for (auto &worker : m_workers)
        worker->start();
}

void WorkerPool::stop()
{
    for (auto &worker : m_workers)
        worker->stop();
}

} // namespace matinee::net

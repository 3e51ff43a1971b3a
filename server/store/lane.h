// A lane is a bounded queue of jobs and the fixed threads that serve it, each with its own connection: one lane writes (one thread,
// so writes never wait for each other's locks), one reads. Owned by Store. Any thread may submit.
#pragma once

#include "store/connection.h"
#include "store/job.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace matinee::store {

/// What a lane counts; all of it may be default-made and then counts nothing.
struct LaneCounters
{
    LaneCounters() = default;
    LaneCounters(observe::Metrics &metrics, const std::string &lane);

    observe::Histogram duration;
    observe::Counter ok, refused, unavailable, failed, timedOut;
};

class Lane
{
public:
    struct Setup
    {
        DatabaseUrl url;
        Connection::Access access = Connection::Access::Read;
        int threads = 1;
        std::chrono::milliseconds patience{2000};
        std::size_t queueLimit = 1024;
        LaneCounters counters;
    };

    explicit Lane(Setup setup);
    ~Lane();
    Lane(const Lane &) = delete;
    Lane &operator=(const Lane &) = delete;

    /// Starts the threads and waits for the first connection of each; ends them again where one fails.
    Result<void> open();
    /// Runs what is queued, then ends.
    void close();

    void submit(std::shared_ptr<Job> job);
    void countTimeout() { m_setup.counters.timedOut.add(); }

    /// A connection is up and not stuck in one job for longer than a caller waits.
    [[nodiscard]] bool healthy() const;
    [[nodiscard]] std::size_t waiting() const;
    struct Seats
    {
        int idle = 0, busy = 0, down = 0;
    };
    [[nodiscard]] Seats seats() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Seat // one thread
    {
        std::thread thread;
        bool up = false;                            // guarded by m_mutex
        std::optional<Clock::time_point> busySince; // guarded by m_mutex
    };

    void serve(Seat &seat);
    std::shared_ptr<Job> next(Seat &seat, bool &ended);
    bool waitBeforeRetry(std::chrono::milliseconds pause);
    void setUp(Seat &seat, bool up);
    void perform(Connection &connection, Job &job);
    bool begin(Connection &connection, Job &job);
    void finish(Job &job, std::optional<Error> error);
    void failWaiting();

    Setup m_setup;
    std::vector<std::unique_ptr<Seat>> m_seats;

    mutable std::mutex m_mutex;        // guards all below
    std::condition_variable m_changed; // a job, the end, or a first connection
    std::condition_variable m_ending;  // for seats that wait to connect again: they must not eat a job's wake-up
    std::deque<std::shared_ptr<Job>> m_queue;
    bool m_closing = false;
    std::size_t m_opened = 0; // seats whose first connection was tried
    std::optional<Error> m_openError;
};

} // namespace matinee::store

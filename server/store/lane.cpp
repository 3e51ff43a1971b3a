#include "store/lane.h"

#include "observe/log.h"

#include <algorithm>

namespace matinee::store {

namespace {

constexpr std::chrono::milliseconds kProbeEvery{1000};
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{2000};

std::optional<Error> errorOf(const Result<void> &result)
{
    return result ? std::nullopt : std::optional<Error>(result.error());
}

Error tooMany()
{
    Error error = fail(ErrorCode::Unavailable, "The database has too many requests waiting; nothing was changed. Try again in a moment.");
    error.retryAfter = std::chrono::seconds(2);
    return error;
}

} // namespace

LaneCounters::LaneCounters(observe::Metrics &metrics, const std::string &lane)
    : duration(metrics.histogram("matinee_db_query_duration_seconds", "Time of one statement, without waiting in the queue",
                                 observe::timeBounds(), {{"lane", lane}}))
{
    const auto jobs = [&](const char *result) {
        return metrics.counter("matinee_db_jobs_total", "Jobs by how they ended", {{"lane", lane}, {"result", result}});
    };
    ok = jobs("ok");
    refused = jobs("refused");         // the job's own error: not found, already exists ...
    unavailable = jobs("unavailable"); // database away, locked, full, queue full
    failed = jobs("failed");           // a defect
    timedOut = jobs("timeout");
}

Lane::Lane(Setup setup) : m_setup(std::move(setup)) {}

Lane::~Lane()
{
    close();
}

Result<void> Lane::open()
{
    for (int i = 0; i < m_setup.threads; ++i)
        m_seats.push_back(std::make_unique<Seat>());
    for (const auto &seat : m_seats)
        seat->thread = std::thread([this, &seat = *seat] { serve(seat); });
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_opened == m_seats.size(); });
    if (!m_openError)
        return {};
    const Error error = *m_openError;
    lock.unlock();
    close();
    return error;
}

void Lane::close()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closing = true;
    }
    m_changed.notify_all();
    m_ending.notify_all();
    for (const auto &seat : m_seats)
        if (seat->thread.joinable())
            seat->thread.join();
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &seat : m_seats)
            seat->up = false;
    }
    failWaiting();
}

void Lane::submit(std::shared_ptr<Job> job)
{
    std::optional<Error> refusal;
    {
        const std::lock_guard lock(m_mutex);
        const bool anyUp = std::any_of(m_seats.begin(), m_seats.end(), [](const auto &seat) { return seat->up; });
        if (!anyUp || m_closing)
            refusal = databaseAway();
        else if (m_queue.size() >= m_setup.queueLimit)
            refusal = tooMany();
        else
            m_queue.push_back(job);
    }
    if (refusal)
        finish(*job, std::move(refusal));
    else
        m_changed.notify_one();
}

bool Lane::healthy() const
{
    const auto now = Clock::now();
    const std::lock_guard lock(m_mutex);
    return std::any_of(m_seats.begin(), m_seats.end(),
                       [&](const auto &seat) { return seat->up && (!seat->busySince || now - *seat->busySince <= m_setup.patience); });
}

std::size_t Lane::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_queue.size();
}

Lane::Seats Lane::seats() const
{
    const std::lock_guard lock(m_mutex);
    Seats seats;
    for (const auto &seat : m_seats)
        ++(!seat->up ? seats.down : seat->busySince ? seats.busy : seats.idle);
    return seats;
}

void Lane::serve(Seat &seat)
{
    Connection connection(m_setup.url, m_setup.access, m_setup.patience, m_setup.counters.duration);
    const auto first = connection.open();
    {
        const std::lock_guard lock(m_mutex);
        seat.up = connection.isOpen();
        ++m_opened;
        if (!first && !m_openError)
            m_openError = first.error();
    }
    m_changed.notify_all();
    if (!first)
        return;

    auto pause = kFirstPause;
    for (;;) {
        if (!connection.isOpen()) {
            // At once the first time (the server may just have restarted), then less and less often.
            if (connection.open()) {
                log::info("store", "connected to {}", m_setup.url.describe());
                pause = kFirstPause;
            } else {
                setUp(seat, false);
                if (!waitBeforeRetry(pause))
                    return;
                pause = std::min(pause * 2, kLongestPause);
                continue;
            }
            setUp(seat, true);
        }
        bool ended = false;
        const auto job = next(seat, ended);
        if (ended)
            return;
        if (job)
            perform(connection, *job);
        else if (auto alive = connection.probe(); !alive)
            log::warn("store", "the database does not answer: {}", alive.error().message);
        const std::lock_guard lock(m_mutex);
        seat.busySince.reset();
    }
}

/// Null after a second without a job: time for a sign of life.
std::shared_ptr<Job> Lane::next(Seat &seat, bool &ended)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, kProbeEvery, [this] { return m_closing || !m_queue.empty(); });
    ended = m_closing && m_queue.empty();
    if (ended)
        return nullptr;
    seat.busySince = Clock::now();
    if (m_queue.empty())
        return nullptr;
    auto job = std::move(m_queue.front());
    m_queue.pop_front();
    return job;
}

/// False where the lane is closing.
bool Lane::waitBeforeRetry(std::chrono::milliseconds pause)
{
    std::unique_lock lock(m_mutex);
    return !m_ending.wait_for(lock, pause, [this] { return m_closing; });
}

void Lane::setUp(Seat &seat, bool up)
{
    bool away = false;
    {
        const std::lock_guard lock(m_mutex);
        const bool was = std::exchange(seat.up, up);
        away = was && !up && std::none_of(m_seats.begin(), m_seats.end(), [](const auto &other) { return other->up; });
    }
    if (away) {
        log::error("store", "{} is away for {}; trying again until it is back", m_setup.url.describe(),
                   m_setup.access == Connection::Access::Write ? "writes" : "reads");
        failWaiting();
    }
}

void Lane::failWaiting()
{
    std::deque<std::shared_ptr<Job>> waiting;
    {
        const std::lock_guard lock(m_mutex);
        waiting.swap(m_queue);
    }
    for (const auto &job : waiting)
        finish(*job, databaseAway());
}

/// BEGIN is where a connection that died while idle shows itself. Nothing has run yet, so one new connection is tried at once.
bool Lane::begin(Connection &connection, Job &job)
{
    auto begun = connection.begin();
    if (!begun && !connection.isOpen() && connection.open())
        begun = connection.begin();
    if (!begun)
        finish(job, connection.isOpen() ? begun.error() : databaseAway());
    return begun.has_value();
}

void Lane::perform(Connection &connection, Job &job)
{
    if (!job.start() || !begin(connection, job)) {
        job.release();
        return;
    }
    std::optional<Error> error;
    try {
        error = job.run(connection);
    } catch (const std::exception &defect) {
        log::error("store", "a job threw: {}", defect.what());
        error = fail(ErrorCode::Internal, "The server made a mistake; its log has the details. Nothing was changed.");
    } catch (...) {
        log::error("store", "a job threw");
        error = fail(ErrorCode::Internal, "The server made a mistake; its log has the details. Nothing was changed.");
    }
    if (!error)
        error = connection.failure();
    if (error) {
        connection.rollback();
    } else if (m_setup.access == Connection::Access::Read) {
        connection.rollback(); // ends the snapshot; there is nothing to keep
    } else if (job.enterCommit()) {
        error = errorOf(connection.commit());
        if (error)
            connection.rollback();
    } else {
        connection.rollback(); // the caller has been told that nothing was changed
    }
    job.release();
    finish(job, std::move(error));
}

/// Answers, and counts the answer unless the deadline was quicker and has been counted.
void Lane::finish(Job &job, std::optional<Error> error)
{
    LaneCounters &counters = m_setup.counters;
    observe::Counter &counter = !error                                  ? counters.ok
                                : error->code == ErrorCode::Unavailable ? counters.unavailable
                                : error->code == ErrorCode::Internal    ? counters.failed
                                                                        : counters.refused;
    job.answer(std::move(error), [&] { counter.add(); });
}

} // namespace matinee::store

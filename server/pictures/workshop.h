// A process that makes pictures, and the orders that wait for it: one for those of all streams, one for what people upload. Started with
// the first order, ended a minute after the last. When it dies, the orders under way are lost and nothing else; the next start waits longer
// each time. Any worker may order; everything else happens on the workshop's own worker.
#pragma once

#include "net/worker.h"
#include "observe/metrics.h"
#include "pictures/illustrator.h"
#include "relay/child.h"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace matinee::pictures {

struct WorkshopOptions
{
    std::string program = "/proc/self/exe";
    std::chrono::milliseconds idle{60000};     ///< Without an order for so long the process ends.
    std::chrono::milliseconds patience{15000}; ///< An order may take so long; then the process is given up.
    std::chrono::milliseconds firstPause{250}; ///< Before the start after a death; doubles up to a minute.
    std::size_t queue = 64;                    ///< Orders that wait; with more, new ones are refused.
    bool isAwaited = false;                    ///< Its process gives way to streams by a little only, since somebody waits for each order.
};

class Workshop final : public Illustrator, public std::enable_shared_from_this<Workshop>
{
public:
    Workshop(net::Worker &worker, WorkshopOptions options, observe::Metrics *metrics);

    Task<Result<Picture>> draw(Drawing drawing, Urgency urgency) override;
    Task<Result<Picture>> assemble(Assembly assembly, Urgency urgency) override;
    Task<Result<Picture>> portray(Portrait portrait, Urgency urgency) override;

    // any thread
    void drain(); ///< Ends the process; whoever waits is told.
    [[nodiscard]] bool isIdle() const { return !m_serving; }
    [[nodiscard]] std::size_t waiting() const { return m_count; } ///< Orders, those under way too.
    [[nodiscard]] pid_t process() const { return m_process; }     ///< 0 where none runs.

private:
    using Clock = std::chrono::steady_clock;
    using Work = std::variant<Drawing, Assembly, Portrait>;
    struct Order;
    using OrderPtr = std::shared_ptr<Order>;
    struct Run;

    Task<Result<Picture>> order(Work work, Urgency urgency);
    static Task<Result<Picture>> submit(std::shared_ptr<Workshop> self, Work work, Urgency urgency);
    static Task<void> serve(std::shared_ptr<Workshop> self);
    static Task<void> listen(std::shared_ptr<Workshop> self, std::shared_ptr<Run> run);
    Task<void> runOnce();
    Task<void> sleep(std::chrono::milliseconds time);
    void take(Run &run, relay::wire::Message &message);
    void answer(const OrderPtr &order, Result<Picture> result);
    void refuseAll(const Error &error);
    [[nodiscard]] OrderPtr nextOrder();

    // fixed at construction
    net::Worker &m_worker;
    const WorkshopOptions m_options;
    std::map<std::size_t, observe::Counter> m_made; // by index in Work
    observe::Counter m_refused;
    observe::Counter m_lost;
    observe::Counter m_starts;
    observe::Histogram m_time;

    // the worker
    asio::steady_timer m_wake;
    std::deque<OrderPtr> m_asked;
    std::deque<OrderPtr> m_background;
    std::shared_ptr<Run> m_run; // null where no process runs
    std::uint32_t m_lastId = 0;
    std::uint32_t m_deaths = 0;    // since the last picture that was made
    std::optional<Error> m_unable; // this system cannot make pictures, as the process said
    Clock::time_point m_unableUntil{};

    // any thread
    std::atomic<bool> m_stopping{false};
    std::atomic<bool> m_serving{false};
    std::atomic<std::size_t> m_count{0};
    std::atomic<pid_t> m_process{0};
};

} // namespace matinee::pictures

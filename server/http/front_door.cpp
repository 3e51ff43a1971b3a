#include "http/front_door.h"

#include "http/door_state.h"
#include "http/problem.h"
#include "http/session.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace matinee::http {

namespace {

constexpr auto kDrainLook = std::chrono::milliseconds{20};

std::size_t methodIndex(std::string_view name)
{
    const auto method = methodFrom(name);
    return method ? static_cast<std::size_t>(*method) : static_cast<std::size_t>(Method::Options) + 1;
}

Task<void> serve(std::shared_ptr<DoorState> door, std::unique_ptr<net::Connection> connection)
{
    if (door->draining)
        co_return;
    Session session(std::move(door), std::move(connection));
    co_await session.run();
}

void forEachSession(const std::shared_ptr<DoorState> &door, void (Session::*action)())
{
    for (std::size_t i = 0; i < door->workers.size(); ++i)
        door->workers.at(i).post([door, i, action] {
            // An action ends operations, and their coroutines go on later: the list does not change under the loop.
            for (Session *session : door->sessions[i])
                (session->*action)();
        });
}

Task<void> drainSessions(std::shared_ptr<DoorState> door, std::chrono::milliseconds deadline, std::function<void(std::size_t)> done)
{
    forEachSession(door, &Session::beginDrain);
    asio::steady_timer timer(door->workers.at(0).context());
    boost::system::error_code ignored;
    const auto end = std::chrono::steady_clock::now() + deadline;
    const auto wait = [&] {
        timer.expires_after(kDrainLook);
        return timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    };
    while (door->active > 0 && std::chrono::steady_clock::now() < end)
        co_await wait();
    const std::size_t cut = door->active;
    if (cut > 0) {
        forEachSession(door, &Session::abort);
        // The handlers of these now see their connection gone; they get a moment to end, but not for ever.
        for (int i = 0; i < 25 && door->active > 0; ++i)
            co_await wait();
    }
    if (done)
        done(cut);
}

} // namespace

DoorState::DoorState(net::WorkerPool &workers, std::shared_ptr<const Router> router, std::shared_ptr<const FrontDoorOptions> options,
                     FrontDoor::GrpcHandover grpc, observe::Metrics *metrics)
    : workers(workers),
      router(std::move(router)),
      grpc(std::move(grpc)),
      metrics(metrics),
      options(std::move(options)),
      sessions(workers.size())
{
    if (!metrics)
        return;
    static constexpr const char *kMethodNames[kMethods] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"};
    static constexpr const char *kClassNames[kClasses] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t m = 0; m < kMethods; ++m)
        for (std::size_t c = 0; c < kClasses; ++c)
            m_requests[m][c] = metrics->counter("matinee_http_requests_total", "HTTP requests answered.",
                                                {{"method", kMethodNames[m]}, {"status_class", kClassNames[c]}});
    m_slowWebSockets = metrics->counter("matinee_websocket_too_slow_total", "WebSockets closed because the peer did not read.");
}

void DoorState::count(std::string_view method, int status)
{
    m_requests[methodIndex(method)][static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1)].add();
}

void DoorState::observe(const RouteOptions *route, double seconds)
{
    if (!metrics)
        return;
    std::call_once(m_routesSeen, [this] {
        const auto histogram = [this](const std::string &route) {
            return metrics->histogram("matinee_http_request_duration_seconds", "From the first byte of a request to the end of its answer.",
                                      matinee::observe::timeBounds(), {{"route", route}});
        };
        m_durations.emplace(nullptr, histogram("none"));
        router->forEach([&](const RouteOptions &options) { m_durations.emplace(&options, histogram(options.name)); });
    });
    if (const auto found = m_durations.find(route); found != m_durations.end())
        found->second.observe(seconds);
}

FrontDoor::FrontDoor(net::WorkerPool &workers, std::shared_ptr<const Router> router, std::shared_ptr<const FrontDoorOptions> options,
                     GrpcHandover grpc, observe::Metrics *metrics)
    : m_state(std::make_shared<DoorState>(workers, std::move(router), std::move(options), std::move(grpc), metrics))
{
}

net::Listener::Handler FrontDoor::handler() const
{
    return [state = m_state](std::unique_ptr<net::Connection> connection) { return serve(state, std::move(connection)); };
}

void FrontDoor::setOptions(std::shared_ptr<const FrontDoorOptions> options)
{
    m_state->options.store(std::move(options));
}

std::shared_ptr<const FrontDoorOptions> FrontDoor::options() const
{
    return m_state->options.load();
}

std::size_t FrontDoor::activeSessions() const
{
    return m_state->active;
}

void FrontDoor::drain(std::chrono::milliseconds deadline, std::function<void(std::size_t)> done)
{
    m_state->draining = true;
    m_state->workers.at(0).spawn("Draining", drainSessions(m_state, deadline, std::move(done)));
}

} // namespace matinee::http

// What the sessions of one front door share: routes, options, counters, and per worker the list of its sessions.
// Kept alive by the sessions; the members say which thread touches what.
#pragma once

#include "http/front_door.h"
#include "net/published.h"
#include "net/worker.h"

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace matinee::http {

class Session;

struct DoorState
{
    DoorState(net::WorkerPool &workers, std::shared_ptr<const Router> router, std::shared_ptr<const FrontDoorOptions> options,
              FrontDoor::GrpcHandover grpc, observe::Metrics *metrics);

    // any worker
    void count(std::string_view method, int status);
    void observe(const RouteOptions *route, double seconds); ///< `route` may be null: nothing matched.
    void countSlowWebSocket() { m_slowWebSockets.add(); }

    // fixed at construction
    net::WorkerPool &workers;
    const std::shared_ptr<const Router> router;
    const FrontDoor::GrpcHandover grpc;
    observe::Metrics *const metrics;

    // any thread
    net::Published<const FrontDoorOptions> options;
    std::atomic<bool> draining{false};
    std::atomic<std::size_t> active{0};

    // each by its own worker only
    std::vector<std::unordered_set<Session *>> sessions;

private:
    static constexpr std::size_t kMethods = 8; ///< Those of Method, and "other".
    static constexpr std::size_t kClasses = 5;
    std::array<std::array<observe::Counter, kClasses>, kMethods> m_requests;
    observe::Counter m_slowWebSockets;
    std::once_flag m_routesSeen;
    std::unordered_map<const RouteOptions *, observe::Histogram> m_durations; ///< Filled once, when the router is complete.
};

} // namespace matinee::http

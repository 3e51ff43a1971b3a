// The one port: reads the first bytes of a connection and gives it to TLS, gRPC or the HTTP session. Handler of the listener "http".
// Owned by app, which destroys it after the workers have stopped or drain() has called back. All methods from any thread.
#pragma once

#include "http/front_door_options.h"
#include "http/router.h"
#include "net/listener.h"
#include "observe/metrics.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace matinee::http {

struct DoorState;

class FrontDoor
{
public:
    /// Takes ownership of a non-blocking socket on which an HTTP/2 connection begins, preface included. It is one end of a pair whose
    /// other end is pumped to the peer, in clear or TLS: so the connection keeps its place in the limits. gRPC calls such a peer
    /// "fd:N" in its context; `clientAddress` (after trusted proxies: the peer itself) tells who that is. Runs on a worker.
    using GrpcHandover = std::function<void(int descriptor, const std::string &clientAddress)>;

    /// `router` is complete before the first connection. `grpc` may be empty: HTTP/2 is refused; `metrics` may be null.
    FrontDoor(net::WorkerPool &workers, std::shared_ptr<const Router> router, std::shared_ptr<const FrontDoorOptions> options,
              GrpcHandover grpc = {}, observe::Metrics *metrics = nullptr);

    /// For the Listener; may outlive the front door.
    [[nodiscard]] net::Listener::Handler handler() const;

    void setOptions(std::shared_ptr<const FrontDoorOptions> options);
    [[nodiscard]] std::shared_ptr<const FrontDoorOptions> options() const;

    [[nodiscard]] std::size_t activeSessions() const;

    /// Ends in order: idle connections at once, WebSockets with 1001, running exchanges when they are done, what is left after
    /// `deadline` hard. Then `done(how many were cut)`, on worker 0. Stop the listener first.
    void drain(std::chrono::milliseconds deadline, std::function<void(std::size_t)> done);

private:
    std::shared_ptr<DoorState> m_state;
};

} // namespace matinee::http

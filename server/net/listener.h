// Accepts TCP connections on one port and spreads them over the workers in turn.
// Owned by app; accepts on worker 0; the handler runs on the worker that got the connection.
#pragma once

#include "net/connection.h"
#include "net/worker.h"

#include <functional>
#include <memory>
#include <string>

namespace matinee::net {

class ConnectionLimits; // net/connection_limits.h

struct ListenOptions
{
    std::string name;       ///< "http", "rtmp": label in logs and metrics.
    std::string address;    ///< "" = all (dual stack where the machine has IPv6), or a literal address.
    std::uint16_t port = 0; ///< 0 = any free one (tests).
};

class Listener
{
public:
    using Handler = std::function<Task<void>(std::unique_ptr<Connection>)>;

    Listener(WorkerPool &workers, std::shared_ptr<ConnectionLimits> limits, Handler handler);
    ~Listener();

    /// Binds; an occupied port fails with a sentence that names the port and what to do, and nothing is accepted yet.
    Result<void> open(const ListenOptions &options);
    void start();
    /// No new connections; those that live go on.
    void stop();
    [[nodiscard]] std::uint16_t port() const;

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace matinee::net

// Declared calls by gRPC, with health and reflection, on connections that the front door hands over as file descriptors.
// Owned by app. gRPC's own server is made when the first such connection comes (it costs memory and time that most never need); it has
// one thread here, and the calls run on the workers.
#pragma once

#include "api/dispatcher.h"
#include "net/worker.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace matinee::api {

struct GrpcOptions
{
    std::size_t maxMessageBytes = 6 << 20;     ///< What a connection may send in one message; a call's own limit comes after.
    std::size_t maxCalls = 1024;               ///< Under way on all connections; one more gets RESOURCE_EXHAUSTED.
    std::size_t maxStreamsPerConnection = 100; ///< HTTP/2 SETTINGS_MAX_CONCURRENT_STREAMS.
    std::size_t memoryBytes = 64 << 20;        ///< Of gRPC's buffers, all connections together.
    std::chrono::seconds maxCallAge{60};       ///< A call that is not answered by then, or never sends its request, is cancelled.
    std::chrono::seconds idle{300};            ///< A connection without calls is closed after this.
    std::function<bool()> serving{};           ///< For the health service; empty: always. Any thread.
    /// The client's address from the connection's and the `x-forwarded-for` of the call (server.trusted_proxies). Empty: the connection's.
    std::function<std::string(const std::string &connection, const std::string &forwardedFor)> clientAddress{};
};

class GrpcFace
{
public:
    GrpcFace(Dispatcher &dispatcher, net::WorkerPool &workers, GrpcOptions options);
    ~GrpcFace(); ///< Stops.

    /// Takes a connected stream socket of which no byte was read yet, and closes it in the end. `clientAddress` without port.
    /// Any thread; after stop() it closes the socket.
    void take(int fd, std::string clientAddress);

    /// Says GOAWAY, lets calls end for so long, then cancels them. Blocks; not on a worker.
    void stop(std::chrono::milliseconds grace);

private:
    class Engine;
    Dispatcher &m_dispatcher;
    net::WorkerPool &m_workers;
    const GrpcOptions m_options;
    std::mutex m_mutex; // guards what follows
    std::shared_ptr<Engine> m_engine;
    bool m_stopped = false;
};

} // namespace matinee::api

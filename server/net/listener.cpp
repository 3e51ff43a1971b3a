#include "net/listener.h"

#include "net/connection_limits.h"
#include "observe/log.h"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>
#include <fcntl.h>

namespace matinee::net {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int kBacklog = 4096; ///< The kernel cuts it to net.core.somaxconn.
constexpr auto kAcceptPause = std::chrono::milliseconds{200};
constexpr auto kWarnEvery = std::chrono::seconds{30};

std::string_view settingOf(std::string_view listener)
{
    if (listener == "http")
        return "server.port";
    if (listener == "rtmp")
        return "livestream.rtmp_port";
    if (listener == "rtmps")
        return "livestream.rtmps_port";
    return "its port setting";
}

Error openFailed(const ListenOptions &options, const error_code &error)
{
    const auto setting = settingOf(options.name);
    if (error == asio::error::address_in_use)
        return fail(
            ErrorCode::Unavailable,
            fmt::format("Port {} is taken by another program. Stop that program (\"ss -ltnp sport = :{}\" names it), or choose another "
                        "port with {}.",
                        options.port, options.port, setting),
            std::string(setting));
    if (error == asio::error::access_denied)
        return fail(ErrorCode::PermissionDenied,
                    fmt::format("Port {} may not be opened without privileges. Choose a port above 1023 with {}, or give the program the "
                                "capability CAP_NET_BIND_SERVICE.",
                                options.port, setting),
                    std::string(setting));
    if (error == asio::error::make_error_code(asio::error::basic_errors::address_family_not_supported) || error.value() == EADDRNOTAVAIL)
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("This machine has no address {}, so port {} cannot be opened on it. Correct the listening address beside {}, or "
                        "leave it empty to listen on all.",
                        options.address, options.port, setting),
            std::string(setting));
    return fail(ErrorCode::Unavailable,
                fmt::format("Port {} cannot be opened: {}. Choose another with {}.", options.port, error.message(), setting),
                std::string(setting));
}

// Binds and listens. Listening belongs to it: with SO_REUSEADDR two programs can both bind a port, and only listen() tells.
error_code bindAndListen(tcp::acceptor &acceptor, const tcp::endpoint &endpoint, bool dualStack)
{
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error)
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.protocol() == tcp::v6())
        acceptor.set_option(asio::ip::v6_only(!dualStack), error);
    if (!error)
        acceptor.bind(endpoint, error);
    if (!error)
        acceptor.listen(kBacklog, error);
    if (error) {
        error_code ignored;
        acceptor.close(ignored);
    }
    return error;
}

bool outOfDescriptors(const error_code &error)
{
    return error == asio::error::no_descriptors || error.value() == ENFILE || error.value() == ENOBUFS || error.value() == ENOMEM;
}

Task<void> serve(Listener::Handler handler, std::unique_ptr<Connection> connection)
{
    co_await handler(std::move(connection));
}

} // namespace

struct Listener::State : std::enable_shared_from_this<State>
{
    State(WorkerPool &workers, std::shared_ptr<ConnectionLimits> limits, Handler handler)
        : workers(workers),
          limits(std::move(limits)),
          handler(std::move(handler)),
          acceptor(workers.at(0).context()),
          pause(workers.at(0).context())
    {
    }

    Task<void> acceptLoop();
    void welcome(Worker &worker, tcp::socket socket);

    // fixed before start
    WorkerPool &workers;
    const std::shared_ptr<ConnectionLimits> limits;
    const Handler handler;
    ListenOptions options;
    std::uint16_t port = 0;

    // worker 0
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    bool stopped = false;
    std::chrono::steady_clock::time_point warned{};
};

Task<void> Listener::State::acceptLoop()
{
    const auto self = shared_from_this();
    while (!stopped) {
        Worker &worker = workers.next();
        error_code error;
        tcp::socket socket = co_await acceptor.async_accept(worker.context(), asio::redirect_error(asio::use_awaitable, error));
        if (stopped)
            break;
        if (!error) {
            welcome(worker, std::move(socket));
            continue;
        }
        // The peer that gave up while it waited in the queue is no trouble; having no descriptors left is, and trying again at
        // once would burn the processor that those who could free one need.
        if (error == asio::error::connection_aborted)
            continue;
        if (const auto now = std::chrono::steady_clock::now(); now - warned > kWarnEvery) {
            warned = now;
            log::warn("net", "Port {} cannot accept connections now: {}.{}", port, error.message(),
                      outOfDescriptors(error) ? " Raise the limit of open files (LimitNOFILE) or lower the number of connections." : "");
        }
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
}

void Listener::State::welcome(Worker &worker, tcp::socket socket)
{
    error_code ignored;
    ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC); // child programs must not keep a viewer's connection open
    socket.set_option(tcp::no_delay(true), ignored);
    auto connection = std::make_unique<Connection>(worker, std::move(socket));
    auto slot = limits->admit(options.name, connection->peerAddress());
    if (!slot)
        return; // Counted; closed without a word, for writing to a flood feeds it.
    connection->holdSlot(std::move(slot));
    worker.spawn(options.name, serve(handler, std::move(connection)));
}

Listener::Listener(WorkerPool &workers, std::shared_ptr<ConnectionLimits> limits, Handler handler)
    : m_state(std::make_shared<State>(workers, std::move(limits), std::move(handler)))
{
}

Listener::~Listener()
{
    stop();
}

Result<void> Listener::open(const ListenOptions &options)
{
    State &state = *m_state;
    state.options = options;
    error_code error;
    if (options.address.empty()) {
        error = bindAndListen(state.acceptor, tcp::endpoint(asio::ip::address_v6::any(), options.port), true);
        // No IPv6 in this kernel or container: then IPv4 alone.
        if (error && error != asio::error::address_in_use && error != asio::error::access_denied)
            error = bindAndListen(state.acceptor, tcp::endpoint(asio::ip::address_v4::any(), options.port), false);
    } else {
        const auto address = asio::ip::make_address(options.address, error);
        if (error)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("\"{}\" is no IP address to listen on. Write one such as 127.0.0.1 or ::1, or leave it empty for all.",
                                    options.address),
                        std::string(settingOf(options.name)));
        error = bindAndListen(state.acceptor, tcp::endpoint(address, options.port), false);
    }
    if (error)
        return openFailed(options, error);
    state.port = state.acceptor.local_endpoint(error).port();
    return {};
}

void Listener::start()
{
    m_state->workers.at(0).spawn("The listener " + m_state->options.name, m_state->acceptLoop());
}

void Listener::stop()
{
    // The acceptor belongs to worker 0; when that has ended already, the posted call is dropped together with the acceptor.
    m_state->workers.at(0).post([state = m_state] {
        state->stopped = true;
        error_code ignored;
        state->acceptor.close(ignored);
        state->pause.cancel();
    });
}

std::uint16_t Listener::port() const
{
    return m_state->port;
}

} // namespace matinee::net

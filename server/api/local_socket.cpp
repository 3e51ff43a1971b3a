#include "api/local_socket.h"

#include "api/local_address.h"
#include "observe/log.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace matinee::api {

namespace {

using Protocol = asio::local::stream_protocol;

constexpr std::size_t kMaxConnections = 32;
constexpr std::size_t kMaxQueuedBytes = 8 << 20; // more unread answers than this: closed

/// One connection of the command line, on the worker.
class LocalConnection : public std::enable_shared_from_this<LocalConnection>
{
public:
    explicit LocalConnection(Protocol::socket socket) : m_socket(std::move(socket)) {}

    Task<void> run(Dispatcher &dispatcher, TopicSource *topics, net::Worker &worker, std::string serverVersion)
    {
        EnvelopeOptions options;
        options.anonymous.permissions = kEveryPermission;
        options.anonymous.keyId = "local";
        options.anonymous.face = "local";
        options.anonymous.address = "local";
        options.anonymous.requestId = "local";
        options.serverVersion = std::move(serverVersion);
        const std::weak_ptr<LocalConnection> weak = weak_from_this();
        m_session = std::make_shared<EnvelopeSession>(
            dispatcher, topics, worker, std::move(options),
            [weak, &worker](const v1::ServerMessage &message) {
                if (const auto connection = weak.lock())
                    connection->queue(message, worker);
            },
            [weak] {
                if (const auto connection = weak.lock())
                    connection->finish();
            });
        for (;;) {
            std::array<std::uint8_t, 4> head{};
            boost::system::error_code ec;
            co_await asio::async_read(m_socket, asio::buffer(head), asio::redirect_error(asio::use_awaitable, ec));
            if (ec)
                break;
            const std::size_t size = std::size_t{head[0]} << 24 | std::size_t{head[1]} << 16 | std::size_t{head[2]} << 8 | head[3];
            if (size > kMaxEnvelopeBytes) {
                m_session->goodbye(
                    fail(ErrorCode::PayloadTooLarge, "A message is larger than " + std::to_string(kMaxEnvelopeBytes) + " bytes."));
                break;
            }
            std::string bytes(size, '\0');
            co_await asio::async_read(m_socket, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
            if (ec || m_finishing)
                break;
            (void)m_session->receive(std::move(bytes));
        }
        m_session->stop();
        finish();
    }

    void abort()
    {
        boost::system::error_code ignored;
        m_socket.close(ignored);
    }

private:
    void queue(const v1::ServerMessage &message, net::Worker &worker)
    {
        const auto size = static_cast<std::uint32_t>(message.ByteSizeLong());
        std::string bytes{static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                          static_cast<char>(size)};
        message.AppendToString(&bytes);
        m_queuedBytes += bytes.size();
        if (m_queuedBytes > kMaxQueuedBytes) {
            log::warn("api", "closed a local connection: it does not read its answers");
            return abort();
        }
        m_queue.push_back(std::move(bytes));
        if (!m_writing) {
            m_writing = true;
            worker.spawn("local answers", write(shared_from_this()));
        }
    }

    Task<void> write(std::shared_ptr<LocalConnection>) // which it keeps
    {
        while (!m_queue.empty()) {
            const std::string bytes = std::move(m_queue.front());
            m_queue.pop_front();
            boost::system::error_code ec;
            co_await asio::async_write(m_socket, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
            m_queuedBytes -= bytes.size();
            if (ec)
                m_queue.clear();
        }
        m_writing = false;
        if (m_finishing)
            abort();
    }

    /// Closes after what is queued.
    void finish()
    {
        m_finishing = true;
        if (!m_writing)
            abort();
    }

    Protocol::socket m_socket;
    std::shared_ptr<EnvelopeSession> m_session;
    std::deque<std::string> m_queue; // at most kMaxQueuedBytes, then the connection ends
    std::size_t m_queuedBytes = 0;
    bool m_writing = false;
    bool m_finishing = false;
};

bool belongsToUs(Protocol::socket &socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    return peer.uid == 0 || peer.uid == ::geteuid();
}

/// Whether a server answers there now.
bool isAnswered(const LocalAddress &address)
{
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return false;
    const bool answered = ::connect(probe, address.get(), address.size()) == 0 || errno == EAGAIN;
    ::close(probe);
    return answered;
}

} // namespace

struct LocalSocket::State
{
    Dispatcher &dispatcher;
    TopicSource *topics;
    net::Worker &worker;
    std::string serverVersion;
    std::string path;
    Protocol::acceptor acceptor;
    std::set<std::shared_ptr<LocalConnection>> connections; // worker; at most kMaxConnections, more are closed at once
    bool stopped = false;                                   // worker

    Task<void> serve(std::shared_ptr<State> self, Protocol::socket socket)
    {
        const auto connection = std::make_shared<LocalConnection>(std::move(socket));
        self->connections.insert(connection);
        co_await connection->run(dispatcher, topics, worker, serverVersion);
        self->connections.erase(connection);
    }

    Task<void> accept(std::shared_ptr<State> self)
    {
        while (!self->stopped) {
            boost::system::error_code ec;
            Protocol::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (ec == asio::error::operation_aborted)
                co_return;
            if (ec) {
                log::warn("api", "The local socket could not accept: {}", ec.message());
                if (!acceptor.is_open())
                    co_return;
                asio::steady_timer pause(worker.context(), std::chrono::milliseconds(200)); // out of descriptors: do not spin
                co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
                continue;
            }
            if (!belongsToUs(socket))
                log::warn("api", "closed a local connection: it belongs to another user");
            else if (connections.size() >= kMaxConnections)
                log::warn("api", "closed a local connection: there are {} already", kMaxConnections);
            else
                worker.spawn("local connection", serve(self, std::move(socket)));
        }
    }
};

LocalSocket::LocalSocket(Dispatcher &dispatcher, TopicSource *topics, net::Worker &worker, std::string serverVersion)
    : m_state(std::make_shared<State>(
          State{dispatcher, topics, worker, std::move(serverVersion), {}, Protocol::acceptor(worker.context()), {}}))
{
}

LocalSocket::~LocalSocket()
{
    stop();
}

Result<void> LocalSocket::open(const std::string &path)
{
    const auto failed = [&path](const char *what) {
        return fail(ErrorCode::Unavailable, "The local socket " + path + " " + what + ": " + std::strerror(errno) + ".");
    };
    const Result<LocalAddress> address = LocalAddress::of(path);
    if (!address)
        return address.error();
    struct stat existing
    {
    };
    if (::lstat(path.c_str(), &existing) == 0) {
        if (!S_ISSOCK(existing.st_mode))
            return fail(ErrorCode::FailedPrecondition, path + " is in the way: it is no socket. Move it away.");
        if (isAnswered(*address))
            return fail(ErrorCode::AlreadyExists, "A server runs on this data folder already (it answers on " + path + "). Stop it first.");
        if (::unlink(path.c_str()) != 0)
            return failed("is left over and cannot be removed");
    }
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return failed("cannot be made");
    // Nobody can connect before listen(), so the mode is right from the first moment.
    if (::bind(fd, address->get(), address->size()) != 0 || ::chmod(path.c_str(), 0600) != 0 || ::listen(fd, 16) != 0) {
        const Error error = failed("cannot be made");
        ::close(fd);
        return error;
    }
    boost::system::error_code ec;
    m_state->acceptor.assign(Protocol(), fd, ec);
    if (ec) {
        ::close(fd);
        return fail(ErrorCode::Internal, "The local socket " + path + " cannot be used: " + ec.message() + ".");
    }
    m_state->path = path;
    return {};
}

void LocalSocket::start()
{
    m_state->worker.spawn("local socket", m_state->accept(m_state));
}

void LocalSocket::stop()
{
    if (m_state->path.empty())
        return;
    ::unlink(m_state->path.c_str());
    m_state->path.clear();
    m_state->worker.post([state = m_state] {
        state->stopped = true;
        boost::system::error_code ignored;
        state->acceptor.close(ignored);
        for (const auto &connection : state->connections)
            connection->abort();
    });
}

} // namespace matinee::api

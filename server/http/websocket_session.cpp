#include "http/websocket_session.h"

#include "net/worker.h"

#include <boost/asio/append.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>

// What Beast asks of a stream beyond reading and writing, found by argument-dependent lookup.
namespace matinee::net {

// Beast does so when a ping was not answered, or a close not.
inline void beast_close_socket(Connection &connection)
{
    connection.noteReason("timed_out");
    connection.close();
}

inline void teardown(boost::beast::role_type, Connection &, boost::system::error_code &error)
{
    error = {};
}

// The HTTP session takes the TCP connection and TLS down in order when its handler has returned.
template <class Handler> void async_teardown(boost::beast::role_type, Connection &connection, Handler &&handler)
{
    asio::post(connection.get_executor(), asio::append(std::forward<Handler>(handler), boost::system::error_code{}));
}

} // namespace matinee::net

namespace matinee::http {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::uint16_t kNormal = 1000;
constexpr std::uint16_t kTryAgainLater = 1013;
constexpr std::size_t kKeepBuffer = 16 * 1024; ///< A larger read buffer is given back between messages.
constexpr std::size_t kPerMessage = 64;        ///< What an empty message weighs in the queue.

net::IoError ioErrorOf(const error_code &error)
{
    if (error == websocket::error::closed || error == asio::error::eof)
        return net::IoError::Closed;
    if (error == beast::error::timeout)
        return net::IoError::TimedOut;
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        return net::IoError::Cancelled;
    if (error.category() == error_code(websocket::error::message_too_big).category() ||
        error.category() == error_code(websocket::error::closed).category())
        return net::IoError::Protocol;
    return net::IoError::Reset;
}

class BeastSession final : public WebSocketSession, public std::enable_shared_from_this<BeastSession>
{
public:
    BeastSession(net::Connection &connection, Limits limits)
        : m_connection(connection),
          m_limits(std::move(limits)),
          m_stream(connection),
          m_idle(connection.worker().context()),
          m_cutOff(connection.worker().context())
    {
    }

    Task<bool> handshake(Handshake handshake);
    Task<Result<Message, net::IoError>> read() override;
    void send(std::vector<std::uint8_t> data, bool binary) override
    {
        send(std::make_shared<const std::vector<std::uint8_t>>(std::move(data)), binary);
    }
    void send(std::shared_ptr<const std::vector<std::uint8_t>> data, bool binary) override;
    void close(std::uint16_t code, std::string_view reason) override;
    Task<void> finish() override;
    void abort() override { m_connection.close(); }

private:
    struct Item
    {
        std::shared_ptr<const std::vector<std::uint8_t>> data;
        bool binary;
    };

    void startWriter();
    Task<void> writer(std::shared_ptr<BeastSession> self);
    void cutOffAfter(std::chrono::milliseconds time);

    net::Connection &m_connection;
    const Limits m_limits;
    websocket::stream<net::Connection &, false> m_stream;
    beast::flat_buffer m_buffer;
    std::deque<Item> m_queue; ///< At most maxSendQueueBytes; beyond it the peer is closed with 1013.
    std::size_t m_queuedBytes = 0;
    bool m_writing = false;
    bool m_broken = false; ///< Nothing more can be written.
    bool m_closeWanted = false;
    websocket::close_reason m_close;
    asio::steady_timer m_idle;   ///< Cancelled when the writer ends.
    asio::steady_timer m_cutOff; ///< For a peer that does not take the close.
};

Task<bool> BeastSession::handshake(Handshake handshake)
{
    // Beast's clock covers both: silent for pingEvery, it pings; silent for as long again, it gives up.
    m_stream.set_option(websocket::stream_base::timeout{m_limits.closeTimeout, m_limits.pingEvery * 2, true});
    m_stream.set_option(websocket::stream_base::decorator([&handshake](websocket::response_type &response) {
        if (!handshake.subprotocol.empty())
            response.set(beast::http::field::sec_websocket_protocol, handshake.subprotocol);
        for (const auto &[name, value] : handshake.headers)
            response.insert(name, value);
    }));
    m_stream.read_message_max(m_limits.maxMessageBytes);
    m_stream.auto_fragment(false);

    // The session has read and checked the request already; this is what Beast needs to see of it.
    beast::http::request<beast::http::empty_body> request(beast::http::verb::get, handshake.target, 11);
    request.set(beast::http::field::host, handshake.host);
    request.set(beast::http::field::connection, "Upgrade");
    request.set(beast::http::field::upgrade, "websocket");
    request.set(beast::http::field::sec_websocket_key, handshake.key);
    request.set(beast::http::field::sec_websocket_version, "13");
    error_code error;
    co_await m_stream.async_accept(request, asio::redirect_error(asio::use_awaitable, error));
    m_stream.set_option(websocket::stream_base::decorator([](websocket::response_type &) {}));
    co_return !error;
}

Task<Result<WebSocket::Message, net::IoError>> BeastSession::read()
{
    error_code error;
    co_await m_stream.async_read(m_buffer, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
        m_broken = true;
        const auto result = ioErrorOf(error);
        m_connection.noteReason(net::ioErrorName(result));
        co_return result;
    }
    Message message;
    message.binary = m_stream.got_binary();
    const auto data = m_buffer.data();
    const auto *bytes = static_cast<const std::uint8_t *>(data.data());
    message.data.assign(bytes, bytes + data.size());
    m_buffer.consume(m_buffer.size());
    if (m_buffer.capacity() > kKeepBuffer)
        m_buffer.shrink_to_fit();
    co_return message;
}

void BeastSession::send(std::shared_ptr<const std::vector<std::uint8_t>> data, bool binary)
{
    assert(m_connection.worker().isCurrent());
    if (m_closeWanted || m_broken)
        return;
    m_queuedBytes += data->size() + kPerMessage;
    if (m_queuedBytes > m_limits.maxSendQueueBytes) {
        if (m_limits.onTooSlow)
            m_limits.onTooSlow();
        m_connection.noteReason("too_slow");
        m_queue.clear();
        m_queuedBytes = 0;
        close(kTryAgainLater, "too slow");
        cutOffAfter(m_limits.closeTimeout); // The close itself waits behind what fills the socket.
        return;
    }
    m_queue.push_back({std::move(data), binary});
    startWriter();
}

void BeastSession::close(std::uint16_t code, std::string_view reason)
{
    if (m_closeWanted || m_broken)
        return;
    m_closeWanted = true;
    constexpr std::size_t kMaxReason = 123; // A control frame holds 125 bytes, RFC 6455 5.5.
    m_close = websocket::close_reason(static_cast<websocket::close_code>(code), beast::string_view(reason.substr(0, kMaxReason)));
    startWriter();
}

void BeastSession::startWriter()
{
    if (m_writing)
        return;
    m_writing = true;
    m_connection.worker().spawn("A WebSocket writer", writer(shared_from_this()));
}

// Runs while there is something to write, so that a quiet member costs no coroutine.
Task<void> BeastSession::writer([[maybe_unused]] std::shared_ptr<BeastSession> self) // stays while it runs
{
    error_code error;
    while (!m_queue.empty() && !m_broken) {
        const Item item = std::move(m_queue.front());
        m_queue.pop_front();
        m_stream.binary(item.binary);
        co_await m_stream.async_write(asio::buffer(*item.data), asio::redirect_error(asio::use_awaitable, error));
        m_queuedBytes -= std::min(m_queuedBytes, item.data->size() + kPerMessage);
        m_broken = m_broken || error;
    }
    if (m_closeWanted && !m_broken) {
        co_await m_stream.async_close(m_close, asio::redirect_error(asio::use_awaitable, error));
        m_broken = true;
    }
    m_writing = false;
    m_idle.cancel();
}

void BeastSession::cutOffAfter(std::chrono::milliseconds time)
{
    m_cutOff.expires_after(time);
    m_cutOff.async_wait([weak = weak_from_this()](const error_code &error) {
        if (const auto self = weak.lock(); self && !error)
            self->abort();
    });
}

Task<void> BeastSession::finish()
{
    close(kNormal, "");
    cutOffAfter(m_limits.closeTimeout);
    while (m_writing) {
        error_code ignored;
        m_idle.expires_at(asio::steady_timer::time_point::max());
        co_await m_idle.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    m_cutOff.cancel();
    // A ping of Beast's own may have been cut off just now; its end must find the connection alive.
    for (int i = 0; i < 2; ++i)
        co_await asio::post(m_connection.get_executor(), asio::use_awaitable);
}

} // namespace

bool isWebSocketKey(std::string_view key)
{
    return key.size() == 24 && key.ends_with("==") &&
           key.substr(0, 22).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") ==
               std::string_view::npos;
}

Task<std::shared_ptr<WebSocketSession>> WebSocketSession::accept(net::Connection &connection, Handshake handshake, Limits limits)
{
    auto session = std::make_shared<BeastSession>(connection, std::move(limits));
    if (!co_await session->handshake(std::move(handshake)))
        co_return nullptr;
    co_return session;
}

} // namespace matinee::http

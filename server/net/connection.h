// One accepted TCP connection, in clear or TLS, on one worker. Sessions read and write through it and never see which it is.
// Owned by its session; destroyed on its worker. Not thread-safe.
#pragma once

#include "net/sealed_file.h"
#include "net/task.h"

#include "common/protocol/result.h"

#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct iovec;

namespace matinee::net {

class ConnectionSlot;
class Worker;

/// Why a connection ended. Each is a label of matinee_connections_closed_total.
enum class IoError
{
    Closed,    ///< The peer closed in order.
    Reset,     ///< The peer or the network broke it.
    TimedOut,  ///< Longer silent, or slower, than allowed.
    Cancelled, ///< Closed by us: kicked, draining.
    Protocol,  ///< TLS failed.
};
[[nodiscard]] std::string_view ioErrorName(IoError error);

class Connection
{
public:
    using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;
    using executor_type = asio::ip::tcp::socket::executor_type;

    Connection(Worker &worker, asio::ip::tcp::socket socket);
    ~Connection();
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    /// Server side of TLS. `preread`: bytes that the sniffer took from the socket already.
    Task<Result<void, IoError>> startTls(std::shared_ptr<asio::ssl::context> context, std::span<const std::uint8_t> preread,
                                         std::chrono::milliseconds timeout);

    /// The protocol that ALPN chose: "h2", "http/1.1", or "" without TLS or ALPN.
    [[nodiscard]] std::string_view alpn() const;

    /// At least one byte, or why not.
    Task<Result<std::size_t, IoError>> readSome(std::span<std::uint8_t> into, std::chrono::milliseconds timeout);
    /// The next reads return these bytes first. For what a sniffer or an upgrade read too far; call with no read pending.
    void unread(std::span<const std::uint8_t> bytes);
    /// All of it, or why not; the time-out is for the whole.
    Task<Result<void, IoError>> write(std::span<const asio::const_buffer> buffers, std::chrono::milliseconds timeout);
    /// `head`, and behind it `count` bytes of `file` from `offset` on, which lie within it; without a copy where there is no TLS.
    Task<Result<void, IoError>> write(std::string_view head, SealedFilePtr file, std::size_t offset, std::size_t count,
                                      std::chrono::milliseconds timeout);

    /// The fan-out path: one sendmsg() without waiting. Returns bytes taken, 0 when the socket is full.
    /// Only where `isPlain()`; TLS viewers go through write().
    Result<std::size_t, IoError> trySend(const iovec *vectors, std::size_t count);
    Result<std::size_t, IoError> trySend(std::span<const std::uint8_t> bytes);
    /// The same for reading: what is there now, 0 where that is nothing. Not together with readSome().
    Result<std::size_t, IoError> tryRead(std::span<std::uint8_t> into);
    /// Completes when trySend() may take more.
    Task<Result<void, IoError>> waitWritable(std::chrono::milliseconds timeout);
    /// Completes when the peer sent something (then read it, or the next wait completes at once) and fails with Closed when
    /// it closed; for one-way viewers, to notice that they left. Not together with readSome().
    Task<Result<void, IoError>> waitReadable();

    [[nodiscard]] bool isPlain() const { return m_tls == nullptr; }
    [[nodiscard]] Worker &worker() { return m_worker; }
    [[nodiscard]] const std::string &peerAddress() const { return m_peerAddress; } ///< Without port.
    [[nodiscard]] asio::ip::tcp::socket &socket() { return m_socket ? *m_socket : m_tls->next_layer(); }

    /// Takes part in ConnectionLimits until destroyed; the listener sets it.
    void holdSlot(std::unique_ptr<ConnectionSlot> slot);
    /// Label of matinee_connections_closed_total where "closed", "timed_out" and so on say too little. The first one stays.
    /// `reason` must be a literal from a small fixed set.
    void noteReason(std::string_view reason);

    /// Ends pending operations with IoError::Cancelled and closes. Safe to call twice.
    void close();
    /// Sends what is queued, shuts down in order (TLS close_notify), waits at most `timeout`, closes.
    Task<void> shutdown(std::chrono::milliseconds timeout);

    /// Gives up the plain socket (gRPC takes file descriptors). The connection is empty afterwards.
    [[nodiscard]] int releaseDescriptor();

    // AsyncStream of Asio, so that Beast's WebSocket can sit on top.
    [[nodiscard]] executor_type get_executor();
    template <class Buffers, class Token> auto async_read_some(const Buffers &buffers, Token &&token)
    {
        return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers &into) {
                if (!m_unread.empty())
                    asio::post(get_executor(), asio::append(std::move(handler), boost::system::error_code{}, takeUnread(into)));
                else if (m_tls)
                    m_tls->async_read_some(into, std::move(handler));
                else
                    m_socket->async_read_some(into, std::move(handler));
            },
            token, buffers);
    }
    template <class Buffers, class Token> auto async_write_some(const Buffers &buffers, Token &&token)
    {
        return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers &from) {
                if (m_tls)
                    m_tls->async_write_some(from, std::move(handler));
                else
                    m_socket->async_write_some(from, std::move(handler));
            },
            token, buffers);
    }

private:
    struct Watch;
    enum Direction
    {
        Read,
        Write
    };

    IoError failed(Direction direction, const boost::system::error_code &error);
    Task<Result<void, IoError>> waitReadableTls();
    Task<Result<void, IoError>> writePlain(std::span<const asio::const_buffer> buffers, std::chrono::milliseconds timeout, int flags = 0);
    Result<std::size_t, IoError> sendSome(const iovec *vectors, std::size_t count, int flags);
    Result<std::size_t, IoError> trySendFile(const SealedFile &file, std::size_t offset, std::size_t count);
    Task<Result<void, IoError>> writeTls(std::span<const asio::const_buffer> buffers, std::chrono::milliseconds timeout);
    template <class Buffers> std::size_t takeUnread(const Buffers &into)
    {
        const std::size_t taken = asio::buffer_copy(into, asio::buffer(m_unread));
        m_unread.erase(m_unread.begin(), m_unread.begin() + static_cast<std::ptrdiff_t>(taken));
        return taken;
    }

    Worker &m_worker;
    std::unique_ptr<asio::ip::tcp::socket> m_socket; ///< Null once TLS has it.
    std::unique_ptr<TlsStream> m_tls;
    std::string m_peerAddress;
    std::shared_ptr<Watch> m_watch; ///< The deadlines of both directions behind one timer.
    std::vector<std::uint8_t> m_unread;
    std::vector<std::uint8_t> m_record; ///< Small pieces of a TLS write, gathered to one record.
    std::unique_ptr<ConnectionSlot> m_slot;
    bool m_closed = false;
};

} // namespace matinee::net

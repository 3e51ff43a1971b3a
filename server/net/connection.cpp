#include "net/connection.h"

#include "net/connection_limits.h"
#include "net/worker.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace matinee::net {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;
using boost::system::error_code;

namespace {

constexpr std::size_t kTlsRecordBytes = 16 * 1024;
constexpr std::size_t kMaxVectors = 64;
constexpr std::size_t kLingerBytes = 256 * 1024;

std::string addressWithoutPort(const asio::ip::tcp::socket &socket)
{
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error)
        return {};
    auto address = endpoint.address();
    if (address.is_v6()) {
        auto v6 = address.to_v6();
        if (v6.is_v4_mapped())
            return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
        v6.scope_id(0); // A zone is of this machine's interest only, and would split one peer in two.
        return v6.to_string();
    }
    return address.to_string();
}

// Awaits; the operation ends early when the slot's signal is emitted.
auto bound(asio::cancellation_slot slot, error_code &error)
{
    return asio::bind_cancellation_slot(slot, asio::redirect_error(asio::use_awaitable, error));
}

} // namespace

std::string_view ioErrorName(IoError error)
{
    switch (error) {
    case IoError::Closed:
        return "closed";
    case IoError::Reset:
        return "reset";
    case IoError::TimedOut:
        return "timed_out";
    case IoError::Cancelled:
        return "cancelled";
    case IoError::Protocol:
        return "protocol";
    }
    return "closed";
}

// A deadline is set for each read and write; arming a timer for each would cost more than the read. So the timer is armed only
// when a deadline comes before the time it waits for already, and looks at the deadlines again when it fires.
struct Connection::Watch : std::enable_shared_from_this<Watch>
{
    struct Side
    {
        asio::cancellation_signal signal;
        Clock::time_point deadline = Clock::time_point::max();
        bool expired = false;
    };

    explicit Watch(Worker &worker) : timer(worker.context()) {}

    auto begin(Direction direction, Milliseconds timeout)
    {
        Side &side = sides[direction];
        side.expired = false;
        side.deadline = Clock::now() + std::max(timeout, Milliseconds{1});
        if (side.deadline < armed)
            arm(side.deadline);
        return side.signal.slot();
    }
    void end(Direction direction)
    {
        Side &side = sides[direction];
        side.deadline = Clock::time_point::max();
        side.signal.slot().clear(); // What it points into may move (startTls) or go before the next operation.
    }
    void arm(Clock::time_point when)
    {
        armed = when;
        timer.expires_at(when);
        timer.async_wait([weak = weak_from_this()](const error_code &error) {
            if (auto self = weak.lock(); self && !error)
                self->tick();
        });
    }
    void tick()
    {
        armed = Clock::time_point::max();
        const auto now = Clock::now();
        auto next = Clock::time_point::max();
        for (Side &side : sides) {
            if (side.deadline <= now) {
                side.deadline = Clock::time_point::max();
                side.expired = true;
                side.signal.emit(asio::cancellation_type::terminal);
            }
            next = std::min(next, side.deadline);
        }
        if (next != Clock::time_point::max())
            arm(next);
    }

    asio::steady_timer timer;
    Clock::time_point armed = Clock::time_point::max();
    std::array<Side, 2> sides;
};

Connection::Connection(Worker &worker, asio::ip::tcp::socket socket)
    : m_worker(worker),
      m_socket(std::make_unique<asio::ip::tcp::socket>(std::move(socket))),
      m_peerAddress(addressWithoutPort(*m_socket)),
      m_watch(std::make_shared<Watch>(worker))
{
    error_code ignored;
    m_socket->non_blocking(true, ignored);
}

Connection::~Connection()
{
    close();
}

Connection::executor_type Connection::get_executor()
{
    return m_tls ? m_tls->get_executor() : m_socket->get_executor();
}

void Connection::holdSlot(std::unique_ptr<ConnectionSlot> slot)
{
    m_slot = std::move(slot);
}

void Connection::noteReason(std::string_view reason)
{
    if (m_slot)
        m_slot->noteReason(reason);
}

IoError Connection::failed(Direction direction, const error_code &error)
{
    namespace e = asio::error;
    IoError result = IoError::Reset;
    if (error == e::operation_aborted || error == e::bad_descriptor)
        result = m_watch->sides[direction].expired && !m_closed ? IoError::TimedOut : IoError::Cancelled;
    else if (error == e::eof || error == asio::ssl::error::stream_truncated)
        result = IoError::Closed;
    else if (error == e::timed_out)
        result = IoError::TimedOut;
    else if (error.category() == e::get_ssl_category() || error.category() == asio::ssl::error::get_stream_category())
        result = IoError::Protocol;
    noteReason(ioErrorName(result));
    return result;
}

Task<Result<void, IoError>> Connection::startTls(std::shared_ptr<asio::ssl::context> context, std::span<const std::uint8_t> preread,
                                                 Milliseconds timeout)
{
    if (m_closed || m_tls || !m_socket)
        co_return IoError::Cancelled;
    m_tls = std::make_unique<TlsStream>(std::move(*m_socket), *context);
    m_socket.reset();
    error_code error;
    const auto slot = m_watch->begin(Write, timeout);
    co_await m_tls->async_handshake(TlsStream::server, asio::buffer(preread.data(), preread.size()), bound(slot, error));
    m_watch->end(Write);
    if (error)
        co_return failed(Write, error);
    co_return Result<void, IoError>{};
}

std::string_view Connection::alpn() const
{
    if (!m_tls)
        return {};
    const unsigned char *name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(const_cast<TlsStream &>(*m_tls).native_handle(), &name, &length);
    return {reinterpret_cast<const char *>(name), length};
}

void Connection::unread(std::span<const std::uint8_t> bytes)
{
    m_unread.insert(m_unread.begin(), bytes.begin(), bytes.end());
}

Task<Result<std::size_t, IoError>> Connection::readSome(std::span<std::uint8_t> into, Milliseconds timeout)
{
    if (m_closed)
        co_return IoError::Cancelled;
    const auto buffer = asio::buffer(into.data(), into.size());
    if (!m_unread.empty())
        co_return takeUnread(buffer);
    error_code error;
    const auto slot = m_watch->begin(Read, timeout);
    std::size_t count = 0;
    if (m_tls)
        count = co_await m_tls->async_read_some(buffer, bound(slot, error));
    else
        count = co_await m_socket->async_read_some(buffer, bound(slot, error));
    m_watch->end(Read);
    if (count > 0)
        co_return count;
    co_return failed(Read, error ? error : error_code(asio::error::eof));
}

Task<Result<void, IoError>> Connection::write(std::span<const asio::const_buffer> buffers, Milliseconds timeout)
{
    return m_tls ? writeTls(buffers, timeout) : writePlain(buffers, timeout);
}

Task<Result<void, IoError>> Connection::write(std::string_view head, SealedFilePtr file, std::size_t offset, std::size_t count,
                                              Milliseconds timeout)
{
    if (m_tls) {
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(file->view().substr(offset, count))};
        if (buffers[1].size() < count) // no room to map it
            co_return IoError::Cancelled;
        co_return co_await writeTls(buffers, timeout);
    }
    const auto deadline = Clock::now() + timeout;
    if (!head.empty()) {
        const std::array<asio::const_buffer, 1> first{asio::buffer(head)};
        if (const auto sent = co_await writePlain(first, timeout, count > 0 ? MSG_MORE : 0); !sent)
            co_return sent.error();
    }
    while (count > 0) {
        const auto sent = trySendFile(*file, offset, count);
        if (!sent)
            co_return sent.error();
        if (*sent == 0) {
            const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
            if (const auto ready = co_await waitWritable(left); !ready)
                co_return ready.error();
        }
        offset += *sent;
        count -= *sent;
    }
    co_return Result<void, IoError>{};
}

Task<Result<void, IoError>> Connection::writePlain(std::span<const asio::const_buffer> buffers, Milliseconds timeout, int flags)
{
    const auto deadline = Clock::now() + timeout;
    std::size_t first = 0;  // The first buffer that is not sent whole,
    std::size_t offset = 0; // and how much of it is.
    for (;;) {
        std::array<iovec, kMaxVectors> vectors;
        std::size_t count = 0;
        for (std::size_t i = first; i < buffers.size() && count < vectors.size(); ++i) {
            const std::size_t skip = i == first ? offset : 0;
            if (buffers[i].size() > skip)
                vectors[count++] = {static_cast<char *>(const_cast<void *>(buffers[i].data())) + skip, buffers[i].size() - skip};
        }
        if (count == 0)
            co_return Result<void, IoError>{};
        const auto sent = sendSome(vectors.data(), count, flags);
        if (!sent)
            co_return sent.error();
        if (*sent == 0) {
            const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
            if (const auto ready = co_await waitWritable(left); !ready)
                co_return ready.error();
            continue;
        }
        for (offset += *sent; first < buffers.size() && offset >= buffers[first].size(); ++first)
            offset -= buffers[first].size();
    }
}

Task<Result<void, IoError>> Connection::writeTls(std::span<const asio::const_buffer> buffers, Milliseconds timeout)
{
    if (m_closed)
        co_return IoError::Cancelled;
    const auto slot = m_watch->begin(Write, timeout);
    error_code error;
    // asio::ssl makes at least one record of each buffer; a head and a small body should leave as one.
    m_record.clear();
    for (const auto &buffer : buffers) {
        if (m_record.size() + buffer.size() > kTlsRecordBytes && !m_record.empty()) {
            co_await asio::async_write(*m_tls, asio::buffer(m_record), bound(slot, error));
            m_record.clear();
        }
        if (!error && buffer.size() > kTlsRecordBytes)
            co_await asio::async_write(*m_tls, asio::const_buffer(buffer), bound(slot, error));
        else if (!error)
            m_record.insert(m_record.end(), static_cast<const std::uint8_t *>(buffer.data()),
                            static_cast<const std::uint8_t *>(buffer.data()) + buffer.size());
        if (error)
            break;
    }
    if (!error && !m_record.empty())
        co_await asio::async_write(*m_tls, asio::buffer(m_record), bound(slot, error));
    m_watch->end(Write);
    if (error)
        co_return failed(Write, error);
    co_return Result<void, IoError>{};
}

Result<std::size_t, IoError> Connection::trySend(const iovec *vectors, std::size_t count)
{
    return sendSome(vectors, count, 0);
}

Result<std::size_t, IoError> Connection::trySendFile(const SealedFile &file, std::size_t offset, std::size_t count)
{
    if (m_closed || !m_socket || !m_socket->is_open())
        return IoError::Cancelled;
    for (;;) {
        auto at = static_cast<off_t>(offset);
        const ssize_t sent = ::sendfile(m_socket->native_handle(), file.descriptor(), &at, count);
        if (sent > 0)
            return static_cast<std::size_t>(sent);
        if (sent == 0) // shorter than was said
            return failed(Write, asio::error::eof);
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return std::size_t{0};
        return failed(Write, error_code(errno, boost::system::system_category()));
    }
}

Result<std::size_t, IoError> Connection::sendSome(const iovec *vectors, std::size_t count, int flags)
{
    if (m_closed || !m_socket || !m_socket->is_open())
        return IoError::Cancelled;
    msghdr message{};
    message.msg_iov = const_cast<iovec *>(vectors);
    message.msg_iovlen = count;
    for (;;) {
        const ssize_t sent = ::sendmsg(m_socket->native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT | flags);
        if (sent >= 0)
            return static_cast<std::size_t>(sent);
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return std::size_t{0};
        return failed(Write, error_code(errno, boost::system::system_category()));
    }
}

Result<std::size_t, IoError> Connection::trySend(std::span<const std::uint8_t> bytes)
{
    if (m_closed || !m_socket || !m_socket->is_open())
        return IoError::Cancelled;
    for (;;) {
        const ssize_t sent = ::send(m_socket->native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            return static_cast<std::size_t>(sent);
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return std::size_t{0};
        return failed(Write, error_code(errno, boost::system::system_category()));
    }
}

Result<std::size_t, IoError> Connection::tryRead(std::span<std::uint8_t> into)
{
    if (m_closed || !m_socket || !m_socket->is_open())
        return IoError::Cancelled;
    if (!m_unread.empty())
        return takeUnread(asio::buffer(into.data(), into.size()));
    for (;;) {
        const ssize_t count = ::recv(m_socket->native_handle(), into.data(), into.size(), MSG_DONTWAIT);
        if (count > 0)
            return static_cast<std::size_t>(count);
        if (count == 0)
            return failed(Read, asio::error::eof);
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return std::size_t{0};
        return failed(Read, error_code(errno, boost::system::system_category()));
    }
}

Task<Result<void, IoError>> Connection::waitWritable(Milliseconds timeout)
{
    if (m_closed)
        co_return IoError::Cancelled;
    error_code error;
    co_await socket().async_wait(asio::ip::tcp::socket::wait_write, bound(m_watch->begin(Write, timeout), error));
    m_watch->end(Write);
    if (error)
        co_return failed(Write, error);
    co_return Result<void, IoError>{};
}

Task<Result<void, IoError>> Connection::waitReadable()
{
    if (m_closed)
        co_return IoError::Cancelled;
    if (!m_unread.empty())
        co_return Result<void, IoError>{};
    if (m_tls)
        co_return co_await waitReadableTls();
    error_code error;
    co_await socket().async_wait(asio::ip::tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (!error && !m_closed) {
        char byte = 0;
        const ssize_t seen = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (seen == 0)
            error = asio::error::eof;
        else if (seen < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            error = error_code(errno, boost::system::system_category());
    }
    if (error || m_closed)
        co_return failed(Read, error ? error : error_code(asio::error::operation_aborted));
    co_return Result<void, IoError>{};
}

/// Bytes of TLS may be past the socket already: in OpenSSL, as ciphertext in its buffers or in those of asio::ssl. Only a read tells.
Task<Result<void, IoError>> Connection::waitReadableTls()
{
    constexpr std::size_t atOnce = 512; // viewers say little
    std::vector<std::uint8_t> bytes(atOnce);
    error_code error;
    const std::size_t count = co_await m_tls->async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    m_unread.insert(m_unread.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    if (count > 0 && !m_closed)
        co_return Result<void, IoError>{};
    co_return failed(Read, error ? error : error_code(asio::error::operation_aborted));
}

void Connection::close()
{
    if (m_closed)
        return;
    m_closed = true;
    noteReason("cancelled"); // Stays only where nothing was noted before.
    m_watch->timer.cancel();
    error_code ignored;
    socket().close(ignored);
}

Task<void> Connection::shutdown(Milliseconds timeout)
{
    if (m_closed)
        co_return;
    noteReason("done");
    const auto deadline = Clock::now() + timeout;
    error_code error;
    if (m_tls) {
        co_await m_tls->async_shutdown(bound(m_watch->begin(Write, timeout), error));
        m_watch->end(Write);
    } else {
        // Closing with unread bytes in the socket sends RST, which may take our last answer from under the peer (RFC 9112 9.6).
        m_socket->shutdown(asio::ip::tcp::socket::shutdown_send, error);
        std::array<std::uint8_t, 4096> rest;
        for (std::size_t total = 0; !error && total < kLingerBytes;) {
            const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
            if (left <= Milliseconds{0})
                break;
            const auto count = co_await readSome(rest, left);
            if (!count)
                break;
            total += *count;
        }
    }
    close();
}

int Connection::releaseDescriptor()
{
    if (m_closed || !m_socket)
        return -1;
    error_code error;
    const int descriptor = m_socket->release(error);
    if (error)
        return -1;
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    noteReason("done");
    m_closed = true;
    m_watch->timer.cancel();
    return descriptor;
}

} // namespace matinee::net

// The listening half of FanOut, and viewers behind TLS.
#include "live/fan_out.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace matinee::live {

using asio::experimental::awaitable_operators::operator||;
using Clock = asio::steady_timer::clock_type;

namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr int kReadsInARow = 8; // then others have their turn

} // namespace

/// A callback and not a coroutine: a viewer that says nothing for hours holds no buffer and no frame for it.
void FanOut::watch()
{
    m_watching = true;
    m_connection.socket().async_wait(asio::ip::tcp::socket::wait_read, [this](const boost::system::error_code &error) {
        m_watching = false;
        if (m_end)
            wake(); // run() may wait for this
        else if (error)
            stop(FanOutEnd::ViewerLeft);
        else
            readPeer();
    });
}

void FanOut::readPeer()
{
    std::array<std::uint8_t, kReadBytes> bytes;
    for (int i = 0; i < kReadsInARow; ++i) {
        const auto count = m_connection.tryRead(bytes);
        if (!count)
            return stop(FanOutEnd::ViewerLeft);
        if (*count == 0)
            break;
        const bool here = !m_reader || m_reader->onBytes(std::span(bytes).first(*count));
        if (!here)
            return stop(FanOutEnd::ViewerLeft);
        if (m_end)
            return;
    }
    watch();
}

/// The pending operation refers to this.
Task<void> FanOut::endWatch()
{
    boost::system::error_code ignored;
    if (m_watching)
        m_connection.socket().cancel(ignored);
    while (m_watching) {
        m_wake.expires_at(Clock::time_point::max());
        (void)co_await m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

Task<void> FanOut::sendTls()
{
    std::vector<asio::const_buffer> buffers;
    for (;;) {
        collect();
        if (m_out.empty()) {
            if (m_end)
                co_return;
            m_wake.expires_at(m_joining ? Clock::now() + std::chrono::milliseconds(100) : Clock::time_point::max());
            (void)co_await m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
            if (m_end && !m_sendRest)
                co_return;
            continue;
        }
        buffers.clear();
        for (const auto &bytes : m_out)
            buffers.emplace_back(bytes->data(), bytes->size());
        const auto written = co_await m_connection.write(buffers, patience(Clock::now()));
        if (!written)
            co_return finish(written.error() == net::IoError::TimedOut ? FanOutEnd::TooSlow : FanOutEnd::ViewerLeft, false);
        consume(m_outBytes);
        if (m_end && (!m_sendRest || Clock::now() >= m_farewell))
            co_return;
    }
}

Task<FanOutEnd> FanOut::runTls(PeerReader *reader)
{
    const auto first = co_await (sendTls() || watchTls(reader));
    m_replica.detach(*this);
    // stop() ends the wait for the peer's bytes as well, where it has to.
    const bool isOurs = first.index() == 0 || m_end == FanOutEnd::Revoked;
    co_return isOurs ? m_end.value_or(FanOutEnd::ViewerLeft) : FanOutEnd::ViewerLeft;
}

Task<void> FanOut::watchTls(PeerReader *reader)
{
    std::vector<std::uint8_t> bytes(1024);
    for (bool here = true; here;) {
        // Not readSome() alone: it ends by its own time-out only, and this must end when sendTls() has.
        const auto readable = co_await m_connection.waitReadable();
        if (!readable)
            break;
        const auto count = co_await m_connection.readSome(bytes, m_limits.stall);
        if (!count)
            break;
        here = !reader || reader->onBytes(std::span(bytes).first(*count));
    }
    stop(FanOutEnd::ViewerLeft);
}

} // namespace matinee::live

#include "http/pump.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace matinee::http {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;
using boost::system::error_code;

namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;
constexpr auto kWriteTimeout = Milliseconds{60'000};

struct Pump
{
    net::Connection &connection;
    OtherSocket other;
    Milliseconds idleTimeout;
    Clock::time_point moved = Clock::now();
    bool fromOtherEnded = false;

    void endOther()
    {
        error_code ignored;
        other.close(ignored);
    }

    Task<void> toOther(std::span<const std::uint8_t> first)
    {
        error_code error;
        co_await asio::async_write(other, asio::buffer(first.data(), first.size()), asio::redirect_error(asio::use_awaitable, error));
        std::vector<std::uint8_t> buffer(kBufferBytes);
        while (!error) {
            const auto count = co_await connection.readSome(buffer, idleTimeout);
            if (!count) {
                if (count.error() == net::IoError::TimedOut && Clock::now() - moved < idleTimeout)
                    continue; // The other direction is busy.
                break;
            }
            moved = Clock::now();
            co_await asio::async_write(other, asio::buffer(buffer.data(), *count), asio::redirect_error(asio::use_awaitable, error));
        }
        if (!fromOtherEnded)
            endOther();
    }

    Task<void> toConnection()
    {
        std::vector<std::uint8_t> buffer(kBufferBytes);
        for (;;) {
            error_code error;
            const auto count = co_await other.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
            if (error)
                break;
            moved = Clock::now();
            const std::array<asio::const_buffer, 1> piece{asio::buffer(buffer.data(), count)};
            if (const auto written = co_await connection.write(piece, kWriteTimeout); !written)
                break;
        }
        fromOtherEnded = true;
        endOther();
        connection.close();
    }
};

} // namespace

Task<void> pump(net::Connection &connection, OtherSocket other, std::span<const std::uint8_t> first, Milliseconds idleTimeout)
{
    using namespace asio::experimental::awaitable_operators;
    Pump both{connection, std::move(other), idleTimeout};
    co_await (both.toOther(first) && both.toConnection());
}

} // namespace matinee::http

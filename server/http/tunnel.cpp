#include "http/tunnel.h"

#include "http/pump.h"
#include "http/wire/text.h"
#include "net/worker.h"
#include "observe/log.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace matinee::http {

using asio::ip::tcp;
using boost::system::error_code;

std::string tunnelledHead(std::string_view head, std::string_view secret, std::string_view clientAddress)
{
    std::string result;
    result.reserve(head.size() + 160);
    bool firstLine = true;
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(line.size() + 2, head.size()));
        if (line.empty())
            break;
        const auto name = line.substr(0, line.find(':'));
        if (!firstLine && (wire::equalsIgnoringCase(name, "x-matinee-tunnel") || wire::equalsIgnoringCase(name, "x-real-ip")))
            continue;
        result.append(line).append("\r\n");
        if (firstLine) {
            result.append("X-Matinee-Tunnel: ").append(secret).append("\r\nX-Real-IP: ").append(clientAddress).append("\r\n");
            firstLine = false;
        }
    }
    return result += "\r\n";
}

Task<void> tunnel(Exchange &exchange, const TunnelOptions &options)
{
    auto &context = exchange.worker().context();
    tcp::socket socket(context);
    asio::steady_timer deadline(context, options.connectTimeout);
    deadline.async_wait([&socket](const error_code &error) {
        if (!error)
            socket.close();
    });
    error_code error;
    co_await socket.async_connect({asio::ip::address_v4::loopback(), options.port}, asio::redirect_error(asio::use_awaitable, error));
    deadline.cancel();
    if (error || !socket.is_open()) {
        log::warn("http", "The admin listener on port {} does not answer: {}", options.port, error.message());
        co_await exchange.respond(problem(fail(ErrorCode::Unavailable, "The admin channel is not running now. Try again in a moment."),
                                          exchange.request().requestId));
        co_return;
    }
    socket.set_option(tcp::no_delay(true), error);
    const std::string clientAddress = exchange.request().clientAddress;
    std::vector<std::uint8_t> bytes;
    const auto connection = exchange.detach(bytes);
    if (!connection)
        co_return;
    const std::string_view request(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    const auto headEnd = request.find("\r\n\r\n") + 4;
    std::string replay = tunnelledHead(request.substr(0, headEnd), options.secret, clientAddress);
    replay += request.substr(headEnd);
    co_await pump(*connection, std::move(socket), {reinterpret_cast<const std::uint8_t *>(replay.data()), replay.size()},
                  options.idleTimeout);
}

} // namespace matinee::http

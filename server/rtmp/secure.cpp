#include "rtmp/secure.h"

#include "observe/log.h"

#include <utility>

namespace matinee::rtmp {

Task<void> serveSecure(std::unique_ptr<net::Connection> connection, std::shared_ptr<const net::TlsContext> tls, Services &services)
{
    constexpr std::string_view failed = "tls_failed";
    const auto started = co_await connection->startTls(tls->current(), {}, services.limits.handshake);
    if (!started) { // a scanner, or an encoder that was told rtmp:// for this port
        services.metrics.closed(failed);
        log::debug("rtmp", "connection from {} closed: {}: {}", connection->peerAddress(), failed, net::ioErrorName(started.error()));
        co_return;
    }
    co_await serve(std::move(connection), services);
}

} // namespace matinee::rtmp

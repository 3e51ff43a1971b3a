// RTMPS: RTMP behind TLS on a port of its own. The session is that of RTMP and does not know.
// `serveSecure` is what app gives to net::Listener; runs on the connection's worker.
#pragma once

#include "net/tls.h"
#include "rtmp/session.h"

#include <memory>

namespace matinee::rtmp {

/// Does the TLS handshake within SessionLimits::handshake, with the certificate of that moment, then serves.
[[nodiscard]] Task<void> serveSecure(std::unique_ptr<net::Connection> connection, std::shared_ptr<const net::TlsContext> tls,
                                     Services &services);

} // namespace matinee::rtmp

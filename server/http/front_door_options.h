// Everything about the front door that settings decide, as plain values. A fresh one may take its place at any time
// (FrontDoor::setOptions); what was begun under the old one goes on under it.
#pragma once

#include "net/addresses.h"
#include "net/tls.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace matinee::http {

struct FrontDoorOptions
{
    // Reading
    std::size_t maxHeadBytes = 8 * 1024;
    std::size_t maxHeaders = 100;
    std::chrono::milliseconds headTimeout{
        10'000}; ///< From the first byte of a request to the end of its head; also TLS and the first byte.
    std::chrono::milliseconds idleTimeout{60'000}; ///< Between two requests.
    std::chrono::milliseconds bodyGrace{10'000};   ///< A body must come at `bodyMinimumRate` after this.
    std::size_t bodyMinimumRate = 1024;            ///< Bytes a second.
    std::size_t maxRequestsPerConnection = 1000;

    // Writing
    std::chrono::milliseconds writeTimeout{30'000}; ///< For each 128 KiB of a response.
    std::chrono::milliseconds lingerTimeout{2'000}; ///< For the peer to take the last answer before the connection is gone.

    // WebSocket
    std::chrono::milliseconds pingEvery{20'000}; ///< And as long again for the answer.
    std::size_t maxSendQueueBytes = 1 << 20;     ///< A peer that lags behind by more is closed with 1013.
    std::chrono::milliseconds closeTimeout{5'000};

    // Tunnel and gRPC hand-over
    std::chrono::milliseconds pumpIdleTimeout{600'000};

    // Who may
    net::AddressList trustedProxies;
    std::vector<std::string> corsAllowedOrigins; ///< "https://example.org", or "*" for any without credentials.

    // TLS
    std::shared_ptr<net::TlsContext> tls; ///< Null: in clear. With it, clear text is redirected (GET, HEAD) or refused.
    std::chrono::seconds hstsMaxAge{0};   ///< Strict-Transport-Security on secure answers where above 0.

    // Headers of every answer
    std::string frameAncestors = "'self'"; ///< Who may show pages in a frame: sources of CSP, or 'none'.
    std::string permissionsPolicy = "geolocation=(), payment=(), usb=(), camera=(self), microphone=(self), display-capture=(self), "
                                    "fullscreen=(self), picture-in-picture=(self), autoplay=(self), screen-wake-lock=(self)";
    /// Of HTML answers that bring none of their own; frame-ancestors is added to it.
    std::string contentSecurityPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
                                        "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob: data:; "
                                        "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
                                        "form-action 'self'";
};

} // namespace matinee::http

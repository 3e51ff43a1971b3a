// Carries one exchange, WebSocket upgrade and all, to a listener of this program on loopback: the admin channel on the main port.
// Who may use it is decided before; runs inside the handler of its route.
#pragma once

#include "http/exchange.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace matinee::http {

struct TunnelOptions
{
    std::uint16_t port = 0; ///< On 127.0.0.1.
    std::string secret;     ///< Sent as X-Matinee-Tunnel, so that the listener knows that the request came this way.
    std::chrono::milliseconds connectTimeout{3'000};
    std::chrono::milliseconds idleTimeout{600'000};
};

/// Replays the request with X-Matinee-Tunnel and X-Real-IP set by us (a client's own are dropped), then pumps both ways until either
/// side closes. Answers 503 itself where nothing listens there.
Task<void> tunnel(Exchange &exchange, const TunnelOptions &options);

/// The head of the request as the listener gets it. Pure.
[[nodiscard]] std::string tunnelledHead(std::string_view head, std::string_view secret, std::string_view clientAddress);

} // namespace matinee::http

// Which other origins may use an answer (Fetch standard, CORS) or open a WebSocket. Pure; any thread.
#pragma once

#include "http/exchange.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace matinee::http {

/// "https://example.org" against "example.org": the scheme is not compared, for a proxy may have taken the TLS off.
[[nodiscard]] bool isSameOrigin(std::string_view origin, std::string_view host);

/// Headers for an answer on a route that is open across origins; with Vary always, since answers differ by origin.
/// Credentials are granted to origins that are listed by name, never by "*".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> corsHeaders(std::string_view origin, std::string_view host,
                                                                           std::span<const std::string> allowed);

/// No Origin (not a browser), the same origin, or an allowed one. "*" lets in only what carries no cookie and no Authorization.
[[nodiscard]] bool webSocketOriginAllowed(const Request &request, std::span<const std::string> allowed);

} // namespace matinee::http

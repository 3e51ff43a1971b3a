// The head of an answer as bytes: status line, the handler's headers, and those that every answer carries. Any worker.
#pragma once

#include "http/exchange.h"
#include "http/front_door_options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::http {

struct HeadContext
{
    const FrontDoorOptions &options;
    std::string_view requestId;
    bool keepAlive = false;
    bool oldClient = false; ///< HTTP/1.0, which needs to be told that the connection stays.
    bool secure = false;
};

/// `contentLength` empty: the body ends with the connection.
[[nodiscard]] std::string responseHead(const Response &response, std::optional<std::uint64_t> contentLength, const HeadContext &context);

[[nodiscard]] std::string_view reasonPhrase(int status);
/// Now, as RFC 9110 5.6.7 writes it; made anew once a second on each thread.
[[nodiscard]] std::string_view httpDate();
/// 204, 304 and 1xx have none, whatever the handler gave.
[[nodiscard]] bool mayHaveBody(int status);
/// The handler's own value, or "".
[[nodiscard]] std::string_view headerOf(const Response &response, std::string_view name);

} // namespace matinee::http

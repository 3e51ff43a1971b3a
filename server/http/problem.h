// Problem documents (RFC 9457) for what has an HTTP status but no ErrorCode, and the names of methods. Any thread.
#pragma once

#include "http/exchange.h"

#include <optional>
#include <string_view>

namespace matinee::http {

[[nodiscard]] Response problemWith(int status, std::string_view code, std::string_view title, std::string_view detail,
                                   std::string_view requestId, std::string_view field = {});

[[nodiscard]] std::string_view methodName(Method method);
[[nodiscard]] std::optional<Method> methodFrom(std::string_view name); ///< Case matters, RFC 9110 9.1.

} // namespace matinee::http

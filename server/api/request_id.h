// The id under which the log and the client speak of the same request.
#pragma once

#include <string>

namespace matinee::api {

/// 12 random characters of a-z and 0-5. Any thread.
[[nodiscard]] std::string newRequestId();

} // namespace matinee::api

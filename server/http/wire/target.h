// The request target (RFC 9112 3.2): from what a client wrote to a path that can be looked up safely. Pure; any thread.
#pragma once

#include "common/protocol/result.h"
#include "http/wire/parse_error.h"

#include <string>
#include <string_view>

namespace matinee::http::wire {

struct Target
{
    std::string path;      ///< Percent-decoded, valid UTF-8, begins with '/'; "*" for the asterisk form.
    std::string query;     ///< As sent, its percent-encoding well-formed.
    std::string authority; ///< Of the absolute form, which takes the place of Host; else empty.
};

/// What could mean one thing to us and another to a proxy or a file system is refused, not repaired: dot segments, encoded slashes
/// and backslashes, control characters.
[[nodiscard]] Result<Target, ParseError> parseTarget(std::string_view raw, std::string_view method);

/// A host name or address with an optional port.
[[nodiscard]] bool isAuthority(std::string_view text);

} // namespace matinee::http::wire

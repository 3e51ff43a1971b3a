// Decides from the bytes of an HTTP upgrade request whether the admin listener talks to this peer at all.
// A value: no socket, no clock. Only requests that came through the front door's tunnel, and no foreign web pages, pass.
#pragma once

#include "common/protocol/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace matinee::admin {

inline constexpr std::size_t kMaxRequestHead = 8 * 1024;

enum class Refusal
{
    Incomplete,    ///< The head has not ended yet: come back with more bytes.
    TooLarge,      ///< No end within kMaxRequestHead.
    Malformed,     ///< Not a GET request with header lines, or a tunnel header given twice.
    NotTunnelled,  ///< The secret of the tunnel is missing or wrong: somebody on this machine knocks at the port directly.
    ForeignOrigin, ///< A web page of another site opened this connection in a browser.
};
[[nodiscard]] std::string_view refusalName(Refusal refusal);

struct Admission
{
    std::string clientAddress; ///< X-Real-IP, which only the tunnel can have set.
};

/// `head` begins at the request line. `secret` is that of this process and not empty.
[[nodiscard]] Result<Admission, Refusal> admit(std::string_view head, std::string_view secret);

/// Takes the same time wherever the first difference is. The length of `expected` is no secret.
[[nodiscard]] bool equalInConstantTime(std::string_view given, std::string_view expected);

} // namespace matinee::admin

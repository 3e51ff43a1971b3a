// Where a browser goes after it has signed in: a page of ours, or an address that the operator has named. Anything else would let a link
// to us lead people anywhere (RFC 9700, 4.11). Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace matinee::accounts::oauth2 {

/// "/" for "". A path of ours ("/watch/live?stats=1"), or exactly one of `allowed`. Nothing for everything else: what browsers would take
/// for another host ("//host", "/\host"), control characters, which they drop, dots that climb, other schemes.
[[nodiscard]] std::optional<std::string> returnAddress(std::string_view wanted, std::span<const std::string> allowed);

} // namespace matinee::accounts::oauth2

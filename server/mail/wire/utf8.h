// UTF-8 as it is needed for a mail: repaired, and cut between characters. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace matinee::mail {

/// Octets of the character at the beginning of `text`; 0 where it is no valid UTF-8 (RFC 3629). `text` is not empty.
[[nodiscard]] std::size_t characterLength(std::string_view text);

/// Each octet that belongs to no character becomes U+FFFD.
[[nodiscard]] std::string repairedUtf8(std::string_view text);

/// One line for people: control characters become spaces, spaces in a row one; at most `limit` characters.
[[nodiscard]] std::string oneLine(std::string_view text, std::size_t limit);

} // namespace matinee::mail

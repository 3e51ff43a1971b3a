// Texts that providers send. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace matinee::accounts::oauth2 {

/// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] bool isUtf8(std::string_view text);
/// At most `most` bytes of it, cut between two characters; without control characters.
[[nodiscard]] std::string plainText(std::string_view text, std::size_t most);

} // namespace matinee::accounts::oauth2

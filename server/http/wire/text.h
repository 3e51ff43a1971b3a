// The small alphabet of HTTP: tokens, lists, percent-encoding. Pure; any thread. ASCII only, never the locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace matinee::http::wire {

[[nodiscard]] bool isTokenChar(char c); ///< RFC 9110 5.6.2
[[nodiscard]] bool isToken(std::string_view text);
[[nodiscard]] char lower(char c);
[[nodiscard]] std::string lowered(std::string_view text);
[[nodiscard]] bool equalsIgnoringCase(std::string_view a, std::string_view b);
[[nodiscard]] std::string_view trimmed(std::string_view text); ///< Without spaces and tabs at both ends.

/// The next element of a comma-separated list, trimmed; `rest` loses it. Empty elements are skipped; nullopt at the end.
[[nodiscard]] std::optional<std::string_view> nextInList(std::string_view &rest);
/// Whether a list such as that of Connection holds a token, in any case.
[[nodiscard]] bool listHas(std::string_view list, std::string_view token);

/// Nullopt where a '%' is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percentDecoded(std::string_view text, bool plusIsSpace);
[[nodiscard]] bool isUtf8(std::string_view text); ///< RFC 3629: no overlong forms, no surrogates.

} // namespace matinee::http::wire

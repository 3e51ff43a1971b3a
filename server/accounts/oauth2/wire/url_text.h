// Addresses of providers and the queries on them (RFC 3986, application/x-www-form-urlencoded): narrower than what browsers take, since
// each one of them is a place that secrets are sent to. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace matinee::accounts::oauth2 {

inline constexpr std::size_t kMostAddressBytes = 2048;

/// In the order in which they are written.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// All but letters, digits and "-._~" as %XX: good in a query and in a form alike.
[[nodiscard]] std::string percentEncoded(std::string_view text);
/// "a=1&b=2"
[[nodiscard]] std::string formText(const Parameters &parameters);
/// The address with these added to its query.
[[nodiscard]] std::string withQuery(std::string_view address, const Parameters &parameters);

/// Nothing for what is no form: more than `mostParameters`, a name that is there twice, a broken %XX, or bytes that are no UTF-8.
[[nodiscard]] std::optional<Parameters> parseForm(std::string_view text, std::size_t mostParameters = 16);
/// "" where it is absent.
[[nodiscard]] std::string_view valueOf(const Parameters &parameters, std::string_view name);

struct WebAddress
{
    bool isSecure = false; ///< https
    std::string authority; ///< Host and port as written.
    std::string path;      ///< "" or from '/' on.
    std::string query;     ///< Without '?'.
};
/// http(s)://host[:port][/path][?query] of printable ASCII without user, fragment, backslash, space or "..". Nothing for anything else.
[[nodiscard]] std::optional<WebAddress> parseWebAddress(std::string_view text);

} // namespace matinee::accounts::oauth2

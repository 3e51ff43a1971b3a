#include "accounts/oauth2/wire/return_address.h"

#include "accounts/oauth2/wire/url_text.h"

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

constexpr std::size_t kMostPathBytes = 512;

/// The path as browsers read it; each "%2e" counts as a dot for them.
bool climbs(std::string_view path)
{
    std::string plain;
    for (std::size_t at = 0; at < path.size(); ++at) {
        const bool isDot = path.substr(at, 3) == "%2e" || path.substr(at, 3) == "%2E";
        plain.push_back(isDot ? '.' : path[at]);
        at += isDot ? 2 : 0;
    }
    return plain.find("/../") != std::string::npos || plain.ends_with("/..") || plain.find("/./") != std::string::npos ||
           plain.ends_with("/.") || plain.find("//") != std::string::npos;
}

bool isOwnPath(std::string_view text)
{
    if (!text.starts_with('/') || text.size() > kMostPathBytes ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '\\'; }))
        return false;
    return !climbs(text.substr(0, text.find_first_of("?#")));
}

} // namespace

std::optional<std::string> returnAddress(std::string_view wanted, std::span<const std::string> allowed)
{
    if (wanted.empty())
        return "/";
    if (isOwnPath(wanted))
        return std::string(wanted);
    const bool isNamed = parseWebAddress(wanted) && std::find(allowed.begin(), allowed.end(), wanted) != allowed.end();
    return isNamed ? std::optional<std::string>(wanted) : std::nullopt;
}

} // namespace matinee::accounts::oauth2

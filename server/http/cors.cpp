#include "http/cors.h"

#include "http/wire/text.h"

#include <algorithm>

namespace matinee::http {

namespace {

bool isListed(std::string_view origin, std::span<const std::string> allowed)
{
    return std::any_of(allowed.begin(), allowed.end(), [&](const std::string &entry) { return wire::equalsIgnoringCase(entry, origin); });
}

bool isOpenToAll(std::span<const std::string> allowed)
{
    return std::find(allowed.begin(), allowed.end(), "*") != allowed.end();
}

std::string_view withoutPort(std::string_view authority, std::string_view port)
{
    return authority.ends_with(port) ? authority.substr(0, authority.size() - port.size()) : authority;
}

} // namespace

bool isSameOrigin(std::string_view origin, std::string_view host)
{
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos || host.empty())
        return false;
    const std::string_view port = wire::equalsIgnoringCase(origin.substr(0, scheme), "https") ? ":443" : ":80";
    return wire::equalsIgnoringCase(withoutPort(origin.substr(scheme + 3), port), withoutPort(host, port));
}

std::vector<std::pair<std::string, std::string>> corsHeaders(std::string_view origin, std::string_view host,
                                                             std::span<const std::string> allowed)
{
    if (allowed.empty())
        return {};
    std::vector<std::pair<std::string, std::string>> headers{{"Vary", "Origin"}};
    if (origin.empty() || isSameOrigin(origin, host))
        return headers;
    if (isListed(origin, allowed)) {
        headers.emplace_back("Access-Control-Allow-Origin", origin);
        headers.emplace_back("Access-Control-Allow-Credentials", "true");
    } else if (isOpenToAll(allowed)) {
        headers.emplace_back("Access-Control-Allow-Origin", "*");
    } else {
        return headers;
    }
    headers.emplace_back("Access-Control-Expose-Headers", "ETag, Content-Range, Location, Retry-After, X-Request-Id");
    return headers;
}

bool webSocketOriginAllowed(const Request &request, std::span<const std::string> allowed)
{
    const auto origin = request.header("origin");
    if (origin.empty() || isSameOrigin(origin, request.host) || isListed(origin, allowed))
        return true;
    return isOpenToAll(allowed) && request.header("cookie").empty() && request.header("authorization").empty();
}

} // namespace matinee::http

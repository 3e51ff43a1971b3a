#include "accounts/wire/relying_party.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isLabel(std::string_view label)
{
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return (c >= 'a' && c <= 'z') || isDigit(c) || c == '-'; });
}

/// In lower case and as it is in the DNS ("xn--..."). No IP address: those have a last label of digits, or colons.
bool isDomain(std::string_view name)
{
    if (name.empty() || name.size() > 253)
        return false;
    std::string_view rest = name;
    for (;;) {
        const auto dot = rest.find('.');
        const std::string_view label = rest.substr(0, dot);
        if (!isLabel(label))
            return false;
        if (dot == std::string_view::npos)
            return !std::all_of(label.begin(), label.end(), isDigit);
        rest.remove_prefix(dot + 1);
    }
}

bool isWithin(std::string_view host, std::string_view domain)
{
    return host == domain || (host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

/// 1 to 65535 without zeros before it, and not the one that browsers leave out.
bool isPort(std::string_view port, std::string_view leftOut)
{
    if (port.empty() || port.size() > 5 || port.front() == '0' || port == leftOut || !std::all_of(port.begin(), port.end(), isDigit))
        return false;
    return std::stoul(std::string(port)) <= 65535;
}

std::optional<std::string> originProblem(std::string_view id, const std::string &origin)
{
    const std::string quoted = "webauthn.rp_origin: \"" + origin + "\" ";
    const bool secure = origin.starts_with("https://");
    if (!secure && !origin.starts_with("http://"))
        return quoted + "must begin with https://, as in https://" + std::string(id) + ".";
    const std::string_view authority = std::string_view(origin).substr(secure ? 8 : 7);
    const auto colon = authority.find(':');
    const std::string_view host = authority.substr(0, colon);
    if (!isDomain(host))
        return quoted +
               "must be a scheme, a domain in lower case and a port if it is not the usual one, with nothing behind, not even a slash, "
               "as in https://" +
               std::string(id) + ".";
    if (colon != std::string_view::npos && !isPort(authority.substr(colon + 1), secure ? "443" : "80"))
        return quoted + "must have a port from 1 to 65535, and none where it is " + (secure ? "443" : "80") +
               ", since browsers leave that out.";
    if (!secure && !isWithin(host, "localhost"))
        return quoted + "must begin with https://: browsers make passkeys over http for localhost only.";
    if (!isWithin(host, id))
        return quoted + "must be on " + std::string(id) + " or below it, which webauthn.rp_id says: browsers refuse others.";
    return std::nullopt;
}

} // namespace

std::optional<std::string> relyingPartyProblem(std::string_view id, const std::vector<std::string> &origins)
{
    if (!isDomain(id))
        return "webauthn.rp_id: \"" + std::string(id) +
               "\" must be a domain in lower case without scheme and port, as in example.org; an IP address cannot have passkeys.";
    if (origins.empty())
        return "webauthn.rp_origin: must name the address of the web pages, as in https://" + std::string(id) + ".";
    for (const std::string &origin : origins)
        if (auto problem = originProblem(id, origin))
            return problem;
    return std::nullopt;
}

} // namespace matinee::accounts

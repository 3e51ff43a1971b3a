#include "relay/address.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace matinee::relay {

namespace {

constexpr std::size_t kMaxBytes = 2048;
constexpr std::size_t kShortestSecret = 4; // "live" and shorter say nothing, and would make holes in every sentence
constexpr std::string_view kMask = "***";

constexpr std::array<std::string_view, 6> kSchemes = {"rtmp", "rtmps", "rtsp", "rtsps", "http", "https"};
constexpr std::size_t kPushSchemes = 2;

Error wrong(Direction direction)
{
    const std::string example = direction == Direction::Push
                                    ? "an address such as rtmp://HOST/APP/KEY or rtmps://HOST/APP/KEY"
                                    : "an address such as rtmp://HOST/APP/NAME, rtsp://HOST/PATH or https://HOST/PATH.m3u8 (rtmp, rtmps, "
                                      "rtsp, rtsps, http, https)";
    return fail(ErrorCode::InvalidArgument, "`address` must be " + example + ", at most 2048 characters, without spaces.", "address");
}

bool goodHost(std::string_view host)
{
    if (host.starts_with('[')) // an IPv6 address; getaddrinfo has the last word on it
        return host.size() > 2 && host.ends_with(']');
    return !host.empty() &&
           std::all_of(host.begin(), host.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'; });
}

bool goodPort(std::string_view port)
{
    if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
        return false;
    const int number = std::stoi(std::string(port));
    return number >= 1 && number <= 65535;
}

} // namespace

Result<StreamAddress> StreamAddress::parse(std::string_view text, Direction direction)
{
    const bool printable = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 0x7f && c != '\\'; });
    const auto colon = text.find("://");
    if (text.size() > kMaxBytes || !printable || colon == std::string_view::npos)
        return wrong(direction);
    const auto scheme = text.substr(0, colon);
    const auto last = direction == Direction::Push ? kSchemes.begin() + kPushSchemes : kSchemes.end();
    if (std::find(kSchemes.begin(), last, scheme) == last)
        return wrong(direction);

    const auto rest = text.substr(colon + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    const auto path = rest.substr(authority.size());
    const auto at = authority.rfind('@');
    const auto user = at == std::string_view::npos ? std::string_view() : authority.substr(0, at);
    const auto hostAndPort = at == std::string_view::npos ? authority : authority.substr(at + 1);
    const auto portColon = hostAndPort.ends_with(']') ? std::string_view::npos : hostAndPort.rfind(':');
    const auto host = hostAndPort.substr(0, portColon);
    const bool hasPort = portColon != std::string_view::npos;
    if (!goodHost(host) || (hasPort && !goodPort(hostAndPort.substr(portColon + 1))))
        return wrong(direction);
    if (direction == Direction::Push && path.size() < 2)
        return wrong(direction);

    StreamAddress address;
    address.m_full = text;
    address.m_masked = std::string(scheme) + "://" + (user.empty() ? "" : std::string(kMask) + "@") + std::string(hostAndPort);
    // The first part of the path is the application of RTMP, and says much; what follows is a key as often as a name.
    const auto firstEnd = path.starts_with('/') ? path.find_first_of("/?#", 1) : 0;
    address.m_masked += path.substr(0, firstEnd);
    if (firstEnd != std::string_view::npos && firstEnd < path.size())
        address.m_masked += (path.starts_with('/') ? "/" : "") + std::string(kMask);

    const auto hide = [&](std::string_view secret) {
        if (secret.size() >= kShortestSecret)
            address.m_secrets.emplace_back(secret);
    };
    hide(user);
    if (const auto password = user.find(':'); password != std::string_view::npos)
        hide(user.substr(password + 1));
    if (firstEnd != std::string_view::npos && firstEnd < path.size()) {
        auto tail = path.substr(firstEnd);
        hide(tail);
        while (!tail.empty()) {
            const auto begin = tail.find_first_not_of("/?#&=");
            if (begin == std::string_view::npos)
                break;
            const auto end = std::min(tail.find_first_of("/?#&=", begin), tail.size());
            hide(tail.substr(begin, end - begin));
            tail = tail.substr(end);
        }
    }
    std::sort(address.m_secrets.begin(), address.m_secrets.end(), [](const auto &a, const auto &b) { return a.size() > b.size(); });
    return address;
}

std::string StreamAddress::redact(std::string text) const
{
    for (const auto &secret : m_secrets) {
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size()))
            text.replace(at, secret.size(), kMask);
    }
    return text;
}

} // namespace matinee::relay

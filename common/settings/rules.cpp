#include "common/settings/rules.h"

#include "common/settings/ladder_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include <arpa/inet.h>

namespace matinee::settings::rules {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isHex(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// 4, 6, or nothing where it is no address.
std::optional<int> familyOf(std::string_view text)
{
    const std::string whole(text); // inet_pton wants a terminated text
    if (whole.size() != text.size() || whole.find('\0') != std::string::npos)
        return std::nullopt;
    in6_addr room{};
    if (inet_pton(AF_INET, whole.c_str(), &room) == 1)
        return 4;
    if (inet_pton(AF_INET6, whole.c_str(), &room) == 1)
        return 6;
    return std::nullopt;
}

bool isNumber(std::string_view text, unsigned min, unsigned max)
{
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number >= min && number <= max;
}

bool isHostName(std::string_view text)
{
    if (text.empty() || text.size() > 253)
        return false;
    std::size_t label = 0;
    char before = '.';
    for (const char c : text) {
        if (c == '.') {
            if (label == 0 || before == '-')
                return false;
            label = 0;
        } else if (!(isLetter(c) || isDigit(c) || (c == '-' && label > 0)) || ++label > 63) {
            return false;
        }
        before = c;
    }
    // A name made of digits and dots only is a mistyped address.
    return before != '-' && before != '.' && std::any_of(text.begin(), text.end(), isLetter);
}

/// "host", "host:port", "[v6]:port".
bool isHostAndPort(std::string_view text)
{
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos || familyOf(text.substr(1, close - 1)) != 6)
            return false;
        rest = text.substr(close + 1);
    } else {
        const auto colon = text.find(':');
        if (!isHost(text.substr(0, colon)))
            return false;
        rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    }
    return rest.empty() || (rest.front() == ':' && isNumber(rest.substr(1), 1, 65535));
}

std::optional<std::string_view> withoutScheme(std::string_view text)
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (text.starts_with(scheme))
            return text.substr(scheme.size());
    }
    return std::nullopt;
}

bool isPlain(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

} // namespace

bool isAddress(std::string_view text)
{
    return familyOf(text).has_value();
}

bool isNetwork(std::string_view text)
{
    if (text == "private" || text == "loopback")
        return true;
    const auto slash = text.find('/');
    const auto family = familyOf(text.substr(0, slash));
    return family && (slash == std::string_view::npos || isNumber(text.substr(slash + 1), 0, *family == 4 ? 32 : 128));
}

bool isHost(std::string_view text)
{
    return isHostName(text) || isAddress(text);
}

bool isHttpUrl(std::string_view text)
{
    const auto rest = withoutScheme(text);
    if (!rest || !isPlain(*rest) || rest->find_first_of("?#@\\\"<>") != std::string_view::npos)
        return false;
    return isHostAndPort(rest->substr(0, rest->find('/')));
}

bool isOrigin(std::string_view text)
{
    if (text == "*")
        return true;
    const auto rest = withoutScheme(text);
    return rest && isHostAndPort(*rest);
}

bool isDatabaseUrl(std::string_view text)
{
    if (text.starts_with("sqlite:"))
        return text.size() > 7;
    for (const std::string_view scheme : {"postgres://", "postgresql://"}) {
        if (text.starts_with(scheme))
            return isPlain(text) && text.find('/', scheme.size()) != std::string_view::npos;
    }
    return false;
}

bool isHexKey(std::string_view text)
{
    return text.size() == 64 && std::all_of(text.begin(), text.end(), isHex);
}

bool isStrong(std::string_view text)
{
    return text.size() >= 16;
}

bool isRole(std::string_view text)
{
    return text == "root" || text == "admin" || text == "user";
}

bool isPassword(std::string_view text)
{
    return text.size() >= 8;
}

bool isLadder(std::string_view text)
{
    return parseLadder(text).has_value();
}

std::string ladderComplaint(std::string_view text)
{
    const auto parsed = parseLadder(text);
    return parsed ? std::string() : parsed.error().what;
}

bool isRecordingPattern(std::string_view text)
{
    constexpr std::size_t longest = 200; // what the placeholders stand for comes on top
    if (text.size() > longest || !text.ends_with(".mp4") || text.find("{stream}") == std::string_view::npos ||
        (text.find("{time}") == std::string_view::npos && text.find("{id}") == std::string_view::npos))
        return false;
    bool partBegins = true; // none may be empty, hidden, "." or ".."
    while (!text.empty()) {
        if (text.front() == '{') {
            const auto name = text.substr(0, text.find('}') + 1);
            if (name != "{stream}" && name != "{date}" && name != "{time}" && name != "{id}")
                return false;
            text.remove_prefix(name.size());
            partBegins = false;
            continue;
        }
        const char c = text.front();
        if (partBegins && (c == '.' || c == '/'))
            return false;
        if (!isLetter(c) && !isDigit(c) && c != '-' && c != '_' && c != '.' && c != '/')
            return false;
        partBegins = c == '/';
        text.remove_prefix(1);
    }
    return true;
}

} // namespace matinee::settings::rules

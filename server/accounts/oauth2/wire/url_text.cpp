#include "accounts/oauth2/wire/url_text.h"

#include "accounts/oauth2/wire/utf8_text.h"

#include <algorithm>
#include <charconv>

namespace matinee::accounts::oauth2 {

namespace {

bool isLetterOrDigit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// -1 for what is no hexadecimal digit.
int digitOf(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> decoded(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out.push_back(text[at] == '+' ? ' ' : text[at]);
            continue;
        }
        const int high = at + 2 < text.size() ? digitOf(text[at + 1]) : -1;
        const int low = at + 2 < text.size() ? digitOf(text[at + 2]) : -1;
        if (high < 0 || low < 0)
            return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
        at += 2;
    }
    return out;
}

bool isHost(std::string_view text)
{
    if (text.starts_with('[')) // an IPv6 address
        return text.ends_with(']') && text.size() > 3 &&
               std::all_of(text.begin() + 1, text.end() - 1, [](char c) { return digitOf(c) >= 0 || c == ':' || c == '.'; });
    return !text.empty() && text.size() <= 253 && isLetterOrDigit(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) { return isLetterOrDigit(c) || c == '-' || c == '.'; });
}

bool isAuthority(std::string_view text)
{
    const auto colon = text.rfind(':');
    const auto bracket = text.rfind(']');
    if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
        return isHost(text);
    const std::string_view digits = text.substr(colon + 1);
    unsigned port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return error == std::errc() && end == digits.data() + digits.size() && port > 0 && port <= 65535 && isHost(text.substr(0, colon));
}

bool hasDotSegment(std::string_view path)
{
    for (std::size_t from = 0; from < path.size();) {
        const auto end = std::min(path.find('/', from), path.size());
        const std::string_view segment = path.substr(from, end - from);
        if (segment == "." || segment == "..")
            return true;
        from = end + 1;
    }
    return false;
}

} // namespace

std::string percentEncoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (isLetterOrDigit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
    return out;
}

std::string formText(const Parameters &parameters)
{
    std::string out;
    for (const auto &[name, value] : parameters)
        out += (out.empty() ? "" : "&") + percentEncoded(name) + "=" + percentEncoded(value);
    return out;
}

std::string withQuery(std::string_view address, const Parameters &parameters)
{
    std::string out(address);
    const std::string form = formText(parameters);
    if (form.empty())
        return out;
    const auto mark = out.find('?');
    if (mark == std::string::npos)
        out.push_back('?');
    else if (mark + 1 < out.size())
        out.push_back('&');
    return out + form;
}

std::optional<Parameters> parseForm(std::string_view text, std::size_t mostParameters)
{
    Parameters parameters;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find('&', from), text.size());
        const std::string_view pair = text.substr(from, end - from);
        from = end + 1;
        if (pair.empty())
            continue;
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decoded(pair.substr(0, equals));
        auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
        const bool isSound = name && value && isUtf8(*name) && isUtf8(*value) && parameters.size() < mostParameters;
        if (!isSound || std::any_of(parameters.begin(), parameters.end(), [&](const auto &other) { return other.first == *name; }))
            return std::nullopt;
        parameters.emplace_back(std::move(*name), std::move(*value));
    }
    return parameters;
}

std::string_view valueOf(const Parameters &parameters, std::string_view name)
{
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto &pair) { return pair.first == name; });
    return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<WebAddress> parseWebAddress(std::string_view text)
{
    if (text.size() > kMostAddressBytes ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '\\' && c != '#' && c != '@'; }))
        return std::nullopt;
    WebAddress address;
    address.isSecure = text.starts_with("https://");
    if (!address.isSecure && !text.starts_with("http://"))
        return std::nullopt;
    text.remove_prefix(address.isSecure ? 8 : 7);
    const auto end = std::min(text.find_first_of("/?"), text.size());
    address.authority = text.substr(0, end);
    const std::string_view rest = text.substr(end);
    const auto mark = std::min(rest.find('?'), rest.size());
    address.path = rest.substr(0, mark);
    address.query = rest.substr(std::min(mark + 1, rest.size()));
    if (!isAuthority(address.authority) || hasDotSegment(address.path))
        return std::nullopt;
    return address;
}

} // namespace matinee::accounts::oauth2

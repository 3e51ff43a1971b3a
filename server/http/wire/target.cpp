#include "http/wire/target.h"

#include "http/wire/text.h"

#include <algorithm>

namespace matinee::http::wire {

namespace {

constexpr std::size_t kMaxAuthority = 255 + 6;

bool isControl(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool isPrintableAscii(char c)
{
    return c > 0x20 && c < 0x7f;
}

// "%2f" and "%5c" would be separators to some and names to others.
bool hasEncodedSlash(std::string_view path)
{
    for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
        const auto code = path.substr(at + 1, 2);
        if (equalsIgnoringCase(code, "2f") || equalsIgnoringCase(code, "5c"))
            return true;
    }
    return false;
}

bool hasDotSegment(std::string_view path)
{
    for (std::size_t begin = 0; begin < path.size();) {
        const auto slash = std::min(path.find('/', begin), path.size());
        const auto segment = path.substr(begin, slash - begin);
        if (segment == "." || segment == "..")
            return true;
        begin = slash + 1;
    }
    return false;
}

bool decodePath(std::string_view raw, std::string &path)
{
    if (raw.find_first_of("\\<>\"") != std::string_view::npos || hasEncodedSlash(raw))
        return false;
    auto decoded = percentDecoded(raw, false);
    if (!decoded || std::any_of(decoded->begin(), decoded->end(), isControl) || !isUtf8(*decoded) || hasDotSegment(*decoded))
        return false;
    path = std::move(*decoded);
    return true;
}

} // namespace

bool isAuthority(std::string_view text)
{
    if (text.empty() || text.size() > kMaxAuthority)
        return false;
    const auto isHostChar = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
    };
    std::size_t end = 0;
    if (text.front() == '[') {
        end = text.find(']');
        if (end == std::string_view::npos || end < 3 ||
            text.substr(1, end - 1).find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
            return false;
        ++end;
    } else {
        end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), isHostChar) - text.begin());
        if (end == 0)
            return false;
    }
    if (end == text.size())
        return true;
    const auto port = text.substr(end + 1);
    return text[end] == ':' && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<Target, ParseError> parseTarget(std::string_view raw, std::string_view method)
{
    if (raw.empty() || !std::all_of(raw.begin(), raw.end(), isPrintableAscii) || raw.find('#') != std::string_view::npos)
        return ParseError::BadTarget;
    Target target;
    if (raw == "*" && method == "OPTIONS") {
        target.path = "*";
        return target;
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (raw.size() > scheme.size() && equalsIgnoringCase(raw.substr(0, scheme.size()), scheme)) {
            raw.remove_prefix(scheme.size());
            const auto end = std::min(raw.find_first_of("/?"), raw.size());
            target.authority = raw.substr(0, end);
            if (!isAuthority(target.authority))
                return ParseError::BadTarget;
            raw.remove_prefix(end);
            break;
        }
    }
    const bool absolute = !target.authority.empty();
    if (!absolute && !raw.starts_with('/'))
        return ParseError::BadTarget;
    const auto question = raw.find('?');
    if (question != std::string_view::npos) {
        target.query = raw.substr(question + 1);
        const auto decoded = percentDecoded(target.query, true);
        if (!decoded || decoded->find('\0') != std::string::npos)
            return ParseError::BadTarget;
    }
    auto rawPath = raw.substr(0, question);
    if (!decodePath(rawPath.empty() ? std::string_view("/") : rawPath, target.path))
        return ParseError::BadTarget;
    return target;
}

} // namespace matinee::http::wire

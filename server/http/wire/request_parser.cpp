#include "http/wire/request_parser.h"

#include "http/wire/text.h"

#include <algorithm>
#include <charconv>

namespace matinee::http::wire {

namespace {

constexpr unsigned kMaxLeadingBreaks = 4; ///< CR and LF; RFC 9112 2.2 asks to ignore an empty line before a request.
constexpr std::size_t kMaxMethod = 20;

bool isFieldByte(char c)
{
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

Result<void, ParseError> parseRequestLine(std::string_view line, RequestHead &head, std::string &authority)
{
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last || line.find(' ', first + 1) != last || !isToken(line.substr(0, first)))
        return ParseError::BadRequestLine;
    const auto version = line.substr(last + 1);
    if (!version.starts_with("HTTP/"))
        return ParseError::BadRequestLine;
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return version.size() >= 6 && version[5] >= '0' && version[5] <= '9' ? ParseError::UnknownVersion : ParseError::BadRequestLine;
    head.minorVersion = version.back() - '0';
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    auto target = parseTarget(head.target, head.method);
    if (!target)
        return target.error();
    head.path = std::move(target->path);
    head.query = std::move(target->query);
    authority = std::move(target->authority);
    return {};
}

Result<void, ParseError> parseField(std::string_view line, RequestHead &head)
{
    // A space before the colon is refused by the token rule; RFC 9112 5.1 tells the story of why.
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon)))
        return ParseError::BadHeader;
    head.headers.emplace_back(lowered(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    return {};
}

Result<void, ParseError> readHost(RequestHead &head, std::string authority)
{
    std::size_t count = 0;
    for (const auto &[name, value] : head.headers) {
        if (name != "host")
            continue;
        if (++count > 1 || (!value.empty() && !isAuthority(value)))
            return ParseError::BadHost;
        head.host = value;
    }
    if (count == 0 && head.minorVersion >= 1)
        return ParseError::BadHost;
    if (!authority.empty())
        head.host = std::move(authority); // RFC 9112 3.2.2
    return {};
}

// RFC 9112 6.3, but whatever is ambiguous there is an error here.
Result<void, ParseError> readFraming(RequestHead &head)
{
    std::size_t lengths = 0;
    std::size_t codings = 0;
    for (const auto &[name, value] : head.headers) {
        if (name == "content-length") {
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head.contentLength);
            if (++lengths > 1 || error != std::errc() || end != value.data() + value.size())
                return ParseError::AmbiguousLength;
            head.framing = RequestHead::Framing::Length;
        } else if (name == "transfer-encoding") {
            if (!equalsIgnoringCase(value, "chunked"))
                return ParseError::UnknownTransferCode;
            ++codings;
        }
    }
    if (codings > 0) {
        if (codings > 1 || lengths > 0 || head.minorVersion == 0)
            return ParseError::AmbiguousLength;
        head.framing = RequestHead::Framing::Chunked;
    } else if (head.contentLength == 0) {
        head.framing = RequestHead::Framing::None;
    }
    return {};
}

Result<RequestHead, ParseError> parseHead(std::string_view raw, std::size_t maxHeaders)
{
    RequestHead head;
    std::string authority;
    bool firstLine = true;
    for (;;) {
        const auto end = raw.find("\r\n");
        const auto line = raw.substr(0, end);
        raw.remove_prefix(end + 2);
        if (line.empty())
            break;
        if (!firstLine && head.headers.size() == maxHeaders)
            return ParseError::HeadTooLarge;
        const auto parsed = firstLine ? parseRequestLine(line, head, authority) : parseField(line, head);
        if (!parsed)
            return parsed.error();
        firstLine = false;
    }
    if (auto host = readHost(head, std::move(authority)); !host)
        return host.error();
    if (auto framing = readFraming(head); !framing)
        return framing.error();
    const std::string connection = head.joined("connection");
    head.keepAlive =
        head.minorVersion >= 1 ? !listHas(connection, "close") : listHas(connection, "keep-alive") && !listHas(connection, "close");
    head.expectsContinue = head.minorVersion >= 1 && equalsIgnoringCase(head.header("expect"), "100-continue");
    return head;
}

} // namespace

std::string_view RequestHead::header(std::string_view lowerCaseName) const
{
    for (const auto &[name, value] : headers)
        if (name == lowerCaseName)
            return value;
    return {};
}

std::string RequestHead::joined(std::string_view lowerCaseName) const
{
    std::string result;
    for (const auto &[name, value] : headers) {
        if (name != lowerCaseName)
            continue;
        if (!result.empty())
            result += ", ";
        result += value;
    }
    return result;
}

void RequestParser::shed()
{
    RequestHead rest;
    rest.method = std::move(m_head.method);
    m_head = std::move(rest);
    std::string().swap(m_raw);
}

Result<std::size_t, ParseError> RequestParser::feed(std::span<const std::uint8_t> bytes)
{
    return m_headDone ? feedBody(bytes) : feedHead(bytes);
}

// Looks at each byte as it comes, so that garbage is answered at its first byte and not when its time is up.
Result<std::size_t, ParseError> RequestParser::feedHead(std::span<const std::uint8_t> bytes)
{
    for (std::size_t used = 0; used < bytes.size();) {
        const char c = static_cast<char>(bytes[used++]);
        if (m_raw.empty() && (c == '\r' || c == '\n')) {
            if (++m_leadingBreaks > kMaxLeadingBreaks)
                return ParseError::BadRequestLine;
            continue;
        }
        const bool inRequestLine = m_lineStart == 0;
        const auto malformed = inRequestLine ? ParseError::BadRequestLine : ParseError::BadHeader;
        const bool afterCr = !m_raw.empty() && m_raw.back() == '\r';
        if (afterCr != (c == '\n') || (c != '\r' && c != '\n' && !isFieldByte(c)))
            return malformed;
        if (inRequestLine && m_raw.find(' ') == std::string::npos && (c != ' ' || m_raw.empty()) &&
            (!isTokenChar(c) || m_raw.size() >= kMaxMethod))
            return ParseError::BadRequestLine;
        if (!inRequestLine && m_raw.size() == m_lineStart && (c == ' ' || c == '\t'))
            return ParseError::BadHeader; // A folded line, RFC 9112 5.2.
        if (m_raw.size() == m_limits.headBytes)
            return inRequestLine ? ParseError::TargetTooLong : ParseError::HeadTooLarge;
        m_raw.push_back(c);
        if (c != '\n')
            continue;
        const bool empty = m_raw.size() == m_lineStart + 2;
        m_lineStart = m_raw.size();
        if (!empty)
            continue;
        auto head = parseHead(m_raw, m_limits.headers);
        if (!head)
            return head.error();
        m_head = std::move(*head);
        m_headDone = true;
        return used;
    }
    return bytes.size();
}

Result<std::size_t, ParseError> RequestParser::feedBody(std::span<const std::uint8_t> bytes)
{
    switch (m_head.framing) {
    case RequestHead::Framing::None:
        return std::size_t{0};
    case RequestHead::Framing::Chunked:
        return m_chunked.feed(bytes, m_body, m_maxBody);
    case RequestHead::Framing::Length:
        break;
    }
    if (m_head.contentLength > m_maxBody)
        return ParseError::BodyTooLarge;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), m_head.contentLength - m_bodyBytes));
    m_body.append(reinterpret_cast<const char *>(bytes.data()), count);
    m_bodyBytes += count;
    return count;
}

Result<void, ParseError> RequestParser::allowBody(std::size_t maxBytes)
{
    m_maxBody = maxBytes;
    if (m_head.framing == RequestHead::Framing::Length && m_head.contentLength > maxBytes)
        return ParseError::BodyTooLarge;
    return {};
}

bool RequestParser::done() const
{
    if (!m_headDone)
        return false;
    switch (m_head.framing) {
    case RequestHead::Framing::None:
        return true;
    case RequestHead::Framing::Length:
        return m_bodyBytes == m_head.contentLength;
    case RequestHead::Framing::Chunked:
        return m_chunked.done();
    }
    return true;
}

void RequestParser::reset()
{
    *this = RequestParser(m_limits);
}

} // namespace matinee::http::wire

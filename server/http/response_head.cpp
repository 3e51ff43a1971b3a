#include "http/response_head.h"

#include "http/wire/text.h"

#include <ctime>

namespace matinee::http {

namespace {

// A handler may put into a header what a client gave it. A line break in it would end the header and begin the attacker's own.
void append(std::string &head, std::string_view name, std::string_view value)
{
    if (!wire::isToken(name))
        return;
    head += name;
    head += ": ";
    for (const char c : value)
        if (c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f))
            head += c;
    head += "\r\n";
}

void appendUnlessGiven(std::string &head, const Response &response, std::string_view name, std::string_view value)
{
    if (!value.empty() && headerOf(response, name).empty())
        append(head, name, value);
}

void appendSecurity(std::string &head, const Response &response, const HeadContext &context)
{
    const FrontDoorOptions &options = context.options;
    append(head, "X-Content-Type-Options", "nosniff");
    appendUnlessGiven(head, response, "Referrer-Policy", "strict-origin-when-cross-origin");
    const bool framedByNobody = options.frameAncestors == "'none'";
    if (framedByNobody || options.frameAncestors == "'self'") // The old header knows no list of origins; then CSP alone decides.
        appendUnlessGiven(head, response, "X-Frame-Options", framedByNobody ? "DENY" : "SAMEORIGIN");
    appendUnlessGiven(head, response, "Permissions-Policy", options.permissionsPolicy);
    if (headerOf(response, "Content-Type").starts_with("text/html"))
        appendUnlessGiven(head, response, "Content-Security-Policy",
                          options.contentSecurityPolicy + "; frame-ancestors " + options.frameAncestors);
    if (context.secure && options.hstsMaxAge.count() > 0)
        append(head, "Strict-Transport-Security", "max-age=" + std::to_string(options.hstsMaxAge.count()));
}

// These are the session's to say; two of them would be two messages to somebody.
bool isOurs(std::string_view name)
{
    for (const std::string_view own : {"connection", "content-length", "transfer-encoding", "date", "keep-alive", "x-content-type-options"})
        if (wire::equalsIgnoringCase(name, own))
            return true;
    return false;
}

} // namespace

std::string_view headerOf(const Response &response, std::string_view name)
{
    for (const auto &[key, value] : response.headers)
        if (wire::equalsIgnoringCase(key, name))
            return value;
    return {};
}

bool mayHaveBody(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

std::string responseHead(const Response &response, std::optional<std::uint64_t> contentLength, const HeadContext &context)
{
    std::string head;
    head.reserve(1024);
    head += "HTTP/1.1 ";
    head += std::to_string(response.status);
    head += ' ';
    head += reasonPhrase(response.status);
    head += "\r\nDate: ";
    head += httpDate();
    head += "\r\n";
    if (contentLength && mayHaveBody(response.status))
        append(head, "Content-Length", std::to_string(*contentLength));
    if (!context.keepAlive)
        head += "Connection: close\r\n";
    else if (context.oldClient)
        head += "Connection: keep-alive\r\n";
    for (const auto &[name, value] : response.headers)
        if (!isOurs(name))
            append(head, name, value);
    appendUnlessGiven(head, response, "X-Request-Id", context.requestId);
    appendSecurity(head, response, context);
    head += "\r\n";
    return head;
}

std::string_view httpDate()
{
    thread_local std::time_t second = 0;
    thread_local char text[40] = "";
    if (const std::time_t now = std::time(nullptr); now != second) {
        second = now;
        std::tm parts{};
        gmtime_r(&now, &parts);
        static constexpr const char *kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static constexpr const char *kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        std::snprintf(text, sizeof text, "%s, %02d %s %d %02d:%02d:%02d GMT", kDays[parts.tm_wday], parts.tm_mday, kMonths[parts.tm_mon],
                      parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    }
    return text;
}

std::string_view reasonPhrase(int status)
{
    switch (status) {
    case 101:
        return "Switching Protocols";
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 426:
        return "Upgrade Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 499:
        return "Client Closed Request";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Status";
    }
}

} // namespace matinee::http

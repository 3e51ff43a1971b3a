// Reads HTTP/1.x requests from bytes as they come (RFC 9112). Owned by a session; pure: no socket, no clock.
// It stops at the end of the head, so that the session can find the route and its limits, and again at the end of the body; what
// follows is the next request. Strict where leniency lets two readers disagree about where a request ends.
#pragma once

#include "http/wire/chunked.h"
#include "http/wire/target.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace matinee::http::wire {

struct RequestHead
{
    enum class Framing
    {
        None,
        Length,
        Chunked
    };

    std::string method; ///< A token; which are known is the session's affair.
    std::string target; ///< As sent.
    std::string path;
    std::string query;
    std::string host; ///< Host, or the authority of an absolute target. May be empty in HTTP/1.0.
    int minorVersion = 1;
    std::vector<std::pair<std::string, std::string>> headers; ///< Names in lower case, values trimmed, in their order.
    Framing framing = Framing::None;
    std::uint64_t contentLength = 0;
    bool keepAlive = true; ///< What the client wishes.
    bool expectsContinue = false;

    [[nodiscard]] std::string_view header(std::string_view lowerCaseName) const;
    /// All lines of a list header, joined by commas.
    [[nodiscard]] std::string joined(std::string_view lowerCaseName) const;
};

class RequestParser
{
public:
    struct Limits
    {
        std::size_t headBytes = 8 * 1024; ///< Request line and header fields together.
        std::size_t headers = 100;
    };

    explicit RequestParser(Limits limits) : m_limits(limits) {}

    /// Returns how many of the bytes it used: all, unless the head or the whole request ended. After an error call nothing more.
    Result<std::size_t, ParseError> feed(std::span<const std::uint8_t> bytes);

    [[nodiscard]] bool started() const { return !m_raw.empty(); } ///< A byte of this request has come.
    [[nodiscard]] bool headDone() const { return m_headDone; }
    [[nodiscard]] const RequestHead &head() const { return m_head; } ///< Once headDone().
    [[nodiscard]] const std::string &rawHead() const { return m_raw; }
    /// Gives back the memory of everything but the method, for a connection that goes on without requests.
    void shed();

    /// Between head and body; without it no body is taken. Fails where the announced length is over the limit.
    Result<void, ParseError> allowBody(std::size_t maxBytes);
    [[nodiscard]] bool done() const;
    [[nodiscard]] std::size_t bodyBytes() const { return m_bodyBytes; }
    [[nodiscard]] std::string takeBody() { return std::move(m_body); }

    void reset(); ///< For the next request on the connection.

private:
    Result<std::size_t, ParseError> feedHead(std::span<const std::uint8_t> bytes);
    Result<std::size_t, ParseError> feedBody(std::span<const std::uint8_t> bytes);

    Limits m_limits;
    std::string m_raw;
    std::size_t m_lineStart = 0; ///< Where in m_raw the line that is being read begins.
    unsigned m_leadingBreaks = 0;
    bool m_headDone = false;
    RequestHead m_head;
    std::size_t m_maxBody = 0;
    std::string m_body;
    std::size_t m_bodyBytes = 0; ///< Also after takeBody().
    ChunkedDecoder m_chunked;
};

} // namespace matinee::http::wire

// Why a request cannot be read. Each ends the connection after one answer: what follows in the stream has no known beginning.
// Pure; any thread.
#pragma once

#include <string_view>

namespace matinee::http::wire {

enum class ParseError
{
    BadRequestLine,      ///< No HTTP/1.x request line: garbage, another protocol, spaces where none may be. 400
    BadTarget,           ///< A target with traversal, encoded slashes, broken percent-encoding, NUL. 400
    TargetTooLong,       ///< The request line alone is over the head limit. 414
    HeadTooLarge,        ///< The head is over its limit, in bytes or in fields. 431
    BadHeader,           ///< A field that RFC 9112 5 forbids: folded, space before the colon, control characters, bare LF. 400
    BadHost,             ///< Host missing, twice, or no host name. 400
    AmbiguousLength,     ///< Content-Length twice, beside Transfer-Encoding, or no number: request smuggling. 400
    UnknownTransferCode, ///< A transfer coding other than chunked. 501
    BadChunk,            ///< Chunked framing is broken. 400
    BodyTooLarge,        ///< The body is over the limit of its route. 413
    UnknownVersion,      ///< HTTP, but neither 1.0 nor 1.1. 505
};

[[nodiscard]] int statusOf(ParseError error);
[[nodiscard]] std::string_view reasonOf(ParseError error);   ///< "bad_chunk": label in metrics.
[[nodiscard]] std::string_view sentenceOf(ParseError error); ///< For the person at the other end.

} // namespace matinee::http::wire

#include "http/wire/parse_error.h"

namespace matinee::http::wire {

namespace {

struct Row
{
    int status;
    std::string_view reason;
    std::string_view sentence;
};

Row row(ParseError error)
{
    switch (error) {
    case ParseError::BadRequestLine:
        return {400, "bad_request_line", "This is no HTTP/1.1 request."};
    case ParseError::BadTarget:
        return {400, "bad_target",
                "The path is not acceptable: it must not hold \"..\", encoded slashes, control characters or broken %-encoding."};
    case ParseError::TargetTooLong:
        return {414, "target_too_long", "The address is too long."};
    case ParseError::HeadTooLarge:
        return {431, "head_too_large", "The header fields are too large. Cookies of this site may be the reason."};
    case ParseError::BadHeader:
        return {400, "bad_header", "A header field is malformed."};
    case ParseError::BadHost:
        return {400, "bad_host", "The Host header is missing or is no host name."};
    case ParseError::AmbiguousLength:
        return {400, "ambiguous_length", "The length of the body is given twice or is no number."};
    case ParseError::UnknownTransferCode:
        return {501, "unknown_transfer_coding", "The only transfer coding known here is chunked."};
    case ParseError::BadChunk:
        return {400, "bad_chunk", "The chunked body is malformed."};
    case ParseError::BodyTooLarge:
        return {413, "body_too_large", "The body is larger than this call accepts."};
    case ParseError::UnknownVersion:
        return {505, "unknown_version", "Only HTTP/1.0, HTTP/1.1 and gRPC over HTTP/2 are spoken here."};
    }
    return {400, "bad_request", "The request is malformed."};
}

} // namespace

int statusOf(ParseError error)
{
    return row(error).status;
}
std::string_view reasonOf(ParseError error)
{
    return row(error).reason;
}
std::string_view sentenceOf(ParseError error)
{
    return row(error).sentence;
}

} // namespace matinee::http::wire

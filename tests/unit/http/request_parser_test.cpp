#include "http/wire/request_parser.h"

#include <gtest/gtest.h>

using namespace matinee::http::wire;

namespace {

std::span<const std::uint8_t> bytesOf(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

struct Outcome
{
    std::optional<ParseError> error;
    bool done = false;
    RequestHead head;
    std::string body;
    std::size_t used = 0;
};

// As a session does it: head, limit, body.
Outcome parse(std::string_view text, std::size_t piece = SIZE_MAX, std::size_t maxBody = 1 << 20, RequestParser::Limits limits = {})
{
    RequestParser parser(limits);
    Outcome outcome;
    bool allowed = false;
    while (outcome.used < text.size() && !parser.done()) {
        const auto used = parser.feed(bytesOf(text.substr(outcome.used, piece)));
        if (!used) {
            outcome.error = used.error();
            return outcome;
        }
        outcome.used += *used;
        if (parser.headDone() && !allowed) {
            allowed = true;
            if (const auto body = parser.allowBody(maxBody); !body) {
                outcome.error = body.error();
                return outcome;
            }
        }
    }
    outcome.done = parser.done();
    if (parser.headDone())
        outcome.head = parser.head();
    outcome.body = parser.takeBody();
    return outcome;
}

std::optional<ParseError> errorOf(std::string_view text)
{
    return parse(text).error;
}

std::string get(std::string_view fields)
{
    return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view fields)
{
    return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

constexpr std::string_view kWithBody =
    "POST /api/v1/streams?x=%20y HTTP/1.1\r\nHost: example.org:8080\r\nContent-Type:application/json \r\n"
    "content-length: 11\r\nX-Empty:\r\n\r\nhello world";
constexpr std::string_view kChunked =
    "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n";

} // namespace

TEST(RequestParser, ReadsAWholeRequest)
{
    const auto outcome = parse(kWithBody);
    ASSERT_FALSE(outcome.error);
    EXPECT_TRUE(outcome.done);
    EXPECT_EQ(outcome.head.method, "POST");
    EXPECT_EQ(outcome.head.path, "/api/v1/streams");
    EXPECT_EQ(outcome.head.query, "x=%20y");
    EXPECT_EQ(outcome.head.host, "example.org:8080");
    EXPECT_EQ(outcome.head.header("content-type"), "application/json");
    EXPECT_EQ(outcome.head.header("x-empty"), "");
    EXPECT_EQ(outcome.body, "hello world");
    EXPECT_TRUE(outcome.head.keepAlive);
}

TEST(RequestParser, GivesTheSameWhateverThePieces)
{
    for (const auto request : {kWithBody, kChunked})
        for (std::size_t piece = 1; piece < request.size(); ++piece) {
            const auto outcome = parse(request, piece);
            ASSERT_FALSE(outcome.error) << piece;
            EXPECT_TRUE(outcome.done);
            EXPECT_EQ(outcome.body, "hello world");
            EXPECT_EQ(outcome.used, request.size());
        }
}

TEST(RequestParser, TruncatedAtAnyByteItIsNeverDoneAndNeverAnError)
{
    for (const auto request : {kWithBody, kChunked})
        for (std::size_t length = 0; length < request.size(); ++length) {
            const auto outcome = parse(request.substr(0, length));
            EXPECT_FALSE(outcome.error) << length;
            EXPECT_FALSE(outcome.done) << length;
        }
}

TEST(RequestParser, IsStillDoneWhenItsBodyWasTaken)
{
    RequestParser parser({});
    std::size_t used = *parser.feed(bytesOf(kWithBody));
    ASSERT_TRUE(parser.allowBody(100));
    used += *parser.feed(bytesOf(kWithBody.substr(used)));
    EXPECT_EQ(parser.takeBody(), "hello world");
    EXPECT_TRUE(parser.done());
    EXPECT_EQ(parser.bodyBytes(), 11U);
}

TEST(RequestParser, StopsWhereTheRequestEnds)
{
    const std::string two = std::string(kChunked) + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_EQ(parse(two).used, kChunked.size());
    const auto simple = get("");
    EXPECT_EQ(parse(simple + "rest").used, simple.size());
    RequestParser parser({});
    ASSERT_EQ(*parser.feed(bytesOf(simple)), simple.size());
    parser.reset();
    EXPECT_FALSE(parser.started());
    EXPECT_EQ(*parser.feed(bytesOf(simple)), simple.size());
    EXPECT_TRUE(parser.done());
}

TEST(RequestParser, EmptyLinesBeforeARequestAreSkippedButNotForEver)
{
    EXPECT_TRUE(parse("\r\n\r\n" + get("")).done);
    EXPECT_EQ(errorOf("\r\n\r\n\r\n" + get("")), ParseError::BadRequestLine);
}

TEST(RequestParser, GarbageIsRefusedAtItsFirstByte)
{
    for (const std::string_view garbage : {std::string_view("\0", 1), std::string_view("\x80"), std::string_view("\x03\x00\x00", 3),
                                           std::string_view("{"), std::string_view(" GET"), std::string_view("(")})
        EXPECT_EQ(errorOf(garbage), ParseError::BadRequestLine) << garbage;
    EXPECT_EQ(errorOf("GETGETGETGETGETGETGETGETGET"), ParseError::BadRequestLine);
    EXPECT_EQ(errorOf("GET / HTTP/1.1\r\nHost: a\x01"), ParseError::BadHeader);
}

TEST(RequestParser, RequestLineIsStrict)
{
    for (const char *line : {"GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET /", "GET / ", "GET / http/1.1", "GET / HTTP/", "GET / HTTP/x",
                             "GET\t/ HTTP/1.1", "GET / HTTP /1.1", "G(T / HTTP/1.1"})
        EXPECT_EQ(errorOf(std::string(line) + "\r\nHost: a\r\n\r\n"), ParseError::BadRequestLine) << line;
    for (const char *version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/11"})
        EXPECT_EQ(errorOf("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n"), ParseError::UnknownVersion) << version;
}

TEST(RequestParser, FieldsAreStrict)
{
    EXPECT_EQ(errorOf(get("X : y\r\n")), ParseError::BadHeader) << "space before the colon";
    EXPECT_EQ(errorOf(get("X: y\r\n folded\r\n")), ParseError::BadHeader);
    EXPECT_EQ(errorOf(get("X: y\r\n\tfolded\r\n")), ParseError::BadHeader);
    EXPECT_EQ(errorOf(get(": y\r\n")), ParseError::BadHeader);
    EXPECT_EQ(errorOf(get("no colon\r\n")), ParseError::BadHeader);
    EXPECT_EQ(errorOf(get("X: a\nY: b\r\n")), ParseError::BadHeader) << "bare LF";
    EXPECT_EQ(errorOf(get("X: a\rY: b\r\n")), ParseError::BadHeader) << "bare CR";
    EXPECT_EQ(errorOf(get(std::string_view("X: a\0b\r\n", 9))), ParseError::BadHeader);
    EXPECT_EQ(errorOf("GET / HTTP/1.1\nHost: a\n\n"), ParseError::BadRequestLine);
    EXPECT_FALSE(errorOf(get("X: \xc3\xa9 obs-text\r\n")));
}

TEST(RequestParser, HostIsNeededOnceAndMustBeOne)
{
    EXPECT_EQ(errorOf("GET / HTTP/1.1\r\n\r\n"), ParseError::BadHost);
    EXPECT_EQ(errorOf("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), ParseError::BadHost);
    for (const char *host : {"a b", "a/b", "user@a", "a:b", "a:123456", "[::1", "[]", "a,b", "<x>"})
        EXPECT_EQ(errorOf("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), ParseError::BadHost) << host;
    for (const char *host : {"a", "a.example:8080", "[::1]:80", "192.0.2.1", "my_service", ""})
        EXPECT_FALSE(errorOf("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n")) << host;
    const auto old = parse("GET / HTTP/1.0\r\n\r\n");
    EXPECT_FALSE(old.error);
    EXPECT_FALSE(old.head.keepAlive);
}

TEST(RequestParser, AnAbsoluteTargetNamesTheHost)
{
    const auto outcome = parse("GET http://other.example:81/p?q HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_FALSE(outcome.error);
    EXPECT_EQ(outcome.head.host, "other.example:81");
    EXPECT_EQ(outcome.head.path, "/p");
    EXPECT_EQ(outcome.head.query, "q");
}

TEST(RequestParser, SmugglingIsRefused)
{
    EXPECT_EQ(errorOf(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), ParseError::AmbiguousLength);
    EXPECT_EQ(errorOf(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")), ParseError::AmbiguousLength);
    EXPECT_EQ(errorOf(post("Content-Length: 5\r\nContent-Length: 5\r\n")), ParseError::AmbiguousLength);
    EXPECT_EQ(errorOf(post("Content-Length: 5\r\nContent-Length: 6\r\n")), ParseError::AmbiguousLength);
    for (const char *length : {"5, 5", "+5", "-5", "0x5", "5 5", "", "5a", "18446744073709551616", "99999999999999999999999"})
        EXPECT_EQ(errorOf(post("Content-Length: " + std::string(length) + "\r\n")), ParseError::AmbiguousLength) << length;
    EXPECT_EQ(errorOf(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), ParseError::AmbiguousLength);
    for (const char *coding : {"identity", "gzip, chunked", "chunked, chunked", "xchunked", "chunked;q=1", ""})
        EXPECT_EQ(errorOf(post("Transfer-Encoding: " + std::string(coding) + "\r\n")), ParseError::UnknownTransferCode) << coding;
    EXPECT_EQ(errorOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), ParseError::AmbiguousLength);
    EXPECT_EQ(errorOf(post("Content-Length : 5\r\n")), ParseError::BadHeader);
}

TEST(RequestParser, LimitsTheHead)
{
    const RequestParser::Limits limits{64, 3};
    EXPECT_EQ(parse("GET /" + std::string(100, 'a') + " HTTP/1.1\r\n", SIZE_MAX, 0, limits).error, ParseError::TargetTooLong);
    EXPECT_EQ(parse(get("X: " + std::string(100, 'b') + "\r\n"), SIZE_MAX, 0, limits).error, ParseError::HeadTooLarge);
    EXPECT_EQ(parse(get("A:b\r\nC:d\r\nE:f\r\n"), SIZE_MAX, 0, limits).error, ParseError::HeadTooLarge) << "four fields";
    EXPECT_FALSE(parse(get("A:b\r\nC:d\r\n"), SIZE_MAX, 0, limits).error);
    const std::string exact = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(64 - 32, 'c') + "\r\n\r\n";
    ASSERT_EQ(exact.size(), 64U);
    EXPECT_FALSE(parse(exact, SIZE_MAX, 0, limits).error);
}

TEST(RequestParser, LimitsTheBodyBeforeItIsRead)
{
    EXPECT_EQ(parse(post("Content-Length: 11\r\n"), SIZE_MAX, 10).error, ParseError::BodyTooLarge);
    EXPECT_EQ(parse(post("Content-Length: 18446744073709551615\r\n"), SIZE_MAX, 10).error, ParseError::BodyTooLarge);
    EXPECT_FALSE(parse(post("Content-Length: 10\r\n") + "0123456789", SIZE_MAX, 10).error);
    EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n") + "b\r\n", SIZE_MAX, 10).error, std::nullopt)
        << "the size is looked at with its data";
    EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n") + "b\r\nx", SIZE_MAX, 10).error, ParseError::BodyTooLarge);
    EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n") + "6\r\n123456\r\n5\r\nx", SIZE_MAX, 10).error, ParseError::BodyTooLarge);
}

TEST(RequestParser, KnowsWhoWantsTheConnectionToStay)
{
    EXPECT_FALSE(parse(get("Connection: close\r\n")).head.keepAlive);
    EXPECT_FALSE(parse(get("Connection: foo, CLOSE\r\n")).head.keepAlive);
    EXPECT_FALSE(parse(get("Connection: keep-alive\r\nConnection: close\r\n")).head.keepAlive);
    EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").head.keepAlive);
    EXPECT_TRUE(parse(post("Expect: 100-Continue\r\nContent-Length: 1\r\n") + "x").head.expectsContinue);
}

#include "http/response_head.h"

#include "http/compression.h"
#include "http/problem.h"

#include <gtest/gtest.h>
#include <zlib.h>

using namespace matinee;
using namespace matinee::http;

namespace {

bool has(const std::string &head, std::string_view line)
{
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

} // namespace

TEST(ResponseHead, CarriesTheSecurityHeadersAndTheRequestId)
{
    FrontDoorOptions options;
    const std::string head = responseHead(text(200, "x"), 1, {options, "abc", true});
    EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_TRUE(has(head, "Content-Length: 1"));
    EXPECT_TRUE(has(head, "X-Request-Id: abc"));
    EXPECT_TRUE(has(head, "X-Content-Type-Options: nosniff"));
    EXPECT_TRUE(has(head, "X-Frame-Options: SAMEORIGIN"));
    EXPECT_TRUE(has(head, "Referrer-Policy: strict-origin-when-cross-origin"));
    EXPECT_NE(head.find("\r\nPermissions-Policy: "), std::string::npos);
    EXPECT_NE(head.find("\r\nDate: "), std::string::npos);
    EXPECT_EQ(head.find("Content-Security-Policy"), std::string::npos) << "for pages only";
    EXPECT_EQ(head.find("Connection:"), std::string::npos);
}

TEST(ResponseHead, PagesForbidInlineScripts)
{
    FrontDoorOptions options;
    const std::string head = responseHead(text(200, "x", "text/html; charset=utf-8"), 1, {options, ""});
    const auto at = head.find("Content-Security-Policy: ");
    ASSERT_NE(at, std::string::npos);
    const auto policy = head.substr(at, head.find("\r\n", at) - at);
    const auto scripts = policy.substr(policy.find("script-src"), policy.find(';', policy.find("script-src")) - policy.find("script-src"));
    EXPECT_EQ(scripts, "script-src 'self' 'wasm-unsafe-eval'") << "WebAssembly of our own files, for OPAQUE; no eval of text";
    EXPECT_NE(policy.find("frame-ancestors 'self'"), std::string::npos);
    EXPECT_TRUE(has(head, "Connection: close"));
}

TEST(ResponseHead, StrictTransportSecurityIsForSecureAnswersOnly)
{
    FrontDoorOptions options;
    options.hstsMaxAge = std::chrono::hours(24);
    EXPECT_TRUE(has(responseHead(text(200, ""), 0, {options, "", true, false, true}), "Strict-Transport-Security: max-age=86400"));
    EXPECT_EQ(responseHead(text(200, ""), 0, {options, "", true, false, false}).find("Strict-Transport"), std::string::npos);
}

TEST(ResponseHead, AHandlerCannotBreakTheLineOrTheFraming)
{
    FrontDoorOptions options;
    Response response = text(200, "x");
    response.headers.emplace_back("Location", "/a\r\nSet-Cookie: evil=1");
    response.headers.emplace_back("Bad Name", "x");
    response.headers.emplace_back("content-length", "77");
    response.headers.emplace_back("Transfer-Encoding", "chunked");
    const std::string head = responseHead(response, 1, {options, ""});
    EXPECT_TRUE(has(head, "Location: /aSet-Cookie: evil=1"));
    EXPECT_EQ(head.find("Bad Name"), std::string::npos);
    EXPECT_EQ(head.find("77"), std::string::npos);
    EXPECT_EQ(head.find("chunked"), std::string::npos);
}

TEST(ResponseHead, AHandlersOwnPolicyStays)
{
    FrontDoorOptions options;
    Response response = text(200, "x", "text/html");
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'");
    const std::string head = responseHead(response, 1, {options, ""});
    EXPECT_TRUE(has(head, "Content-Security-Policy: default-src 'none'"));
    EXPECT_EQ(head.find("script-src"), std::string::npos);
}

TEST(ResponseHead, NoContentHasNoLength)
{
    FrontDoorOptions options;
    EXPECT_EQ(responseHead({204}, 0, {options, ""}).find("Content-Length"), std::string::npos);
    EXPECT_EQ(responseHead({200}, std::nullopt, {options, ""}).find("Content-Length"), std::string::npos);
}

TEST(ResponseHead, TheDateHasTheFormOfTheStandard)
{
    const std::string date(httpDate());
    EXPECT_EQ(date.size(), 29U) << date;
    EXPECT_TRUE(date.ends_with(" GMT"));
    EXPECT_EQ(date.substr(3, 2), ", ");
}

TEST(Problem, IsADocumentWithAStableCode)
{
    const auto response = problem(Error{ErrorCode::RateLimited, "Too \"often\"\n.", "", std::chrono::seconds(7)}, "id1");
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(headerOf(response, "Retry-After"), "7");
    EXPECT_EQ(headerOf(response, "Content-Type"), "application/problem+json");
    EXPECT_EQ(response.body,
              "{\"type\":\"urn:matinee:problem:rate_limited\",\"title\":\"Too many requests\",\"status\":429,\"code\":\"rate_limited\","
              "\"detail\":\"Too \\\"often\\\"\\u000a.\",\"request_id\":\"id1\"}\n");
    EXPECT_EQ(headerOf(problem(fail(ErrorCode::Unauthenticated, ""), ""), "WWW-Authenticate"), "Bearer realm=\"matinee\"");
}

TEST(Compression, PacksWhatUnpacksToTheSame)
{
    std::string original;
    for (int i = 0; i < 5000; ++i)
        original += std::to_string(i * 7919) + ",";
    const std::string packed = gzipped(original, 4);
    ASSERT_FALSE(packed.empty());
    EXPECT_LT(packed.size(), original.size());
    std::string unpacked(original.size() + 10, '\0');
    z_stream stream{};
    ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef *>(unpacked.data());
    stream.avail_out = static_cast<uInt>(unpacked.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    unpacked.resize(stream.total_out);
    inflateEnd(&stream);
    EXPECT_EQ(unpacked, original);
}

TEST(Compression, IsForTextOnly)
{
    for (const char *yes : {"text/html; charset=utf-8", "application/json", "application/problem+json", "image/svg+xml",
                            "application/vnd.apple.mpegurl", "TEXT/CSS"})
        EXPECT_TRUE(isCompressibleType(yes)) << yes;
    for (const char *no : {"", "image/png", "video/x-flv", "video/mp2t", "application/octet-stream", "text/event-stream", "font/woff2"})
        EXPECT_FALSE(isCompressibleType(no)) << no;
}

TEST(Request, ReadsQueryValues)
{
    Request request;
    request.query = "a=1&b=x%20y+z&c&a=2&%64=e&=f";
    EXPECT_EQ(request.queryValue("a"), "1");
    EXPECT_EQ(request.queryValue("b"), "x y z");
    EXPECT_EQ(request.queryValue("c"), "");
    EXPECT_EQ(request.queryValue("d"), "e");
    EXPECT_EQ(request.queryValue("missing"), "");
}

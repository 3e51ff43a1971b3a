#include "http/cors.h"

#include <gtest/gtest.h>

using namespace matinee::http;

namespace {

std::string valueOf(const std::vector<std::pair<std::string, std::string>> &headers, std::string_view name)
{
    for (const auto &[key, value] : headers)
        if (key == name)
            return value;
    return "";
}

Request webSocketRequest(std::string origin, std::vector<std::pair<std::string, std::string>> more = {})
{
    Request request;
    request.host = "watch.example:8080";
    request.headers = std::move(more);
    if (!origin.empty())
        request.headers.emplace_back("origin", std::move(origin));
    return request;
}

} // namespace

TEST(Cors, OneOriginIsComparedWithTheHost)
{
    EXPECT_TRUE(isSameOrigin("http://a.example:8080", "a.example:8080"));
    EXPECT_TRUE(isSameOrigin("https://a.example", "a.example:443"));
    EXPECT_TRUE(isSameOrigin("https://A.example:443", "a.example"));
    EXPECT_FALSE(isSameOrigin("https://a.example", "a.example:8080"));
    EXPECT_FALSE(isSameOrigin("https://a.example.evil", "a.example"));
    EXPECT_FALSE(isSameOrigin("null", "a.example"));
    EXPECT_FALSE(isSameOrigin("https://", ""));
}

TEST(Cors, CredentialsAreForListedOriginsOnly)
{
    const std::vector<std::string> listed{"https://ok.example"};
    const auto granted = corsHeaders("https://ok.example", "a", listed);
    EXPECT_EQ(valueOf(granted, "Access-Control-Allow-Origin"), "https://ok.example");
    EXPECT_EQ(valueOf(granted, "Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(valueOf(granted, "Vary"), "Origin");
    const std::vector<std::string> any{"*"};
    const auto open = corsHeaders("https://x.example", "a", any);
    EXPECT_EQ(valueOf(open, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(valueOf(open, "Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(valueOf(corsHeaders("https://x.example", "a", listed), "Access-Control-Allow-Origin"), "");
    EXPECT_TRUE(corsHeaders("https://x.example", "a", {}).empty());
}

TEST(Cors, AWebSocketNeedsTheSameOrAListedOrigin)
{
    const std::vector<std::string> listed{"https://ok.example"};
    const std::vector<std::string> any{"*"};
    EXPECT_TRUE(webSocketOriginAllowed(webSocketRequest(""), {}));
    EXPECT_TRUE(webSocketOriginAllowed(webSocketRequest("http://watch.example:8080"), {}));
    EXPECT_TRUE(webSocketOriginAllowed(webSocketRequest("https://ok.example"), listed));
    EXPECT_FALSE(webSocketOriginAllowed(webSocketRequest("https://evil.example"), listed));
    EXPECT_FALSE(webSocketOriginAllowed(webSocketRequest("null"), listed));
    EXPECT_TRUE(webSocketOriginAllowed(webSocketRequest("https://any.example"), any));
    EXPECT_FALSE(webSocketOriginAllowed(webSocketRequest("https://any.example", {{"cookie", "session=1"}}), any));
    EXPECT_FALSE(webSocketOriginAllowed(webSocketRequest("https://any.example", {{"authorization", "Bearer x"}}), any));
}

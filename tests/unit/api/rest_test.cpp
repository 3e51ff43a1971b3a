#include "api/rest.h"

#include "tests/unit/api/fake_exchange.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::HasSubstr;
using testing::Not;

namespace matinee::api {

namespace {

class RestTest : public testing::Test
{
protected:
    RestTest()
    {
        EXPECT_TRUE(calls.dispatcher.seal());
        registerRest(router, calls.dispatcher);
    }

    std::unique_ptr<FakeExchange> post(std::string path, std::string body, std::string authorization = {})
    {
        return ask(router, http::Method::Post, std::move(path), {}, std::move(body), std::move(authorization));
    }

    static void expectProblem(const FakeExchange &exchange, int status, std::string_view code)
    {
        EXPECT_EQ(exchange.answers, 1);
        EXPECT_EQ(exchange.response.status, status);
        EXPECT_EQ(exchange.header("Content-Type"), "application/problem+json");
        const auto problem = boost::json::parse(exchange.response.body).as_object();
        EXPECT_EQ(problem.at("code").as_string(), boost::json::string_view(code.data(), code.size()));
        EXPECT_EQ(problem.at("status").to_number<int>(), status);
        EXPECT_EQ(problem.at("request_id").as_string(), "req-1");
        EXPECT_FALSE(problem.at("detail").as_string().empty());
    }

    TestCalls calls;
    http::Router router;
};

TEST_F(RestTest, ADeclaredRouteAnswersInJsonWithItsDeclaredStatus)
{
    const auto exchange = post("/api/test/echo/one", R"({"count": 3, "tags": ["a"]})");
    ASSERT_TRUE(exchange);
    EXPECT_EQ(exchange->response.status, 201);
    EXPECT_EQ(exchange->header("Content-Type"), "application/json");
    EXPECT_EQ(exchange->header("Cache-Control"), "no-store");
    const auto answer = boost::json::parse(exchange->response.body).as_object();
    EXPECT_EQ(answer.at("name").as_string(), "one");
    EXPECT_EQ(answer.at("count").to_number<int>(), 3);
    EXPECT_EQ(calls.lastCaller().face, "rest");
    EXPECT_EQ(calls.lastCaller().address, "192.0.2.1");
    EXPECT_EQ(calls.lastCaller().requestId, "req-1");
}

TEST_F(RestTest, QueryFieldsReachTheRequest)
{
    const auto exchange = ask(router, http::Method::Get, "/api/test/items/7", "text=a+b&exact=true");
    ASSERT_TRUE(exchange);
    EXPECT_EQ(exchange->response.status, 200);
    EXPECT_THAT(exchange->response.body, HasSubstr(R"("text":"a b")"));
}

TEST_F(RestTest, OtherPathsAndMethodsAreNotOurs)
{
    EXPECT_FALSE(ask(router, http::Method::Get, "/api/test/nothing"));
    EXPECT_FALSE(ask(router, http::Method::Get, "/api/test/echo/one"));
}

TEST_F(RestTest, ErrorsAreProblemDocumentsWithTheField)
{
    const auto missing = post("/api/test/echo/missing", "");
    expectProblem(*missing, 404, "not_found");
    EXPECT_THAT(missing->response.body, HasSubstr(R"("field":"name")"));

    expectProblem(*post("/api/test/echo/one", R"({"cuont": 1})"), 400, "invalid_argument");
    expectProblem(*ask(router, http::Method::Get, "/api/test/throws"), 500, "internal");
    expectProblem(*post("/api/test/guarded", R"({"hint": ")" + std::string(64, 'x') + R"("})", "Bearer admin-key"), 413,
                  "payload_too_large");
}

TEST_F(RestTest, OtherContentTypesAre415)
{
    http::Request request;
    request.method = http::Method::Post;
    request.path = "/api/test/echo/one";
    request.body = "count=3";
    request.requestId = "req-1";
    request.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    const auto match = router.find(request.method, request.path);
    request.parameters = match.parameters;
    FakeExchange exchange(std::move(request));
    asio::io_context context;
    asio::co_spawn(context, (*match.handler)(exchange), asio::detached);
    context.run();
    expectProblem(exchange, 415, "unsupported_media_type");
}

TEST_F(RestTest, AStrangerIs401WithAChallengeAndAWeakKeyIs403)
{
    const auto stranger = post("/api/test/guarded", "{}");
    expectProblem(*stranger, 401, "unauthenticated");
    EXPECT_THAT(stranger->header("WWW-Authenticate"), HasSubstr("Bearer"));
    expectProblem(*post("/api/test/guarded", "{}", "Bearer reader-key"), 403, "permission_denied");
    EXPECT_EQ(post("/api/test/guarded", "{}", "Bearer admin-key")->response.status, 200);
    EXPECT_EQ(calls.guarded, 1);
}

TEST_F(RestTest, AWrongKeyIs401OnAPublicCallToo)
{
    expectProblem(*post("/api/test/echo/one", "{}", "Bearer mistyped"), 401, "unauthenticated");
    EXPECT_THAT(calls.metrics.text(),
                HasSubstr("matinee_api_calls_total{call=\"matinee.test.GoodService/Echo\",code=\"unauthenticated\"} 1"));
}

TEST_F(RestTest, TooOftenIs429WithRetryAfter)
{
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(ask(router, http::Method::Delete, "/api/test/limited")->response.status, 200);
    const auto refused = ask(router, http::Method::Delete, "/api/test/limited");
    expectProblem(*refused, 429, "rate_limited");
    EXPECT_EQ(refused->header("Retry-After"), "30");
}

TEST_F(RestTest, KeysNeverComeBackInAnswers)
{
    const auto refused = post("/api/test/guarded", "{}", "Bearer secret-of-somebody");
    EXPECT_THAT(refused->response.body, Not(HasSubstr("secret-of-somebody")));
}

} // namespace

} // namespace matinee::api

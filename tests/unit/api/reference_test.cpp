#include "api/reference.h"

#include "api/embedded.h"
#include "tests/unit/api/fake_exchange.h"

#include "api/docs_page.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

using testing::HasSubstr;

namespace matinee::api {

namespace {

TEST(OpenApi, DescribesEveryDeclaredCall)
{
    const auto document = boost::json::parse(boost::json::string_view(kOpenApiJson.data(), kOpenApiJson.size())).as_object();
    EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
    const auto services = declaredServices();
    std::size_t calls = 0;
    for (const auto &[path, methods] : document.at("paths").as_object()) {
        for (const auto &[method, operation] : methods.as_object()) {
            ++calls;
            EXPECT_FALSE(operation.at("summary").as_string().empty());
            EXPECT_FALSE(operation.at("x-permission").as_string().empty());
        }
    }
    EXPECT_GE(calls, 13u);
}

TEST(OpenApi, EveryReferenceLeadsSomewhere)
{
    const std::string text(kOpenApiJson);
    const auto document = boost::json::parse(text);
    const std::regex reference("\"\\$ref\": \"#([^\"]+)\"");
    std::size_t count = 0;
    for (auto match = std::sregex_iterator(text.begin(), text.end(), reference); match != std::sregex_iterator(); ++match, ++count) {
        boost::system::error_code ec;
        EXPECT_TRUE(document.find_pointer((*match)[1].str(), ec)) << (*match)[1].str();
    }
    EXPECT_GT(count, 30u);
}

TEST(DocsPage, IsServedWithoutInlineScriptsAndFromNoOtherHost)
{
    http::Router router;
    registerDocs(router);
    for (const char *path : {"/api/docs", "/api/docs/docs.js", "/api/docs/docs.css", "/api/openapi.json"}) {
        const auto exchange = ask(router, http::Method::Get, path);
        ASSERT_TRUE(exchange) << path;
        EXPECT_EQ(exchange->response.status, 200);
        ASSERT_TRUE(exchange->response.sharedBody);
        EXPECT_THAT(*exchange->response.sharedBody, Not(HasSubstr("https://"))) << path;
        EXPECT_FALSE(exchange->header("ETag").empty());
    }
    const std::string html(kDocsHtml);
    EXPECT_FALSE(std::regex_search(html, std::regex("<script(?![^>]*\\bsrc=)|<style|\\son[a-z]+=|\\sstyle=|javascript:")));
    EXPECT_FALSE(std::regex_search(std::string(kDocsJs), std::regex("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(")));
}

TEST(DocsPage, IsNotSentAgainWhereItHasNotChanged)
{
    http::Router router;
    registerDocs(router);
    const std::string etag = ask(router, http::Method::Get, "/api/docs")->header("ETag");
    http::Request request;
    request.path = "/api/docs";
    request.headers.emplace_back("if-none-match", etag);
    FakeExchange exchange(std::move(request));
    asio::io_context context;
    asio::co_spawn(context, (*router.find(http::Method::Get, "/api/docs").handler)(exchange), asio::detached);
    context.run();
    EXPECT_EQ(exchange.response.status, 304);
    EXPECT_FALSE(exchange.response.sharedBody);
}

} // namespace

} // namespace matinee::api

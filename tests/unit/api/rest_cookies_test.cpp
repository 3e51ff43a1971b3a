// Calls by REST with the cookies of a browser: signing in sets them, they make somebody of the caller, and from elsewhere they count for
// nothing.
#include "api/rest.h"

#include "tests/unit/api/fake_exchange.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace matinee::api {

namespace {

class RestCookiesTest : public testing::Test
{
protected:
    RestCookiesTest() : dispatcher(options())
    {
        using namespace matinee::test;
        dispatcher.handle<Empty, SignedIn>("matinee.test.PersonalService/SignIn",
                                           [this](const Caller &caller, const Empty &) -> Task<Result<SignedIn>> {
                                               last = caller;
                                               SignedIn answer;
                                               answer.mutable_user()->set_name("alice");
                                               answer.mutable_session()->set_access_token(kAliceToken);
                                               answer.mutable_session()->set_refresh_token("mtr_s.1.mac");
                                               answer.mutable_session()->set_access_expires_in_seconds(900);
                                               answer.mutable_session()->set_refresh_expires_in_seconds(2592000);
                                               co_return answer;
                                           });
        dispatcher.handle<Empty, Empty>("matinee.test.PersonalService/Mine",
                                        [this](const Caller &caller, const Empty &) -> Task<Result<Empty>> {
                                            last = caller;
                                            co_return Empty();
                                        });
        EXPECT_TRUE(dispatcher.seal());
        registerRest(router, dispatcher);
    }

    DispatcherOptions options()
    {
        DispatcherOptions options;
        options.authenticator = &people;
        options.audit = &audit;
        options.services = {testService("PersonalService")};
        options.now = [this] { return now; };
        return options;
    }

    http::Response post(const std::string &path, std::vector<std::pair<std::string, std::string>> headers, bool secure = false)
    {
        http::Request request;
        request.method = http::Method::Post;
        request.path = path;
        request.host = "watch.example.org";
        request.secure = secure;
        request.clientAddress = "192.0.2.1";
        request.requestId = "req-1";
        request.headers = std::move(headers);
        const auto match = router.find(request.method, request.path);
        FakeExchange exchange(std::move(request));
        asio::io_context context;
        asio::co_spawn(context, (*match.handler)(exchange), asio::detached);
        context.run();
        return exchange.response;
    }
    static std::vector<std::string> cookies(const http::Response &response)
    {
        std::vector<std::string> lines;
        for (const auto &[name, value] : response.headers) {
            if (name == "Set-Cookie")
                lines.push_back(value.substr(0, value.find(';')));
        }
        return lines;
    }

    KnownKeys people;
    AuditLines audit;
    std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
    Dispatcher dispatcher;
    http::Router router;
    Caller last;
};

TEST_F(RestCookiesTest, TheTokensOfTheWebClientLeaveAsCookiesAndNotInTheBody)
{
    const auto response = post("/api/v1/session/sign-in", {{"x-matinee-web", "1"}, {"user-agent", "Mozilla/5.0 Firefox/128.0"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(cookies(response), ElementsAre("matinee_access=alice.access.token", "matinee_refresh=mtr_s.1.mac"));
    EXPECT_THAT(response.body, Not(HasSubstr("mac")));
    EXPECT_THAT(response.body, Not(HasSubstr(kAliceToken)));
    EXPECT_EQ(boost::json::parse(response.body).at("session").at("access_expires_in_seconds"), 900);
    EXPECT_EQ(last.userAgent, "Mozilla/5.0 Firefox/128.0");
    EXPECT_THAT(cookies(post("/api/v1/session/sign-in", {{"x-matinee-web", "1"}}, true)),
                ElementsAre("__Host-matinee_access=alice.access.token", "__Secure-matinee_refresh=mtr_s.1.mac"));
}

TEST_F(RestCookiesTest, AProgramGetsItsTokensInTheBody)
{
    const auto response = post("/api/v1/session/sign-in", {});
    EXPECT_THAT(cookies(response), ElementsAre());
    EXPECT_EQ(boost::json::parse(response.body).at("session").at("refresh_token"), "mtr_s.1.mac");
}

TEST_F(RestCookiesTest, AuditNamesWhoSignedIn)
{
    post("/api/v1/session/sign-in", {});
    ASSERT_EQ(audit.entries().size(), 1u);
    EXPECT_EQ(audit.entries()[0].subject, "alice");
}

TEST_F(RestCookiesTest, ACookieMakesAPersonOfTheCaller)
{
    EXPECT_EQ(post("/api/test/mine", {{"x-matinee-web", "1"}, {"cookie", std::string("matinee_access=") + kAliceToken}}).status, 200);
    EXPECT_EQ(last.userId, "u1");
    EXPECT_EQ(post("/api/test/mine", {{"authorization", std::string("Bearer ") + kAliceToken}}).status, 200);
}

TEST_F(RestCookiesTest, FromAnotherOriginTheCallIsAnonymous)
{
    const std::pair<std::string, std::string> cookie{"cookie", std::string("matinee_access=") + kAliceToken};
    EXPECT_EQ(post("/api/test/mine", {cookie}).status, 401);
    EXPECT_EQ(post("/api/test/mine", {cookie, {"x-matinee-web", "1"}, {"origin", "https://evil.example"}}).status, 401);
    EXPECT_EQ(post("/api/test/mine", {cookie, {"x-matinee-web", "1"}, {"sec-fetch-site", "same-site"}}).status, 401);
    EXPECT_EQ(last.userId, "");
}

TEST_F(RestCookiesTest, AnApiKeyIsRefusedWithASentence)
{
    const auto response = post("/api/test/mine", {{"authorization", "Bearer admin-key"}});
    EXPECT_EQ(response.status, 403);
    EXPECT_THAT(response.body, HasSubstr("a person"));
}

TEST_F(RestCookiesTest, ACookieThatIsNoLongerGoodIsNobodyAndCostsTheAddressNothing)
{
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(post("/api/v1/session/sign-in", {{"x-matinee-web", "1"}, {"cookie", "matinee_access=old.access.token"}}).status, 200);
    EXPECT_EQ(post("/api/test/mine", {{"x-matinee-web", "1"}, {"cookie", "matinee_access=old.access.token"}}).status, 401);
    EXPECT_EQ(post("/api/test/mine", {{"authorization", std::string("Bearer ") + kAliceToken}}).status, 200);
}

TEST_F(RestCookiesTest, WhileCookiesCannotBeLookedAtPublicCallsAnswerAndOthersSayTryAgain)
{
    people.away = true;
    const std::pair<std::string, std::string> cookies{"cookie", "matinee_access=other.access.token; matinee_refresh=mtr_s.1.mac"};
    EXPECT_EQ(post("/api/test/mine", {{"x-matinee-web", "1"}, cookies}).status, 503);
    EXPECT_EQ(post("/api/v1/session/sign-in", {{"x-matinee-web", "1"}, cookies}).status, 200);
    EXPECT_EQ(last.userId, "");
    EXPECT_EQ(last.refreshCookie, "mtr_s.1.mac");
}

TEST_F(RestCookiesTest, TheRefreshTokenReachesTheCallBelowItsPath)
{
    post("/api/v1/session/sign-in", {{"x-matinee-web", "1"}, {"cookie", "matinee_refresh=mtr_s.1.mac"}});
    EXPECT_EQ(last.refreshCookie, "mtr_s.1.mac");
    post("/api/v1/session/sign-in", {{"cookie", "matinee_refresh=mtr_s.1.mac"}});
    EXPECT_EQ(last.refreshCookie, "");
}

TEST_F(RestCookiesTest, TheRateOfAPersonDoesNotGrowWithTheirAddresses)
{
    const std::string bearer = std::string("Bearer ") + kAliceToken;
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(post("/api/test/mine", {{"authorization", bearer}}).status, 200);
    EXPECT_EQ(post("/api/test/mine", {{"authorization", bearer}}).status, 429);
}

} // namespace

} // namespace matinee::api

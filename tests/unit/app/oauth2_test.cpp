#include "app/oauth2.h"

#include "tests/unit/api/fake_exchange.h"

#include "common/settings/declarations.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <stdexcept>

namespace matinee::app {
namespace {

const settings::OAuth2Provider &settingOf(std::string_view id)
{
    for (const auto &provider : settings::oauth2Providers)
        if (provider.id == id)
            return provider;
    throw std::runtime_error("no such provider");
}

TEST(OAuth2Settings, NobodySignsInElsewhereUnlessTheOperatorSaysSo)
{
    EXPECT_TRUE(oauth2Providers(settings::Snapshot()).empty());
}

TEST(OAuth2Settings, ThoseWithAClientIdAreOffered)
{
    settings::Snapshot snapshot;
    snapshot.set(settingOf("gitlab").clientId, "gl");
    snapshot.set(settingOf("oidc").clientId, "matinee");
    snapshot.set(*settingOf("oidc").issuer, "https://login.example.org");
    snapshot.set(*settingOf("oidc").name, "Example");
    snapshot.set(settingOf("oidc").signupNeedReview, true);
    snapshot.set(settingOf("logto").clientId, "no issuer");
    const auto providers = oauth2Providers(snapshot);
    ASSERT_EQ(providers.size(), 2U);
    EXPECT_EQ(providers[0].id(), "oidc");
    EXPECT_EQ(providers[0].name, "Example");
    EXPECT_EQ(providers[0].issuer, "https://login.example.org");
    EXPECT_TRUE(providers[0].signupNeedReview);
    EXPECT_FALSE(providers[0].enableSignup);
    EXPECT_EQ(providers[1].name, "GitLab");
    EXPECT_EQ(providers[1].issuer, "https://gitlab.com");
}

class OAuth2Form : public testing::Test
{
protected:
    OAuth2Form() { addOAuth2Form(m_router); }

    http::Response post(const std::string &path, const std::string &body, const std::string &type = "application/x-www-form-urlencoded")
    {
        http::Request request;
        request.method = http::Method::Post;
        request.path = path;
        request.body = body;
        request.headers = {{"content-type", type}};
        const auto match = m_router.find(http::Method::Post, path);
        EXPECT_TRUE(match.handler) << path;
        request.parameters = match.parameters;
        api::FakeExchange exchange(std::move(request));
        asio::io_context context;
        asio::co_spawn(context, (*match.handler)(exchange), asio::detached);
        context.run();
        return exchange.response;
    }
    static std::string locationOf(const http::Response &response)
    {
        for (const auto &[name, value] : response.headers)
            if (name == "Location")
                return value;
        return "";
    }

    http::Router m_router;
};

TEST_F(OAuth2Form, SendsTheBrowserOnWithWhatItMayBring)
{
    const auto response = post("/oauth2/form/apple", "state=abc&code=c.0%2F1&user=%7B%22name%22%3A1%7D&id_token=e30");
    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(locationOf(response), "/oauth2/callback/apple?state=abc&code=c.0%2F1");
    EXPECT_EQ(locationOf(post("/oauth2/form/apple", "state=abc&error=user_cancelled_authorize")),
              "/oauth2/callback/apple?state=abc&error=user_cancelled_authorize");
    EXPECT_EQ(locationOf(post("/oauth2/form/apple", "state=a%0D%0ASet-Cookie%3A+x")),
              "/oauth2/callback/apple?state=a%0D%0ASet-Cookie%3A%20x");
}

TEST_F(OAuth2Form, RefusesWhatIsNoAnswer)
{
    EXPECT_EQ(post("/oauth2/form/github", "state=a&code=b").status, 400) << "it sends no forms";
    EXPECT_EQ(post("/oauth2/form/nobody", "state=a&code=b").status, 400);
    EXPECT_EQ(post("/oauth2/form/apple", "state=a&state=b").status, 400);
    EXPECT_EQ(post("/oauth2/form/apple", "{}", "application/json").status, 400);
}

} // namespace
} // namespace matinee::app

#include "api/session_cookies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace matinee::api {

namespace {

constexpr const char *kAccess = "eyJh.eyJz.c2ln";
constexpr const char *kRefresh = "mtr_s1.4.TWFj";

/// What a page of this server sends, with both cookies.
struct Sent
{
    http::Request request;

    explicit Sent(http::Method method = http::Method::Post, bool secure = false)
    {
        request.method = method;
        request.path = "/api/v1/session/refresh";
        request.host = "watch.example.org";
        request.secure = secure;
        const std::string access = secure ? "__Host-matinee_access=" : "matinee_access=";
        const std::string refresh = secure ? "__Secure-matinee_refresh=" : "matinee_refresh=";
        with("cookie", "theme=dark; " + access + kAccess + "; " + refresh + kRefresh);
        with("x-matinee-web", "1");
    }
    Sent &with(std::string name, std::string value)
    {
        without(name);
        request.headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    Sent &without(const std::string &name)
    {
        std::erase_if(request.headers, [&](const auto &header) { return header.first == name; });
        return *this;
    }
    [[nodiscard]] bool counts() const { return !cookieCredential(request).accessToken.empty(); }
};

TEST(SessionCookies, BothOfThemCountOnCallsOfOurOwnPages)
{
    const auto credential =
        cookieCredential(Sent().with("origin", "http://watch.example.org").with("sec-fetch-site", "same-origin").request);
    EXPECT_EQ(credential.accessToken, kAccess);
    EXPECT_EQ(credential.refreshToken, kRefresh);
    EXPECT_TRUE(Sent().counts()); // an old browser, which sends neither
}

TEST(SessionCookies, TheRefreshTokenCountsOnlyBelowItsPath)
{
    Sent sent;
    for (const char *path : {"/api/v1/me", "/api/v1/sessions", "/api/v1/session-of-another", "/"}) {
        sent.request.path = path;
        EXPECT_EQ(cookieCredential(sent.request).refreshToken, "") << path;
        EXPECT_EQ(cookieCredential(sent.request).accessToken, kAccess) << path;
    }
    sent.request.path = "/api/v1/session/sign-out";
    EXPECT_EQ(cookieCredential(sent.request).refreshToken, kRefresh);
}

struct Place
{
    const char *what;
    const char *origin;
    const char *site;
    bool ours;
};

class FromSomewhere : public testing::TestWithParam<Place>
{
};

TEST_P(FromSomewhere, ACookieCountsOnlyWhereThePageIsOurs)
{
    const Place &place = GetParam();
    for (const auto method :
         {http::Method::Get, http::Method::Head, http::Method::Post, http::Method::Put, http::Method::Patch, http::Method::Delete}) {
        Sent sent(method, true);
        if (place.origin)
            sent.with("origin", place.origin);
        if (place.site)
            sent.with("sec-fetch-site", place.site);
        EXPECT_EQ(sent.counts(), place.ours) << place.what << ", method " << static_cast<int>(method);
    }
}

INSTANTIATE_TEST_SUITE_P(Origins, FromSomewhere,
                         testing::Values(Place{"our page", "https://watch.example.org", "same-origin", true},
                                         Place{"our page with its port", "https://watch.example.org:443", nullptr, true},
                                         Place{"the address bar", nullptr, "none", true}, Place{"an old browser", nullptr, nullptr, true},
                                         Place{"another site", "https://evil.example", "cross-site", false},
                                         Place{"another site, old browser", "https://evil.example", nullptr, false},
                                         Place{"another site that hides its origin", nullptr, "cross-site", false},
                                         Place{"a sandboxed frame, a file", "null", "cross-site", false},
                                         Place{"a sandboxed frame, old browser", "null", nullptr, false},
                                         Place{"a neighbour below the same domain", "https://blog.example.org", "same-site", false},
                                         Place{"a neighbour, old browser", "https://blog.example.org", nullptr, false},
                                         Place{"another port of this host", "https://watch.example.org:8443", "same-site", false},
                                         Place{"this host without TLS", "http://watch.example.org", "cross-site", false},
                                         Place{"this host without TLS, old browser", "http://watch.example.org", nullptr, false},
                                         Place{"a name that begins like ours", "https://watch.example.org.evil.example", "cross-site",
                                               false},
                                         Place{"a name that ends like ours", "https://evilwatch.example.org", "cross-site", false},
                                         Place{"our name as a user name", "https://watch.example.org@evil.example", "cross-site", false},
                                         Place{"an extension", "moz-extension://8a1b", "cross-site", false},
                                         Place{"a word that no browser says", nullptr, "nonsense", false}));

TEST(SessionCookies, AWriteNeedsTheHeaderThatOtherOriginsCannotSend)
{
    EXPECT_FALSE(Sent(http::Method::Post).without("x-matinee-web").counts());
    EXPECT_FALSE(Sent(http::Method::Delete).with("x-matinee-web", "").counts());
    EXPECT_FALSE(Sent(http::Method::Put).with("x-matinee-web", "0").counts());
    EXPECT_TRUE(Sent(http::Method::Get).without("x-matinee-web").counts()); // pictures, media
    EXPECT_TRUE(Sent(http::Method::Head).without("x-matinee-web").counts());
}

TEST(SessionCookies, AnAuthorizationHeaderIsTheOneThatCounts)
{
    EXPECT_FALSE(Sent().with("authorization", "Bearer mtn_key").counts());
    EXPECT_FALSE(Sent().with("authorization", "Basic Og==").counts());
}

TEST(SessionCookies, AWebSocketMustSayThatItIsFromOurPage)
{
    const auto handshake = [] { return Sent(http::Method::Get, true).with("upgrade", "websocket"); };
    EXPECT_FALSE(handshake().counts());
    EXPECT_TRUE(handshake().with("origin", "https://watch.example.org").counts());
    EXPECT_TRUE(handshake().with("upgrade", "WebSocket").with("origin", "https://watch.example.org").counts());
    EXPECT_FALSE(handshake().with("origin", "https://evil.example").counts());
    EXPECT_FALSE(handshake().with("origin", "null").counts());
    EXPECT_FALSE(handshake().with("origin", "http://watch.example.org").counts());
    EXPECT_FALSE(handshake().with("origin", "https://watch.example.org").with("sec-fetch-site", "cross-site").counts());
}

TEST(SessionCookies, OverTlsOnlyTheNamesWithAPrefixCount)
{
    EXPECT_TRUE(Sent(http::Method::Get, true).counts());
    EXPECT_FALSE(Sent(http::Method::Get, true).with("cookie", std::string("matinee_access=") + kAccess).counts());
    EXPECT_FALSE(Sent(http::Method::Get, false).with("cookie", std::string("__Host-matinee_access=") + kAccess).counts());
}

TEST(SessionCookies, AValueThatIsNoTokenOrComesTwiceCountsForNothing)
{
    for (const std::string &value : {std::string(), std::string("mtn_abcdef"), std::string("a.b"), std::string("a.b.c.d"),
                                     std::string("a.b.c d"), std::string("\"a.b.c\""), "a.b." + std::string(2000, 'c')}) {
        EXPECT_FALSE(Sent().with("cookie", "matinee_access=" + value).counts()) << value;
    }
    EXPECT_FALSE(Sent().with("cookie", "matinee_access=a.b.c; matinee_access=d.e.f").counts());
    Sent twice;
    twice.request.headers.emplace_back("cookie", "matinee_access=d.e.f");
    EXPECT_FALSE(twice.counts());
    EXPECT_FALSE(Sent().with("cookie", "matinee_access").counts());
    EXPECT_FALSE(Sent().with("cookie", "Matinee_Access=a.b.c").counts());
    EXPECT_TRUE(Sent().with("cookie", ";;=;x=y=z; \tmatinee_access=a.b.c ;").counts());
}

v1::SessionTokens tokens()
{
    v1::SessionTokens tokens;
    tokens.set_access_token(kAccess);
    tokens.set_refresh_token(kRefresh);
    tokens.set_access_expires_in_seconds(900);
    tokens.set_refresh_expires_in_seconds(2592000);
    return tokens;
}

TEST(SessionCookies, TheyAreSetForNoScriptToReadAndNoOtherSiteToSend)
{
    EXPECT_THAT(sessionCookies(tokens(), false),
                ElementsAre("matinee_access=eyJh.eyJz.c2ln; Path=/; HttpOnly; SameSite=Lax; Max-Age=900",
                            "matinee_refresh=mtr_s1.4.TWFj; Path=/api/v1/session; HttpOnly; SameSite=Strict; Max-Age=2592000"));
    EXPECT_THAT(
        sessionCookies(tokens(), true),
        ElementsAre("__Host-matinee_access=eyJh.eyJz.c2ln; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=900",
                    "__Secure-matinee_refresh=mtr_s1.4.TWFj; Path=/api/v1/session; HttpOnly; SameSite=Strict; Secure; Max-Age=2592000"));
}

TEST(SessionCookies, ClearingNamesTheSamePaths)
{
    EXPECT_THAT(clearedSessionCookies(false), ElementsAre("matinee_access=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
                                                          "matinee_refresh=; Path=/api/v1/session; HttpOnly; SameSite=Strict; Max-Age=0"));
    EXPECT_THAT(clearedSessionCookies(true),
                ElementsAre(HasSubstr("__Host-matinee_access=; Path=/;"), HasSubstr("__Secure-matinee_refresh=; Path=/api/v1/session;")));
}

TEST(SessionCookies, TokensAreFoundInAnAnswerAndTakenOut)
{
    v1::SignInResponse answer;
    EXPECT_FALSE(takeSessionTokens(answer)); // waiting for review
    *answer.mutable_session() = tokens();
    const auto taken = takeSessionTokens(answer);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->refresh_token(), kRefresh);
    EXPECT_THAT(answer.ShortDebugString(), Not(HasSubstr("eyJ")));
    EXPECT_EQ(answer.session().access_expires_in_seconds(), 900u);

    v1::SessionTokens bare = tokens();
    EXPECT_TRUE(takeSessionTokens(bare));
    EXPECT_EQ(bare.access_token() + bare.refresh_token(), "");

    v1::User user;
    EXPECT_FALSE(takeSessionTokens(user));
}

TEST(SessionCookies, TheBindingOfASignInElsewhereCountsWhereTheOthersDo)
{
    const std::string binding(26, 'a');
    const auto with = [&](const std::string &cookie, bool secure) {
        Sent sent(http::Method::Post, secure);
        sent.with("cookie", cookie);
        return sent;
    };
    EXPECT_EQ(cookieCredential(with("matinee_oauth2=" + binding, false).request).oauth2Binding, binding);
    EXPECT_EQ(cookieCredential(with("__Host-matinee_oauth2=" + binding, true).request).oauth2Binding, binding);
    EXPECT_EQ(cookieCredential(with("matinee_oauth2=" + binding, true).request).oauth2Binding, "")
        << "a plain connection could have planted it";
    EXPECT_EQ(cookieCredential(with("matinee_oauth2=a; matinee_oauth2=b", false).request).oauth2Binding, "");
    EXPECT_EQ(cookieCredential(with("matinee_oauth2=a.b", false).request).oauth2Binding, "");
    EXPECT_EQ(cookieCredential(with("matinee_oauth2=" + binding, false).with("origin", "https://evil.example").request).oauth2Binding, "");
    EXPECT_EQ(cookieCredential(with("matinee_oauth2=" + binding, false).without("x-matinee-web").request).oauth2Binding, "");
}

TEST(SessionCookies, TheBindingIsTakenOutOfTheAnswerAndSet)
{
    v1::BeginOAuth2Response answer;
    answer.set_address("https://login.example.org/auth");
    answer.set_binding("bound");
    EXPECT_EQ(takeOAuth2Binding(answer), "bound");
    EXPECT_EQ(answer.binding(), "");
    EXPECT_EQ(answer.address(), "https://login.example.org/auth");
    v1::User user;
    EXPECT_EQ(takeOAuth2Binding(user), "");
    EXPECT_EQ(oauth2Cookie("bound", false), "matinee_oauth2=bound; Path=/; HttpOnly; SameSite=Strict; Max-Age=600");
    EXPECT_EQ(oauth2Cookie("bound", true), "__Host-matinee_oauth2=bound; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=600");
}

} // namespace

} // namespace matinee::api

#include "accounts/oauth2/wire/token_exchange.h"

#include <gtest/gtest.h>

namespace matinee::accounts::oauth2 {
namespace {

const TokenRequest kRequest{"c0de", "https://watch.example.org/oauth2/callback/oidc", "matinee", "s3cret", "v3rifier"};

TEST(TokenExchange, SendsTheVerifierAlwaysAndTheSecretInOnePlace)
{
    EXPECT_EQ(formText(tokenParameters(kRequest, true)),
              "grant_type=authorization_code&code=c0de&redirect_uri=https%3A%2F%2Fwatch.example.org%2Foauth2%2Fcallback%2Foidc&"
              "client_id=matinee&code_verifier=v3rifier&client_secret=s3cret");
    EXPECT_EQ(valueOf(tokenParameters(kRequest, false), "client_secret"), "");
    TokenRequest open = kRequest;
    open.clientSecret.clear();
    EXPECT_EQ(tokenParameters(open, true).size(), 5U) << "a public client";
    EXPECT_EQ(tokenJson(kRequest),
              R"({"grant_type":"authorization_code","code":"c0de","redirect_uri":"https://watch.example.org/oauth2/callback/oidc",)"
              R"("client_id":"matinee","code_verifier":"v3rifier","client_secret":"s3cret"})");
    EXPECT_EQ(basicCredential("a b", "c:d"), "Basic YSUyMGI6YyUzQWQ=") << "RFC 6749, 2.3.1";
}

struct Answer
{
    const char *name;
    const char *text;
    const char *access;
    const char *idToken;
};
class GoodAnswer : public testing::TestWithParam<Answer>
{
};

TEST_P(GoodAnswer, IsReadAndNoBeginningOfIt)
{
    const std::string text = GetParam().text;
    const auto tokens = parseTokenAnswer(text);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->access, GetParam().access);
    EXPECT_EQ(tokens->idToken, GetParam().idToken);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(parseTokenAnswer(text.substr(0, size))) << size;
}

INSTANTIATE_TEST_SUITE_P(
    OfProviders, GoodAnswer,
    testing::Values(
        Answer{
            "OpenId",
            R"({"access_token":"at-1","token_type":"Bearer","expires_in":3600,"refresh_token":"r","id_token":"e30.e30.e30","scope":"openid"})",
            "at-1", "e30.e30.e30"},
        Answer{"GitHub", R"({"access_token":"gho_x","scope":"read:user,user:email","token_type":"bearer"})", "gho_x", ""},
        Answer{"Discord",
               R"({"access_token":"dT","token_type":"Bearer","expires_in":604800,"refresh_token":"D4","scope":"identify email"})", "dT",
               ""},
        Answer{
            "Gitee",
            R"({"access_token":"d9","token_type":"bearer","expires_in":86400,"refresh_token":"c8","scope":"user_info","created_at":1600000000})",
            "d9", ""},
        Answer{"Qq", R"({"access_token":"FE04","expires_in":"7776000","refresh_token":"88E4"})", "FE04", ""},
        Answer{"Feishu", R"({"code":0,"access_token":"eyJ.a.b","expires_in":7200,"token_type":"Bearer","scope":"auth:user.id:read"})",
               "eyJ.a.b", ""}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(TokenExchange, ARefusalIsTold)
{
    const auto codeOf = [](const char *text) -> std::string {
        const auto answer = parseTokenAnswer(text);
        return answer || answer.error().kind != TokenRefusal::Refused ? "none" : std::string(answer.error().code);
    };
    EXPECT_EQ(codeOf(R"({"error":"invalid_grant","error_description":"used"})"), "invalid_grant");
    EXPECT_EQ(codeOf(R"({"error":"bad_verification_code","error_uri":"https://docs.example"})"), "bad_verification_code");
    EXPECT_EQ(codeOf(R"({"code":20003,"error":"invalid_grant","error_description":"x"})"), "invalid_grant");
    EXPECT_EQ(codeOf(R"({"code":20003,"msg":"x","access_token":"t","token_type":"Bearer"})"), "other") << "Feishu, a number alone";
    EXPECT_EQ(codeOf(R"({"error":100020,"error_description":"code is reused error"})"), "other") << "QQ";
    EXPECT_EQ(codeOf(R"({"error":"<b>"})"), "other");
    EXPECT_EQ(codeOf(R"({"error":"invalid_grant","access_token":"t"})"), "invalid_grant") << "what says no is no";
}

TEST(TokenExchange, ATokenThatCouldBreakAHeaderIsNone)
{
    for (const char *text : {R"({})", R"({"access_token":""})", R"({"access_token":"a b"})", R"({"access_token":"a\r\nX: y"})",
                             R"({"access_token":"ä"})", R"({"access_token":7})", R"({"access_token":"a","token_type":"mac"})",
                             R"({"access_token":"a","token_type":7})", R"({"access_token":"a","id_token":7})",
                             R"({"access_token":"a","access_token":"b"})", R"([{"access_token":"a"}])", "access_token=a&token_type=bearer"})
        EXPECT_FALSE(parseTokenAnswer(text)) << text;
    EXPECT_FALSE(parseTokenAnswer(R"({"access_token":")" + std::string(kMostTokenBytes + 1, 'a') + "\"}"));
    EXPECT_FALSE(parseTokenAnswer(std::string(kMostTokenAnswerBytes + 1, ' ')));
}

TEST(TokenExchange, ACodeIsVisibleText)
{
    EXPECT_TRUE(isCode("SplxlOBeZQQYbYS6WxSbIA"));
    EXPECT_FALSE(isCode(""));
    EXPECT_FALSE(isCode("a b"));
    EXPECT_FALSE(isCode("a\n"));
    EXPECT_FALSE(isCode(std::string(kMostCodeBytes + 1, 'a')));
}

} // namespace
} // namespace matinee::accounts::oauth2

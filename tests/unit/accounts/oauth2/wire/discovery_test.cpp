#include "accounts/oauth2/wire/discovery.h"

#include <gtest/gtest.h>

namespace matinee::accounts::oauth2 {
namespace {

const std::string kDocument = R"({"issuer":"https://login.example.org","authorization_endpoint":"https://login.example.org/auth",
  "token_endpoint":"https://login.example.org/token","userinfo_endpoint":"https://login.example.org/me","jwks_uri":"https://keys.example.org/jwks",
  "code_challenge_methods_supported":["plain","S256"],"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],
  "authorization_response_iss_parameter_supported":true,"claims_supported":["sub","name"]})";

std::string with(const std::string &from, const std::string &to)
{
    std::string text = kDocument;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}
std::optional<DiscoveryFault> faultOf(const std::string &text, std::string_view issuer = "https://login.example.org")
{
    const auto parsed = parseDiscovery(text, issuer);
    return parsed ? std::nullopt : std::optional(parsed.error());
}

TEST(Discovery, ReadsWhatAProviderSaysOfItself)
{
    const auto metadata = parseDiscovery(kDocument, "https://login.example.org");
    ASSERT_TRUE(metadata);
    EXPECT_EQ(metadata->issuer, "https://login.example.org");
    EXPECT_EQ(metadata->authorizationEndpoint, "https://login.example.org/auth");
    EXPECT_EQ(metadata->tokenEndpoint, "https://login.example.org/token");
    EXPECT_EQ(metadata->userInfoEndpoint, "https://login.example.org/me");
    EXPECT_EQ(metadata->keysAddress, "https://keys.example.org/jwks");
    EXPECT_TRUE(metadata->isIssuerAlwaysNamed);
    EXPECT_TRUE(metadata->takesSecretInBody);
    EXPECT_FALSE(metadata->isOfAnyTenant);
    EXPECT_EQ(discoveryAddress("https://a.example/o/x/"), "https://a.example/o/x/.well-known/openid-configuration");
    EXPECT_EQ(discoveryAddress("https://a.example"), "https://a.example/.well-known/openid-configuration");
}

TEST(Discovery, AnotherIssuerIsAMixUp)
{
    EXPECT_EQ(faultOf(kDocument, "https://login.example.com"), DiscoveryFault::Issuer);
    EXPECT_EQ(faultOf(kDocument, "https://login.example.org/"), std::nullopt) << "people write the slash or not";
    EXPECT_EQ(faultOf(kDocument, "https://login.example.org/x"), DiscoveryFault::Issuer);
    EXPECT_EQ(faultOf(with("\"https://login.example.org\"", "\"https://login.microsoftonline.com/{tenantid}/v2.0\"")),
              DiscoveryFault::Issuer);
}

TEST(Discovery, MicrosoftSpeaksForAllTenantsByAPattern)
{
    const std::string document = with("\"https://login.example.org\"", "\"https://login.microsoftonline.com/{tenantid}/v2.0\"");
    const auto common = parseDiscovery(document, "https://login.microsoftonline.com/common/v2.0");
    ASSERT_TRUE(common);
    EXPECT_TRUE(common->isOfAnyTenant);
    const std::string consumers =
        with("\"https://login.example.org\"", "\"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0\"");
    const auto one = parseDiscovery(consumers, "https://login.microsoftonline.com/consumers/v2.0");
    ASSERT_TRUE(one);
    EXPECT_FALSE(one->isOfAnyTenant);
    EXPECT_EQ(faultOf(consumers, "https://login.microsoftonline.com/common/v2.0"), DiscoveryFault::Issuer);
}

TEST(Discovery, SecretsGoByTlsAlone)
{
    for (const char *name : {"login.example.org/auth", "login.example.org/token", "login.example.org/me", "keys.example.org/jwks"})
        EXPECT_EQ(faultOf(with("https://" + std::string(name), "http://" + std::string(name))), DiscoveryFault::Insecure) << name;
    std::string inner = kDocument;
    for (auto at = inner.find("https"); at != std::string::npos; at = inner.find("https", at))
        inner.replace(at, 5, "http");
    EXPECT_EQ(faultOf(inner, "http://login.example.org"), std::nullopt) << "whether it may be called is the caller's affair";
}

TEST(Discovery, RefusesWhatCannotBe)
{
    EXPECT_EQ(faultOf(with("\"plain\",\"S256\"", "\"plain\"")), DiscoveryFault::NoPkce);
    EXPECT_EQ(faultOf(with("https://login.example.org/token", "javascript:x")), DiscoveryFault::Endpoint);
    EXPECT_EQ(faultOf(with("https://login.example.org/token", "https://u@login.example.org/token")), DiscoveryFault::Endpoint);
    EXPECT_EQ(faultOf(with("\"https://login.example.org/token\"", "7")), DiscoveryFault::Malformed);
    EXPECT_EQ(faultOf(with("\"https://login.example.org/me\"", "null")), DiscoveryFault::Malformed);
    EXPECT_EQ(faultOf(with("\"jwks_uri\"", "\"issuer\"")), DiscoveryFault::Malformed) << "there twice";
    EXPECT_EQ(faultOf("[]"), DiscoveryFault::Malformed);
    EXPECT_EQ(faultOf("{\"x\":\"" + std::string(kMostDiscoveryBytes, 'x') + "\"}"), DiscoveryFault::Malformed);
}

TEST(Discovery, TakesWhatIsLeftOutAsTheStandardHasIt)
{
    const auto metadata = parseDiscovery(
        R"({"issuer":"https://a.example","authorization_endpoint":"https://a.example/a","token_endpoint":"https://a.example/t",
                                             "jwks_uri":"https://a.example/k"})",
        "https://a.example");
    ASSERT_TRUE(metadata);
    EXPECT_FALSE(metadata->takesSecretInBody);
    EXPECT_FALSE(metadata->isIssuerAlwaysNamed);
    EXPECT_EQ(metadata->userInfoEndpoint, "");
}

TEST(Discovery, NoBeginningOfItIsADocument)
{
    for (std::size_t size = 0; size < kDocument.size(); ++size)
        EXPECT_EQ(faultOf(kDocument.substr(0, size)), DiscoveryFault::Malformed) << size;
}

} // namespace
} // namespace matinee::accounts::oauth2

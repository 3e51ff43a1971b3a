#include "accounts/oauth2/wire/authorization.h"

#include "accounts/oauth2/wire/pkce.h"
#include "accounts/oauth2/wire/preset.h"

#include "common/settings/declarations.h"

#include <gtest/gtest.h>

namespace matinee::accounts::oauth2 {
namespace {

TEST(Pkce, MakesTheChallengeOfTheRfc)
{
    const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636, appendix B
    EXPECT_TRUE(isVerifier(verifier));
    EXPECT_EQ(challengeOf(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    EXPECT_FALSE(isVerifier(verifier.substr(1)));
    EXPECT_FALSE(isVerifier(verifier + "!"));
    EXPECT_FALSE(isVerifier(std::string(129, 'a')));
}

TEST(Authorization, NamesAllThatBindsTheAnswer)
{
    AuthorizationRequest request;
    request.endpoint = "https://login.example.org/authorize?tenant=7";
    request.clientId = "matinee & friends";
    request.redirectUri = "https://watch.example.org/oauth2/callback/oidc";
    request.scopes = "openid email";
    request.state = "s1";
    request.nonce = "n1";
    request.challenge = "c1";
    EXPECT_EQ(authorizationAddress(request),
              "https://login.example.org/authorize?tenant=7&response_type=code&client_id=matinee%20%26%20friends&"
              "redirect_uri=https%3A%2F%2Fwatch.example.org%2Foauth2%2Fcallback%2Foidc&state=s1&code_challenge=c1&"
              "code_challenge_method=S256&scope=openid%20email&nonce=n1");
    request.scopes.clear();
    request.nonce.clear();
    request.sendsForm = true;
    const std::string address = authorizationAddress(request);
    EXPECT_EQ(address.find("scope="), std::string::npos);
    EXPECT_EQ(address.find("nonce="), std::string::npos);
    EXPECT_TRUE(address.ends_with("&response_mode=form_post"));
}

TEST(Authorization, AnAnswerOfAnotherProviderIsAMixUp)
{
    EXPECT_EQ(judgeIssuer("https://a.example", "https://a.example", true), IssuerVerdict::Good);
    EXPECT_EQ(judgeIssuer("https://evil.example", "https://a.example", true), IssuerVerdict::Other);
    EXPECT_EQ(judgeIssuer("https://evil.example", "https://a.example", false), IssuerVerdict::Other);
    EXPECT_EQ(judgeIssuer("https://a.example/", "https://a.example", false), IssuerVerdict::Other) << "as strings (RFC 9207, 2.4)";
    EXPECT_EQ(judgeIssuer("", "https://a.example", true), IssuerVerdict::Missing);
    EXPECT_EQ(judgeIssuer("", "https://a.example", false), IssuerVerdict::Good);
}

TEST(Authorization, WhatAStrangerWritesAsAnErrorGoesNoFurther)
{
    EXPECT_EQ(authorizationError("access_denied"), "access_denied");
    EXPECT_EQ(authorizationError("user_cancelled_authorize"), "access_denied") << "Apple";
    EXPECT_EQ(authorizationError("<script>"), "other");
    EXPECT_EQ(authorizationError(""), "other");
}

TEST(Preset, EachHasItsSettingsAndTheOtherWayRound)
{
    ASSERT_EQ(presets().size(), settings::oauth2Providers.size());
    for (const auto &setting : settings::oauth2Providers) {
        const Preset *preset = findPreset(setting.id);
        ASSERT_TRUE(preset) << setting.id;
        EXPECT_EQ(setting.issuer.has_value(), !preset->isIssuerFixed) << setting.id;
        if (setting.issuer && !preset->issuer.empty()) {
            EXPECT_EQ(std::get<std::string>(setting.issuer->declaration->defaultValue), preset->issuer) << setting.id;
        }
        EXPECT_TRUE(setting.clientSecret.declaration->secret());
        EXPECT_FALSE(std::get<bool>(setting.enableSignup.declaration->defaultValue)) << "nobody gets in unasked";
    }
    EXPECT_EQ(findPreset("nobody"), nullptr);
}

TEST(Preset, SendsSecretsNowhereWithoutTls)
{
    for (const Preset &preset : presets()) {
        EXPECT_TRUE(preset.issuer.empty() || preset.issuer.starts_with("https://")) << preset.id;
        const bool isOpenId = preset.shape == Shape::OpenId;
        EXPECT_EQ(isOpenId, preset.token.empty()) << preset.id;
        for (const std::string_view address : {preset.authorization, preset.token, preset.userInfo})
            EXPECT_TRUE(isOpenId || (parseWebAddress(address) && parseWebAddress(address)->isSecure) ||
                        address.find('@') != std::string_view::npos)
                << address;
    }
}

} // namespace
} // namespace matinee::accounts::oauth2

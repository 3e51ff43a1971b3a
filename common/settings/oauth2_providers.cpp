#include "common/settings/oauth2_providers.h"

#include <algorithm>
#include <array>
#include <deque>

namespace matinee::settings {

namespace {

/// Which of the settings a provider has besides those that all have.
struct Traits
{
    std::string_view id;
    std::string_view name;
    std::string_view issuer = {}; ///< Its default.
    bool hasIssuer = false;
    bool hasName = false;
    bool isApple = false;
};

constexpr std::array<Traits, 13> kProviders{{
    {.id = "oidc", .name = "an OpenID provider of your own", .hasIssuer = true, .hasName = true},
    {.id = "github", .name = "GitHub"},
    {.id = "google", .name = "Google"},
    {.id = "microsoft", .name = "Microsoft", .issuer = "https://login.microsoftonline.com/common/v2.0", .hasIssuer = true},
    {.id = "discord", .name = "Discord"},
    {.id = "gitlab", .name = "GitLab", .issuer = "https://gitlab.com", .hasIssuer = true},
    {.id = "gitee", .name = "Gitee"},
    {.id = "qq", .name = "QQ"},
    {.id = "feishu", .name = "Feishu"},
    {.id = "apple", .name = "Apple", .isApple = true},
    {.id = "casdoor", .name = "Casdoor", .hasIssuer = true, .hasName = true},
    {.id = "logto", .name = "Logto", .hasIssuer = true, .hasName = true},
    {.id = "authentik", .name = "Authentik", .hasIssuer = true, .hasName = true},
}};

/// Declarations only point to their texts. A deque does not move what it holds.
std::string_view kept(std::string text)
{
    static std::deque<std::string> texts;
    return texts.emplace_back(std::move(text));
}

OAuth2Provider declared(const Traits &traits)
{
    using namespace declare;
    const std::string name(traits.name);
    const auto key = [&](std::string_view last) { return kept("oauth2." + std::string(traits.id) + "." + std::string(last)); };
    OAuth2Provider provider{};
    provider.id = traits.id;
    provider.clientId = text(key("client_id"), "", rules::any, AtOnce,
                             kept("Client id of this server at " + name + ". Empty means that nobody signs in by it."));
    provider.clientSecret =
        secret(key("client_secret"), rules::any, Secrecy::Secret, AtOnce,
               traits.isApple ? kept("Private key for Sign in with Apple: the .p8 file without its first and last line, on one line.")
                              : kept("Client secret of this server at " + name + "."));
    if (traits.isApple) {
        provider.teamId = text(key("team_id"), "", rules::any, AtOnce, "Team ID of the Apple developer account.");
        provider.keyId = text(key("key_id"), "", rules::any, AtOnce, "Key ID of the private key for Sign in with Apple.");
    }
    if (traits.hasIssuer)
        provider.issuer =
            text(key("issuer"), traits.issuer, rules::issuer, AtOnce,
                 traits.id == "microsoft"
                     ? kept("Whose accounts: in the place of common (everybody) may stand organizations, consumers, or the id of a tenant.")
                     : kept("Address of " + name + ", below which it has .well-known/openid-configuration."));
    if (traits.hasName)
        provider.name = text(key("name"), "", rules::any, AtOnce, "What people see on the button. Empty means the name of the software.");
    provider.enableSignup = toggle(key("enable_signup"), false, AtOnce,
                                   kept("Whether somebody who has no account here gets one, whatever accounts.sign_up says."));
    provider.signupNeedReview = toggle(key("signup_need_review"), false, AtOnce, "Whether such a new account waits until it was let in.");
    provider.allowedRedirects =
        list(key("allowed_redirects"), {}, rules::pageAddress, AtOnce,
             "Pages elsewhere to which a browser may be sent after the sign-in, each as a whole. Pages of this server always may.");
    return provider;
}

bool hasPlainCharacters(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '\\' && c != '#' && c != '@'; });
}

} // namespace

namespace rules {

bool isIssuer(std::string_view text)
{
    return hasPlainCharacters(text) && isHttpUrl(text);
}

bool isPageAddress(std::string_view text)
{
    return hasPlainCharacters(text) && isHttpUrl(text.substr(0, text.find('?')));
}

} // namespace rules

namespace declare {

std::vector<OAuth2Provider> oauth2ProviderSettings()
{
    std::vector<OAuth2Provider> providers;
    for (const Traits &traits : kProviders)
        providers.push_back(declared(traits));
    return providers;
}

} // namespace declare

} // namespace matinee::settings

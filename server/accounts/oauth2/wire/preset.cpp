#include "accounts/oauth2/wire/preset.h"

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

constexpr std::string_view kOpenIdScopes = "openid profile email";

constexpr Preset kPresets[] = {
    {.id = "oidc", .name = "OpenID Connect", .scopes = kOpenIdScopes},
    {.id = "github",
     .name = "GitHub",
     .shape = Shape::GitHub,
     .scopes = "read:user user:email",
     .issuer = "https://github.com",
     .isIssuerFixed = true,
     .authorization = "https://github.com/login/oauth/authorize",
     .token = "https://github.com/login/oauth/access_token",
     .userInfo = "https://api.github.com/user",
     .moreInfo = "https://api.github.com/user/emails"},
    {.id = "google", .name = "Google", .scopes = kOpenIdScopes, .issuer = "https://accounts.google.com", .isIssuerFixed = true},
    {.id = "microsoft", .name = "Microsoft", .scopes = kOpenIdScopes, .issuer = "https://login.microsoftonline.com/common/v2.0"},
    {.id = "discord",
     .name = "Discord",
     .shape = Shape::Discord,
     .scopes = "identify email",
     .issuer = "https://discord.com",
     .isIssuerFixed = true,
     .authorization = "https://discord.com/oauth2/authorize",
     .token = "https://discord.com/api/oauth2/token",
     .userInfo = "https://discord.com/api/users/@me"},
    {.id = "gitlab", .name = "GitLab", .scopes = kOpenIdScopes, .issuer = "https://gitlab.com"},
    {.id = "gitee",
     .name = "Gitee",
     .shape = Shape::Gitee,
     .scopes = "user_info",
     .issuer = "https://gitee.com",
     .isIssuerFixed = true,
     .authorization = "https://gitee.com/oauth/authorize",
     .token = "https://gitee.com/oauth/token",
     .userInfo = "https://gitee.com/api/v5/user"},
    {.id = "qq",
     .name = "QQ",
     .shape = Shape::Qq,
     .scopes = "get_user_info",
     .issuer = "https://graph.qq.com",
     .isIssuerFixed = true,
     .authorization = "https://graph.qq.com/oauth2.0/authorize",
     .token = "https://graph.qq.com/oauth2.0/token",
     .userInfo = "https://graph.qq.com/user/get_user_info",
     .moreInfo = "https://graph.qq.com/oauth2.0/me"},
    {.id = "feishu",
     .name = "Feishu",
     .shape = Shape::Feishu,
     .scopes = "",
     .issuer = "https://accounts.feishu.cn",
     .isIssuerFixed = true,
     .authorization = "https://accounts.feishu.cn/open-apis/authen/v1/authorize",
     .token = "https://open.feishu.cn/open-apis/authen/v2/oauth/token",
     .userInfo = "https://open.feishu.cn/open-apis/authen/v1/user_info"},
    {.id = "apple",
     .name = "Apple",
     .scopes = "openid email",
     .issuer = "https://appleid.apple.com",
     .isIssuerFixed = true,
     .sendsForm = true},
    {.id = "casdoor", .name = "Casdoor", .scopes = kOpenIdScopes},
    {.id = "logto", .name = "Logto", .scopes = kOpenIdScopes},
    {.id = "authentik", .name = "Authentik", .scopes = kOpenIdScopes},
};

} // namespace

std::span<const Preset> presets()
{
    return kPresets;
}

const Preset *findPreset(std::string_view id)
{
    const auto *const found = std::find_if(std::begin(kPresets), std::end(kPresets), [&](const Preset &preset) { return preset.id == id; });
    return found == std::end(kPresets) ? nullptr : found;
}

} // namespace matinee::accounts::oauth2

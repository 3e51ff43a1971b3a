// The providers that we know by name: their addresses, scopes and shapes, and for the rest OpenID Connect by discovery. Constant; any
// thread.
#pragma once

#include <span>
#include <string_view>

namespace matinee::accounts::oauth2 {

/// Which form the answer about a person has (user_info.h).
enum class Shape
{
    OpenId, ///< OpenID Connect: an id_token, and claims by their standard names.
    GitHub,
    Discord,
    Gitee,
    Qq,
    Feishu,
};

struct Preset
{
    std::string_view id;   ///< "github": in addresses and settings.
    std::string_view name; ///< "GitHub": for people.
    Shape shape = Shape::OpenId;
    std::string_view scopes{}; ///< Separated by spaces.
    /// Of OpenId: what discovery begins at; "" where the operator names it. Of the others: a name under which identities are kept.
    std::string_view issuer{};
    bool isIssuerFixed = false;
    // Of those without discovery.
    std::string_view authorization{}, token{}, userInfo{};
    std::string_view moreInfo{}; ///< GitHub: the mail addresses. QQ: the openid, asked for first.
    bool sendsForm = false;      ///< The code comes by POST (response_mode=form_post): Apple, when it is asked for the mail address.
};

[[nodiscard]] std::span<const Preset> presets();
[[nodiscard]] const Preset *findPreset(std::string_view id); ///< Null where there is none.

} // namespace matinee::accounts::oauth2

// Settings of the providers by which people sign in: the same handful for each of them, below oauth2.PROVIDER. Declared by
// common/settings/declarations.h, where all settings are. Constant after static initialisation; any thread.
#pragma once

#include "common/settings/setting.h"

#include <optional>
#include <string>
#include <vector>

namespace matinee::settings {

/// oauth2.github.client_id and so on.
struct OAuth2Provider
{
    std::string_view id; ///< "github"; those that the server knows are in server/accounts/oauth2/wire/preset.h.
    Setting<std::string> clientId;
    Setting<std::string> clientSecret;
    std::optional<Setting<std::string>> issuer; ///< Not of those with an address that is known.
    std::optional<Setting<std::string>> name;   ///< Of those that people know by another name than ours.
    std::optional<Setting<std::string>> teamId; ///< Apple, as the next.
    std::optional<Setting<std::string>> keyId;
    Setting<bool> enableSignup;
    Setting<bool> signupNeedReview;
    Setting<std::vector<std::string>> allowedRedirects;
};

namespace rules {
bool isIssuer(std::string_view text);      ///< http(s)://host[:port][/path], no query, fragment or user.
bool isPageAddress(std::string_view text); ///< The same, with a query where one is wanted.

inline constexpr Rule issuer{"the address of an OpenID provider such as https://login.example.org", isIssuer};
inline constexpr Rule pageAddress{"the whole address of a page such as https://www.example.org/live", isPageAddress};
} // namespace rules

namespace declare {
/// Declares the settings of all providers.
std::vector<OAuth2Provider> oauth2ProviderSettings();
} // namespace declare

} // namespace matinee::settings

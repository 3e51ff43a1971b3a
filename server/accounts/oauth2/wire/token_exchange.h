// The code against a token (RFC 6749, 4.1.3 and 5). Pure; any thread.
#pragma once

#include "accounts/oauth2/wire/url_text.h"

#include "common/protocol/result.h"

#include <string>
#include <string_view>

namespace matinee::accounts::oauth2 {

inline constexpr std::size_t kMostTokenAnswerBytes = std::size_t{128} << 10;
inline constexpr std::size_t kMostTokenBytes = std::size_t{32} << 10; ///< Of one token: Casdoor's hold all that it knows of a person.
inline constexpr std::size_t kMostCodeBytes = 2048;

struct TokenRequest
{
    std::string code;
    std::string redirectUri; ///< The same as when the code was asked for.
    std::string clientId;
    std::string clientSecret; ///< "" for a public client: PKCE alone.
    std::string verifier;
};
/// With the secret, or without: then it goes into `basicCredential`.
[[nodiscard]] Parameters tokenParameters(const TokenRequest &request, bool withSecret);
/// The same as a JSON object: Feishu.
[[nodiscard]] std::string tokenJson(const TokenRequest &request);
/// "Basic ...": name and secret are form-encoded first (RFC 6749, 2.3.1).
[[nodiscard]] std::string basicCredential(std::string_view clientId, std::string_view clientSecret);

/// Visible ASCII: a code as it may come from a browser.
[[nodiscard]] bool isCode(std::string_view text);

struct Tokens
{
    std::string access;  ///< Fit for a header.
    std::string idToken; ///< "" where there is none.
};

struct TokenRefusal
{
    enum Kind
    {
        Refused,   ///< The provider says no; `code` is why.
        Malformed, ///< No JSON object, or too long, or a token of another kind.
    } kind = Malformed;
    std::string_view code{}; ///< Of RFC 6749, 5.2, else "other".
};
/// With 200 or any other status: GitHub refuses with 200. A refresh token is not looked at.
[[nodiscard]] Result<Tokens, TokenRefusal> parseTokenAnswer(std::string_view text);

} // namespace matinee::accounts::oauth2

// Where a browser is sent to sign in at a provider (RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.1), and what it brings back. Pure; any
// thread.
#pragma once

#include "accounts/oauth2/wire/url_text.h"

#include <string>

namespace matinee::accounts::oauth2 {

struct AuthorizationRequest
{
    std::string endpoint;
    std::string clientId;
    std::string redirectUri;
    std::string scopes; ///< "" asks for what the provider gives anyway.
    std::string state;
    std::string nonce;     ///< "" for providers without an id_token.
    std::string challenge; ///< Of S256.
    bool sendsForm = false;
};
[[nodiscard]] std::string authorizationAddress(const AuthorizationRequest &request);

enum class IssuerVerdict
{
    Good,
    Missing, ///< The provider says that it always names itself, and here it did not.
    Other,   ///< Another provider's answer: a mix-up (RFC 9207, 2.4).
};
/// `named` is `iss` as the browser brought it, `expected` the provider that it was sent to; "" expects nothing.
[[nodiscard]] IssuerVerdict judgeIssuer(std::string_view named, std::string_view expected, bool isAlwaysNamed);

/// One of the codes of RFC 6749, 4.1.2.1 and OpenID Connect Core, 3.1.2.6; "other" for anything else, so that nothing a stranger wrote
/// gets any further.
[[nodiscard]] std::string_view authorizationError(std::string_view error);

} // namespace matinee::accounts::oauth2

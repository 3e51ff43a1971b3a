// The cookies of browsers that are signed in: when they count as a credential, and how they are set and cleared (RFC 6265bis).
// A cookie goes along whoever caused the request, so it counts only where this server's own pages did. Pure; any thread.
#pragma once

#include "http/exchange.h"

#include "matinee/v1/accounts.pb.h"
#include "matinee/v1/oauth2.pb.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::api {

/// Every call of the web client has it. Other origins cannot send it: the preflight does not allow it (http/session.cpp).
inline constexpr std::string_view kWebClientHeader = "x-matinee-web";

/// What the cookies of a request are worth; both empty where they count for nothing, and the request is anonymous then.
struct CookieCredential
{
    std::string accessToken;   ///< A JWT by its shape, not verified.
    std::string refreshToken;  ///< Only where the browser sends it: below /api/v1/session.
    std::string oauth2Binding; ///< Of sign-ins by other services that this browser has begun.
};

/// A cookie counts where Authorization is absent; Sec-Fetch-Site is absent, "same-origin" or "none"; Origin is absent or this server's
/// own; and, but for GET and HEAD, the web client's header is there. For the handshake of a WebSocket, which any page may begin, Origin
/// must be there. Over TLS only the names with a prefix count, which no other host and no plain connection can have set; a name that
/// comes twice counts for nothing.
[[nodiscard]] CookieCredential cookieCredential(const http::Request &request);

/// Whether the call came from the web client: its tokens leave as cookies.
[[nodiscard]] bool isWebClient(const http::Request &request);

/// Takes the tokens out of an answer (SessionTokens, or a message that has one as a field) and leaves their lifetimes. Nothing where it
/// has none.
[[nodiscard]] std::optional<v1::SessionTokens> takeSessionTokens(google::protobuf::Message &answer);

/// Values of Set-Cookie. `secure`: the client came over TLS.
[[nodiscard]] std::vector<std::string> sessionCookies(const v1::SessionTokens &tokens, bool secure);
[[nodiscard]] std::vector<std::string> clearedSessionCookies(bool secure);

/// Takes the binding out of the answer that begins a sign-in by another service; "" where it has none.
[[nodiscard]] std::string takeOAuth2Binding(google::protobuf::Message &answer);
[[nodiscard]] std::string oauth2Cookie(const std::string &binding, bool secure); ///< Value of Set-Cookie.

} // namespace matinee::api

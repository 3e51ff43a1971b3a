#include "api/session_cookies.h"

#include "http/cors.h"
#include "http/wire/text.h"

#include <algorithm>

namespace matinee::api {

namespace {

namespace pb = google::protobuf;

constexpr std::size_t kMaxTokenBytes = 1024;
constexpr std::uint32_t kOAuth2Seconds = 600; // accounts/oauth2/sign_in.h
constexpr std::string_view kRefreshPath = "/api/v1/session";

struct Cookie
{
    std::string_view name;
    std::string_view attributes;
};

// "__Host-" needs Path=/, so the refresh token, which should travel only where it is used, has the weaker prefix.
Cookie accessCookie(bool secure)
{
    return secure ? Cookie{"__Host-matinee_access", "; Path=/; HttpOnly; SameSite=Lax; Secure"}
                  : Cookie{"matinee_access", "; Path=/; HttpOnly; SameSite=Lax"};
}

Cookie refreshCookie(bool secure)
{
    return secure ? Cookie{"__Secure-matinee_refresh", "; Path=/api/v1/session; HttpOnly; SameSite=Strict; Secure"}
                  : Cookie{"matinee_refresh", "; Path=/api/v1/session; HttpOnly; SameSite=Strict"};
}

// Never sent with what another site began, though the way back from the provider is such: the page there asks by itself.
Cookie oauth2CookieOf(bool secure)
{
    return secure ? Cookie{"__Host-matinee_oauth2", "; Path=/; HttpOnly; SameSite=Strict; Secure"}
                  : Cookie{"matinee_oauth2", "; Path=/; HttpOnly; SameSite=Strict"};
}

/// The one value of this name in all Cookie headers; "" for none, and for two: whichever was meant, the other was planted.
std::string_view cookieValue(const http::Request &request, std::string_view name)
{
    std::string_view found;
    int times = 0;
    for (const auto &[header, value] : request.headers) {
        if (header != "cookie")
            continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(';'), rest.size());
            const std::string_view pair = http::wire::trimmed(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name)
                continue;
            found = pair.substr(equals + 1);
            ++times;
        }
    }
    return times == 1 ? found : std::string_view();
}

/// Letters, digits and what tokens have between them: nothing else is worth a look, and an API key is no cookie.
bool isTokenShaped(std::string_view value, std::ptrdiff_t dots)
{
    const auto isTokenChar = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    return !value.empty() && value.size() <= kMaxTokenBytes && std::all_of(value.begin(), value.end(), isTokenChar) &&
           std::count(value.begin(), value.end(), '.') == dots;
}

bool isWebSocketHandshake(const http::Request &request)
{
    return http::wire::listHas(request.header("upgrade"), "websocket");
}

bool cookiesCount(const http::Request &request)
{
    if (!request.header("authorization").empty())
        return false;
    const auto site = request.header("sec-fetch-site");
    if (!site.empty() && site != "same-origin" && site != "none")
        return false;
    const auto origin = request.header("origin");
    // A page without TLS is another origin than this server with it, though a proxy may have taken the TLS off unseen.
    if (!origin.empty() && (!http::isSameOrigin(origin, request.host) || (request.secure && !origin.starts_with("https://"))))
        return false;
    if (isWebSocketHandshake(request))
        return !origin.empty();
    return request.method == http::Method::Get || request.method == http::Method::Head || isWebClient(request);
}

std::string line(const Cookie &cookie, std::string_view value, std::uint32_t maxAge)
{
    return std::string(cookie.name) + "=" + std::string(value) + std::string(cookie.attributes) + "; Max-Age=" + std::to_string(maxAge);
}

v1::SessionTokens *tokensIn(pb::Message &answer)
{
    if (auto *tokens = dynamic_cast<v1::SessionTokens *>(&answer))
        return tokens;
    const auto *descriptor = answer.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
        const auto *field = descriptor->field(i);
        if (field->is_repeated() || field->message_type() != v1::SessionTokens::descriptor() ||
            !answer.GetReflection()->HasField(answer, field))
            continue;
        return dynamic_cast<v1::SessionTokens *>(answer.GetReflection()->MutableMessage(&answer, field));
    }
    return nullptr;
}

} // namespace

CookieCredential cookieCredential(const http::Request &request)
{
    CookieCredential credential;
    if (!cookiesCount(request))
        return credential;
    if (const auto value = cookieValue(request, accessCookie(request.secure).name); isTokenShaped(value, 2))
        credential.accessToken = value;
    const bool below = request.path == kRefreshPath || (request.path.starts_with(kRefreshPath) && request.path[kRefreshPath.size()] == '/');
    if (const auto value = cookieValue(request, refreshCookie(request.secure).name); below && isTokenShaped(value, 2))
        credential.refreshToken = value;
    if (const auto value = cookieValue(request, oauth2CookieOf(request.secure).name); isTokenShaped(value, 0))
        credential.oauth2Binding = value;
    return credential;
}

bool isWebClient(const http::Request &request)
{
    return request.header(kWebClientHeader) == "1";
}

std::optional<v1::SessionTokens> takeSessionTokens(pb::Message &answer)
{
    v1::SessionTokens *tokens = tokensIn(answer);
    if (!tokens || tokens->access_token().empty())
        return std::nullopt;
    v1::SessionTokens taken = *tokens;
    tokens->clear_access_token();
    tokens->clear_refresh_token();
    return taken;
}

std::vector<std::string> sessionCookies(const v1::SessionTokens &tokens, bool secure)
{
    std::vector<std::string> lines{line(accessCookie(secure), tokens.access_token(), tokens.access_expires_in_seconds())};
    if (!tokens.refresh_token().empty())
        lines.push_back(line(refreshCookie(secure), tokens.refresh_token(), tokens.refresh_expires_in_seconds()));
    return lines;
}

std::vector<std::string> clearedSessionCookies(bool secure)
{
    return {line(accessCookie(secure), "", 0), line(refreshCookie(secure), "", 0)};
}

std::string takeOAuth2Binding(pb::Message &answer)
{
    auto *begun = dynamic_cast<v1::BeginOAuth2Response *>(&answer);
    if (!begun)
        return {};
    std::string binding = begun->binding();
    begun->clear_binding();
    return binding;
}

std::string oauth2Cookie(const std::string &binding, bool secure)
{
    return line(oauth2CookieOf(secure), binding, kOAuth2Seconds);
}

} // namespace matinee::api

#include "accounts/oauth2/wire/authorization.h"

#include <algorithm>
#include <array>

namespace matinee::accounts::oauth2 {

std::string authorizationAddress(const AuthorizationRequest &request)
{
    Parameters parameters{{"response_type", "code"}, {"client_id", request.clientId},       {"redirect_uri", request.redirectUri},
                          {"state", request.state},  {"code_challenge", request.challenge}, {"code_challenge_method", "S256"}};
    if (!request.scopes.empty())
        parameters.emplace_back("scope", request.scopes);
    if (!request.nonce.empty())
        parameters.emplace_back("nonce", request.nonce);
    if (request.sendsForm)
        parameters.emplace_back("response_mode", "form_post");
    return withQuery(request.endpoint, parameters);
}

IssuerVerdict judgeIssuer(std::string_view named, std::string_view expected, bool isAlwaysNamed)
{
    if (named.empty())
        return isAlwaysNamed ? IssuerVerdict::Missing : IssuerVerdict::Good;
    return expected.empty() || named == expected ? IssuerVerdict::Good : IssuerVerdict::Other;
}

std::string_view authorizationError(std::string_view error)
{
    constexpr std::array<std::string_view, 11> known{"access_denied",           "invalid_request",
                                                     "unauthorized_client",     "unsupported_response_type",
                                                     "invalid_scope",           "server_error",
                                                     "temporarily_unavailable", "interaction_required",
                                                     "login_required",          "account_selection_required",
                                                     "consent_required"};
    if (error == "user_cancelled_authorize") // Apple's word for it
        return known.front();
    const auto *const found = std::find(known.begin(), known.end(), error);
    return found == known.end() ? std::string_view("other") : *found;
}

} // namespace matinee::accounts::oauth2

#include "api/rest.h"

#include "api/session_cookies.h"

namespace matinee::api {

namespace {

/// Where a refusal means that nobody is signed in any more, whatever the browser still has.
bool endsSession(const DeclaredCall &call, const Result<JsonAnswer> &answer)
{
    const bool refused = !answer && answer.error().code == ErrorCode::Unauthenticated;
    if (call.name == "matinee.v1.SignInService/SignOut")
        return answer || refused;
    return refused && call.name == "matinee.v1.SignInService/RefreshSession";
}

void setCookies(http::Response &response, std::vector<std::string> lines)
{
    for (std::string &line : lines)
        response.headers.emplace_back("Set-Cookie", std::move(line));
}

Task<void> serve(Dispatcher &dispatcher, const DeclaredCall &call, http::Exchange &exchange)
{
    const http::Request &request = exchange.request();
    const auto unknown = call.needs == v1::PUBLIC ? CookieUnknown::CountForNothing : CookieUnknown::Refuse;
    Result<Caller> caller = co_await identify(dispatcher, request, "rest", unknown);
    if (!caller) {
        dispatcher.countRefusal(call.name, caller.error());
        http::Response refusal = http::problem(caller.error(), request.requestId);
        co_return co_await exchange.respond(std::move(refusal));
    }
    JsonRequest json;
    json.parameters = request.parameters;
    json.query = request.query;
    json.contentType = std::string(request.header("content-type"));
    json.body = request.body;
    const bool web = isWebClient(request);
    std::optional<v1::SessionTokens> tokens;
    std::string oauth2Binding;
    if (web)
        json.onAnswer = [&tokens, &oauth2Binding](google::protobuf::Message &message) {
            tokens = takeSessionTokens(message);
            oauth2Binding = takeOAuth2Binding(message);
        };
    Result<JsonAnswer> answer = co_await dispatcher.callJson(call, std::move(*caller), std::move(json));

    http::Response response;
    if (answer) {
        response.status = answer->status;
        response.body = std::move(answer->body);
        response.headers.emplace_back("Content-Type", "application/json");
    } else {
        response = http::problem(answer.error(), request.requestId);
    }
    if (answer && tokens)
        setCookies(response, sessionCookies(*tokens, request.secure));
    else if (web && endsSession(call, answer))
        setCookies(response, clearedSessionCookies(request.secure));
    if (answer && !oauth2Binding.empty())
        setCookies(response, {oauth2Cookie(oauth2Binding, request.secure)});
    // Answers depend on who asks and some hold a secret that is shown once.
    response.headers.emplace_back("Cache-Control", "no-store");
    co_await exchange.respond(std::move(response));
}

} // namespace

Caller anonymousCaller(const http::Request &request, std::string face)
{
    Caller caller;
    caller.address = request.clientAddress;
    caller.requestId = request.requestId;
    caller.face = std::move(face);
    caller.userAgent = std::string(request.header("user-agent").substr(0, kMaxUserAgent));
    return caller;
}

Task<Result<Caller>> identify(Dispatcher &dispatcher, const http::Request &request, std::string face, CookieUnknown unknown)
{
    Caller anonymous = anonymousCaller(request, std::move(face));
    std::string authorization(request.header("authorization"));
    if (!authorization.empty())
        co_return co_await dispatcher.identify(std::move(authorization), std::move(anonymous));
    CookieCredential cookies = cookieCredential(request);
    anonymous.refreshCookie = std::move(cookies.refreshToken);
    anonymous.oauth2Binding = std::move(cookies.oauth2Binding);
    Result<Caller> caller = co_await dispatcher.identifyCookie(std::move(cookies.accessToken), anonymous);
    if (!caller && unknown == CookieUnknown::CountForNothing)
        co_return anonymous;
    co_return caller;
}

void registerRest(http::Router &router, Dispatcher &dispatcher)
{
    for (const DeclaredCall *call : dispatcher.calls()) {
        http::RouteOptions options;
        options.maxBodyBytes = call->maxBody;
        options.cors = true;
        options.name = call->name;
        router.add(
            call->verb, call->path, [&dispatcher, call](http::Exchange &exchange) { return serve(dispatcher, *call, exchange); },
            std::move(options));
    }
}

} // namespace matinee::api

#include "api/rest.h"

namespace matinee::api {

namespace {

Task<void> serve(Dispatcher &dispatcher, const DeclaredCall &call, http::Exchange &exchange)
{
    const http::Request &request = exchange.request();
    Result<Caller> caller = co_await dispatcher.identify(std::string(request.header("authorization")), anonymousCaller(request, "rest"));
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
    Result<JsonAnswer> answer = co_await dispatcher.callJson(call, std::move(*caller), std::move(json));

    http::Response response;
    if (answer) {
        response.status = answer->status;
        response.body = std::move(answer->body);
        response.headers.emplace_back("Content-Type", "application/json");
    } else {
        response = http::problem(answer.error(), request.requestId);
    }
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
    return caller;
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

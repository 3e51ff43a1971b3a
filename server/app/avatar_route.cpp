#include "app/avatar_route.h"

#include "http/wire/negotiation.h"

namespace matinee::app {

namespace {

/// Who names the bytes gets the same ones for ever; else it is asked again whether they are still these.
std::string cacheFor(const std::string &named, const std::string &tag)
{
    return named == tag ? "public, max-age=31536000, immutable" : "public, no-cache";
}

http::Response responseOf(const http::Request &request, store::AvatarRow avatar)
{
    const auto etag = '"' + avatar.tag + '"';
    http::Response response;
    response.headers = {{"Content-Type", "image/jpeg"},
                        {"Cache-Control", cacheFor(request.queryValue("v"), avatar.tag)},
                        {"ETag", etag},
                        // A picture, whatever somebody manages to make of its bytes.
                        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox"}};
    response.compressible = false;
    if (const auto known = request.header("if-none-match"); !known.empty() && http::wire::etagListMatches(known, etag))
        response.status = 304;
    else
        response.body = std::move(avatar.jpeg);
    return response;
}

Task<void> serve(accounts::Avatars &avatars, http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto id = request.parameters.find("user_id");
    const std::string userId = id == request.parameters.end() ? std::string() : id->second;
    Result<std::optional<store::AvatarRow>> found = co_await avatars.find(userId);
    if (!found)
        co_return co_await exchange.respond(http::problem(found.error(), request.requestId));
    if (!*found) {
        auto none = http::problem(fail(ErrorCode::NotFound, "There is no picture of this account."), request.requestId);
        co_return co_await exchange.respond(std::move(none));
    }
    auto response = responseOf(request, std::move(**found));
    co_await exchange.respond(std::move(response));
}

} // namespace

void addAvatarRoute(http::Router &router, accounts::Avatars &avatars)
{
    router.add(http::Method::Get, "/avatars/{user_id}.jpg", [&avatars](http::Exchange &exchange) { return serve(avatars, exchange); },
               {.maxBodyBytes = 0, .name = "avatar"});
}

} // namespace matinee::app

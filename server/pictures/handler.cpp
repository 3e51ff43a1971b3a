#include "pictures/handler.h"

#include "hls/wire/reload.h"
#include "http/wire/negotiation.h"

#include <charconv>
#include <cstdio>

namespace matinee::pictures {

namespace {

std::string parameter(const http::Request &request, std::string_view name)
{
    const auto found = request.parameters.find(name);
    return found == request.parameters.end() ? std::string() : found->second;
}

/// What opens this address opens those that are named in the answer.
std::string credentials(const http::Request &request)
{
    auto query = hls::credentialsOf(request.query);
    return query.empty() ? query : "?" + query;
}

bool isAnonymous(const http::Request &request)
{
    return request.header("authorization").empty() && hls::credentialsOf(request.query).empty();
}

/// A picture that was let in by a key or token is nobody's on the way.
std::string cacheFor(const http::Request &request, std::string_view how)
{
    return (isAnonymous(request) ? "public, " : "private, ") + std::string(how);
}

http::Response jpeg(SharedText bytes, std::string cache)
{
    http::Response response;
    response.headers = {{"Content-Type", "image/jpeg"}, {"Cache-Control", std::move(cache)}};
    response.sharedBody = std::move(bytes);
    response.compressible = false;
    return response;
}

http::Response track(std::string text, const char *cache)
{
    http::Response response;
    response.headers = {{"Content-Type", "text/vtt; charset=utf-8"}, {"Cache-Control", cache}};
    response.body = std::move(text);
    return response;
}

class Service
{
public:
    explicit Service(Dependencies dependencies);
    Task<void> poster(http::Exchange &exchange);
    Task<void> liveTrack(http::Exchange &exchange);
    Task<void> liveSheet(http::Exchange &exchange);
    Task<void> recordedTrack(http::Exchange &exchange);
    Task<void> recordedSheet(http::Exchange &exchange);

private:
    Task<Result<void>> mayLook(const http::Request &request, std::string name);
    static Task<void> refuse(http::Exchange &exchange, Error error);

    const Dependencies m_dependencies;
    observe::Counter m_posters;
    observe::Counter m_tracks;
    observe::Counter m_sheets;
};

Service::Service(Dependencies dependencies) : m_dependencies(std::move(dependencies))
{
    auto *const metrics = m_dependencies.metrics;
    if (!metrics)
        return;
    const char *const name = "matinee_pictures_requests_total";
    const char *const help = "Requests for pictures answered, by what was asked for.";
    m_posters = metrics->counter(name, help, {{"what", "poster"}});
    m_tracks = metrics->counter(name, help, {{"what", "track"}});
    m_sheets = metrics->counter(name, help, {{"what", "sheet"}});
}

Task<void> Service::refuse(http::Exchange &exchange, Error error)
{
    co_await exchange.respond(http::problem(error, exchange.request().requestId));
}

Task<Result<void>> Service::mayLook(const http::Request &request, std::string name)
{
    if (!m_dependencies.pictures.isEnabled())
        co_return Result<void>(fail(ErrorCode::NotFound, "This server makes no pictures of streams (livestream.posters)."));
    if (live::isRendition(name))
        co_return Result<void>(fail(ErrorCode::NotFound, "Pictures are made of a stream, not of its renditions."));
    auto caller = co_await m_dependencies.callerOf(request);
    if (!caller)
        co_return Result<void>(caller.error());
    co_return co_await m_dependencies.gate.mayPlay(std::move(name), std::move(*caller), request.queryValue("token"));
}

Task<void> Service::poster(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    const auto allowed = co_await mayLook(request, name);
    if (!allowed)
        co_return co_await refuse(exchange, allowed.error());
    const auto width = posterWidth(request.queryValue("width"));
    if (!width) {
        auto error = fail(ErrorCode::InvalidArgument, "`width` is 160, 320, 640 or 1280.", "width");
        co_return co_await refuse(exchange, std::move(error));
    }
    const auto poster = co_await m_dependencies.pictures.posters().poster(name, *width);
    if (!poster)
        co_return co_await refuse(exchange, poster.error());
    const auto etag = '"' + poster->tag + '"';
    auto response = jpeg(poster->picture.jpeg, cacheFor(request, "max-age=5"));
    response.headers.emplace_back("ETag", etag);
    if (const auto known = request.header("if-none-match"); !known.empty() && http::wire::etagListMatches(known, etag)) {
        response.status = 304;
        response.sharedBody = nullptr;
    }
    m_posters.add();
    co_await exchange.respond(std::move(response));
}

Task<void> Service::liveTrack(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    const auto allowed = co_await mayLook(request, name);
    if (!allowed)
        co_return co_await refuse(exchange, allowed.error());
    auto text = co_await m_dependencies.pictures.live().track(name, credentials(request));
    if (!text)
        co_return co_await refuse(exchange, text.error());
    m_tracks.add();
    co_await exchange.respond(track(std::move(*text), "no-cache, no-store"));
}

Task<void> Service::liveSheet(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    const auto allowed = co_await mayLook(request, name);
    if (!allowed)
        co_return co_await refuse(exchange, allowed.error());
    auto sheet = co_await m_dependencies.pictures.live().sheet(name, parameter(request, "sheet"));
    if (!sheet)
        co_return co_await refuse(exchange, sheet.error());
    m_sheets.add();
    co_await exchange.respond(jpeg(std::move(*sheet), cacheFor(request, "max-age=86400, immutable")));
}

Task<void> Service::recordedTrack(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto row = co_await record::allowedRecording(m_dependencies.recordings, request);
    if (!row)
        co_return co_await refuse(exchange, row.error());
    if (!m_dependencies.pictures.isEnabled()) {
        auto error = fail(ErrorCode::NotFound, "This server makes no pictures (livestream.posters).");
        co_return co_await refuse(exchange, std::move(error));
    }
    const auto answer = co_await m_dependencies.pictures.recorded().preview(*row);
    if (!answer)
        co_return co_await refuse(exchange, answer.error());
    m_tracks.add();
    if (!answer->preview) {
        std::array<char, 64> text{};
        (void)std::snprintf(text.data(), text.size(), R"({"state":"making","done":%.3f})", answer->done);
        auto making = http::text(202, text.data(), "application/json");
        making.headers.emplace_back("Retry-After", "1");
        making.headers.emplace_back("Cache-Control", "no-store");
        co_return co_await exchange.respond(std::move(making));
    }
    auto text = thumbnailTrack(answer->preview->thumbnails(row->id + "/", credentials(request)), std::nullopt);
    co_await exchange.respond(track(std::move(text), "private, max-age=60"));
}

Task<void> Service::recordedSheet(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto row = co_await record::allowedRecording(m_dependencies.recordings, request);
    if (!row)
        co_return co_await refuse(exchange, row.error());
    const auto preview = co_await m_dependencies.pictures.recorded().find(*row);
    const auto text = parameter(request, "sheet");
    std::size_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool named = wrong == std::errc() && end == text.data() + text.size();
    if (!preview || !named || number >= preview->sheets.size()) {
        auto error = fail(ErrorCode::NotFound, "There is no such sheet. Load the preview's list first.");
        co_return co_await refuse(exchange, std::move(error));
    }
    m_sheets.add();
    co_await exchange.respond(jpeg(preview->sheets[number], "private, max-age=86400, immutable"));
}

} // namespace

void addRoutes(http::Router &router, Dependencies dependencies)
{
    const auto service = std::make_shared<Service>(std::move(dependencies));
    const auto add = [&](const char *pattern, const char *name, http::Handler handler) {
        router.add(http::Method::Get, pattern, std::move(handler), {.maxBodyBytes = 0, .cors = true, .name = name});
    };
    add("/poster/{name}.jpg", "poster", [service](http::Exchange &exchange) { return service->poster(exchange); });
    add("/preview/{name}.vtt", "preview", [service](http::Exchange &exchange) { return service->liveTrack(exchange); });
    add("/preview/{name}/{sheet}.jpg", "preview sheet", [service](http::Exchange &exchange) { return service->liveSheet(exchange); });
    add("/preview/recordings/{id}.vtt", "recording preview",
        [service](http::Exchange &exchange) { return service->recordedTrack(exchange); });
    add("/preview/recordings/{id}/{sheet}.jpg", "recording preview sheet",
        [service](http::Exchange &exchange) { return service->recordedSheet(exchange); });
}

} // namespace matinee::pictures

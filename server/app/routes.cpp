#include "app/routes.h"

#include "api/docs_page.h"
#include "api/rest.h"
#include "api/websocket.h"
#include "app/audit_export.h"
#include "app/avatar_route.h"
#include "app/web_bundle.h"
#include "flv/handler.h"
#include "hls/handler.h"
#include "http/static_files.h"
#include "http/tunnel.h"
#include "net/addresses.h"
#include "pictures/handler.h"
#include "record/handler.h"

#include "common/protocol/version.h"

#include <filesystem>
#include <google/protobuf/util/json_util.h>
#include <sodium.h>

namespace matinee::app {

namespace {

using http::Exchange;
using http::Method;

std::string toJson(const google::protobuf::Message &message)
{
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string json;
    (void)google::protobuf::util::MessageToJsonString(message, &json, options); // our own message: nothing in it can fail
    return json;
}

http::Response json(int status, std::string body)
{
    auto response = http::text(status, std::move(body), "application/json");
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

void addHealth(http::Router &router, Core &core)
{
    // For people and dashboards. 200 as long as the process answers; `status` says how well.
    router.add(Method::Get, "/health", [&core](Exchange &exchange) -> Task<void> {
        auto report = core.health.report();
        if (!exchange.request().header("x-forwarded-for").empty()) // seen from outside a proxy: state, no figures
            report.clear_resident_bytes();
        co_await exchange.respond(json(200, toJson(report)));
    });
    router.add(Method::Get, "/health/live",
               [](Exchange &exchange) -> Task<void> { co_await exchange.respond(json(200, R"({"status":"ok"})")); });
    router.add(Method::Get, "/health/ready", [&core](Exchange &exchange) -> Task<void> {
        const bool ready = core.health.ready();
        co_await exchange.respond(json(ready ? 200 : 503, ready ? R"({"status":"ok"})" : R"({"status":"failing"})"));
    });
}

bool same(const std::string &a, const std::string &b)
{
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool mayReadMetrics(const settings::Snapshot &settings, const http::Request &request, Error &refusal)
{
    const auto mode = settings.get(settings::metricsAuthMode);
    if (mode == "none")
        return true;
    const std::string given(request.header("authorization"));
    std::string expected;
    if (mode == "bearer_token") {
        expected = "Bearer " + settings.get(settings::metricsAuthBearerToken);
        refusal = fail(ErrorCode::Unauthenticated, "/metrics needs the bearer token of metrics.auth.bearer_token.");
    } else {
        const auto plain = settings.get(settings::metricsAuthUsername) + ":" + settings.get(settings::metricsAuthPassword);
        std::string encoded(sodium_base64_encoded_len(plain.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
        sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char *>(plain.data()), plain.size(),
                          sodium_base64_VARIANT_ORIGINAL);
        encoded.resize(encoded.find('\0'));
        expected = "Basic " + encoded;
        refusal = fail(ErrorCode::Unauthenticated, "/metrics needs the user name and password of metrics.auth.");
    }
    return same(given, expected);
}

void addMetrics(http::Router &router, Core &core, const std::shared_ptr<settings::Settings> &settings)
{
    router.add(Method::Get, "/metrics", [&core, settings](Exchange &exchange) -> Task<void> {
        Error refusal;
        if (mayReadMetrics(*settings->current(), exchange.request(), refusal)) {
            co_await exchange.respond(http::text(200, core.metrics.text(), "text/plain; version=0.0.4; charset=utf-8"));
            co_return;
        }
        auto response = http::problem(refusal, exchange.request().requestId);
        if (settings->get(settings::metricsAuthMode) == "basic") {
            std::erase_if(response.headers, [](const auto &header) { return header.first == "WWW-Authenticate"; });
            response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"metrics\"");
        }
        co_await exchange.respond(std::move(response));
    });
}

void addAdminTunnel(http::Router &router, const RouteNeeds &needs)
{
    const http::TunnelOptions options{.port = needs.adminPort, .secret = needs.tunnelSecret};
    router.add(Method::Get, "/admin/ws", [options, settings = needs.settings](Exchange &exchange) -> Task<void> {
        const auto allowed = net::AddressList::parse(settings->get(settings::adminAllowFrom));
        if (allowed && allowed->contains(exchange.request().clientAddress))
            co_return co_await http::tunnel(exchange, options);
        co_await exchange.respond(
            http::problem(fail(ErrorCode::PermissionDenied,
                               "The console may not come from " + exchange.request().clientAddress + "; admin.allow_from lists who may."),
                          exchange.request().requestId));
    });
}

void addWebClient(http::Router &router, const settings::Snapshot &settings)
{
    const auto folder = settings.get(settings::serverWebDir);
    if (!folder.empty()) {
        router.add(Method::Get, "/{path...}", http::staticDirectory(folder), {.name = "web"});
        return;
    }
    if (auto bundle = embeddedWebClient()) {
        router.add(Method::Get, "/{path...}", http::staticFiles(std::move(bundle)), {.name = "web"});
        return;
    }
    router.add(Method::Get, "/{path...}", [](Exchange &exchange) -> Task<void> {
        co_await exchange.respond(http::text(404, "This build of matinee has no web client. Give its folder with --web-dir.\n"));
    });
}

/// By the Authorization header, `?key=`, or the cookie of who is signed in.
Task<Result<Caller>> viewerOf(api::Dispatcher &dispatcher, const http::Request &request)
{
    const auto key = request.queryValue("key");
    if (request.header("authorization").empty() && !key.empty())
        co_return co_await dispatcher.identify("Bearer " + key, api::anonymousCaller(request, "media"));
    co_return co_await api::identify(dispatcher, request, "media", api::CookieUnknown::CountForNothing);
}

std::vector<hls::OfferedRendition> offeredRenditions(const ladder::Ladder &ladder, const std::string &stream)
{
    std::vector<hls::OfferedRendition> offered;
    for (auto &[name, forecast] : ladder.offered(stream)) {
        hls::StreamFacts facts;
        facts.video = forecast.codec;
        facts.width = forecast.width;
        facts.height = forecast.height;
        facts.fps = forecast.fps;
        facts.bandwidth = forecast.peakBits;
        facts.average = forecast.averageBits;
        offered.push_back({std::move(name), std::move(facts)});
    }
    return offered;
}

} // namespace

std::shared_ptr<hls::Directory> addRoutes(http::Router &router, const RouteNeeds &needs)
{
    auto &core = needs.core;
    const auto settings = needs.settings->current();
    addHealth(router, core);
    addMetrics(router, core, needs.settings);
    api::registerDocs(router);
    api::registerRest(router, core.dispatcher);
    api::registerWebSocket(router, core.dispatcher, needs.topics.get(), std::string(kVersion));
    addAuditExport(router, core.dispatcher, core.store);
    addAvatarRoute(router, core.avatars);
    addOAuth2Form(router);
    addAdminTunnel(router, needs);

    const auto callerOf = [&core](const http::Request &request) { return viewerOf(core.dispatcher, request); };
    flv::addRoutes(router, {.registry = core.registry, .gate = core.gate, .callerOf = callerOf, .metrics = &core.metrics});
    hls::Dependencies hls{.registry = core.registry, .gate = core.gate, .callerOf = callerOf, .metrics = &core.metrics};
    hls.options.segmenter.cut.wanted = settings->get(settings::livestreamHlsSegmentSeconds);
    hls.options.segmenter.playlistLength = static_cast<std::size_t>(settings->get(settings::livestreamHlsPlaylistSegments));
    hls.options.segmenter.part = std::chrono::milliseconds(settings->get(settings::livestreamHlsPartMilliseconds));
    hls.options.segmenter.window = settings->get(settings::livestreamDvrWindowSeconds);
    hls.options.storeBytes = static_cast<std::size_t>(settings->get(settings::livestreamHlsMemoryMegabytes)) << 20;
    hls.options.backend = settings->get(settings::livestreamHlsStorageBackend) == "file" ? hls::Backend::File : hls::Backend::Memory;
    hls.options.folder = std::filesystem::path(core.dataDir) / "hls";
    auto directory = hls::addRoutes(router, std::move(hls));
    directory->setRenditions({[&core](const std::string &name) { return core.ladder.names(name); },
                              [&core](const std::string &name) { return offeredRenditions(core.ladder, name); }});

    const record::Dependencies recordings{
        .archive = core.recordings.archive(), .gate = core.gate, .callerOf = callerOf, .metrics = &core.metrics};
    record::addRoutes(router, recordings);
    pictures::addRoutes(
        router, {.pictures = core.pictures, .gate = core.gate, .callerOf = callerOf, .recordings = recordings, .metrics = &core.metrics});

    addWebClient(router, *settings);
    return directory;
}

} // namespace matinee::app

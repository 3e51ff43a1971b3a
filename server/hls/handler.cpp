#include "hls/handler.h"

#include <optional>
#include <string>
#include <utility>

namespace matinee::hls {

namespace {

constexpr std::chrono::seconds kNotLiveRetry{2};
constexpr std::chrono::seconds kNoSegmentRetry{1};

Task<void> respondNotLive(http::Exchange &exchange, const std::string &name)
{
    auto error = fail(ErrorCode::NotFound, name + " is not live at the moment. Try again in a little while.");
    error.retryAfter = kNotLiveRetry;
    co_await exchange.respond(http::problem(error, exchange.request().requestId));
}

std::vector<std::pair<std::string, std::string>> playlistHeaders()
{
    return {{"Content-Type", "application/vnd.apple.mpegurl"}, {"Cache-Control", "no-cache, no-store"}};
}

std::string parameter(const http::Request &request, std::string_view name)
{
    const auto found = request.parameters.find(name);
    return found == request.parameters.end() ? std::string() : found->second;
}

/// `key=...` as it was sent, to be put behind the segments' addresses.
std::string_view keyOf(std::string_view query)
{
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        if (part.starts_with("key=") && part.size() > 4)
            return part;
        query.remove_prefix(std::min(part.size() + 1, query.size()));
    }
    return {};
}

/// A query goes into the playlist as it is: nothing in it may end its line.
bool isHarmless(std::string_view query)
{
    return std::all_of(query.begin(), query.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '#'; });
}

class Service
{
public:
    explicit Service(Dependencies dependencies);
    Task<void> playlist(http::Exchange &exchange);
    Task<void> segment(http::Exchange &exchange);
    [[nodiscard]] const std::shared_ptr<Directory> &directory() const { return m_directory; }

private:
    Task<bool> refused(http::Exchange &exchange, const std::string &name);

    const Dependencies m_dependencies;
    const std::shared_ptr<Directory> m_directory;
    observe::Counter m_playlists;
    observe::Counter m_segments;
    observe::Counter m_segmentsGone;
};

Service::Service(Dependencies dependencies)
    : m_dependencies(std::move(dependencies)),
      m_directory(std::make_shared<Directory>(
          m_dependencies.registry, m_dependencies.options, m_dependencies.metrics, m_dependencies.clock ? m_dependencies.clock : [] {
              return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
          }))
{
    auto *const metrics = m_dependencies.metrics;
    if (!metrics)
        return;
    const char *const name = "matinee_hls_requests_total";
    const char *const help = "HLS requests answered, by what was asked for.";
    m_playlists = metrics->counter(name, help, {{"what", "playlist"}});
    m_segments = metrics->counter(name, help, {{"what", "segment"}});
    m_segmentsGone = metrics->counter(name, help, {{"what", "segment gone"}});
    auto held = metrics->gauge("matinee_hls_segment_bytes", "Bytes of HLS segments in memory.");
    auto streams = metrics->gauge("matinee_hls_streams", "Streams that are being segmented.");
    metrics->onScrape([held, streams, weak = std::weak_ptr(m_directory)]() mutable {
        const auto directory = weak.lock();
        if (!directory)
            return;
        held.set(static_cast<double>(directory->storedBytes()));
        streams.set(static_cast<double>(directory->openCount()));
    });
}

/// Answers who may not play.
Task<bool> Service::refused(http::Exchange &exchange, const std::string &name)
{
    const auto &request = exchange.request();
    auto caller = co_await m_dependencies.callerOf(request);
    if (!caller) {
        co_await exchange.respond(http::problem(caller.error(), request.requestId));
        co_return true;
    }
    const auto allowed = co_await m_dependencies.gate.mayPlay(name, std::move(*caller));
    if (!allowed) {
        co_await exchange.respond(http::problem(allowed.error(), request.requestId));
        co_return true;
    }
    co_return false;
}

Task<void> Service::playlist(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    if (co_await refused(exchange, name))
        co_return;
    if (request.method == http::Method::Head && !m_directory->find(name) && m_dependencies.registry.isLive(name)) {
        http::Response head; // a look is no reason to begin segmenting
        head.headers = playlistHeaders();
        co_return co_await exchange.respond(std::move(head));
    }
    const auto shelf = m_directory->open(name);
    if (!shelf)
        co_return co_await respondNotLive(exchange, name);
    shelf->seen(request.clientAddress, request.header("user-agent"), std::chrono::steady_clock::now());
    const auto content = co_await shelf->await(m_dependencies.options.firstWait);
    if (!content.snapshot) {
        if (content.failure)
            co_return co_await exchange.respond(http::problem(*content.failure, request.requestId));
        if (content.closed)
            co_return co_await respondNotLive(exchange, name);
        auto error = fail(ErrorCode::Unavailable, "The first segment of " + name + " is not ready yet. Try again in a moment.");
        error.retryAfter = kNoSegmentRetry;
        co_return co_await exchange.respond(http::problem(error, request.requestId));
    }
    http::Response response;
    response.headers = playlistHeaders();
    const auto key = keyOf(request.query);
    if (!key.empty() && isHarmless(key))
        response.body = content.snapshot->playlist.text(key);
    else
        response.sharedBody = content.snapshot->text;
    m_playlists.add();
    co_await exchange.respond(std::move(response));
}

Task<void> Service::segment(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    if (co_await refused(exchange, name))
        co_return;
    auto bytes = m_directory->store().get(name + "/" + parameter(request, "segment"));
    if (!bytes) {
        m_segmentsGone.add();
        const auto error = fail(ErrorCode::NotFound, "There is no such segment, or not any more. Load the playlist again.");
        co_return co_await exchange.respond(http::problem(error, request.requestId));
    }
    const bool anonymous = request.header("authorization").empty() && keyOf(request.query).empty();
    http::Response response;
    response.headers = {{"Content-Type", "video/mp2t"}, {"Cache-Control", anonymous ? "max-age=3600" : "private, max-age=3600"}};
    response.sharedBody = std::move(bytes);
    response.compressible = false;
    m_segments.add();
    co_await exchange.respond(std::move(response));
}

} // namespace

std::shared_ptr<Directory> addRoutes(http::Router &router, Dependencies dependencies)
{
    const auto service = std::make_shared<Service>(std::move(dependencies));
    router.add(http::Method::Get, "/hls/{name}.m3u8", [service](http::Exchange &exchange) { return service->playlist(exchange); },
               {.maxBodyBytes = 0, .cors = true, .name = "hls playlist"});
    router.add(http::Method::Get, "/hls/{name}/{segment}.ts", [service](http::Exchange &exchange) { return service->segment(exchange); },
               {.maxBodyBytes = 0, .cors = true, .name = "hls segment"});
    return service->directory();
}

} // namespace matinee::hls

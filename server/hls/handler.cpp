#include "hls/handler.h"

#include "hls/wire/playlist_text.h"
#include "http/wire/negotiation.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace matinee::hls {

namespace {

constexpr std::chrono::seconds kNoSegmentRetry{1};

Task<void> respondNotLive(http::Exchange &exchange, const std::string &name, const live::Registry &registry)
{
    const auto error = registry.absence(name);
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

/// "secret-123.4": the number of the segment and of the part in it.
std::optional<std::pair<std::uint64_t, std::uint64_t>> partNumbersOf(std::string_view stem, std::string_view secret)
{
    if (secret.empty() || !stem.starts_with(secret) || stem.size() < secret.size() + 4 || stem[secret.size()] != '-')
        return std::nullopt;
    const auto *const end = stem.data() + stem.size();
    std::uint64_t segment = 0;
    std::uint64_t part = 0;
    const auto first = std::from_chars(stem.data() + secret.size() + 1, end, segment);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.')
        return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, part);
    if (second.ec != std::errc() || second.ptr != end)
        return std::nullopt;
    return std::pair(segment, part);
}

/// How long a reload is held. A segment may take three target durations; a part comes soon, or the publisher is away: then hls.js gives up
/// after 0.8 target durations, and after some such failures for good. It is given the list as it is before that, and asks again.
std::chrono::milliseconds patience(const PlaylistShape &shape, const Reload &reload)
{
    const auto segment = std::chrono::duration_cast<std::chrono::milliseconds>(3 * shape.target);
    const auto part =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::max<Microseconds>(shape.target * 6 / 10, 5 * shape.partTarget / 2));
    return reload.part ? part : segment;
}

/// Whoever came by a session or an API key can have lost it while the request was held. A playback token is good until its end.
bool bringsCredential(const http::Request &request)
{
    return !request.header("authorization").empty() || !request.header("cookie").empty() || !request.queryValue("key").empty();
}

/// One of the two, or neither where it is gone.
struct Media
{
    SharedText bytes;
    net::SealedFilePtr sealed;
};

class Service
{
public:
    explicit Service(Dependencies dependencies);
    Task<void> multivariant(http::Exchange &exchange);
    Task<void> playlist(http::Exchange &exchange);
    Task<void> segment(http::Exchange &exchange, std::string extension);
    Task<void> init(http::Exchange &exchange);
    [[nodiscard]] const std::shared_ptr<Directory> &directory() const { return m_directory; }

private:
    Task<bool> refused(http::Exchange &exchange, const std::string &name);
    Task<bool> refusedNow(http::Exchange &exchange, const std::string &name, bool wasHeld);
    Task<bool> refusedHead(http::Exchange &exchange, const std::string &name);
    Task<Shelf::Content> look(const std::shared_ptr<Shelf> &shelf, Form form, Reload reload, const http::Request &request, bool &wasHeld);
    Task<void> respondWithout(http::Exchange &exchange, const std::string &name, const Shelf::Content &content);
    Task<void> respondMedia(http::Exchange &exchange, Media media, const char *type);
    Task<SharedText> part(std::string name, std::string stem, bool &wasHeld);
    [[nodiscard]] std::vector<Variant> variantsOf(const std::string &name, const Snapshot &snapshot) const;

    const Dependencies m_dependencies;
    const std::shared_ptr<Directory> m_directory;
    observe::Counter m_multivariants;
    observe::Counter m_playlists;
    observe::Counter m_segments;
    observe::Counter m_segmentsGone;
    observe::Counter m_revoked;
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
    m_multivariants = metrics->counter(name, help, {{"what", "multivariant"}});
    m_playlists = metrics->counter(name, help, {{"what", "playlist"}});
    m_segments = metrics->counter(name, help, {{"what", "segment"}});
    m_segmentsGone = metrics->counter(name, help, {{"what", "segment gone"}});
    m_revoked =
        metrics->counter("matinee_viewers_revoked_total",
                         "Viewers of private streams who were cut off because their session or API key ended", {{"protocol", "hls"}});
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
    const auto allowed = co_await m_dependencies.gate.mayPlay(name, std::move(*caller), request.queryValue("token"));
    if (!allowed) {
        co_await exchange.respond(http::problem(allowed.error(), request.requestId));
        co_return true;
    }
    co_return false;
}

/// Every request is asked about, and one that was held once more before it is answered: what came meanwhile is not for who may watch no
/// longer. Between two requests there is nothing that could be cut.
Task<bool> Service::refusedNow(http::Exchange &exchange, const std::string &name, bool wasHeld)
{
    if (!wasHeld || !bringsCredential(exchange.request()))
        co_return false;
    const bool isRefused = co_await refused(exchange, name);
    if (isRefused)
        m_revoked.add();
    co_return isRefused;
}

/// A look is no reason to begin segmenting.
Task<bool> Service::refusedHead(http::Exchange &exchange, const std::string &name)
{
    const bool begins = exchange.request().method == http::Method::Head && !m_directory->find(name) && m_dependencies.registry.isLive(name);
    if (!begins)
        co_return false;
    http::Response head;
    head.headers = playlistHeaders();
    co_await exchange.respond(std::move(head));
    co_return true;
}

/// Waits for what the player asks for: for a first playlist as long as that may take, for a newer one as RFC 8216bis (6.2.5.2) has it.
Task<Shelf::Content> Service::look(const std::shared_ptr<Shelf> &shelf, Form form, Reload reload, const http::Request &request,
                                   bool &wasHeld)
{
    shelf->seen(form, request.clientAddress, request.header("user-agent"), std::chrono::steady_clock::now());
    auto content = shelf->content(form);
    if (!content.snapshot) {
        const Reload first;
        wasHeld = true;
        content = co_await shelf->await(form, first, m_dependencies.options.firstWait);
        if (!content.snapshot)
            co_return content;
    }
    const auto reach = reachOf(content.snapshot->playlist, reload);
    if (reach == Reach::Wait) {
        const auto longest = patience(content.snapshot->playlist.shape(), reload);
        wasHeld = true;
        content = co_await shelf->await(form, reload, longest);
    }
    co_return content;
}

Task<void> Service::respondWithout(http::Exchange &exchange, const std::string &name, const Shelf::Content &content)
{
    const auto &id = exchange.request().requestId;
    if (content.failure)
        co_return co_await exchange.respond(http::problem(*content.failure, id));
    if (content.closed)
        co_return co_await respondNotLive(exchange, name, m_dependencies.registry);
    auto error = fail(ErrorCode::Unavailable, "The first segment of " + name + " is not ready yet. Try again in a moment.");
    error.retryAfter = kNoSegmentRetry;
    co_await exchange.respond(http::problem(error, id));
}

std::vector<Variant> Service::variantsOf(const std::string &name, const Snapshot &snapshot) const
{
    const auto folder = [](const std::string &stream) { return percentEncoded(stream) + "/"; };
    const auto &facts = snapshot.facts();
    std::vector<Variant> variants{wholeVariant(facts, folder(name) + "main.m3u8")};
    for (const auto &[other, forecast] : m_directory->renditionsOf(name)) {
        const auto shelf = m_directory->find(other);
        const auto known = shelf ? shelf->content(Form::Main).snapshot : nullptr;
        variants.push_back(wholeVariant(renditionFacts(forecast, facts, known ? &known->facts() : nullptr), folder(other) + "main.m3u8"));
    }
    if (!facts.audio.empty() && !facts.video.empty())
        variants.push_back(audioVariant(facts, folder(name) + "audio.m3u8"));
    return variants;
}

Task<void> Service::multivariant(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    if (co_await refused(exchange, name))
        co_return;
    if (co_await refusedHead(exchange, name))
        co_return;
    const auto shelf = m_directory->open(name, Form::Main);
    if (!shelf)
        co_return co_await respondNotLive(exchange, name, m_dependencies.registry);
    const Reload asItIs;
    bool wasHeld = false;
    const auto content = co_await look(shelf, Form::Main, asItIs, request, wasHeld);
    if (co_await refusedNow(exchange, name, wasHeld))
        co_return;
    if (!content.snapshot)
        co_return co_await respondWithout(exchange, name, content);
    http::Response response;
    response.headers = playlistHeaders();
    response.body = multivariantText(variantsOf(name, *content.snapshot), credentialsOf(request.query));
    m_multivariants.add();
    co_await exchange.respond(std::move(response));
}

Task<void> Service::playlist(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    if (co_await refused(exchange, name))
        co_return;
    const auto form = formOf(parameter(request, "list"));
    if (!form) {
        const auto error = fail(ErrorCode::NotFound, "There is no such playlist. There are main.m3u8, audio.m3u8 and ts.m3u8.");
        co_return co_await exchange.respond(http::problem(error, request.requestId));
    }
    auto reload = parseReload(request.query);
    if (!reload)
        co_return co_await exchange.respond(http::problem(reload.error(), request.requestId));
    if (*form != Form::Main) // these do not say that they can wait
        *reload = {};
    if (co_await refusedHead(exchange, name))
        co_return;
    const auto shelf = m_directory->open(name, *form);
    if (!shelf)
        co_return co_await respondNotLive(exchange, name, m_dependencies.registry);
    bool wasHeld = false;
    const auto content = co_await look(shelf, *form, *reload, request, wasHeld);
    if (co_await refusedNow(exchange, name, wasHeld))
        co_return;
    if (!content.snapshot || content.failure)
        co_return co_await respondWithout(exchange, name, content);
    const auto &snapshot = *content.snapshot;
    if (reachOf(snapshot.playlist, *reload) == Reach::TooFar) {
        const auto error = fail(ErrorCode::InvalidArgument, "_HLS_msn and _HLS_part are further ahead than the playlist can be soon.");
        co_return co_await exchange.respond(http::problem(error, request.requestId));
    }
    http::Response response;
    response.headers = playlistHeaders();
    response.compressible = false; // once for all, below
    const auto credentials = credentialsOf(request.query);
    const bool gzip = http::wire::acceptsGzip(request.header("accept-encoding"));
    const bool delta = leavesOut(snapshot.playlist, *reload);
    if (!credentials.empty()) {
        response.body = snapshot.textWith(credentials, delta);
        response.compressible = true;
    } else if (auto small = gzip ? snapshot.compressed(delta) : nullptr) {
        response.sharedBody = std::move(small);
        response.headers.emplace_back("Content-Encoding", "gzip");
        response.headers.emplace_back("Vary", "Accept-Encoding");
    } else {
        response.sharedBody = snapshot.text(delta);
    }
    m_playlists.add();
    co_await exchange.respond(std::move(response));
}

Task<void> Service::respondMedia(http::Exchange &exchange, Media media, const char *type)
{
    const auto &request = exchange.request();
    if (!media.bytes && !media.sealed) {
        m_segmentsGone.add();
        const auto error = fail(ErrorCode::NotFound, "There is no such segment, or not any more. Load the playlist again.");
        co_return co_await exchange.respond(http::problem(error, request.requestId));
    }
    const bool anonymous = request.header("authorization").empty() && credentialsOf(request.query).empty();
    http::Response response;
    response.headers = {{"Content-Type", type}, {"Cache-Control", anonymous ? "max-age=3600" : "private, max-age=3600"}};
    response.sharedBody = std::move(media.bytes);
    response.sealed = std::move(media.sealed);
    response.compressible = false;
    m_segments.add();
    co_await exchange.respond(std::move(response));
}

/// One that is listed; one that is hinted at is waited for, and answered the moment that it is there (RFC 8216bis, 6.2.6).
Task<SharedText> Service::part(std::string name, std::string stem, bool &wasHeld)
{
    const auto shelf = m_directory->find(name);
    const auto numbers = shelf ? partNumbersOf(stem, shelf->secret()) : std::nullopt;
    if (!numbers)
        co_return SharedText();
    auto content = shelf->content(Form::Main);
    const auto found = [&]() -> SharedText {
        const auto *const part = content.snapshot ? content.snapshot->playlist.part(numbers->first, numbers->second) : nullptr;
        return part ? part->bytes : nullptr;
    };
    auto bytes = found();
    const bool hinted = !bytes && content.snapshot && numbers->first == content.snapshot->playlist.nextNumber() &&
                        numbers->second == content.snapshot->playlist.openParts();
    if (hinted) {
        Reload reload;
        reload.number = numbers->first;
        reload.part = numbers->second;
        const auto longest = 3 * content.snapshot->playlist.shape().target;
        wasHeld = true;
        content = co_await shelf->await(Form::Main, reload, longest);
        bytes = found();
    }
    co_return bytes;
}

Task<void> Service::segment(http::Exchange &exchange, std::string extension)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    if (co_await refused(exchange, name))
        co_return;
    auto stem = parameter(request, "segment");
    const char *const type = extension == "ts" ? "video/mp2t" : "video/mp4";
    Media media;
    bool wasHeld = false;
    if (stem.find('.') != std::string::npos) {
        media.bytes = co_await part(name, std::move(stem), wasHeld);
    } else {
        auto id = name + "/" + stem + "." + extension;
        media.sealed = m_directory->store().sealed(id);
        if (!media.sealed)
            media.bytes = co_await m_directory->store().fetch(std::move(id));
    }
    if (co_await refusedNow(exchange, name, wasHeld))
        co_return;
    co_await respondMedia(exchange, std::move(media), type);
}

Task<void> Service::init(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const auto name = parameter(request, "name");
    if (co_await refused(exchange, name))
        co_return;
    Media media;
    const auto shelf = m_directory->find(name);
    const auto uri = parameter(request, "init") + ".mp4";
    for (const auto form : {Form::Main, Form::Audio}) {
        const auto snapshot = shelf ? shelf->content(form).snapshot : nullptr;
        if (!snapshot)
            continue;
        for (const auto &map : snapshot->maps)
            media.bytes = map->uri == uri ? map->bytes : media.bytes;
    }
    co_await respondMedia(exchange, std::move(media), "video/mp4");
}

} // namespace

std::shared_ptr<Directory> addRoutes(http::Router &router, Dependencies dependencies)
{
    auto &registry = dependencies.registry;
    const auto service = std::make_shared<Service>(std::move(dependencies));
    const auto add = [&](const char *pattern, const char *name, http::Handler handler) {
        router.add(http::Method::Get, pattern, std::move(handler), {.maxBodyBytes = 0, .cors = true, .name = name});
    };
    add("/hls/{name}.m3u8", "hls multivariant", [service](http::Exchange &exchange) { return service->multivariant(exchange); });
    add("/hls/{name}/{list}.m3u8", "hls playlist", [service](http::Exchange &exchange) { return service->playlist(exchange); });
    add("/hls/{name}/{init}.mp4", "hls init", [service](http::Exchange &exchange) { return service->init(exchange); });
    add("/hls/{name}/{segment}.m4s", "hls segment", [service](http::Exchange &exchange) { return service->segment(exchange, "m4s"); });
    add("/hls/{name}/{segment}.ts", "hls segment", [service](http::Exchange &exchange) { return service->segment(exchange, "ts"); });
    if (service->directory()->isKept()) {
        registry.onChange([weak = std::weak_ptr(service->directory())](const std::string &name, bool live) {
            const auto directory = weak.lock();
            if (directory && live && net::Worker::current() && !live::isRendition(name))
                (void)directory->open(name, Form::Main);
        });
    }
    return service->directory();
}

} // namespace matinee::hls

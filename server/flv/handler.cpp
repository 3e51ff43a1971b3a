#include "flv/handler.h"

#include "flv/wire/tag_format.h"
#include "live/fan_out.h"
#include "observe/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <memory>
#include <utility>

namespace matinee::flv {

namespace {

using std::chrono::milliseconds;

// A track that was promised and does not come must not keep anybody waiting longer than this.
constexpr milliseconds kTracksWait{1000};
// A publisher that has connected and sends nothing at all.
constexpr milliseconds kFirstTrackWait{10000};
constexpr milliseconds kTracksPoll{25};
constexpr std::chrono::seconds kNotLiveRetry{2};

constexpr std::array kEnds{live::FanOutEnd::ViewerLeft, live::FanOutEnd::PublisherLeft, live::FanOutEnd::StreamDeleted,
                           live::FanOutEnd::Draining,   live::FanOutEnd::TooSlow,       live::FanOutEnd::Stopped};

std::vector<std::pair<std::string, std::string>> mediaHeaders()
{
    return {{"Content-Type", "video/x-flv"}, {"Cache-Control", "no-store"}};
}

class Service
{
public:
    explicit Service(Dependencies dependencies);
    Task<void> play(http::Exchange &exchange);

private:
    Task<bool> refused(http::Exchange &exchange, const std::string &name);
    Task<std::vector<media::TrackPtr>> tracksOf(const std::string &name, live::Replica &replica);
    void count(live::FanOutEnd end);

    const Dependencies m_dependencies;
    const TagFormat m_format;
    observe::Gauge m_viewers;
    std::array<observe::Counter, kEnds.size()> m_closed;
};

Service::Service(Dependencies dependencies) : m_dependencies(std::move(dependencies))
{
    auto *const metrics = m_dependencies.metrics;
    if (!metrics)
        return;
    m_viewers = metrics->gauge("matinee_flv_viewers", "Connections that are playing HTTP-FLV.");
    for (std::size_t i = 0; i < kEnds.size(); ++i)
        m_closed[i] = metrics->counter("matinee_flv_closed_total", "HTTP-FLV viewers gone, by reason.",
                                       {{"reason", std::string(live::fanOutEndName(kEnds[i]))}});
}

void Service::count(live::FanOutEnd end)
{
    for (std::size_t i = 0; i < kEnds.size(); ++i) {
        if (kEnds[i] == end)
            m_closed[i].add();
    }
}

Task<void> respondNotLive(http::Exchange &exchange, const std::string &name)
{
    auto error = fail(ErrorCode::NotFound, name + " is not live at the moment. Try again in a little while.");
    error.retryAfter = kNotLiveRetry;
    co_await exchange.respond(http::problem(error, exchange.request().requestId));
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

/// The stream's tracks, so that the header's flags are right: at once in a stream that has both, or has had its time to show them.
/// Empty: the stream ended, or sent nothing.
Task<std::vector<media::TrackPtr>> Service::tracksOf(const std::string &name, live::Replica &replica)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (milliseconds waited{0};; waited += kTracksPoll) {
        auto tracks = replica.tracks();
        if (tracks.size() >= 2 || replica.ended() || waited >= kFirstTrackWait)
            co_return tracks;
        if (!tracks.empty()) {
            const auto state = waited < kTracksWait ? m_dependencies.registry.find(name) : std::nullopt;
            if (!state || std::chrono::system_clock::now() - state->statistics.startedAt > kTracksWait)
                co_return tracks;
        }
        timer.expires_after(kTracksPoll);
        (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

Task<void> Service::play(http::Exchange &exchange)
{
    const auto &request = exchange.request();
    const std::string name = request.parameters.find("name")->second;
    if (co_await refused(exchange, name))
        co_return;
    if (request.method == http::Method::Head) {
        if (!m_dependencies.registry.isLive(name))
            co_return co_await respondNotLive(exchange, name);
        http::Response head;
        head.headers = mediaHeaders();
        head.compressible = false;
        co_return co_await exchange.respond(std::move(head));
    }

    auto subscription = co_await m_dependencies.registry.subscribe(name, "flv");
    if (!subscription) {
        if (subscription.error().code == ErrorCode::NotFound)
            co_return co_await respondNotLive(exchange, name);
        co_return co_await exchange.respond(http::problem(subscription.error(), request.requestId));
    }
    const auto tracks = co_await tracksOf(name, (*subscription)->replica());
    if (tracks.empty())
        co_return co_await respondNotLive(exchange, name);

    http::Response head;
    head.headers = mediaHeaders();
    head.compressible = false;
    auto *const connection = co_await exchange.respondRaw(std::move(head));
    if (!connection)
        co_return;
    m_viewers.add(1);
    const auto end = co_await [&]() -> Task<live::FanOutEnd> {
        live::FanOut fanOut(*connection, std::move(*subscription), m_format, preamble(tracks));
        const auto reason = co_await fanOut.run();
        log::debug("flv", "{}: closed: {}; {} frames, {} bytes, {} jumps", name, live::fanOutEndName(reason), fanOut.framesSent(),
                   fanOut.bytesSent(), fanOut.jumps());
        co_return reason;
    }();
    m_viewers.add(-1);
    count(end);
}

} // namespace

void addRoutes(http::Router &router, Dependencies dependencies)
{
    const auto service = std::make_shared<Service>(std::move(dependencies));
    router.add(http::Method::Get, "/flv/{name}.flv", [service](http::Exchange &exchange) { return service->play(exchange); },
               {.maxBodyBytes = 0, .cors = true, .name = "flv"});
}

} // namespace matinee::flv

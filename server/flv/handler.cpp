#include "flv/handler.h"

#include "flv/viewing.h"
#include "http/wire/text.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
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
    Task<std::optional<live::Admission>> admit(http::Exchange &exchange, std::string name, std::string protocol);
    Task<std::vector<media::TrackPtr>> tracksOf(const std::string &name, live::Replica &replica);

    const Dependencies m_dependencies;
    const std::shared_ptr<Audience> m_audience;
};

Service::Service(Dependencies dependencies)
    : m_dependencies(std::move(dependencies)), m_audience(std::make_shared<Audience>(m_dependencies.metrics))
{
}

Task<void> respondNotLive(http::Exchange &exchange, const std::string &name)
{
    auto error = fail(ErrorCode::NotFound, name + " is not live at the moment. Try again in a little while.");
    error.retryAfter = kNotLiveRetry;
    co_await exchange.respond(http::problem(error, exchange.request().requestId));
}

/// Nothing, and answered, for who may not play.
Task<std::optional<live::Admission>> Service::admit(http::Exchange &exchange, std::string name, std::string protocol)
{
    const auto &request = exchange.request();
    auto caller = co_await m_dependencies.callerOf(request);
    if (!caller) {
        co_await exchange.respond(http::problem(caller.error(), request.requestId));
        co_return std::nullopt;
    }
    live::Admitted viewer{std::move(name), std::move(*caller), request.queryValue("token"), std::move(protocol)};
    std::string stream = viewer.name;
    Caller who = viewer.caller;
    std::string token = viewer.token;
    const auto allowed = co_await m_dependencies.gate.mayPlay(std::move(stream), std::move(who), std::move(token));
    if (!allowed) {
        co_await exchange.respond(http::problem(allowed.error(), request.requestId));
        co_return std::nullopt;
    }
    std::optional<live::Admission> admission(std::in_place, m_dependencies.gate, std::move(viewer));
    co_return std::move(admission);
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
    // An address without the suffix is for WebSockets only: who asks without an upgrade is told so.
    const bool messages = http::wire::listHas(request.header("upgrade"), "websocket") || !request.path.ends_with(".flv");
    std::string protocol = messages ? "flv_websocket" : "flv";
    std::string asked = name;
    auto admission = co_await admit(exchange, std::move(asked), protocol);
    if (!admission)
        co_return;
    http::Response head;
    head.headers = mediaHeaders();
    head.compressible = false;
    if (request.method == http::Method::Head) {
        if (m_dependencies.registry.isLive(name))
            co_await exchange.respond(std::move(head));
        else
            co_await respondNotLive(exchange, name);
        co_return;
    }

    auto subscription = co_await m_dependencies.registry.subscribe(name, std::move(protocol));
    if (!subscription) {
        co_await exchange.respond(http::problem(subscription.error(), request.requestId));
        co_return;
    }
    const auto tracks = co_await tracksOf(name, (*subscription)->replica());
    if (tracks.empty())
        co_return co_await respondNotLive(exchange, name);
    Seat seat{m_audience, name, nullptr, std::move(*subscription), preamble(tracks), std::move(*admission)};
    if (messages)
        seat.connection = co_await exchange.acceptRawWebSocket();
    else
        seat.connection = co_await exchange.respondRaw(std::move(head));
    if (!seat.connection)
        co_return;
    if (messages)
        exchange.continueWith(std::make_unique<MessageViewing>(std::move(seat)));
    else
        exchange.continueWith(std::make_unique<TagViewing>(std::move(seat)));
}

} // namespace

void addRoutes(http::Router &router, Dependencies dependencies)
{
    const auto service = std::make_shared<Service>(std::move(dependencies));
    router.add(http::Method::Get, "/flv/{name}.flv", [service](http::Exchange &exchange) { return service->play(exchange); },
               {.maxBodyBytes = 0, .cors = true, .name = "flv"});
    router.add(http::Method::Get, "/flv/{name}", [service](http::Exchange &exchange) { return service->play(exchange); },
               {.maxBodyBytes = 0, .cors = true, .name = "flv_websocket"});
}

} // namespace matinee::flv

#include "flv/handler.h"

#include "flv/message_format.h"
#include "flv/wire/tag_format.h"
#include "http/wire/client_frames.h"
#include "http/wire/text.h"
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
constexpr milliseconds kFarewell{2000}; // for the last message to be taken

constexpr std::array kEnds{live::FanOutEnd::ViewerLeft, live::FanOutEnd::PublisherLeft, live::FanOutEnd::StreamDeleted,
                           live::FanOutEnd::Draining,   live::FanOutEnd::TooSlow,       live::FanOutEnd::Stopped};

std::vector<std::pair<std::string, std::string>> mediaHeaders()
{
    return {{"Content-Type", "video/x-flv"}, {"Cache-Control", "no-store"}};
}

using FramesWire = http::wire::ClientFrameReader;

/// What a viewer says over a WebSocket: answered between two messages of video.
class MessageReader final : public live::PeerReader
{
public:
    bool onBytes(std::span<const std::uint8_t> bytes) override;
    live::FanOut *fanOut = nullptr;
    bool closed = false; ///< Close frames have been exchanged.

private:
    FramesWire m_frames;
};

bool MessageReader::onBytes(std::span<const std::uint8_t> bytes)
{
    using http::wire::FrameOpcode;
    std::vector<FramesWire::Control> controls;
    const auto fed = m_frames.feed(bytes, controls);
    for (const auto &control : controls) {
        if (control.opcode == FrameOpcode::Pong)
            continue;
        // RFC 6455 5.5.1 and 5.5.3: a Ping comes back as Pong, a Close as Close, both with what was in them.
        const bool close = control.opcode == FrameOpcode::Close;
        media::Bytes answer;
        http::wire::appendFrameHead(answer, close ? FrameOpcode::Close : FrameOpcode::Pong, control.payload.size());
        answer.insert(answer.end(), control.payload.begin(), control.payload.end());
        fanOut->interject(std::move(answer));
        closed = closed || close;
        if (closed)
            return false;
    }
    if (!fed) {
        fanOut->interject(http::wire::closeFrame(http::wire::closeCodeOf(fed.error()), "This is no WebSocket frame of a client."));
        closed = true;
    }
    return !closed;
}

/// What playing needs, once everything has been checked.
struct Seat
{
    std::unique_ptr<live::Subscription> subscription;
    net::Connection *connection = nullptr; ///< The head of the answer has been sent.
    media::Bytes preamble;
};

class Service
{
public:
    explicit Service(Dependencies dependencies);
    Task<void> play(http::Exchange &exchange);

private:
    Task<bool> refused(http::Exchange &exchange, const std::string &name);
    Task<std::vector<media::TrackPtr>> tracksOf(const std::string &name, live::Replica &replica);
    Task<Seat> admit(http::Exchange &exchange, const std::string &name, bool messages);
    Task<live::FanOutEnd> send(Seat seat, const std::string &name);
    Task<live::FanOutEnd> sendMessages(Seat seat, const std::string &name);
    void count(live::FanOutEnd end);

    const Dependencies m_dependencies;
    const TagFormat m_tags;
    const MessageFormat m_messages;
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
    const auto allowed = co_await m_dependencies.gate.mayPlay(name, std::move(*caller), request.queryValue("token"));
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

/// Apart from play(), so that what this needs is not kept for the time of playing. No connection: it has been answered.
Task<Seat> Service::admit(http::Exchange &exchange, const std::string &name, bool messages)
{
    Seat seat;
    const auto &request = exchange.request();
    const bool denied = co_await refused(exchange, name);
    if (denied)
        co_return seat;
    http::Response head;
    head.headers = mediaHeaders();
    head.compressible = false;
    if (request.method == http::Method::Head) {
        if (m_dependencies.registry.isLive(name))
            co_await exchange.respond(std::move(head));
        else
            co_await respondNotLive(exchange, name);
        co_return seat;
    }

    std::string protocol = messages ? "flv_websocket" : "flv";
    auto subscription = co_await m_dependencies.registry.subscribe(name, std::move(protocol));
    if (!subscription) {
        co_await exchange.respond(http::problem(subscription.error(), request.requestId));
        co_return seat;
    }
    const auto tracks = co_await tracksOf(name, (*subscription)->replica());
    if (tracks.empty()) {
        co_await respondNotLive(exchange, name);
        co_return seat;
    }
    if (messages)
        seat.connection = co_await exchange.acceptRawWebSocket();
    else
        seat.connection = co_await exchange.respondRaw(std::move(head));
    seat.subscription = std::move(*subscription);
    seat.preamble = preamble(tracks);
    co_return seat;
}

void noteEnd(const std::string &name, live::FanOutEnd end, const live::FanOut &fanOut)
{
    log::debug("flv", "{}: closed: {}; {} frames, {} bytes, {} jumps", name, live::fanOutEndName(end), fanOut.framesSent(),
               fanOut.bytesSent(), fanOut.jumps());
}

Task<live::FanOutEnd> Service::send(Seat seat, const std::string &name)
{
    live::FanOut fanOut(*seat.connection, std::move(seat.subscription), m_tags, std::move(seat.preamble));
    const auto end = co_await fanOut.run();
    noteEnd(name, end, fanOut);
    co_return end;
}

Task<live::FanOutEnd> Service::sendMessages(Seat seat, const std::string &name)
{
    constexpr std::uint16_t normal = 1000;
    constexpr std::uint16_t goingAway = 1001;
    MessageReader reader;
    live::FanOutEnd end{};
    {
        live::FanOut fanOut(*seat.connection, std::move(seat.subscription), m_messages, message(seat.preamble));
        reader.fanOut = &fanOut;
        end = co_await fanOut.run(&reader);
        noteEnd(name, end, fanOut);
    }
    if (!reader.closed && end != live::FanOutEnd::ViewerLeft && end != live::FanOutEnd::TooSlow) {
        const bool stops = end == live::FanOutEnd::Draining;
        const auto close =
            http::wire::closeFrame(stops ? goingAway : normal, stops ? "The server is going down." : "The stream has ended.");
        const asio::const_buffer buffer(close.data(), close.size());
        (void)co_await seat.connection->write(std::span(&buffer, 1), kFarewell);
    }
    co_return end;
}

Task<void> Service::play(http::Exchange &exchange)
{
    const std::string name = exchange.request().parameters.find("name")->second;
    // An address without the suffix is for WebSockets only: who asks without an upgrade is told so.
    const bool messages =
        http::wire::listHas(exchange.request().header("upgrade"), "websocket") || !exchange.request().path.ends_with(".flv");
    auto seat = co_await admit(exchange, name, messages);
    if (!seat.connection)
        co_return;
    m_viewers.add(1);
    live::FanOutEnd end{};
    if (messages)
        end = co_await sendMessages(std::move(seat), name);
    else
        end = co_await send(std::move(seat), name);
    m_viewers.add(-1);
    count(end);
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

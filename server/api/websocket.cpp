#include "api/websocket.h"

#include "api/json_codec.h"
#include "api/rest.h"
#include "api/session_cookies.h"
#include "http/websocket.h"

namespace matinee::api {

namespace {

constexpr std::uint16_t kPolicyViolation = 1008; // RFC 6455, 7.4.1; the Goodbye before it says why

/// The socket while it is open, and how its peer writes.
struct Line
{
    http::WebSocket *socket = nullptr;
    bool text = false;

    void send(const v1::ServerMessage &message) const
    {
        if (socket && text) {
            if (const auto json = encodeJson(message))
                socket->send(std::vector<std::uint8_t>(json->begin(), json->end()), false);
        } else if (socket) {
            std::vector<std::uint8_t> bytes(message.ByteSizeLong());
            message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
            socket->send(std::move(bytes));
        }
    }
};

void take(EnvelopeSession &session, Line &line, const http::WebSocket::Message &message)
{
    std::string bytes(message.data.begin(), message.data.end());
    line.text = !message.binary;
    if (line.text) {
        v1::ClientMessage parsed;
        if (const auto good = decodeJson("A message", bytes, parsed); !good)
            return session.goodbye(good.error());
        bytes = parsed.SerializeAsString();
    }
    (void)session.receive(std::move(bytes));
}

Task<void> serve(Dispatcher &dispatcher, TopicSource *topics, std::string serverVersion, http::Exchange &exchange)
{
    EnvelopeOptions options;
    options.anonymous = anonymousCaller(exchange.request(), "websocket");
    options.serverVersion = std::move(serverVersion);
    std::string bearer(exchange.request().header("authorization"));
    options.accessToken = cookieCredential(exchange.request()).accessToken; // counts only from our own pages
    std::string ticket = exchange.request().queryValue("ticket");
    if (bearer.empty() && !ticket.empty()) {
        Result<Caller> holder = co_await dispatcher.identifyTicket(std::move(ticket), options.anonymous);
        if (!holder) {
            http::Response refusal = http::problem(holder.error(), exchange.request().requestId);
            co_return co_await exchange.respond(std::move(refusal));
        }
        options.known = std::move(*holder);
    }
    net::Worker &worker = exchange.worker();

    http::WebSocket *socket = co_await exchange.acceptWebSocket(kMaxEnvelopeBytes);
    if (!socket)
        co_return;
    // Calls may end after the socket: they find null here. All of it is on one worker.
    const auto line = std::make_shared<Line>();
    line->socket = socket;
    const auto session = std::make_shared<EnvelopeSession>(
        dispatcher, topics, worker, std::move(options), [line](const v1::ServerMessage &message) { line->send(message); },
        [line] {
            if (line->socket)
                line->socket->close(kPolicyViolation, "see Goodbye");
        });
    if (bearer.starts_with("Bearer ")) {
        v1::ClientMessage hello;
        hello.mutable_authenticate()->set_api_key(bearer.substr(7));
        (void)session->receive(hello.SerializeAsString());
    } else {
        session->start();
    }
    for (;;) {
        Result<http::WebSocket::Message, net::IoError> message = co_await socket->read();
        if (!message)
            break;
        take(*session, *line, *message);
    }
    line->socket = nullptr;
    session->stop();
}

} // namespace

void registerWebSocket(http::Router &router, Dispatcher &dispatcher, TopicSource *topics, std::string serverVersion)
{
    http::RouteOptions options;
    options.cors = true;
    options.name = "/api/ws";
    router.add(
        http::Method::Get, "/api/ws",
        [&dispatcher, topics, serverVersion](http::Exchange &exchange) { return serve(dispatcher, topics, serverVersion, exchange); },
        std::move(options));
}

} // namespace matinee::api

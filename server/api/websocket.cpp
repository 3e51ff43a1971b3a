#include "api/websocket.h"

#include "api/rest.h"
#include "http/websocket.h"

namespace matinee::api {

namespace {

constexpr std::uint16_t kPolicyViolation = 1008; // RFC 6455, 7.4.1; the Goodbye before it says why

std::vector<std::uint8_t> serialise(const v1::ServerMessage &message)
{
    std::vector<std::uint8_t> bytes(message.ByteSizeLong());
    message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

Task<void> serve(Dispatcher &dispatcher, TopicSource *topics, std::string serverVersion, http::Exchange &exchange)
{
    EnvelopeOptions options;
    options.anonymous = anonymousCaller(exchange.request(), "websocket");
    options.serverVersion = std::move(serverVersion);
    std::string bearer(exchange.request().header("authorization"));
    net::Worker &worker = exchange.worker();

    http::WebSocket *socket = co_await exchange.acceptWebSocket(kMaxEnvelopeBytes);
    if (!socket)
        co_return;
    // Calls may end after the socket: they find null here. All of it is on one worker.
    const auto open = std::make_shared<http::WebSocket *>(socket);
    const auto session = std::make_shared<EnvelopeSession>(
        dispatcher, topics, worker, std::move(options),
        [open](const v1::ServerMessage &message) {
            if (*open)
                (*open)->send(serialise(message));
        },
        [open] {
            if (*open)
                (*open)->close(kPolicyViolation, "see Goodbye");
        });
    if (bearer.starts_with("Bearer ")) {
        v1::ClientMessage hello;
        hello.mutable_authenticate()->set_api_key(bearer.substr(7));
        (void)session->receive(hello.SerializeAsString());
    }
    for (;;) {
        Result<http::WebSocket::Message, net::IoError> message = co_await socket->read();
        if (!message)
            break;
        if (!message->binary)
            session->goodbye(fail(ErrorCode::InvalidArgument, "Messages here are binary: matinee.v1.ClientMessage."));
        else
            (void)session->receive(std::string(message->data.begin(), message->data.end()));
    }
    *open = nullptr;
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

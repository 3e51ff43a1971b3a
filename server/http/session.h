// One HTTP/1.1 connection from its first byte to its end, and the Exchange that handlers see. One at a time on each connection;
// lives in its own coroutine on the connection's worker.
#pragma once

#include "http/door_state.h"
#include "http/exchange.h"
#include "http/websocket_session.h"
#include "http/wire/request_parser.h"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace matinee::http {

class Session final : public Exchange
{
public:
    Session(std::shared_ptr<DoorState> door, std::unique_ptr<net::Connection> connection);
    ~Session() override;

    Task<void> run();

    void beginDrain(); ///< Closes now when idle, after the running exchange otherwise; a WebSocket with 1001.
    void abort();      ///< Closes now.

    // Exchange
    [[nodiscard]] const Request &request() const override { return m_request; }
    [[nodiscard]] net::Worker &worker() override { return m_worker; }
    Task<void> respond(Response response) override;
    Task<net::Connection *> respondRaw(Response head) override;
    Task<WebSocket *> acceptWebSocket(std::size_t maxMessageBytes) override;
    Task<net::Connection *> acceptRawWebSocket() override;
    void continueWith(std::unique_ptr<Continuation> continuation) override { m_continuation = std::move(continuation); }
    std::unique_ptr<net::Connection> detach(std::vector<std::uint8_t> &requestBytes) override;

private:
    using Clock = std::chrono::steady_clock;
    using Milliseconds = std::chrono::milliseconds;
    enum class Answer
    {
        None,
        Complete,
        Raw,
        WebSocket,
        Detached
    };

    // The beginning of the connection
    Task<bool> sniff();
    Task<bool> startTls();
    Task<void> handOverToGrpc();

    // The way of one request; false or nothing: the connection ends
    Task<bool> serveOne();
    Task<bool> readHead();
    void describeRequest();
    Task<bool> readBody();
    Task<void> route();
    Task<bool> respondWithoutHandler(std::optional<Method> method);
    Task<void> runHandler(const Handler &handler);
    Task<void> goOn();
    void logException(const std::string &what) const;
    void cutShort();
    Task<void> respondPreflight();
    Task<void> refuse(wire::ParseError error);
    Task<bool> sendWithBody(const std::string &head, std::string_view body);
    Task<bool> sendPieces(BodySource &source);
    Task<bool> sendSealed(const std::string &head, net::SealedFilePtr file);
    Task<bool> webSocketRefused();
    Task<bool> parseBuffered();
    Task<Result<void, net::IoError>> fill(Milliseconds timeout);
    void finishRequest();
    void shedRequest();
    void endKeepAlive() { m_keepAlive = false; }

    [[nodiscard]] std::span<const std::uint8_t> buffered() const { return {m_in.data() + m_begin, m_end - m_begin}; }

    const std::shared_ptr<DoorState> m_door;
    net::Worker &m_worker;
    std::unique_ptr<net::Connection> m_connection; ///< Null once detached.
    std::shared_ptr<const FrontDoorOptions> m_options;

    // input: m_in[m_begin, m_end) came and was not used yet
    std::vector<std::uint8_t> m_in;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    std::size_t m_served = 0;
    bool m_idle = false;   ///< Waits for a request of which no byte has come.
    bool m_linger = false; ///< The last answer is under way to the peer.

    // the request that is served
    wire::RequestParser m_parser;
    Request m_request;
    const RouteOptions *m_route = nullptr;
    Clock::time_point m_began;
    bool m_keepAlive = true;
    Answer m_answer = Answer::None;
    int m_status = 0;
    std::size_t m_sentBytes = 0;
    std::shared_ptr<WebSocketSession> m_webSocket;
    std::unique_ptr<Continuation> m_continuation;
};

} // namespace matinee::http

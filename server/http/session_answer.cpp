// The answering half of Session: how a response, a raw stream or a WebSocket leaves.
#include "http/compression.h"
#include "http/cors.h"
#include "http/problem.h"
#include "http/response_head.h"
#include "http/session.h"
#include "http/wire/negotiation.h"
#include "http/wire/text.h"
#include "observe/log.h"

#include <openssl/evp.h>

#include <array>

namespace matinee::http {

namespace {

constexpr std::size_t kPieceBytes = 128 * 1024; ///< What must leave within one write time-out.
constexpr std::size_t kMinGzip = 1024;
constexpr std::size_t kMaxGzip = 4 * 1024 * 1024; ///< More would hold up the worker; such bodies are made ready elsewhere.
constexpr int kGzipLevel = 4;

// RFC 9110 8.8.3: the two codings of one thing must not share a strong tag.
void weakenEtag(Response &response)
{
    for (auto &[name, value] : response.headers)
        if (wire::equalsIgnoringCase(name, "etag") && !value.starts_with("W/"))
            value.insert(0, "W/");
}

std::string webSocketAccept(std::string_view key)
{
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 1.3
    std::array<unsigned char, 20> digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    std::array<unsigned char, 29> encoded{}; // and the zero byte that it appends
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), digest.size());
    return {encoded.begin(), encoded.begin() + length};
}

bool isSubprotocol(std::string_view name)
{
    return name.starts_with("matinee.") && wire::isToken(name);
}

} // namespace

Task<void> Session::respond(Response response)
{
    if (m_answer != Answer::None || !m_connection) {
        log::error("http", "{} was answered twice (request {})", m_request.path, m_request.requestId);
        co_return;
    }
    m_answer = Answer::Complete;
    m_status = response.status;
    const bool headDone = m_parser.headDone();
    const bool isHead = headDone && m_parser.head().method == "HEAD";
    if (m_route && m_route->cors)
        for (auto &header : corsHeaders(m_request.header("origin"), m_request.host, m_options->corsAllowedOrigins))
            response.headers.push_back(std::move(header));

    std::string_view body = response.sharedBody ? std::string_view(*response.sharedBody) : std::string_view(response.body);
    std::string packed;
    if (response.compressible && body.size() >= kMinGzip && body.size() <= kMaxGzip &&
        isCompressibleType(headerOf(response, "Content-Type")) && headerOf(response, "Content-Encoding").empty() &&
        headerOf(response, "Content-Range").empty()) {
        response.headers.emplace_back("Vary", "Accept-Encoding");
        if (headDone && wire::acceptsGzip(m_parser.head().joined("accept-encoding"))) {
            packed = gzipped(body, kGzipLevel);
            if (!packed.empty() && packed.size() < body.size()) {
                body = packed;
                response.headers.emplace_back("Content-Encoding", "gzip");
                weakenEtag(response);
            }
        }
    }
    if (m_door->draining || !m_parser.done())
        endKeepAlive();
    const HeadContext context{*m_options, m_request.requestId, m_keepAlive, headDone && m_parser.head().minorVersion == 0,
                              m_request.secure};
    const auto length = response.sealed ? response.sealed->size() : response.source ? response.source->size() : body.size();
    const std::string head = responseHead(response, length, context);
    const bool bodiless = isHead || !mayHaveBody(response.status);
    if (bodiless || response.source)
        body = {};
    m_linger = true;
    bool sent = false;
    if (response.sealed && !bodiless)
        sent = co_await sendSealed(head, std::move(response.sealed));
    else
        sent = co_await sendWithBody(head, body);
    if (sent && response.source && !bodiless)
        sent = co_await sendPieces(*response.source);
    if (!sent) {
        endKeepAlive();
        m_linger = false;
    }
}

Task<bool> Session::sendPieces(BodySource &source)
{
    for (std::uint64_t left = source.size(); left > 0;) {
        const auto piece = co_await source.next(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPieceBytes)));
        if (!piece || piece->empty() || piece->size() > left || !m_connection)
            co_return false;
        const std::array<asio::const_buffer, 1> buffers{asio::buffer(*piece)};
        if (const auto written = co_await m_connection->write(buffers, m_options->writeTimeout); !written)
            co_return false;
        m_sentBytes += piece->size();
        left -= piece->size();
    }
    co_return true;
}

Task<bool> Session::sendSealed(const std::string &head, net::SealedFilePtr file)
{
    for (std::size_t at = 0; at < file->size();) {
        const std::string_view first = at == 0 ? std::string_view(head) : std::string_view();
        const std::size_t count = std::min(file->size() - at, kPieceBytes);
        if (const auto sent = co_await m_connection->write(first, file, at, count, m_options->writeTimeout); !sent)
            co_return false;
        m_sentBytes += first.size() + count;
        at += count;
    }
    co_return true;
}

Task<bool> Session::sendWithBody(const std::string &head, std::string_view body)
{
    std::array<asio::const_buffer, 2> pieces{asio::buffer(head), asio::buffer(body.substr(0, kPieceBytes))};
    for (std::size_t at = 0;;) {
        if (const auto sent = co_await m_connection->write(pieces, m_options->writeTimeout); !sent)
            co_return false;
        m_sentBytes += pieces[0].size() + pieces[1].size();
        at += pieces[1].size();
        if (at >= body.size())
            co_return true;
        pieces = {asio::const_buffer(), asio::buffer(body.substr(at, kPieceBytes))};
    }
}

/// What is raw from here on may live for hours, and there may be thousands: they keep nothing of their request that nobody asks for any more.
void Session::shedRequest()
{
    std::vector<std::uint8_t>().swap(m_in); // not `= {}`, which keeps the memory
    std::vector<std::pair<std::string, std::string>>().swap(m_request.headers);
    m_parser.shed();
}

Task<net::Connection *> Session::respondRaw(Response head)
{
    if (m_answer != Answer::None || !m_connection)
        co_return nullptr;
    m_answer = Answer::Raw;
    m_status = head.status;
    endKeepAlive();
    if (m_route && m_route->cors)
        for (auto &header : corsHeaders(m_request.header("origin"), m_request.host, m_options->corsAllowedOrigins))
            head.headers.push_back(std::move(header));
    m_linger = true;
    const bool sent =
        co_await sendWithBody(responseHead(head, std::nullopt, {*m_options, m_request.requestId, false, false, m_request.secure}), {});
    if (!sent || m_request.method == Method::Head)
        co_return nullptr;
    if (m_begin < m_end) // What a client sent after its request is nobody's business here.
        m_begin = m_end = 0;
    shedRequest();
    co_return m_connection.get();
}

/// Answers what is no WebSocket handshake, or comes from a page that may not.
Task<bool> Session::webSocketRefused()
{
    const wire::RequestHead &head = m_parser.head();
    if (m_answer != Answer::None || !m_connection)
        co_return true;
    if (!wire::listHas(head.joined("connection"), "upgrade") || !wire::listHas(head.joined("upgrade"), "websocket") ||
        head.header("sec-websocket-version") != "13" || m_request.method != Method::Get || head.minorVersion == 0) {
        Response response = problemWith(426, "websocket_required", "WebSocket required",
                                        "This address is for WebSocket connections, version 13.", m_request.requestId);
        response.headers.emplace_back("Upgrade", "websocket");
        response.headers.emplace_back("Sec-WebSocket-Version", "13");
        co_await respond(std::move(response));
        co_return true;
    }
    if (!isWebSocketKey(head.header("sec-websocket-key"))) {
        co_await respond(problemWith(400, "bad_websocket_key", "Request refused", "Sec-WebSocket-Key is malformed.", m_request.requestId));
        co_return true;
    }
    if (!webSocketOriginAllowed(m_request, m_options->corsAllowedOrigins)) {
        co_await respond(
            problem(fail(ErrorCode::PermissionDenied, "This origin is not in server.cors_allowed_origins."), m_request.requestId));
        co_return true;
    }
    co_return false;
}

// RFC 6455 4.2.2
Task<net::Connection *> Session::acceptRawWebSocket()
{
    const bool refused = co_await webSocketRefused();
    if (refused)
        co_return nullptr;
    m_answer = Answer::Raw;
    m_status = 101;
    m_linger = true;
    endKeepAlive();
    std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
    head += webSocketAccept(m_parser.head().header("sec-websocket-key"));
    head.append("\r\nX-Request-Id: ").append(m_request.requestId).append("\r\n\r\n");
    const bool sent = co_await sendWithBody(head, {});
    if (!sent)
        co_return nullptr;
    m_connection->unread(buffered());
    m_begin = m_end = 0;
    shedRequest();
    co_return m_connection.get();
}

Task<WebSocket *> Session::acceptWebSocket(std::size_t maxMessageBytes)
{
    const bool refused = co_await webSocketRefused();
    if (refused)
        co_return nullptr;
    const wire::RequestHead &head = m_parser.head();
    WebSocketSession::Handshake handshake{head.target, m_request.host, std::string(head.header("sec-websocket-key")), {}, {}};
    handshake.headers.emplace_back("X-Request-Id", m_request.requestId);
    const std::string offered = head.joined("sec-websocket-protocol");
    for (std::string_view rest = offered; const auto name = wire::nextInList(rest);) {
        if (handshake.subprotocol.empty() && isSubprotocol(*name))
            handshake.subprotocol = *name;
    }
    WebSocketSession::Limits limits{maxMessageBytes, m_options->maxSendQueueBytes, m_options->pingEvery, m_options->closeTimeout,
                                    [door = m_door] { door->countSlowWebSocket(); }};
    m_answer = Answer::WebSocket;
    m_status = 101;
    m_linger = true;
    endKeepAlive();
    m_connection->unread(buffered());
    m_begin = m_end = 0;
    std::vector<std::uint8_t>().swap(m_in);
    m_webSocket = co_await WebSocketSession::accept(*m_connection, std::move(handshake), std::move(limits));
    if (!m_webSocket)
        m_linger = false;
    else if (m_door->draining)
        beginDrain();
    co_return m_webSocket.get();
}

} // namespace matinee::http

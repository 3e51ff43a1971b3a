// One HTTP request and the ways to answer it. Lives on the connection's worker for the time of one handler call.
#pragma once

#include "net/connection.h"

#include "common/protocol/result.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::http {

enum class Method
{
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options
};

struct Request
{
    Method method = Method::Get;
    std::string path;                                         ///< Percent-decoded, "." and ".." resolved or refused, starts with '/'.
    std::string query;                                        ///< As sent, without '?'.
    std::vector<std::pair<std::string, std::string>> headers; ///< Names in lower case.
    std::string body;
    std::map<std::string, std::string, std::less<>> parameters; ///< From the route: {name}.
    std::string clientAddress;                                  ///< After server.trusted_proxies, without port.
    std::string requestId;                                      ///< Ours, or a well-formed X-Request-Id of a trusted proxy.
    std::string host;                                           ///< Host header as sent.
    bool secure = false;                                        ///< TLS here or at a trusted proxy.

    [[nodiscard]] std::string_view header(std::string_view lowerCaseName) const; ///< "" where absent.
    [[nodiscard]] std::string queryValue(std::string_view key) const;            ///< Decoded; "" where absent.
};

/// A body that is not in memory: a file. Asked for piece by piece as the client takes it, on the connection's worker.
class BodySource
{
public:
    virtual ~BodySource() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0; ///< Of all pieces together.
    /// At least one byte, at most `most`. A failure cuts the connection, since the head has promised more.
    virtual Task<Result<std::string>> next(std::size_t most) = 0;
};

struct Response
{
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::shared_ptr<const std::string> sharedBody; ///< In place of `body`: large or cached, never copied.
    std::shared_ptr<BodySource> source;            ///< In place of both; never compressed.
    net::SealedFilePtr sealed;                     ///< In place of them all; never compressed, never copied on its way to the socket.
    bool compressible = true;                      ///< Text types over 1 KiB are gzipped where the client asks for it.
};

/// RFC 9457 problem document; also sets Retry-After and WWW-Authenticate where they belong.
[[nodiscard]] Response problem(const Error &error, std::string_view requestId);
[[nodiscard]] Response text(int status, std::string body, std::string_view contentType = "text/plain; charset=utf-8");

class WebSocket; // http/websocket.h

/// What goes on on a connection once its handler has returned: a viewer who stays for hours needs none of what served the request.
class Continuation
{
public:
    virtual ~Continuation() = default;
    /// The session closes the connection when this returns.
    virtual Task<void> run(net::Connection &connection) = 0;
};

class Exchange
{
public:
    virtual ~Exchange() = default;
    [[nodiscard]] virtual const Request &request() const = 0;
    [[nodiscard]] virtual net::Worker &worker() = 0;

    /// The ordinary answer; the connection is kept alive where both sides wish it. Call once.
    virtual Task<void> respond(Response response) = 0;

    /// Sends the head without length ("Connection: close") and hands out the connection for raw writing (HTTP-FLV).
    /// The session closes it when the handler returns, or what it left with continueWith(). Null when the peer is gone. The headers of the
    /// request are forgotten.
    virtual Task<net::Connection *> respondRaw(Response head) = 0;

    /// Completes the WebSocket handshake, or answers with a problem and returns null. The Origin header must be same-origin
    /// or in server.cors_allowed_origins.
    virtual Task<WebSocket *> acceptWebSocket(std::size_t maxMessageBytes) = 0;

    /// The same handshake for a WebSocket on which the caller writes and reads the frames itself, as one encoding for thousands of viewers
    /// must be (http/wire/client_frames.h). Otherwise as respondRaw().
    virtual Task<net::Connection *> acceptRawWebSocket() = 0;

    /// After respondRaw() or acceptRawWebSocket(): what to do with the connection once the handler has returned. Once at most.
    virtual void continueWith(std::unique_ptr<Continuation> continuation) = 0;

    /// Takes the connection and the bytes of the request as they came (the admin tunnel). The session ends here.
    virtual std::unique_ptr<net::Connection> detach(std::vector<std::uint8_t> &requestBytes) = 0;
};

} // namespace matinee::http

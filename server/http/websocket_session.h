// The WebSocket of one exchange, on Beast. Owned by the HTTP session, on its worker; the connection must live until finish() returned.
#pragma once

#include "http/front_door_options.h"
#include "http/websocket.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace matinee::http {

class WebSocketSession : public WebSocket
{
public:
    struct Handshake
    {
        std::string target;
        std::string host;
        std::string key;                                          ///< Sec-WebSocket-Key
        std::string subprotocol;                                  ///< The one that is chosen of those the client offered, or empty.
        std::vector<std::pair<std::string, std::string>> headers; ///< To add to the answer.
    };
    struct Limits
    {
        std::size_t maxMessageBytes = 1 << 16;
        std::size_t maxSendQueueBytes = 1 << 20;
        std::chrono::milliseconds pingEvery{20'000};
        std::chrono::milliseconds closeTimeout{5'000};
        std::function<void()> onTooSlow; ///< Counts a peer that did not read.
    };

    /// Answers the handshake. Null when the peer is gone.
    static Task<std::shared_ptr<WebSocketSession>> accept(net::Connection &connection, Handshake handshake, Limits limits);

    /// Sends what is queued and the close (1000 where nobody asked for another), within the close time-out. Call once.
    virtual Task<void> finish() = 0;
    /// Cuts it off; pending reads and writes fail.
    virtual void abort() = 0;
};

/// 16 bytes in base64, RFC 6455 4.1.
[[nodiscard]] bool isWebSocketKey(std::string_view key);

} // namespace matinee::http

// An open WebSocket (RFC 6455) on the connection's worker. Pings each 20 s and closes a peer that does not answer within 20 s.
#pragma once

#include "net/connection.h"

#include "common/protocol/result.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace matinee::http {

class WebSocket
{
public:
    virtual ~WebSocket() = default;
    struct Message
    {
        bool binary = true;
        std::vector<std::uint8_t> data;
    };
    /// Next whole message. Over the limit: closed with 1009 and IoError::Protocol.
    virtual Task<Result<Message, net::IoError>> read() = 0;
    /// Queues; never blocks. The queue is bounded (1 MiB): a peer that does not read is closed with 1013 "too slow" and counted.
    virtual void send(std::vector<std::uint8_t> data, bool binary = true) = 0;
    /// The same for what many members get: encoded once, never copied.
    virtual void send(std::shared_ptr<const std::vector<std::uint8_t>> data, bool binary = true) = 0;
    /// Closes with a code and reason after what is queued.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

} // namespace matinee::http

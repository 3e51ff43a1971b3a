// Writes messages as RTMP chunks: always type 0 first and type 3 for the rest, so that no message depends on one before it and
// encoded messages can be shared between connections. Pure; any thread. Adobe RTMP 1.0, 5.3.
#pragma once

#include "rtmp/wire/message.h"

#include <cstdint>
#include <span>

namespace matinee::rtmp {

struct ChunkHeader
{
    ChunkStreamId chunkStream = kCommandChunks;
    MessageType type = MessageType::CommandAmf0;
    std::uint32_t streamId = 0;
    std::uint32_t timestamp = 0;
};

/// Appends one message whose payload is `head` followed by `rest`. At most 2^24 - 1 bytes of payload.
void appendMessage(media::Bytes &out, const ChunkHeader &header, std::span<const std::uint8_t> head, std::span<const std::uint8_t> rest,
                   std::uint32_t chunkSize);
inline void appendMessage(media::Bytes &out, const ChunkHeader &header, std::span<const std::uint8_t> payload, std::uint32_t chunkSize)
{
    appendMessage(out, header, payload, {}, chunkSize);
}

} // namespace matinee::rtmp

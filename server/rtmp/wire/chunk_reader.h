// Puts messages together from an RTMP chunk stream. A value that is fed bytes as they come, in pieces of any size.
// Owned by a Dialogue; any thread, one at a time. Adobe RTMP 1.0, 5.3.
#pragma once

#include "rtmp/wire/message.h"

#include "common/protocol/result.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace matinee::rtmp {

enum class ChunkError
{
    MessageTooLarge,     ///< A header announces more than ChunkLimits allow for its type.
    TooManyChunkStreams, ///< More chunk stream ids than ChunkLimits::chunkStreams.
    NoHeaderYet,         ///< A chunk refers to an earlier header of its chunk stream, and there was none.
    HeaderChanged,       ///< The length or type of a message changed before the message was whole.
    BadControlMessage,   ///< Set Chunk Size or Abort that is malformed or out of range.
    TooMuchBuffered,     ///< Unfinished messages of all chunk streams hold more than ChunkLimits::bufferedBytes.
};
[[nodiscard]] std::string_view chunkErrorName(ChunkError error);

struct ChunkLimits
{
    std::size_t mediaBytes = std::size_t{8} << 20;     ///< Of one audio, video or aggregate message.
    std::size_t otherBytes = std::size_t{64} << 10;    ///< Of one command, data or control message.
    std::size_t chunkStreams = 32;                     ///< Encoders use four to six.
    std::size_t bufferedBytes = std::size_t{12} << 20; ///< In unfinished messages.
};

class ChunkReader
{
public:
    explicit ChunkReader(ChunkLimits limits = {}) : m_limits(limits) {}

    /// Takes all of `bytes` and adds the messages that became whole to `out`. Set Chunk Size and Abort are obeyed here and not passed on.
    /// After an error the stream cannot be read any further.
    Result<void, ChunkError> feed(std::span<const std::uint8_t> bytes, std::vector<Message> &out);

    [[nodiscard]] std::uint32_t chunkSize() const { return m_chunkSize; }
    [[nodiscard]] std::size_t bufferedBytes() const { return m_buffered; }

private:
    static constexpr std::size_t kMaxHeader = 3 + 11 + 4;

    struct ChunkStream
    {
        std::uint32_t id = 0;
        std::uint32_t timestamp = 0; // of the current or last message
        std::uint32_t delta = 0;     // what a type 3 chunk that begins a message adds
        std::uint32_t length = 0;
        std::uint32_t messageStream = 0;
        std::uint32_t extended = 0; // the last extended timestamp as it was sent
        MessageType type{};
        bool hasExtended = false;
        bool inMessage = false;
        media::Bytes payload;
    };

    /// Bytes that the header takes, or nothing where there are too few to tell.
    Result<std::optional<std::size_t>, ChunkError> readHeader(std::span<const std::uint8_t> bytes);
    Result<ChunkStream *, ChunkError> find(std::uint32_t id, unsigned format);
    Result<void, ChunkError> finishChunk(std::vector<Message> &out);
    Result<void, ChunkError> obey(const Message &message);
    [[nodiscard]] std::size_t limitFor(MessageType type) const;

    const ChunkLimits m_limits;
    std::vector<ChunkStream> m_streams; // at most m_limits.chunkStreams
    std::array<std::uint8_t, kMaxHeader> m_header{};
    std::size_t m_headerBytes = 0; // of a header that came in part
    std::size_t m_current = 0;     // index of the chunk stream whose payload comes now
    std::size_t m_chunkLeft = 0;   // of the current chunk
    std::size_t m_buffered = 0;
    std::uint32_t m_chunkSize = kInitialChunkSize;
    bool m_inPayload = false;
};

} // namespace matinee::rtmp

#include "rtmp/wire/chunk_reader.h"

#include "rtmp/wire/big_endian.h"

#include <algorithm>
#include <utility>

namespace matinee::rtmp {

namespace {

constexpr std::uint32_t kExtendedMark = 0xffffff;
constexpr std::uint32_t kMaxChunkSize = 0xffffff; // no message is longer
constexpr std::array<std::size_t, 4> kMessageHeaderBytes{11, 7, 3, 0};

enum class ExtendedField
{
    Absent,
    Present,
    TooFewBytes
};

/// Type 3 chunks repeat the four bytes of an extended timestamp, say the specification and most senders; others leave them out. The
/// value tells: payload that happens to equal it is less likely than either kind of sender.
ExtendedField repeatedField(std::span<const std::uint8_t> bytes, std::uint32_t expected)
{
    for (std::size_t i = 0; i < 4; ++i) {
        if (i >= bytes.size())
            return ExtendedField::TooFewBytes;
        if (bytes[i] != static_cast<std::uint8_t>(expected >> (24 - 8 * i)))
            return ExtendedField::Absent;
    }
    return ExtendedField::Present;
}

} // namespace

std::string_view chunkErrorName(ChunkError error)
{
    switch (error) {
    case ChunkError::MessageTooLarge:
        return "message_too_large";
    case ChunkError::TooManyChunkStreams:
        return "too_many_chunk_streams";
    case ChunkError::NoHeaderYet:
        return "chunk_without_header";
    case ChunkError::HeaderChanged:
        return "message_length_changed";
    case ChunkError::BadControlMessage:
        return "bad_control_message";
    case ChunkError::TooMuchBuffered:
        return "too_much_buffered";
    }
    return "unknown";
}

std::size_t ChunkReader::limitFor(MessageType type) const
{
    const bool media = type == MessageType::Audio || type == MessageType::Video || type == MessageType::Aggregate;
    return media ? m_limits.mediaBytes : m_limits.otherBytes;
}

Result<ChunkReader::ChunkStream *, ChunkError> ChunkReader::find(std::uint32_t id, unsigned format)
{
    const auto found = std::find_if(m_streams.begin(), m_streams.end(), [id](const ChunkStream &stream) { return stream.id == id; });
    if (found != m_streams.end()) {
        m_current = static_cast<std::size_t>(found - m_streams.begin());
        return &*found;
    }
    if (format > 1) // type 1 has a length and a type, and some senders do begin with it
        return ChunkError::NoHeaderYet;
    if (m_streams.size() >= m_limits.chunkStreams)
        return ChunkError::TooManyChunkStreams;
    m_current = m_streams.size();
    m_streams.push_back({.id = id});
    return &m_streams.back();
}

Result<std::optional<std::size_t>, ChunkError> ChunkReader::readHeader(std::span<const std::uint8_t> bytes)
{
    using Size = std::optional<std::size_t>;
    ByteReader reader(bytes);
    const std::uint8_t first = reader.u8();
    const unsigned format = first >> 6;
    std::uint32_t id = first & 0x3f;
    if (id == 0) {
        id = 64U + reader.u8();
    } else if (id == 1) { // the second byte is the higher one (5.3.1.1)
        id = 64U + reader.u8();
        id += 256U * reader.u8();
    }
    if (!reader.ok() || reader.left() < kMessageHeaderBytes[format])
        return Size();
    const auto found = std::find_if(m_streams.begin(), m_streams.end(), [id](const ChunkStream &stream) { return stream.id == id; });
    const bool known = found != m_streams.end();

    std::uint32_t time = 0;
    std::uint32_t length = known ? found->length : 0;
    MessageType type = known ? found->type : MessageType{};
    std::uint32_t messageStream = known ? found->messageStream : 0;
    if (format <= 2)
        time = reader.u24();
    if (format <= 1) {
        length = reader.u24();
        type = static_cast<MessageType>(reader.u8());
    }
    if (format == 0) { // the one little-endian number of the protocol
        const auto raw = reader.take(4);
        messageStream = raw[0] | static_cast<std::uint32_t>(raw[1]) << 8 | static_cast<std::uint32_t>(raw[2]) << 16 |
                        static_cast<std::uint32_t>(raw[3]) << 24;
    }
    bool extended = format <= 2 ? time == kExtendedMark : known && found->hasExtended;
    if (format <= 2 && extended) {
        if (reader.left() < 4)
            return Size();
        time = reader.u32();
    } else if (extended) {
        time = found->extended;
        switch (repeatedField(bytes.subspan(reader.position()), time)) {
        case ExtendedField::TooFewBytes:
            return Size();
        case ExtendedField::Present:
            (void)reader.u32();
            break;
        case ExtendedField::Absent:
            break;
        }
    }

    // The header is whole; only now may anything change.
    const auto stream = find(id, format);
    if (!stream)
        return stream.error();
    ChunkStream &to = **stream;
    if (to.inMessage) {
        if (length != to.length || type != to.type)
            return ChunkError::HeaderChanged;
    } else {
        if (length > limitFor(type))
            return ChunkError::MessageTooLarge;
        to.length = length;
        to.type = type;
        to.messageStream = messageStream;
        if (format == 0)
            to.timestamp = time;
        else
            to.timestamp += format == 3 ? to.delta : time;
        if (format <= 2)
            to.delta = time; // also after type 0 (5.3.1.2.4), and ffmpeg as a sender relies on it
        to.inMessage = true;
    }
    if (format <= 2) {
        to.hasExtended = extended;
        to.extended = time;
    }
    m_chunkLeft = std::min<std::size_t>(m_chunkSize, to.length - to.payload.size());
    return Size(reader.position());
}

Result<void, ChunkError> ChunkReader::obey(const Message &message)
{
    ByteReader reader(message.payload);
    const std::uint32_t value = reader.u32();
    if (!reader.ok())
        return ChunkError::BadControlMessage;
    if (message.type == MessageType::SetChunkSize) {
        if (value == 0 || value > 0x7fffffff)
            return ChunkError::BadControlMessage;
        m_chunkSize = std::min(value, kMaxChunkSize);
        return {};
    }
    for (ChunkStream &stream : m_streams) {
        if (stream.id == value && stream.inMessage) {
            m_buffered -= stream.payload.size();
            stream.payload = {};
            stream.inMessage = false;
        }
    }
    return {};
}

Result<void, ChunkError> ChunkReader::finishChunk(std::vector<Message> &out)
{
    m_inPayload = false;
    ChunkStream &stream = m_streams[m_current];
    if (stream.payload.size() < stream.length)
        return {};
    stream.inMessage = false;
    m_buffered -= stream.payload.size();
    Message message{stream.type, stream.messageStream, stream.timestamp, std::exchange(stream.payload, {})};
    if (message.type == MessageType::SetChunkSize || message.type == MessageType::Abort)
        return obey(message);
    out.push_back(std::move(message));
    return {};
}

Result<void, ChunkError> ChunkReader::feed(std::span<const std::uint8_t> bytes, std::vector<Message> &out)
{
    while (!bytes.empty() || (m_inPayload && m_chunkLeft == 0)) { // an empty message ends with its header
        if (!m_inPayload) {
            std::size_t used = 0;
            if (m_headerBytes == 0) {
                const auto header = readHeader(bytes);
                if (!header)
                    return header.error();
                used = header->value_or(0);
            }
            if (used == 0) { // continue a header that came in part
                const std::size_t before = m_headerBytes;
                const std::size_t more = std::min(bytes.size(), kMaxHeader - before);
                std::copy_n(bytes.begin(), more, m_header.begin() + static_cast<std::ptrdiff_t>(before));
                const auto header = readHeader(std::span(m_header).first(before + more));
                if (!header)
                    return header.error();
                if (!*header) {
                    m_headerBytes = before + more;
                    return {};
                }
                m_headerBytes = 0;
                if (**header < before) { // what looked like a repeated timestamp was the payload's beginning
                    const auto held = m_header;
                    m_inPayload = true;
                    if (const auto fed = feed(std::span(held).subspan(**header, before - **header), out); !fed)
                        return fed.error();
                    continue;
                }
                used = **header - before;
            }
            bytes = bytes.subspan(used);
            m_inPayload = true;
        }
        ChunkStream &stream = m_streams[m_current];
        const std::size_t count = std::min(bytes.size(), m_chunkLeft);
        if (m_buffered + count > m_limits.bufferedBytes)
            return ChunkError::TooMuchBuffered;
        // Grows with what came, never with what was announced.
        if (stream.payload.empty())
            stream.payload.reserve(std::min<std::size_t>(stream.length, std::max<std::size_t>(count, 4096)));
        appendBytes(stream.payload, bytes.first(count));
        m_buffered += count;
        m_chunkLeft -= count;
        bytes = bytes.subspan(count);
        if (m_chunkLeft == 0) {
            if (const auto finished = finishChunk(out); !finished)
                return finished.error();
        }
    }
    return {};
}

} // namespace matinee::rtmp

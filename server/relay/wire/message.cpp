#include "relay/wire/message.h"

#include "rtmp/wire/big_endian.h"

#include <algorithm>

namespace matinee::relay::wire {

namespace {

using rtmp::appendBytes;
using rtmp::appendNumber;
using rtmp::ByteReader;

constexpr std::size_t kLengthBytes = 4;

enum class Type : std::uint8_t
{
    Job = 1,
    Track = 2,
    Frame = 3,
    Media = 4,
    State = 5,
    Progress = 6,
    Failure = 7,
    Command = 8
};

std::span<const std::uint8_t> bytesOf(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

void appendText(media::Bytes &out, std::string_view text, std::size_t limit)
{
    text = text.substr(0, limit);
    appendNumber(out, text.size(), 2);
    appendBytes(out, bytesOf(text));
}

void appendTime(media::Bytes &out, media::MediaTime time)
{
    appendNumber(out, static_cast<std::uint64_t>(time.count()), 8);
}

Type body(media::Bytes &out, const Job &job)
{
    out.push_back(static_cast<std::uint8_t>(job.kind));
    appendText(out, job.address, kMaxAddressBytes);
    const auto count = std::min(job.allowedNetworks.size(), kMaxNetworks);
    appendNumber(out, count, 2);
    for (std::size_t i = 0; i < count; ++i)
        appendText(out, job.allowedNetworks[i], kMaxTextBytes);
    return Type::Job;
}

Type body(media::Bytes &out, const Track &track)
{
    out.push_back(track.id);
    out.push_back(static_cast<std::uint8_t>(track.codec));
    for (const auto value : {track.width, track.height, track.sampleRate, track.channels})
        appendNumber(out, value, 4);
    appendBytes(out, std::span(track.config).first(std::min(track.config.size(), kMaxConfigBytes)));
    return Type::Track;
}

Type body(media::Bytes &out, const Frame &frame)
{
    out.push_back(frame.track);
    out.push_back(frame.key ? 1 : 0);
    appendTime(out, frame.dts);
    appendTime(out, frame.pts);
    appendBytes(out, frame.payload);
    return Type::Frame;
}

Type body(media::Bytes &out, const Media &media)
{
    appendBytes(out, media.bytes);
    return Type::Media;
}

Type body(media::Bytes &out, const State &state)
{
    out.push_back(static_cast<std::uint8_t>(state.phase));
    return Type::State;
}

Type body(media::Bytes &out, const Progress &progress)
{
    appendNumber(out, progress.bytes, 8);
    appendNumber(out, progress.frames, 8);
    return Type::Progress;
}

Type body(media::Bytes &out, const Failure &failure)
{
    out.push_back(static_cast<std::uint8_t>(failure.reason));
    appendText(out, failure.text, kMaxTextBytes);
    return Type::Failure;
}

Type body(media::Bytes &out, const Command &command)
{
    out.push_back(static_cast<std::uint8_t>(command.order));
    return Type::Command;
}

/// The fields of one message. Anything out of range makes the whole message malformed.
class Fields
{
public:
    explicit Fields(std::span<const std::uint8_t> bytes) : m_reader(bytes) {}

    std::uint8_t u8() { return m_reader.u8(); }
    std::uint32_t u32() { return m_reader.u32(); }
    std::uint64_t u64() { return m_reader.number(8); }
    media::MediaTime time() { return media::MediaTime(static_cast<std::int64_t>(u64())); }
    std::uint8_t among(std::uint8_t first, std::uint8_t last)
    {
        const auto value = u8();
        m_inRange &= value >= first && value <= last;
        return value;
    }
    std::string text(std::size_t limit)
    {
        const std::size_t size = m_reader.u16();
        m_inRange &= size <= limit;
        const auto bytes = m_reader.take(size);
        return {bytes.begin(), bytes.end()};
    }
    media::Bytes rest(std::size_t limit)
    {
        m_inRange &= m_reader.left() <= limit;
        const auto bytes = m_reader.take(m_reader.left());
        return {bytes.begin(), bytes.end()};
    }
    void require(bool condition) { m_inRange &= condition; }
    [[nodiscard]] bool good() const { return m_inRange && m_reader.ok(); }
    [[nodiscard]] bool whole() const { return good() && m_reader.left() == 0; }

private:
    ByteReader m_reader;
    bool m_inRange = true;
};

Job readJob(Fields &fields)
{
    Job job;
    job.kind = static_cast<JobKind>(fields.among(1, 2));
    job.address = fields.text(kMaxAddressBytes);
    const std::size_t count = (std::size_t{fields.u8()} << 8) | fields.u8();
    fields.require(count <= kMaxNetworks);
    for (std::size_t i = 0; i < count && fields.good(); ++i)
        job.allowedNetworks.push_back(fields.text(kMaxTextBytes));
    return job;
}

Track readTrack(Fields &fields)
{
    Track track;
    track.id = fields.among(0, kMaxTracks - 1);
    track.codec = static_cast<media::Codec>(fields.among(0, static_cast<std::uint8_t>(media::Codec::Mp3)));
    track.width = fields.u32();
    track.height = fields.u32();
    track.sampleRate = fields.u32();
    track.channels = fields.u32();
    track.config = fields.rest(kMaxConfigBytes);
    return track;
}

Frame readFrame(Fields &fields)
{
    Frame frame;
    frame.track = fields.among(0, kMaxTracks - 1);
    frame.key = fields.among(0, 1) == 1;
    frame.dts = fields.time();
    frame.pts = fields.time();
    frame.payload = fields.rest(kMaxMessageBytes);
    return frame;
}

Failure readFailure(Fields &fields)
{
    Failure failure;
    failure.reason = static_cast<Reason>(fields.among(1, 6));
    failure.text = fields.text(kMaxTextBytes);
    return failure;
}

Result<Message, ReadError> readMessage(std::span<const std::uint8_t> bytes)
{
    Fields fields(bytes.subspan(1));
    Message message;
    switch (static_cast<Type>(bytes.front())) {
    case Type::Job:
        message = readJob(fields);
        break;
    case Type::Track:
        message = readTrack(fields);
        break;
    case Type::Frame:
        message = readFrame(fields);
        break;
    case Type::Media:
        message = Media{fields.rest(kMaxMessageBytes)};
        break;
    case Type::State:
        message = State{static_cast<Phase>(fields.among(1, 2))};
        break;
    case Type::Progress: {
        const auto sent = fields.u64();
        message = Progress{sent, fields.u64()};
        break;
    }
    case Type::Failure:
        message = readFailure(fields);
        break;
    case Type::Command:
        message = Command{static_cast<Order>(fields.among(1, 1))};
        break;
    default:
        return ReadError::UnknownType;
    }
    if (!fields.whole())
        return ReadError::Malformed;
    return message;
}

std::uint32_t lengthOf(std::span<const std::uint8_t> bytes)
{
    return static_cast<std::uint32_t>(ByteReader(bytes.first(kLengthBytes)).number(kLengthBytes));
}

} // namespace

void write(media::Bytes &out, const Message &message)
{
    const auto begin = out.size();
    out.resize(begin + kLengthBytes + 1);
    const auto type = std::visit([&](const auto &content) { return body(out, content); }, message);
    const auto length = out.size() - begin - kLengthBytes;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
        out[begin + i] = static_cast<std::uint8_t>(length >> (8 * (kLengthBytes - 1 - i)));
    out[begin + kLengthBytes] = static_cast<std::uint8_t>(type);
}

media::Bytes mediaHead(std::size_t payloadBytes)
{
    media::Bytes head;
    appendNumber(head, payloadBytes + 1, kLengthBytes);
    head.push_back(static_cast<std::uint8_t>(Type::Media));
    return head;
}

std::string_view describe(ReadError error)
{
    switch (error) {
    case ReadError::Empty:
        return "a message without a type";
    case ReadError::TooLarge:
        return "a message larger than 16 MiB";
    case ReadError::UnknownType:
        return "a message of an unknown type";
    case ReadError::Malformed:
        return "a malformed message";
    }
    return "a malformed message";
}

Result<std::vector<Message>, ReadError> Reader::feed(std::span<const std::uint8_t> bytes)
{
    std::vector<Message> messages;
    while (!m_error) {
        if (m_held.size() < kLengthBytes) {
            const auto part = std::min(kLengthBytes - m_held.size(), bytes.size());
            appendBytes(m_held, bytes.first(part));
            bytes = bytes.subspan(part);
            if (m_held.size() < kLengthBytes)
                return messages;
        }
        const std::size_t length = lengthOf(m_held);
        if (length == 0 || length > kMaxMessageBytes) {
            m_error = length == 0 ? ReadError::Empty : ReadError::TooLarge;
            break;
        }
        const auto part = std::min(kLengthBytes + length - m_held.size(), bytes.size());
        appendBytes(m_held, bytes.first(part));
        bytes = bytes.subspan(part);
        if (m_held.size() < kLengthBytes + length)
            return messages;
        auto message = readMessage(std::span(m_held).subspan(kLengthBytes));
        if (!message) {
            m_error = message.error();
            break;
        }
        messages.push_back(std::move(*message));
        m_held.clear();
    }
    return *m_error;
}

} // namespace matinee::relay::wire

#include "relay/wire/message.h"

#include "relay/wire/fields.h"
#include "relay/wire/picture_fields.h"

#include <algorithm>
#include <cmath>

namespace matinee::relay::wire {

namespace {

using rtmp::appendBytes;
using rtmp::appendNumber;
using rtmp::ByteReader;

constexpr std::size_t kLengthBytes = 4;
constexpr double kThousand = 1000;

enum class Type : std::uint8_t
{
    Job = 1,
    Track = 2,
    Frame = 3,
    Media = 4,
    State = 5,
    Progress = 6,
    Failure = 7,
    Command = 8,
    PictureOrder = 9,
    SheetOrder = 10,
    Picture = 11,
    PictureRefused = 12,
    PortraitOrder = 13
};

void appendRung(media::Bytes &out, const Rung &rung)
{
    appendNumber(out, rung.height, 4);
    appendNumber(out, rung.videoKbps, 4);
    out.push_back(rung.level);
    appendNumber(out, static_cast<std::uint64_t>(std::lround(rung.maxFps * kThousand)), 4);
    appendNumber(out, static_cast<std::uint64_t>(std::lround(rung.sourceShare * kThousand)), 2);
    appendNumber(out, rung.sourceKbps, 4);
}

Type body(media::Bytes &out, const Job &job)
{
    out.push_back(static_cast<std::uint8_t>(job.kind));
    appendText(out, job.address, kMaxAddressBytes);
    const auto count = std::min(job.allowedNetworks.size(), kMaxNetworks);
    appendNumber(out, count, 2);
    for (std::size_t i = 0; i < count; ++i)
        appendText(out, job.allowedNetworks[i], kMaxTextBytes);
    if (job.kind == JobKind::Ladder)
        appendRung(out, job.rung);
    return Type::Job;
}

Type body(media::Bytes &out, const Track &track)
{
    appendTrackNumbers(out, track);
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
    if (progress.dropped > 0)
        appendNumber(out, progress.dropped, 8);
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

Type body(media::Bytes &out, const PictureOrder &order)
{
    appendBody(out, order);
    return Type::PictureOrder;
}

Type body(media::Bytes &out, const SheetOrder &order)
{
    appendBody(out, order);
    return Type::SheetOrder;
}

Type body(media::Bytes &out, const Picture &picture)
{
    appendBody(out, picture);
    return Type::Picture;
}

Type body(media::Bytes &out, const PictureRefused &refused)
{
    appendBody(out, refused);
    return Type::PictureRefused;
}

Type body(media::Bytes &out, const PortraitOrder &order)
{
    appendBody(out, order);
    return Type::PortraitOrder;
}

Rung readRung(Fields &fields)
{
    Rung rung;
    rung.height = fields.within<std::uint32_t>(fields.u32(), 2, kMaxPictureSide);
    rung.videoKbps = fields.within<std::uint32_t>(fields.u32(), 1, kMaxVideoKbps);
    rung.level = fields.u8();
    rung.maxFps = fields.within(fields.u32() / kThousand, 1 / kThousand, kMaxFps);
    rung.sourceShare = fields.within(fields.u16() / kThousand, 1 / kThousand, 1.0);
    rung.sourceKbps = fields.u32();
    return rung;
}

Job readJob(Fields &fields)
{
    Job job;
    job.kind = static_cast<JobKind>(fields.among(1, 4));
    job.address = fields.text(kMaxAddressBytes);
    const std::size_t count = fields.u16();
    fields.require(count <= kMaxNetworks);
    for (std::size_t i = 0; i < count && fields.good(); ++i)
        job.allowedNetworks.push_back(fields.text(kMaxTextBytes));
    if (job.kind == JobKind::Ladder)
        job.rung = readRung(fields);
    return job;
}

Track readTrack(Fields &fields)
{
    auto track = readTrackNumbers(fields);
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

Progress readProgress(Fields &fields)
{
    Progress progress;
    progress.bytes = fields.u64();
    progress.frames = fields.u64();
    if (fields.left() > 0)
        progress.dropped = fields.u64();
    return progress;
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
    case Type::Progress:
        message = readProgress(fields);
        break;
    case Type::Failure:
        message = readFailure(fields);
        break;
    case Type::Command:
        message = Command{static_cast<Order>(fields.among(1, 1))};
        break;
    case Type::PictureOrder:
        message = readPictureOrder(fields);
        break;
    case Type::SheetOrder:
        message = readSheetOrder(fields);
        break;
    case Type::Picture:
        message = readPicture(fields);
        break;
    case Type::PictureRefused:
        message = readPictureRefused(fields);
        break;
    case Type::PortraitOrder:
        message = readPortraitOrder(fields);
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

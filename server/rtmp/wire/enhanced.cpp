#include "rtmp/wire/enhanced.h"

#include "rtmp/wire/big_endian.h"

namespace matinee::rtmp {

namespace {

constexpr std::uint8_t kModEx = 7;
constexpr std::uint8_t kVideoMultitrack = 6;
constexpr std::uint8_t kAudioMultitrack = 5;
constexpr std::uint8_t kCommandFrame = 5;

enum MultitrackType : std::uint8_t
{
    OneTrack = 0,
    ManyTracks = 1,
    ManyTracksManyCodecs = 2
};

/// The number behind any modifiers. They say more about the packet (so far: nanoseconds of its time) and are passed over.
std::uint8_t readPacketType(ByteReader &reader, std::uint8_t first)
{
    std::uint8_t type = first & 0x0f;
    while (type == kModEx && reader.ok()) {
        std::size_t size = std::size_t{reader.u8()} + 1;
        if (size == 256)
            size = std::size_t{reader.u16()} + 1;
        (void)reader.take(size);
        type = reader.u8() & 0x0f;
    }
    return type;
}

void readTracks(ByteReader &reader, std::uint8_t type, EnhancedBody &out)
{
    if (type != ManyTracksManyCodecs)
        out.code = reader.u32();
    while (reader.ok() && reader.left() > 0) {
        const std::uint32_t code = type == ManyTracksManyCodecs ? reader.u32() : out.code;
        const std::uint8_t track = reader.u8();
        const auto payload = reader.take(type == OneTrack ? reader.left() : reader.u24());
        if (track == 0 && out.empty) {
            out.code = code;
            out.payload = payload;
            out.empty = false;
        } else {
            ++out.otherTracks;
        }
    }
}

} // namespace

std::optional<EnhancedBody> readEnhanced(std::span<const std::uint8_t> body, media::Kind kind)
{
    const bool video = kind == media::Kind::Video;
    ByteReader reader(body);
    EnhancedBody out;
    const std::uint8_t first = reader.u8();
    std::uint8_t type = readPacketType(reader, first);
    const auto metadata = static_cast<std::uint8_t>(PacketType::Metadata);
    if (video && reader.ok() && (first >> 4 & 7) == kCommandFrame && type != metadata)
        return out; // a command has no FourCC
    const std::uint8_t multitrack = video ? kVideoMultitrack : kAudioMultitrack;
    if (type == multitrack) {
        const std::uint8_t kinds = reader.u8();
        const std::uint8_t tracks = kinds >> 4;
        type = kinds & 0x0f;
        if (type == multitrack)
            return std::nullopt;
        if (tracks <= ManyTracksManyCodecs)
            readTracks(reader, tracks, out);
        else
            ++out.otherTracks; // of a kind that does not exist yet
    } else {
        out.code = reader.u32();
        out.payload = reader.take(reader.left());
        out.empty = false;
    }
    out.packet = static_cast<PacketType>(type);
    return reader.ok() ? std::optional(out) : std::nullopt;
}

} // namespace matinee::rtmp

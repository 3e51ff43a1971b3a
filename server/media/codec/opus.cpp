#include "media/codec/opus.h"

#include <algorithm>
#include <array>

namespace matinee::media::opus {

namespace {

constexpr std::array<std::uint8_t, 8> kMagic{'O', 'p', 'u', 's', 'H', 'e', 'a', 'd'};
constexpr std::size_t kHeadBytes = 19;
constexpr std::uint32_t kMaxSamples = 5760;

/// Channel mapping (RFC 7845, 5.1.1): whether `map` is one for so many channels.
bool validMap(std::span<const std::uint8_t> map, std::uint8_t channels)
{
    const unsigned streams = map[0];
    const unsigned coupled = map[1];
    if (streams == 0 || coupled > streams || streams + coupled > 255)
        return false;
    const auto indices = map.subspan(2, channels);
    return std::all_of(indices.begin(), indices.end(), [&](unsigned index) { return index == 255 || index < streams + coupled; });
}

} // namespace

std::string_view describe(ParseError error)
{
    switch (error) {
    case ParseError::Truncated:
        return "the Opus header is cut short";
    case ParseError::NotOpus:
        return "the Opus header does not begin with OpusHead";
    case ParseError::UnsupportedVersion:
        return "the Opus header has an unknown version";
    case ParseError::BadChannels:
        return "the Opus header has a channel layout that does not exist";
    case ParseError::TooLarge:
        return "the Opus header is larger than any";
    }
    return "unknown";
}

Result<Head, ParseError> parseHead(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() > kMaxConfigBytes)
        return ParseError::TooLarge;
    if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), kMagic.size())), kMagic.begin()))
        return ParseError::NotOpus;
    if (bytes.size() < kHeadBytes)
        return ParseError::Truncated;
    if (bytes[8] >> 4 != 0)
        return ParseError::UnsupportedVersion;
    Head head;
    head.channels = bytes[9];
    head.preSkip = static_cast<std::uint16_t>(bytes[10] | bytes[11] << 8);
    const std::uint8_t family = bytes[18];
    if (head.channels == 0 || (family == 0 && head.channels > 2))
        return ParseError::BadChannels;
    if (family == 0)
        return head;
    const auto map = bytes.subspan(kHeadBytes);
    if (map.size() < std::size_t{2} + head.channels)
        return ParseError::Truncated;
    if (!validMap(map, head.channels))
        return ParseError::BadChannels;
    return head;
}

Result<TrackPtr, ParseError> makeTrack(std::span<const std::uint8_t> bytes)
{
    const auto head = parseHead(bytes);
    if (!head)
        return head.error();
    auto track = std::make_shared<Track>();
    track->kind = Kind::Audio;
    track->codec = Codec::Opus;
    track->config.assign(bytes.begin(), bytes.end());
    track->codecString = "opus";
    track->sampleRate = kSampleRate;
    track->channels = head->channels;
    return TrackPtr(std::move(track));
}

std::optional<std::uint32_t> samplesOf(std::span<const std::uint8_t> packet)
{
    if (packet.empty())
        return std::nullopt;
    const unsigned config = packet[0] >> 3;
    constexpr std::array<std::uint32_t, 4> silk{480, 960, 1920, 2880};
    constexpr std::array<std::uint32_t, 2> hybrid{480, 960};
    constexpr std::array<std::uint32_t, 4> celt{120, 240, 480, 960};
    const std::uint32_t frame = config < 12 ? silk[config % 4] : config < 16 ? hybrid[config % 2] : celt[config % 4];
    std::uint32_t count = 1;
    switch (packet[0] & 3) {
    case 0:
        break;
    case 1:
    case 2:
        count = 2;
        break;
    default:
        if (packet.size() < 2)
            return std::nullopt;
        count = packet[1] & 0x3f;
    }
    const std::uint32_t samples = frame * count;
    return samples > 0 && samples <= kMaxSamples ? std::optional(samples) : std::nullopt;
}

} // namespace matinee::media::opus

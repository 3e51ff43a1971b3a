#include "rtmp/wire/tag_body.h"

#include <algorithm>

namespace matinee::rtmp {

namespace {

constexpr std::uint8_t kVideoAvc = 7;
constexpr std::uint8_t kAudioAac = 10;
constexpr std::uint8_t kKeyFrame = 1;
constexpr std::uint8_t kGeneratedKeyFrame = 4;
constexpr std::uint8_t kCommandFrame = 5;
constexpr std::uint8_t kExtendedHeader = 0x80; // enhanced RTMP: a FourCC follows in place of the codec number

media::Bytes join(const BodyPrefix &prefix, const media::Bytes &payload)
{
    media::Bytes body;
    body.reserve(prefix.size + payload.size());
    body.insert(body.end(), prefix.bytes.begin(), prefix.bytes.begin() + static_cast<std::ptrdiff_t>(prefix.size));
    body.insert(body.end(), payload.begin(), payload.end());
    return body;
}

BodyPrefix videoPrefix(bool key, std::uint8_t packetType, std::int64_t offset)
{
    BodyPrefix prefix;
    prefix.size = 5;
    prefix.bytes = {static_cast<std::uint8_t>((key ? kKeyFrame : 2) << 4 | kVideoAvc), packetType, static_cast<std::uint8_t>(offset >> 16),
                    static_cast<std::uint8_t>(offset >> 8), static_cast<std::uint8_t>(offset)};
    return prefix;
}

BodyPrefix audioPrefix(std::uint8_t packetType)
{
    BodyPrefix prefix;
    prefix.size = 2;
    prefix.bytes = {kAudioAac << 4 | 0x0f, packetType}; // AAC is always marked 44 kHz, 16 bit, stereo; its header tells the truth
    return prefix;
}

} // namespace

Result<ParsedVideo, TagError> parseVideoBody(std::span<const std::uint8_t> body)
{
    ParsedVideo video;
    if (body.empty())
        return video;
    const std::uint8_t first = body[0];
    const std::uint8_t type = first >> 4;
    if ((first & kExtendedHeader) != 0)
        return TagError::UnsupportedCodec;
    if (type == kCommandFrame)
        return video;
    if ((first & 0x0f) != kVideoAvc)
        return TagError::UnsupportedCodec;
    if (body.size() < 2 || body[1] == 2) // codec byte alone, or end of sequence (some send it without the offset)
        return video;
    if (body.size() < 5)
        return TagError::Truncated;
    std::int32_t offset = body[2] << 16 | body[3] << 8 | body[4];
    if ((offset & 0x800000) != 0)
        offset -= 0x1000000;
    video.compositionOffset = std::chrono::milliseconds(offset);
    video.key = type == kKeyFrame || type == kGeneratedKeyFrame;
    video.payload = body.subspan(5);
    if (video.payload.empty() || body[1] > 1)
        return video;
    video.kind = body[1] == 0 ? BodyKind::SequenceHeader : BodyKind::Frame;
    return video;
}

Result<ParsedAudio, TagError> parseAudioBody(std::span<const std::uint8_t> body)
{
    ParsedAudio audio;
    if (body.empty())
        return audio;
    if (body[0] >> 4 != kAudioAac)
        return TagError::UnsupportedCodec;
    if (body.size() < 3 || body[1] > 1)
        return audio;
    audio.kind = body[1] == 0 ? BodyKind::SequenceHeader : BodyKind::Frame;
    audio.payload = body.subspan(2);
    return audio;
}

std::string videoCodecInWords(std::span<const std::uint8_t> body)
{
    if (body.empty())
        return "none";
    if ((body[0] & kExtendedHeader) != 0) {
        const std::string_view code =
            body.size() >= 5 ? std::string_view(reinterpret_cast<const char *>(body.data()) + 1, 4) : std::string_view();
        if (code == "hvc1")
            return "H.265 (HEVC)";
        if (code == "av01")
            return "AV1";
        if (code == "vp09" || code == "vp08")
            return "VP8 or VP9";
        if (code == "avc1")
            return "H.264 in enhanced RTMP";
        return "an enhanced RTMP codec";
    }
    switch (body[0] & 0x0f) {
    case 2:
        return "Sorenson H.263";
    case 3:
    case 6:
        return "Screen video";
    case 4:
    case 5:
        return "VP6";
    case kVideoAvc:
        return "H.264";
    case 12:
        return "H.265 (HEVC)";
    default:
        return "an unknown video codec";
    }
}

std::string audioCodecInWords(std::span<const std::uint8_t> body)
{
    if (body.empty())
        return "none";
    switch (body[0] >> 4) {
    case 0:
    case 3:
        return "PCM";
    case 1:
        return "ADPCM";
    case 2:
    case 14:
        return "MP3";
    case 4:
    case 5:
    case 6:
        return "Nellymoser";
    case 7:
    case 8:
        return "G.711";
    case 9:
        return "an enhanced RTMP codec";
    case kAudioAac:
        return "AAC";
    case 11:
        return "Speex";
    case 13:
        return "Opus";
    default:
        return "an unknown audio codec";
    }
}

BodyPrefix bodyPrefix(const media::Frame &frame)
{
    if (!frame.isVideo())
        return audioPrefix(1);
    // Both ends rounded to milliseconds alike, so that dts and pts each carry their own rounding and never add up.
    const auto dts = std::chrono::floor<std::chrono::milliseconds>(frame.dts);
    const auto pts = std::chrono::floor<std::chrono::milliseconds>(frame.pts);
    return videoPrefix(frame.key, 1, std::clamp<std::int64_t>((pts - dts).count(), -0x800000, 0x7fffff));
}

BodyPrefix headerPrefix(const media::Track &track)
{
    return track.kind == media::Kind::Video ? videoPrefix(true, 0, 0) : audioPrefix(0);
}

media::Bytes videoBody(const media::Frame &frame)
{
    return join(bodyPrefix(frame), frame.payload);
}
media::Bytes audioBody(const media::Frame &frame)
{
    return join(bodyPrefix(frame), frame.payload);
}
media::Bytes videoHeaderBody(const media::Track &track)
{
    return join(headerPrefix(track), track.config);
}
media::Bytes audioHeaderBody(const media::Track &track)
{
    return join(headerPrefix(track), track.config);
}

} // namespace matinee::rtmp

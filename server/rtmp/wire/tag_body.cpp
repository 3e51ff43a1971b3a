#include "rtmp/wire/tag_body.h"

#include "rtmp/wire/enhanced.h"

#include <algorithm>
#include <optional>

namespace matinee::rtmp {

using media::Codec;
using media::Kind;

namespace {

constexpr std::uint8_t kVideoAvc = 7;
constexpr std::uint8_t kVideoHevc = 12; // no number of Adobe's: what encoders in China agreed on before enhanced RTMP
constexpr std::uint8_t kAudioMp3 = 2;
constexpr std::uint8_t kAudioExtended = 9;
constexpr std::uint8_t kAudioAac = 10;
constexpr std::uint8_t kAudioMp3At8Khz = 14;
constexpr std::uint8_t kKeyFrame = 1;
constexpr std::uint8_t kInterFrame = 2;
constexpr std::uint8_t kGeneratedKeyFrame = 4;
constexpr std::uint8_t kCommandFrame = 5;
constexpr std::uint8_t kExtendedHeader = 0x80; // enhanced RTMP: a FourCC follows in place of the codec number

std::int32_t signed24(std::span<const std::uint8_t> bytes)
{
    const std::int32_t value = bytes[0] << 16 | bytes[1] << 8 | bytes[2];
    return (value & 0x800000) != 0 ? value - 0x1000000 : value;
}

bool isKey(std::uint8_t first)
{
    const std::uint8_t type = first >> 4 & 7;
    return type == kKeyFrame || type == kGeneratedKeyFrame;
}

std::optional<Codec> codecOf(std::uint32_t code)
{
    switch (code) {
    case kAvcCode:
        return Codec::H264;
    case kHevcCode:
        return Codec::Hevc;
    case kAv1Code:
        return Codec::Av1;
    case kVp9Code:
        return Codec::Vp9;
    case kAacCode:
        return Codec::Aac;
    case kOpusCode:
        return Codec::Opus;
    case kMp3Code:
        return Codec::Mp3;
    default:
        return std::nullopt;
    }
}

bool isVideo(Codec codec)
{
    return codec == Codec::H264 || codec == Codec::Hevc || codec == Codec::Av1 || codec == Codec::Vp9;
}

/// Whether packets of this codec carry a composition offset; the others have none to tell.
bool hasOffset(Codec codec)
{
    return codec == Codec::H264 || codec == Codec::Hevc;
}

Result<ParsedVideo, TagError> parseEnhancedVideo(std::span<const std::uint8_t> body)
{
    const auto enhanced = readEnhanced(body, Kind::Video);
    if (!enhanced)
        return TagError::Truncated;
    ParsedVideo video;
    video.otherTracks = enhanced->otherTracks;
    const bool starts = enhanced->packet == PacketType::SequenceStart;
    const bool coded = enhanced->packet == PacketType::CodedFrames || enhanced->packet == PacketType::CodedFramesX;
    if (enhanced->empty)
        return video;
    if (enhanced->packet == PacketType::Mpeg2TsSequenceStart)
        return TagError::UnsupportedCodec;
    if (!starts && !coded)
        return video;
    const auto codec = codecOf(enhanced->code);
    if (!codec || !isVideo(*codec))
        return TagError::UnsupportedCodec;
    video.codec = *codec;
    video.key = isKey(body[0]);
    video.payload = enhanced->payload;
    if (enhanced->packet == PacketType::CodedFrames && hasOffset(*codec) && !video.payload.empty()) {
        if (video.payload.size() < 3)
            return TagError::Truncated;
        video.compositionOffset = std::chrono::milliseconds(signed24(video.payload));
        video.payload = video.payload.subspan(3);
    }
    if (!video.payload.empty()) // ffmpeg begins AV1 of libaom with an empty sequence start
        video.kind = starts ? BodyKind::SequenceHeader : BodyKind::Frame;
    return video;
}

Result<ParsedAudio, TagError> parseEnhancedAudio(std::span<const std::uint8_t> body)
{
    const auto enhanced = readEnhanced(body, Kind::Audio);
    if (!enhanced)
        return TagError::Truncated;
    ParsedAudio audio;
    audio.otherTracks = enhanced->otherTracks;
    const bool starts = enhanced->packet == PacketType::SequenceStart;
    if (enhanced->empty || (!starts && enhanced->packet != PacketType::CodedFrames))
        return audio;
    const auto codec = codecOf(enhanced->code);
    if (!codec || isVideo(*codec))
        return TagError::UnsupportedCodec;
    audio.codec = *codec;
    audio.payload = enhanced->payload;
    if (!audio.payload.empty())
        audio.kind = starts ? BodyKind::SequenceHeader : BodyKind::Frame;
    return audio;
}

void append(BodyPrefix &prefix, std::uint32_t value, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0;)
        prefix.bytes[prefix.size++] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t codeOf(Codec codec)
{
    switch (codec) {
    case Codec::H264:
        return kAvcCode;
    case Codec::Hevc:
        return kHevcCode;
    case Codec::Av1:
        return kAv1Code;
    case Codec::Vp9:
        return kVp9Code;
    case Codec::Aac:
        return kAacCode;
    case Codec::Opus:
        return kOpusCode;
    case Codec::Mp3:
        return kMp3Code;
    }
    return 0;
}

BodyPrefix videoPrefix(Codec codec, bool key, PacketType packet, std::int64_t offset)
{
    BodyPrefix prefix;
    const auto frameType = static_cast<std::uint32_t>((key ? kKeyFrame : kInterFrame) << 4);
    const bool starts = packet == PacketType::SequenceStart;
    const auto shortOffset = static_cast<std::uint32_t>(std::clamp<std::int64_t>(offset, -0x800000, 0x7fffff));
    if (codec == Codec::H264) {
        append(prefix, frameType | kVideoAvc, 1);
        append(prefix, static_cast<std::uint32_t>(packet), 1); // AVCPacketType has the same numbers
        append(prefix, shortOffset, 3);
        return prefix;
    }
    append(prefix, kExtendedHeader | frameType | static_cast<std::uint32_t>(packet), 1);
    append(prefix, codeOf(codec), 4);
    if (!starts && hasOffset(codec))
        append(prefix, shortOffset, 3);
    if (starts && codec == Codec::Vp9)
        append(prefix, 0x01000000, 4); // the version and flags of vpcC, which the readers of VP9 that there are expect
    return prefix;
}

/// Format, rate, size and channels (E.4.2.1). Rates that it cannot say are rounded up; decoders believe the frame's own header.
std::uint32_t mp3Flags(const media::Track &track)
{
    const std::uint32_t rate = track.sampleRate > 22050 ? 3 : track.sampleRate > 11025 ? 2 : track.sampleRate > 8000 ? 1 : 0;
    const std::uint32_t format = track.sampleRate == 8000 ? kAudioMp3At8Khz : kAudioMp3;
    return format << 4 | rate << 2 | 2U | (track.channels >= 2 ? 1U : 0U);
}

BodyPrefix audioPrefix(const media::Track &track, PacketType packet)
{
    BodyPrefix prefix;
    const bool starts = packet == PacketType::SequenceStart;
    switch (track.codec) {
    case Codec::Mp3:
        if (!starts)
            append(prefix, mp3Flags(track), 1);
        return prefix;
    case Codec::Opus:
        append(prefix, static_cast<std::uint32_t>(kAudioExtended << 4) | static_cast<std::uint32_t>(packet), 1);
        append(prefix, kOpusCode, 4);
        return prefix;
    default:
        append(prefix, kAudioAac << 4 | 0x0f, 1); // AAC is always marked 44 kHz, 16 bit, stereo; its header tells the truth
        append(prefix, static_cast<std::uint32_t>(packet), 1);
        return prefix;
    }
}

media::Bytes join(const BodyPrefix &prefix, const media::Bytes &payload)
{
    media::Bytes body;
    body.reserve(prefix.size + payload.size());
    body.insert(body.end(), prefix.bytes.begin(), prefix.bytes.begin() + static_cast<std::ptrdiff_t>(prefix.size));
    body.insert(body.end(), payload.begin(), payload.end());
    return body;
}

std::string enhancedCodecInWords(std::span<const std::uint8_t> body, Kind kind)
{
    const auto enhanced = readEnhanced(body, kind);
    if (enhanced && kind == Kind::Video && enhanced->packet == PacketType::Mpeg2TsSequenceStart)
        return "video in the form of MPEG-2 TS";
    switch (enhanced ? enhanced->code : 0) {
    case kAvcCode:
        return "H.264";
    case kHevcCode:
        return "H.265 (HEVC)";
    case kAv1Code:
        return "AV1";
    case kVp9Code:
        return "VP9";
    case fourCc("vp08"):
        return "VP8";
    case fourCc("vvc1"):
        return "H.266 (VVC)";
    case kOpusCode:
        return "Opus";
    case kAacCode:
        return "AAC";
    case kMp3Code:
        return "MP3";
    case fourCc("ac-3"):
        return "AC-3";
    case fourCc("ec-3"):
        return "E-AC-3";
    case fourCc("fLaC"):
        return "FLAC";
    default:
        return "an unknown codec of enhanced RTMP";
    }
}

} // namespace

Result<ParsedVideo, TagError> parseVideoBody(std::span<const std::uint8_t> body)
{
    ParsedVideo video;
    if (body.empty())
        return video;
    const std::uint8_t first = body[0];
    if ((first & kExtendedHeader) != 0)
        return parseEnhancedVideo(body);
    if (first >> 4 == kCommandFrame)
        return video;
    const std::uint8_t codec = first & 0x0f;
    if (codec != kVideoAvc && codec != kVideoHevc)
        return TagError::UnsupportedCodec;
    video.codec = codec == kVideoAvc ? Codec::H264 : Codec::Hevc;
    if (body.size() < 2 || body[1] == 2) // codec byte alone, or end of sequence (some send it without the offset)
        return video;
    if (body.size() < 5)
        return TagError::Truncated;
    video.compositionOffset = std::chrono::milliseconds(signed24(body.subspan(2)));
    video.key = isKey(first);
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
    const std::uint8_t format = body[0] >> 4;
    switch (format) {
    case kAudioExtended:
        return parseEnhancedAudio(body);
    case kAudioMp3:
    case kAudioMp3At8Khz:
        audio.codec = Codec::Mp3;
        audio.payload = body.subspan(1);
        audio.kind = audio.payload.empty() ? BodyKind::Nothing : BodyKind::Frame;
        return audio;
    case kAudioAac:
        if (body.size() < 3 || body[1] > 1)
            return audio;
        audio.kind = body[1] == 0 ? BodyKind::SequenceHeader : BodyKind::Frame;
        audio.payload = body.subspan(2);
        return audio;
    default:
        return TagError::UnsupportedCodec;
    }
}

std::string videoCodecInWords(std::span<const std::uint8_t> body)
{
    if (body.empty())
        return "none";
    if ((body[0] & kExtendedHeader) != 0)
        return enhancedCodecInWords(body, Kind::Video);
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
    case kVideoHevc:
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
    case kAudioMp3:
    case kAudioMp3At8Khz:
        return "MP3";
    case 4:
    case 5:
    case 6:
        return "Nellymoser";
    case 7:
    case 8:
        return "G.711";
    case kAudioExtended:
        return enhancedCodecInWords(body, Kind::Audio);
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

double codecId(Codec codec)
{
    switch (codec) {
    case Codec::H264:
        return kVideoAvc;
    case Codec::Aac:
        return kAudioAac;
    case Codec::Mp3:
        return kAudioMp3;
    default:
        return codeOf(codec);
    }
}

BodyPrefix bodyPrefix(const media::Frame &frame)
{
    if (!frame.isVideo())
        return audioPrefix(*frame.track, PacketType::CodedFrames);
    // Both ends rounded to milliseconds alike, so that dts and pts each carry their own rounding and never add up.
    const auto dts = std::chrono::floor<std::chrono::milliseconds>(frame.dts);
    const auto pts = std::chrono::floor<std::chrono::milliseconds>(frame.pts);
    return videoPrefix(frame.track->codec, frame.key, PacketType::CodedFrames, (pts - dts).count());
}

BodyPrefix headerPrefix(const media::Track &track)
{
    return track.kind == Kind::Video ? videoPrefix(track.codec, true, PacketType::SequenceStart, 0)
                                     : audioPrefix(track, PacketType::SequenceStart);
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

// The body of an RTMP audio or video message, which is also that of an FLV tag: a codec header of 1 to 9 bytes, then payload.
// Pure functions on bytes that came from strangers; any thread. Adobe FLV 10.1, E.4.2 and E.4.3; enhanced RTMP (see enhanced.h).
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace matinee::rtmp {

enum class TagError
{
    Truncated,        ///< Ends inside its codec header, or that header contradicts itself.
    UnsupportedCodec, ///< Well formed, and none of media::Codec: `codecInWords` names it.
};

/// What a body holds. Nothing: empty, an end of sequence, a command frame, HDR values; to be passed over.
enum class BodyKind
{
    Nothing,
    SequenceHeader,
    Frame
};

struct ParsedVideo
{
    BodyKind kind = BodyKind::Nothing;
    media::Codec codec = media::Codec::H264; ///< As the body says. Old OBS says H264 and sends HEVC: see FrameReader.
    bool key = false;
    std::chrono::milliseconds compositionOffset{0}; ///< As sent: signed, not yet believed.
    std::span<const std::uint8_t> payload;          ///< Into the body. SequenceHeader: the codec's configuration.
    unsigned otherTracks = 0;                       ///< Of a body with several tracks: those that are not track 0.
};

struct ParsedAudio
{
    BodyKind kind = BodyKind::Nothing;
    media::Codec codec = media::Codec::Aac;
    std::span<const std::uint8_t> payload; ///< Into the body. SequenceHeader: the codec's configuration.
    unsigned otherTracks = 0;
};

[[nodiscard]] Result<ParsedVideo, TagError> parseVideoBody(std::span<const std::uint8_t> body);
[[nodiscard]] Result<ParsedAudio, TagError> parseAudioBody(std::span<const std::uint8_t> body);

/// "VP6", "AC-3", for the sentence that refuses them. Of the first bytes of a body; never echoes what was sent.
[[nodiscard]] std::string videoCodecInWords(std::span<const std::uint8_t> body);
[[nodiscard]] std::string audioCodecInWords(std::span<const std::uint8_t> body);

/// `videocodecid` or `audiocodecid` of onMetaData: the number of old, the FourCC as a number for what enhanced RTMP brought.
[[nodiscard]] double codecId(media::Codec codec);

/// The codec header of a frame's body; the frame's payload follows it unchanged.
struct BodyPrefix
{
    std::array<std::uint8_t, 9> bytes{};
    std::size_t size = 0;
    [[nodiscard]] std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
};
/// H264, Aac and Mp3 in the form that every player knows, the others in that of enhanced RTMP.
[[nodiscard]] BodyPrefix bodyPrefix(const media::Frame &frame);
/// The same for a track's sequence header; Track::config follows it. Empty for Mp3, which has none.
[[nodiscard]] BodyPrefix headerPrefix(const media::Track &track);

/// Whole bodies, one copy.
[[nodiscard]] media::Bytes videoBody(const media::Frame &frame);
[[nodiscard]] media::Bytes audioBody(const media::Frame &frame);
[[nodiscard]] media::Bytes videoHeaderBody(const media::Track &track);
[[nodiscard]] media::Bytes audioHeaderBody(const media::Track &track);

} // namespace matinee::rtmp

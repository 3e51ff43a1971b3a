// The body of an RTMP audio or video message, which is also that of an FLV tag: a codec header of 1 to 5 bytes, then payload.
// Pure functions on bytes that came from strangers; any thread. Adobe FLV 10.1, E.4.2 and E.4.3.
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
    Truncated,        ///< Ends inside its codec header.
    UnsupportedCodec, ///< Well formed, and not H.264 or AAC: `codecInWords` names it.
};

/// What a body holds. Nothing: empty, an end of sequence, a command frame; to be passed over.
enum class BodyKind
{
    Nothing,
    SequenceHeader,
    Frame
};

struct ParsedVideo
{
    BodyKind kind = BodyKind::Nothing;
    media::Codec codec = media::Codec::H264;
    bool key = false;
    std::chrono::milliseconds compositionOffset{0}; ///< As sent: signed, not yet believed.
    std::span<const std::uint8_t> payload;          ///< Into the body. SequenceHeader: the codec's configuration.
};

struct ParsedAudio
{
    BodyKind kind = BodyKind::Nothing;
    media::Codec codec = media::Codec::Aac;
    std::span<const std::uint8_t> payload; ///< Into the body. SequenceHeader: the codec's configuration.
};

[[nodiscard]] Result<ParsedVideo, TagError> parseVideoBody(std::span<const std::uint8_t> body);
[[nodiscard]] Result<ParsedAudio, TagError> parseAudioBody(std::span<const std::uint8_t> body);

/// "H.265 (HEVC)", "MP3", for the sentence that refuses them. Of the first bytes of a body; never echoes what was sent.
[[nodiscard]] std::string videoCodecInWords(std::span<const std::uint8_t> body);
[[nodiscard]] std::string audioCodecInWords(std::span<const std::uint8_t> body);

/// The codec header of a frame's body; the frame's payload follows it unchanged.
struct BodyPrefix
{
    std::array<std::uint8_t, 5> bytes{};
    std::size_t size = 0;
    [[nodiscard]] std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
};
[[nodiscard]] BodyPrefix bodyPrefix(const media::Frame &frame);
/// The same for a track's sequence header; Track::config follows it.
[[nodiscard]] BodyPrefix headerPrefix(const media::Track &track);

/// Whole bodies, one copy.
[[nodiscard]] media::Bytes videoBody(const media::Frame &frame);
[[nodiscard]] media::Bytes audioBody(const media::Frame &frame);
[[nodiscard]] media::Bytes videoHeaderBody(const media::Track &track);
[[nodiscard]] media::Bytes audioHeaderBody(const media::Track &track);

} // namespace matinee::rtmp

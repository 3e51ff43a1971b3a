// The header of enhanced RTMP (Veovera E-RTMP v1 and v2, ExVideoTagHeader and ExAudioTagHeader): packet type, modifiers, tracks, FourCC.
// Pure functions on bytes that came from strangers; any thread. What a FourCC and a packet type mean is tag_body's business.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace matinee::rtmp {

/// Four characters as one number, the first the highest, which is also how onMetaData writes them.
[[nodiscard]] constexpr std::uint32_t fourCc(std::string_view text)
{
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[0])) << 24 |
           static_cast<std::uint32_t>(static_cast<unsigned char>(text[1])) << 16 |
           static_cast<std::uint32_t>(static_cast<unsigned char>(text[2])) << 8 |
           static_cast<std::uint32_t>(static_cast<unsigned char>(text[3]));
}
inline constexpr std::uint32_t kHevcCode = fourCc("hvc1");
inline constexpr std::uint32_t kAv1Code = fourCc("av01");
inline constexpr std::uint32_t kVp9Code = fourCc("vp09");
inline constexpr std::uint32_t kAvcCode = fourCc("avc1");
inline constexpr std::uint32_t kOpusCode = fourCc("Opus");
inline constexpr std::uint32_t kAacCode = fourCc("mp4a");
inline constexpr std::uint32_t kMp3Code = fourCc(".mp3");

/// Numbers of video; of audio where they mean the same. Multitrack is 6 in video and 5 in audio.
enum class PacketType : std::uint8_t
{
    SequenceStart = 0,
    CodedFrames = 1,
    SequenceEnd = 2,
    CodedFramesX = 3,         ///< Video only: no composition offset is sent, it is 0.
    Metadata = 4,             ///< HDR values; in audio the meaning of channels.
    Mpeg2TsSequenceStart = 5, ///< Video only.
};

struct EnhancedBody
{
    PacketType packet = PacketType::SequenceEnd;
    std::uint32_t code = 0;                ///< FourCC of track 0.
    std::span<const std::uint8_t> payload; ///< Of track 0, into the body.
    bool empty = true;                     ///< Nothing for track 0: a command, or other tracks only.
    unsigned otherTracks = 0;              ///< Tracks of this body that were passed over.
};

/// `body` begins with a header of the extended kind. Nothing where it ends inside that header or nests tracks within tracks.
[[nodiscard]] std::optional<EnhancedBody> readEnhanced(std::span<const std::uint8_t> body, media::Kind kind);

} // namespace matinee::rtmp

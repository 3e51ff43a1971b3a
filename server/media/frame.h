// What crosses the server: tracks and frames. Immutable once made, shared by pointer between threads, copied by nobody.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace matinee::media {

/// Position on the stream's own timeline. Never wraps; may start anywhere; monotonic per track (decode time).
using MediaTime = std::chrono::duration<std::int64_t, std::micro>;
using Bytes = std::vector<std::uint8_t>;
using SharedBytes = std::shared_ptr<const Bytes>;

enum class Kind : std::uint8_t { Video, Audio };
enum class Codec : std::uint8_t { H264, Hevc, Av1, Vp9, Aac, Opus, Mp3 };

/// One elementary stream with one decoder configuration. A new configuration is a new Track, so that a frame can never be
/// paired with another frame's header.
struct Track
{
    Kind kind = Kind::Video;
    Codec codec = Codec::H264;
    /// H264: avcC. Hevc: hvcC. Av1: av1C. Vp9: vpcC without version and flags. Aac: AudioSpecificConfig. Opus: "OpusHead" (RFC 7845).
    /// Mp3: empty.
    Bytes config;
    std::string codecString; ///< RFC 6381, e.g. "avc1.64001f", "mp4a.40.2".
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t sampleRate = 0; ///< Hz
    std::uint32_t channels = 0;
    bool interlaced = false; ///< Its parameter sets say that pictures may be two fields of different times.
};
using TrackPtr = std::shared_ptr<const Track>;

/// One access unit. Video payload of H264 and Hevc: NAL units with 4-byte lengths (as in MP4 and FLV), parameter sets not repeated unless
/// the encoder does; of Av1: OBUs without temporal delimiters; of Vp9: the frame. Audio payload: one raw codec frame, no ADTS.
struct Frame
{
    TrackPtr track; ///< Never null.
    MediaTime dts{};
    MediaTime pts{}; ///< pts - dts is the composition offset, never negative; equal for audio.
    bool key = false; ///< Video: decoding can start here. Audio: always true.
    bool discontinuity = false; ///< First frame after a break: the publisher came back, or another took over. Its tracks are new.
    Bytes payload;

    [[nodiscard]] bool isVideo() const { return track->kind == Kind::Video; }
};
using FramePtr = std::shared_ptr<const Frame>;

} // namespace matinee::media

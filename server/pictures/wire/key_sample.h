// Where the picture is in a fragmented MP4 of ours (ISO/IEC 14496-12, 14496-15): the video track's decoder configuration, and the first
// sample of a fragment. Pure: bytes come in, values go out; every number in them is hostile until checked. Any thread.
#pragma once

#include "media/frame.h"
#include "record/wire/boxes.h"

#include <cstdint>
#include <optional>
#include <span>

namespace matinee::pictures {

struct VideoDescription
{
    std::uint32_t trackId = 0;
    media::Codec codec = media::Codec::H264;
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    media::Bytes config; ///< As in media::Track.
    std::uint32_t defaultSampleSize = 0;
};

/// `payload` of moov. Nothing where the file has no video track, or one in a codec of nobody's here.
[[nodiscard]] Result<std::optional<VideoDescription>, record::BoxError> readVideoDescription(std::span<const std::uint8_t> payload);

struct KeySample
{
    std::uint64_t offset = 0; ///< From the first byte of the moof box.
    std::uint32_t size = 0;
};

/// Larger key frames are refused: no message to the process that draws them has room for more.
inline constexpr std::uint32_t kMaxKeySampleBytes = 15U << 20;

/// `payload` of moof. The first sample of the video track; nothing where the fragment has none.
[[nodiscard]] Result<std::optional<KeySample>, record::BoxError> readKeySample(std::span<const std::uint8_t> payload,
                                                                               const VideoDescription &video);

} // namespace matinee::pictures

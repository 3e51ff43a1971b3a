// A key frame of a stream made a JPEG: posters, thumbnails. What goes in is a stranger's. Stateless; any thread.
#pragma once

#include "media/frame.h"
#include "transcode/libraries.h"
#include "transcode/size.h"

#include <cstdint>
#include <span>

namespace matinee::transcode {

struct Still
{
    Size size;
    media::Bytes jpeg;
};

struct KeyFrame
{
    media::Codec codec = media::Codec::H264;
    std::span<const std::uint8_t> config;
    std::span<const std::uint8_t> payload;
};

/// As large as fits into `most`, never enlarged, with square samples. InvalidArgument where the frame cannot be decoded whole,
/// Unavailable where this system has no decoder for it.
[[nodiscard]] Result<Still> makeStill(const Libraries &av, const KeyFrame &frame, Size most, int quality);

} // namespace matinee::transcode

// One picture as a JPEG (JFIF: BT.601, full range), and back. The bytes of a JPEG are a stranger's. Stateless; any thread.
#pragma once

#include "media/frame.h"
#include "transcode/handles.h"

#include <cstdint>
#include <span>

namespace matinee::transcode {

/// `picture` is YUV 4:2:0 of full range. `quality`: 1..100.
[[nodiscard]] Result<media::Bytes> encodeJpeg(const Libraries &av, AVFrame &picture, int quality);

/// InvalidArgument where it is none, damaged, or of more than `maxPixels`, for which no memory is asked.
[[nodiscard]] Result<FrameHandle> decodeJpeg(const Libraries &av, std::span<const std::uint8_t> bytes, std::int64_t maxPixels);

} // namespace matinee::transcode

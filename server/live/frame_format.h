// A wire form in which frames leave, made once per frame and shared by all viewers of that form.
// Implemented by each protocol as a stateless value (flv::TagFormat, rtmp::MessageFormat); pure, any thread.
#pragma once

#include "media/frame.h"

#include <cstddef>

namespace matinee::live {

enum class Format : std::size_t { Flv, FlvMessages, Rtmp };
inline constexpr std::size_t kFormatCount = 3;

class FrameFormat
{
public:
    virtual ~FrameFormat() = default;
    [[nodiscard]] virtual Format format() const = 0;
    /// The frame as it goes on the wire, whole.
    [[nodiscard]] virtual media::Bytes encode(const media::Frame &frame) const = 0;
    /// What a decoder needs before the first frame of this track (sequence header), stamped with the frame's time.
    [[nodiscard]] virtual media::Bytes header(const media::Frame &first) const = 0;
};

} // namespace matinee::live

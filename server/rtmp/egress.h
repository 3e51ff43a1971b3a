// Frames as RTMP players get them: whole messages in chunks, encoded once and shared (live::FanOut sends them). A stateless value; any
// thread.
#pragma once

#include "live/frame_format.h"

namespace matinee::rtmp {

class MessageFormat final : public live::FrameFormat
{
public:
    [[nodiscard]] live::Format format() const override { return live::Format::Rtmp; }
    [[nodiscard]] media::Bytes encode(const media::Frame &frame) const override;
    [[nodiscard]] media::Bytes header(const media::Frame &first) const override;
};

} // namespace matinee::rtmp

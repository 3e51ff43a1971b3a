// A frame as one FLV tag, encoded once and shared by all viewers of HTTP-FLV. A stateless value; any thread.
#pragma once

#include "flv/wire/tag.h"
#include "live/frame_format.h"

#include <span>

namespace matinee::flv {

class TagFormat final : public live::FrameFormat
{
public:
    [[nodiscard]] live::Format format() const override { return live::Format::Flv; }
    [[nodiscard]] media::Bytes encode(const media::Frame &frame) const override;
    [[nodiscard]] media::Bytes header(const media::Frame &first) const override;
};

/// What a viewer gets before the first frame: the file header, whose flags name these tracks and no others, and onMetaData.
[[nodiscard]] media::Bytes preamble(std::span<const media::TrackPtr> tracks);

} // namespace matinee::flv

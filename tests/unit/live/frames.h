// Frames for tests of the live core: numbered, with times in milliseconds.
#pragma once

#include "live/frame_format.h"
#include "media/frame.h"

namespace matinee::live {

inline media::TrackPtr videoTrack()
{
    return std::make_shared<media::Track>(media::Track{.kind = media::Kind::Video, .codec = media::Codec::H264, .config = {1}, .codecString = "avc1.64001f"});
}

inline media::TrackPtr audioTrack()
{
    return std::make_shared<media::Track>(media::Track{.kind = media::Kind::Audio, .codec = media::Codec::Aac, .config = {2}, .codecString = "mp4a.40.2"});
}

inline media::FramePtr frame(const media::TrackPtr &track, int ms, bool key, std::uint8_t mark = 0, std::size_t size = 10)
{
    auto made = std::make_shared<media::Frame>();
    made->track = track;
    made->dts = made->pts = std::chrono::milliseconds(ms);
    made->key = key;
    made->payload.assign(size, mark);
    return made;
}

/// Payload as it is, so that a test sees which frame came.
class PlainFormat final : public FrameFormat
{
public:
    Format format() const override { return Format::Flv; }
    media::Bytes encode(const media::Frame &frame) const override
    {
        ++encodes;
        return frame.payload;
    }
    media::Bytes header(const media::Frame &first) const override { return first.track->config; }
    mutable int encodes = 0;
};

} // namespace matinee::live

#include "rtmp/egress.h"

#include "rtmp/wire/chunk_writer.h"
#include "rtmp/wire/tag_body.h"

namespace matinee::rtmp {

namespace {

/// Absolute times in type 0 headers: a message means the same to every player, whenever it joined.
ChunkHeader chunkHeader(const media::Frame &frame)
{
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(frame.dts).count();
    const bool video = frame.isVideo();
    return {video ? kVideoChunks : kAudioChunks, video ? MessageType::Video : MessageType::Audio, kMediaStreamId,
            static_cast<std::uint32_t>(milliseconds)};
}

} // namespace

media::Bytes MessageFormat::encode(const media::Frame &frame) const
{
    media::Bytes out;
    appendMessage(out, chunkHeader(frame), bodyPrefix(frame).view(), frame.payload, kOurChunkSize);
    return out;
}

media::Bytes MessageFormat::header(const media::Frame &first) const
{
    media::Bytes out;
    if (first.track->codec == media::Codec::Mp3)
        return out; // each frame of it says everything
    appendMessage(out, chunkHeader(first), headerPrefix(*first.track).view(), first.track->config, kOurChunkSize);
    return out;
}

} // namespace matinee::rtmp

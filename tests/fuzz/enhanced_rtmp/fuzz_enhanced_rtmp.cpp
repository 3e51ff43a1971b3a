// A publisher's messages of every codec, old form and new: frames keep what media::Frame promises, and what we write of them we read.
// Input: for each message one byte of kind (bit 0: audio), one of time passed, two of length, then the body.
#include "rtmp/wire/frame_reader.h"
#include "rtmp/wire/tag_body.h"

#include <algorithm>
#include <cstdlib>

using namespace matinee;
using namespace matinee::rtmp;

namespace {

void check(const media::Frame &frame)
{
    if (frame.payload.empty() || frame.pts < frame.dts || (frame.isVideo() && (frame.track->width == 0 || frame.track->height == 0)))
        std::abort();
    if (frame.isVideo()) {
        const auto body = videoBody(frame);
        const auto read = parseVideoBody(body);
        if (!read || read->kind != BodyKind::Frame || read->codec != frame.track->codec || read->payload.size() != frame.payload.size())
            std::abort();
    } else {
        const auto body = audioBody(frame);
        const auto read = parseAudioBody(body);
        if (!read || read->kind != BodyKind::Frame || read->codec != frame.track->codec || read->payload.size() != frame.payload.size())
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    std::span<const std::uint8_t> bytes(data, size);
    FrameReader reader;
    std::uint32_t time = 0;
    media::MediaTime last[2]{media::MediaTime(-1), media::MediaTime(-1)};
    while (bytes.size() >= 4) {
        Message message;
        message.type = (bytes[0] & 1) != 0 ? MessageType::Audio : MessageType::Video;
        message.timestamp = time += bytes[1];
        const std::size_t length = std::min<std::size_t>(bytes[2] << 8 | bytes[3], bytes.size() - 4);
        message.payload.assign(bytes.begin() + 4, bytes.begin() + 4 + static_cast<std::ptrdiff_t>(length));
        bytes = bytes.subspan(4 + length);
        std::vector<media::FramePtr> frames;
        const bool good = static_cast<bool>(reader.read(message, frames));
        for (const auto &frame : frames) {
            auto &before = last[static_cast<int>(frame->track->kind)];
            if (frame->dts <= before)
                std::abort();
            before = frame->dts;
            check(*frame);
        }
        for (const auto &track : reader.tracks()) {
            FrameReader again;
            Message header;
            header.type = track->kind == media::Kind::Video ? MessageType::Video : MessageType::Audio;
            header.payload = track->kind == media::Kind::Video ? videoHeaderBody(*track) : audioHeaderBody(*track);
            if (!again.read(header, frames))
                std::abort(); // a track that we could not take ourselves
        }
        if (!good)
            return 0;
    }
    return 0;
}

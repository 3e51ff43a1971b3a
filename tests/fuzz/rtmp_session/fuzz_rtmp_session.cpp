// A whole conversation of a stranger with the server: commands in any order, granted or refused, and the frames that come of it.
// The first byte of the input decides: bit 0 grants, bits 1 to 7 are the size of a read.
#include "rtmp/wire/dialogue.h"
#include "rtmp/wire/frame_reader.h"

#include <algorithm>
#include <cstdlib>

using namespace matinee;
using namespace matinee::rtmp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 1)
        return 0;
    const bool grant = (data[0] & 1) != 0;
    const std::size_t piece = 1 + std::size_t{data[0]} / 2 * 8;
    const std::span bytes(data + 1, size - 1);
    Dialogue dialogue;
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    media::MediaTime last[2]{media::MediaTime(-1), media::MediaTime(-1)};
    for (std::size_t from = 0; from < bytes.size(); from += piece) {
        std::vector<Event> events;
        const auto fed = dialogue.feed(bytes.subspan(from, std::min(piece, bytes.size() - from)), events);
        for (const Event &event : events) {
            if (std::holds_alternative<PublishRequest>(event))
                grant ? dialogue.acceptPublish() : dialogue.refuse("NetStream.Publish.BadName", "no");
            else if (std::holds_alternative<PlayRequest>(event))
                grant ? dialogue.acceptPlay("x", reader.tracks()) : dialogue.refuse("NetStream.Play.StreamNotFound", "no");
            const auto *message = std::get_if<Message>(&event);
            if (message && !reader.read(*message, frames))
                return 0;
        }
        for (const auto &frame : frames) {
            auto &before = last[static_cast<int>(frame->track->kind)];
            if (frame->dts <= before || frame->pts < frame->dts || frame->payload.empty())
                std::abort();
            before = frame->dts;
        }
        frames.clear();
        (void)dialogue.takeOutput();
        if (!fed)
            return 0;
    }
    return 0;
}

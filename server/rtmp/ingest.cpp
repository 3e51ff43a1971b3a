#include "rtmp/ingest.h"

namespace matinee::rtmp {

Result<std::size_t, FrameFailure> Ingest::take(const std::vector<Event> &events)
{
    std::vector<media::FramePtr> frames;
    Result<void, FrameFailure> read;
    for (const Event &event : events) {
        if (const auto *metadata = std::get_if<EncoderMetadata>(&event)) {
            m_publication->setEncoder(metadata->encoder);
            m_publication->setPromisedKbps(metadata->kbps);
        }
        const auto *message = std::get_if<Message>(&event);
        if (!message)
            continue;
        read = m_reader.read(*message, frames);
        if (!read)
            break;
    }
    if (m_reader.takeTracksChanged())
        m_publication->setTracks(m_reader.tracks());
    const std::size_t count = frames.size();
    if (count != 0)
        m_publication->write(std::move(frames));
    if (!read)
        return read.error();
    return count;
}

} // namespace matinee::rtmp

// A publisher's way into its stream: what one read brought becomes frames, handed over in one call.
// Owned by the session of the publisher; on its worker.
#pragma once

#include "live/registry.h"
#include "rtmp/wire/dialogue.h"
#include "rtmp/wire/frame_reader.h"

#include <memory>
#include <vector>

namespace matinee::rtmp {

class Ingest
{
public:
    explicit Ingest(std::unique_ptr<live::Publication> publication) : m_publication(std::move(publication)) {}

    /// Number of frames that went to the stream. `events` may hold other things than messages; they are passed over.
    Result<std::size_t, FrameFailure> take(const std::vector<Event> &events);

    /// The publisher went without ending its stream; before this is destroyed.
    void lost() { m_publication->lost(); }

    [[nodiscard]] const FrameReader &reader() const { return m_reader; }

private:
    FrameReader m_reader;
    std::unique_ptr<live::Publication> m_publication;
};

} // namespace matinee::rtmp

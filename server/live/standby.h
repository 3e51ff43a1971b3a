// What is kept of a publisher that stands by: its frames since its newest key frame, so that it can take over at once. A value of the
// stream; home worker.
#pragma once

#include "media/frame.h"

#include <vector>

namespace matinee::live {

class Standby
{
public:
    static constexpr media::MediaTime kSound{1'000'000};    ///< Kept where there is no video.
    static constexpr media::MediaTime kLongest{20'000'000}; ///< Of a group; a longer one is given up until its next key frame.

    explicit Standby(std::size_t maxBytes) : m_maxBytes(maxBytes) {}

    void keep(const std::vector<media::FramePtr> &frames);
    void setTracks(std::vector<media::TrackPtr> tracks) { m_tracks = std::move(tracks); }
    void clear();

    [[nodiscard]] const std::vector<media::TrackPtr> &tracks() const { return m_tracks; }
    [[nodiscard]] std::vector<media::FramePtr> take(); ///< Oldest first; empty afterwards.
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }

private:
    void add(const media::FramePtr &frame);
    void forget();

    const std::size_t m_maxBytes;
    std::vector<media::TrackPtr> m_tracks;
    std::vector<media::FramePtr> m_frames;
    std::size_t m_bytes = 0;
    bool m_hasVideo = false;
    bool m_hasKey = false; // m_frames begins with a key frame
};

} // namespace matinee::live

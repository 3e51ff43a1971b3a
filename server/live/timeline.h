// From the clocks of the publishers that come one after another to the one timeline of their stream. A value of the stream; home worker.
// After a break the stream goes on one frame after its newest one, with one offset for all tracks, at a key frame where there is video.
#pragma once

#include "media/frame.h"

#include <array>
#include <optional>

namespace matinee::live {

class Timeline
{
public:
    /// Sound of a new publisher waits so long for the first picture: where one was announced, and where the stream had one before.
    static constexpr media::MediaTime kAwaitAnnounced{3'000'000};
    static constexpr media::MediaTime kAwaitFormer{1'000'000};

    /// What comes next is from somebody else, or from the same publisher after its return. Nothing before the first frame.
    void interrupt();
    /// The publisher has this track: what viewers shall get for it. After a break that is an object that no viewer has seen.
    [[nodiscard]] media::TrackPtr announce(const media::TrackPtr &track);
    /// The frame as the stream has it, or null where viewers cannot use it: before the first key frame after a break, or sound from
    /// before it. The same object where nothing had to be changed.
    [[nodiscard]] media::FramePtr map(const media::FramePtr &frame);

    [[nodiscard]] bool started() const { return m_started; }
    [[nodiscard]] media::MediaTime newest() const { return m_newest; }

private:
    struct Lane
    {
        media::TrackPtr source;               // as the publisher has it
        media::TrackPtr shown;                // as viewers get it
        media::TrackPtr former;               // shown before the break
        std::optional<media::MediaTime> last; // decode time of the newest frame
        media::MediaTime step{};              // between the newest two
        bool announced = false;               // by the publisher of now
        bool awaitKey = false;
    };
    [[nodiscard]] bool resume(const media::Frame &frame);

    std::array<Lane, 2> m_lanes; // by Kind
    media::MediaTime m_offset{};
    media::MediaTime m_newest{};
    std::optional<media::MediaTime> m_firstSound; // of a publisher whose first picture is awaited
    bool m_started = false;
    bool m_broken = false;
    bool m_mark = false; // the next frame is the first after the break
};

} // namespace matinee::live

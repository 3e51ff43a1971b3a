// Times of a foreign source: placed on a line that begins at zero, never steps back and never leaps; and handed on no faster than they
// are to be shown. Values; `now` is passed in. Used in the relay process.
#pragma once

#include "media/frame.h"
#include "relay/wire/message.h"

#include <array>
#include <optional>

namespace matinee::relay::wire {

struct Placed
{
    media::MediaTime dts{};
    media::MediaTime pts{};
};

class Timeline
{
public:
    static constexpr media::MediaTime kLeap = std::chrono::seconds(10);      ///< More than this from the newest frame is another timeline.
    static constexpr media::MediaTime kStep = std::chrono::milliseconds(20); ///< What stands between the two then.
    static constexpr media::MediaTime kLeast = std::chrono::milliseconds(1); ///< Between two frames of one track.
    static constexpr media::MediaTime kMaxComposition = std::chrono::seconds(5);

    /// `track` is below kMaxTracks. A source that leaves out either time means the other; one that leaves out both means "next".
    [[nodiscard]] Placed place(std::size_t track, std::optional<media::MediaTime> dts, std::optional<media::MediaTime> pts);

private:
    std::optional<media::MediaTime> m_shift; // from the source's times to ours
    media::MediaTime m_newest{};
    std::array<std::optional<media::MediaTime>, kMaxTracks> m_last;
};

/// A playlist brings seconds of video at once, a file all of it: a live stream has one second a second.
class Pacer
{
public:
    static constexpr media::MediaTime kLate = std::chrono::seconds(5); ///< A source further behind has lost this time for good.

    /// `lead`: how far frames may run ahead, for sources that begin with what they had in store.
    explicit Pacer(media::MediaTime lead) : m_lead(lead) {}
    /// How long to wait before the frame is handed on. `now` counts from anywhere, steadily.
    [[nodiscard]] media::MediaTime delay(media::MediaTime dts, media::MediaTime now);

private:
    const media::MediaTime m_lead;
    std::optional<media::MediaTime> m_begin; // `now` at which time zero was to be shown
};

} // namespace matinee::relay::wire

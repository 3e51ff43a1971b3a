// How a ladder's process keeps up with its source: what it leaves out, and when. A burst is no reason: a stream that is joined comes with
// all since its last key frame at once. A value; pure, `now` is passed in.
#pragma once

#include "media/frame.h"

#include <optional>

namespace matinee::relay {

enum class Pace
{
    Every,       ///< Every picture is encoded.
    EverySecond, ///< Every picture is decoded, which the next ones need, and every second one encoded.
    NextKey      ///< Nothing before the next key frame.
};

class Backlog
{
public:
    static constexpr media::MediaTime kLate = std::chrono::milliseconds(500);
    static constexpr media::MediaTime kLateFor = std::chrono::seconds(1); ///< Behind for so long before pictures are left out.
    static constexpr media::MediaTime kTooLate = std::chrono::seconds(3);
    static constexpr media::MediaTime kTooLateFor = std::chrono::seconds(3);
    static constexpr media::MediaTime kGain = std::chrono::seconds(1); ///< Who makes up for so much in that time gets as long again.

    /// `behind`: from the frame at hand to the newest that has come.
    [[nodiscard]] Pace judge(media::MediaTime behind, media::MediaTime now)
    {
        if (behind <= kTooLate) {
            m_tooLate.reset();
        } else if (!m_tooLate) {
            m_tooLate = Mark{now, behind};
        } else if (now - m_tooLate->at >= kTooLateFor) {
            const bool gains = m_tooLate->behind - behind >= kGain;
            m_tooLate = Mark{now, behind};
            if (!gains)
                return Pace::NextKey;
        }
        if (behind <= kLate)
            m_lateSince.reset();
        else if (!m_lateSince)
            m_lateSince = now;
        return m_lateSince && now - *m_lateSince >= kLateFor ? Pace::EverySecond : Pace::Every;
    }

private:
    struct Mark
    {
        media::MediaTime at, behind;
    };
    std::optional<media::MediaTime> m_lateSince;
    std::optional<Mark> m_tooLate;
};

} // namespace matinee::relay

// Which pictures of a stream are kept so that no more than so many come in a second; key pictures always are. A value; pure.
#pragma once

#include "media/frame.h"

namespace matinee::transcode {

class FrameGate
{
public:
    explicit FrameGate(double maxFps) : m_interval(static_cast<std::int64_t>(1e6 / maxFps)) {}

    [[nodiscard]] bool keep(media::MediaTime pts, bool key)
    {
        // Times of RTMP are whole milliseconds: a picture may come a little before its turn.
        const bool due = !m_begun || pts + m_interval / 8 >= m_next;
        if (!due && !key)
            return false;
        // In step with the pictures that were kept, but not with a gap behind it.
        const bool inStep = m_begun && due && !key && pts - m_next < m_interval;
        m_next = (inStep ? m_next : pts) + m_interval;
        m_begun = true;
        return true;
    }

private:
    media::MediaTime m_interval;
    media::MediaTime m_next{};
    bool m_begun = false;
};

} // namespace matinee::transcode

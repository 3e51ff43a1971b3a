#include "live/standby.h"

#include <algorithm>
#include <utility>

namespace matinee::live {

void Standby::forget()
{
    m_frames.clear();
    m_bytes = 0;
    m_hasKey = false;
}

void Standby::clear()
{
    forget();
    m_tracks.clear();
    m_hasVideo = false;
}

std::vector<media::FramePtr> Standby::take()
{
    auto frames = std::exchange(m_frames, {});
    clear();
    return frames;
}

void Standby::keep(const std::vector<media::FramePtr> &frames)
{
    for (const auto &frame : frames)
        add(frame);
}

void Standby::add(const media::FramePtr &frame)
{
    if (frame->isVideo() && (frame->key || !m_hasVideo)) {
        forget();
        m_hasVideo = true;
        m_hasKey = frame->key;
    }
    if (m_hasVideo && !m_hasKey)
        return; // nothing can be decoded before the next key frame
    m_frames.push_back(frame);
    m_bytes += frame->payload.size();
    if (m_hasVideo) {
        if (m_bytes > m_maxBytes || frame->dts - m_frames.front()->dts > kLongest)
            forget();
        return;
    }
    const auto from = std::find_if(m_frames.begin(), m_frames.end(), [&](const auto &kept) { return frame->dts - kept->dts <= kSound; });
    for (auto old = m_frames.begin(); old != from; ++old)
        m_bytes -= (*old)->payload.size();
    m_frames.erase(m_frames.begin(), from);
    if (m_bytes > m_maxBytes)
        forget();
}

} // namespace matinee::live

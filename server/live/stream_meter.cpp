#include "live/stream_meter.h"

#include <algorithm>

namespace matinee::live {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::int64_t wholeSeconds(StreamMeter::Clock::time_point now)
{
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

} // namespace

bool StreamMeter::add(const media::Frame &frame, Clock::time_point now)
{
    const auto second = wholeSeconds(now);
    if (m_firstSecond < 0)
        m_firstSecond = second;
    bool rolled = false;
    auto &slot = m_seconds[static_cast<std::size_t>(second) % m_seconds.size()];
    if (slot.second != second) {
        publish(second);
        slot = {second, 0, 0};
        rolled = true;
    }
    slot.bytes += frame.payload.size();
    m_bytes.store(m_bytes.load(relaxed) + frame.payload.size(), relaxed);
    m_newest.store(second, relaxed);
    m_hasVideo = m_hasVideo || frame.isVideo();
    if (m_hasVideo && !frame.isVideo())
        return rolled;
    ++slot.frames;
    m_frames.store(m_frames.load(relaxed) + 1, relaxed);
    if (!frame.isVideo() || !frame.key)
        return rolled;
    if (m_lastKey.count() >= 0)
        m_keyFrameInterval.store(std::chrono::duration<double>(frame.dts - m_lastKey).count(), relaxed);
    m_lastKey = frame.dts;
    return rolled;
}

void StreamMeter::setSent(std::uint64_t bytes, Clock::time_point now)
{
    const auto second = wholeSeconds(now);
    if (m_sent.back().second == second)
        return;
    std::move(m_sent.begin() + 1, m_sent.end(), m_sent.begin());
    m_sent.back() = {second, bytes};
    const auto oldest = std::find_if(m_sent.begin(), m_sent.end(), [](const Sent &sent) { return sent.second >= 0; });
    const auto time = second - oldest->second;
    m_outKbps.store(time > 0 ? static_cast<std::uint32_t>((bytes - oldest->bytes) * 8 / 1000 / static_cast<std::uint64_t>(time)) : 0, relaxed);
}

void StreamMeter::publish(std::int64_t second)
{
    std::uint64_t bytes = 0;
    std::uint32_t frames = 0;
    std::int64_t counted = 0;
    for (const auto &slot : m_seconds) {
        if (slot.second >= second || slot.second < second - static_cast<std::int64_t>(kSeconds) || slot.second == 0)
            continue;
        bytes += slot.bytes;
        frames += slot.frames;
    }
    counted = std::clamp<std::int64_t>(second - m_firstSecond, 1, kSeconds);
    m_bitrateKbps.store(static_cast<std::uint32_t>(bytes * 8 / 1000 / static_cast<std::uint64_t>(counted)), relaxed);
    m_counted.store(static_cast<std::uint32_t>(counted), relaxed);
    m_fps.store(static_cast<double>(frames) / static_cast<double>(counted), relaxed);
}

StreamMeter::Reading StreamMeter::read(Clock::time_point now) const
{
    Reading reading{m_frames.load(relaxed), m_bytes.load(relaxed), m_bitrateKbps.load(relaxed), m_fps.load(relaxed), m_keyFrameInterval.load(relaxed),
                    m_outKbps.load(relaxed), m_counted.load(relaxed)};
    if (wholeSeconds(now) - m_newest.load(relaxed) > static_cast<std::int64_t>(kSeconds)) {
        reading.bitrateKbps = 0; // nothing has come for a while: the last rates are history
        reading.fps = 0;
        reading.outKbps = 0;
        reading.seconds = 0;
    }
    return reading;
}

} // namespace matinee::live

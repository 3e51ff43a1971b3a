// What flows through a stream: totals, and rates over the last four seconds. Written by the home worker, read by any thread.
#pragma once

#include "media/frame.h"

#include <array>
#include <atomic>
#include <chrono>

namespace matinee::live {

class StreamMeter
{
public:
    using Clock = std::chrono::steady_clock;

    // home worker
    /// True where a new second has begun with this frame, and with it new rates.
    bool add(const media::Frame &frame, Clock::time_point now);
    /// What has gone out to all viewers since the beginning; about once a second.
    void setSent(std::uint64_t bytes, Clock::time_point now);

    struct Reading
    {
        std::uint64_t frames = 0; ///< Video frames, or audio frames where there is no video.
        std::uint64_t bytes = 0;
        std::uint32_t bitrateKbps = 0;
        double fps = 0;
        double keyFrameIntervalSeconds = 0;
        std::uint32_t outKbps = 0;
        std::uint32_t seconds = 0; ///< Over which the rates were taken.
    };
    // any thread
    [[nodiscard]] Reading read(Clock::time_point now) const;

private:
    static constexpr std::size_t kSeconds = 4;
    struct Second
    {
        std::int64_t second = 0;
        std::uint64_t bytes = 0;
        std::uint32_t frames = 0;
    };
    struct Sent
    {
        std::int64_t second = -1;
        std::uint64_t bytes = 0;
    };
    void publish(std::int64_t second);

    // home worker
    std::array<Second, kSeconds + 1> m_seconds{}; // the running second and the four before
    std::int64_t m_firstSecond = -1;
    media::MediaTime m_lastKey{-1};
    bool m_hasVideo = false;
    std::array<Sent, kSeconds + 1> m_sent{}; // oldest first

    // any thread
    std::atomic<std::uint64_t> m_frames{0};
    std::atomic<std::uint64_t> m_bytes{0};
    std::atomic<std::uint32_t> m_bitrateKbps{0};
    std::atomic<std::uint32_t> m_outKbps{0};
    std::atomic<std::uint32_t> m_counted{0};
    std::atomic<double> m_fps{0};
    std::atomic<double> m_keyFrameInterval{0};
    std::atomic<std::int64_t> m_newest{0};
};

} // namespace matinee::live

// What an encoder could do better, found in the frames themselves: a value of the stream, fed by its home worker once a frame.
// Judges by the last seconds, so that a warning goes when its cause does.
#pragma once

#include "media/frame.h"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace matinee::live {

struct Warning
{
    std::string code;    ///< "b_frames": stable, for programs.
    std::string message; ///< What it means and what to do, for people.
};

class Advice
{
public:
    void add(const media::Frame &frame);
    /// Somebody else publishes: what was found belongs to the one before.
    void reset();
    /// What was said about the bitrate before: by the encoder or by a limit; 0 for nothing.
    void setPromisedKbps(std::uint32_t kbps) { m_promisedKbps = kbps; }

    [[nodiscard]] std::vector<Warning> warnings() const; ///< The gravest first.

private:
    using Time = media::MediaTime;
    static constexpr std::size_t kSteps = 120;

    void addVideo(const media::Frame &frame);
    void weigh(const media::Frame &frame);
    void compareClocks();
    [[nodiscard]] bool variableRate() const;

    std::uint32_t m_promisedKbps = 0;

    std::optional<Time> m_firstVideo, m_lastVideo, m_firstAudio, m_lastAudio, m_lastKey, m_lastBFrame;
    Time m_keyGap{}; // longest of the last two
    Time m_keyGapBefore{};
    std::array<Time, kSteps> m_steps{}; // between video frames, the newest overwriting the oldest
    std::size_t m_stepCount = 0;

    // Sound against picture: the mean distance of each second, and that of the first ones.
    bool m_pictureSince = false; // the last sound
    bool m_interlaced = false;
    Time m_distanceSum{};
    std::int64_t m_distanceCount = 0;
    std::optional<Time> m_distanceSince;
    std::deque<Time> m_distances;
    std::optional<Time> m_distanceAtFirst;

    // Weight over the last seconds of the stream's own time.
    struct Weight
    {
        Time begins{};
        std::uint64_t bytes = 0;
    };
    std::deque<Weight> m_weights;
};

} // namespace matinee::live

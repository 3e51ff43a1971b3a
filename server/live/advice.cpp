#include "live/advice.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

namespace matinee::live {

namespace {

using Time = media::MediaTime;
using namespace std::chrono_literals;

constexpr Time kFarKeys = 4s;
constexpr Time kRareKeys = 10s;
constexpr Time kRecent = 10s;         // so long what was seen once is still true
constexpr Time kSilence = 5s;         // picture without sound
constexpr Time kWeighed = 5s;         // over which the bitrate is taken
constexpr double kPromiseSlack = 1.2; // encoders vary around what they announce
constexpr Time kDrift = 150ms;        // people notice sound that is this late
constexpr std::size_t kDistances = 6;
constexpr std::size_t kDistancesForMean = 3;
constexpr double kUneven = 0.35;     // of the usual step
constexpr Time kUnevenAtLeast = 6ms; // milliseconds are rounded on the way
constexpr double kUnevenShare = 0.15;

double seconds(Time time)
{
    return std::chrono::duration<double>(time).count();
}

std::string withNumber(const char *format, double number)
{
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(), format, number);
    return text.data();
}

template <class Iterator> Time meanOf(Iterator from, Iterator to)
{
    return std::accumulate(from, to, Time::zero()) / std::max<std::int64_t>(to - from, 1);
}

} // namespace

void Advice::reset()
{
    const auto promised = m_promisedKbps;
    *this = Advice();
    m_promisedKbps = promised;
}

void Advice::add(const media::Frame &frame)
{
    if (frame.discontinuity)
        reset();
    weigh(frame);
    if (frame.isVideo()) {
        addVideo(frame);
        return;
    }
    if (!m_firstAudio)
        m_firstAudio = frame.dts;
    if (m_lastAudio && frame.dts - *m_lastAudio > 1s) { // it was away: no measure of its clock
        m_distances.clear();
        m_distanceAtFirst.reset();
    }
    m_lastAudio = frame.dts;
    compareClocks();
}

void Advice::addVideo(const media::Frame &frame)
{
    if (!m_firstVideo)
        m_firstVideo = frame.dts;
    m_interlaced = frame.track->interlaced;
    if (frame.pts != frame.dts && m_lastVideo) // a constant offset of all frames comes from B-frames too
        m_lastBFrame = frame.dts;
    if (frame.key) {
        if (m_lastKey) {
            m_keyGapBefore = m_keyGap;
            m_keyGap = frame.dts - *m_lastKey;
        }
        m_lastKey = frame.dts;
    }
    if (m_lastVideo)
        m_steps[m_stepCount++ % kSteps] = frame.dts - *m_lastVideo;
    m_lastVideo = frame.dts;
    m_pictureSince = true;
}

void Advice::weigh(const media::Frame &frame)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(frame.dts);
    if (m_weights.empty() || second > m_weights.back().begins)
        m_weights.push_back({second, 0});
    m_weights.back().bytes += frame.payload.size();
    while (m_weights.size() > 1 && m_weights.back().begins - m_weights.front().begins > kWeighed)
        m_weights.pop_front();
}

/// Both tracks are sent as they are recorded, so the distance of their newest times stays the same unless their clocks differ. Measured
/// where they alternate: one that has stopped is no slow clock.
void Advice::compareClocks()
{
    if (!std::exchange(m_pictureSince, false))
        return;
    const Time now = *m_lastVideo;
    if (!m_distanceSince)
        m_distanceSince = now;
    m_distanceSum += now - *m_lastAudio;
    ++m_distanceCount;
    if (now - *m_distanceSince < 1s)
        return;
    m_distances.push_back(m_distanceSum / m_distanceCount);
    m_distanceSum = {};
    m_distanceCount = 0;
    m_distanceSince = now;
    if (m_distances.size() > kDistances)
        m_distances.pop_front();
    if (!m_distanceAtFirst && m_distances.size() == kDistances) // the very first second is often uneven
        m_distanceAtFirst = meanOf(m_distances.begin() + 1, m_distances.end());
}

bool Advice::variableRate() const
{
    if (m_stepCount < kSteps)
        return false;
    auto sorted = m_steps;
    std::sort(sorted.begin(), sorted.end());
    const Time usual = sorted[kSteps / 2];
    const Time allowed = std::max(kUnevenAtLeast, std::chrono::duration_cast<Time>(usual * kUneven));
    const auto uneven =
        std::count_if(sorted.begin(), sorted.end(), [&](Time step) { return step > usual + allowed || step < usual - allowed; });
    return static_cast<double>(uneven) > kUnevenShare * kSteps;
}

std::vector<Warning> Advice::warnings() const
{
    std::vector<Warning> found;
    if (m_lastKey && m_lastVideo) {
        const auto gap = std::max({m_keyGap, m_keyGapBefore, *m_lastVideo - *m_lastKey});
        if (gap > kRareKeys)
            found.push_back({"key_frames_over_10s",
                             withNumber("Key frames are %.0f s apart: viewers wait that long for a picture, and HLS cannot be cut in time. "
                                        "Set the key frame interval of the encoder to 1 or 2 s.",
                                        seconds(gap))});
        else if (gap > kFarKeys)
            found.push_back({"key_frames_over_4s", withNumber("Key frames are %.1f s apart: HLS has a delay of at least three times that. "
                                                              "Set the key frame interval of the encoder to 1 or 2 s.",
                                                              seconds(gap))});
    }
    if (!m_distances.empty() && m_distanceAtFirst) {
        const auto from = m_distances.size() > kDistancesForMean ? m_distances.end() - kDistancesForMean : m_distances.begin();
        const auto drift = meanOf(from, m_distances.end()) - *m_distanceAtFirst;
        if (drift > kDrift || drift < -kDrift)
            found.push_back(
                {"audio_drift", withNumber(drift > Time::zero() ? "Sound has fallen %.2f s behind the picture since the beginning. "
                                                                : "Sound has run %.2f s ahead of the picture since the beginning. ",
                                           std::abs(seconds(drift))) +
                                    "Use one device for both, or restart the encoder."});
    }
    if (m_firstVideo && m_lastVideo && *m_lastVideo - std::max(m_lastAudio.value_or(*m_firstVideo), *m_firstVideo) > kSilence)
        found.push_back({"no_audio", m_firstAudio ? "The sound has stopped; the picture goes on." : "There is a picture and no sound."});
    if (m_promisedKbps > 0 && m_weights.size() > 2 && m_weights.back().begins - m_weights.front().begins >= kWeighed) {
        std::uint64_t bytes = 0; // of whole seconds
        for (auto weight = m_weights.begin(); weight != m_weights.end() - 1; ++weight)
            bytes += weight->bytes;
        const double kbps = static_cast<double>(bytes) * 8 / 1000 / seconds(m_weights.back().begins - m_weights.front().begins);
        if (kbps > m_promisedKbps * kPromiseSlack)
            found.push_back({"bitrate_over_promise", withNumber("The encoder sends %.0f kbit/s, ", kbps) +
                                                         withNumber("more than the %.0f kbit/s that were announced.", m_promisedKbps)});
    }
    if (m_interlaced)
        found.push_back({"interlaced",
                         "The picture is coded as interlaced: screens show combs at edges that move. Deinterlace it in the "
                         "encoder (in OBS: right-click the source, Deinterlacing), or set the camera to a progressive format."});
    if (variableRate())
        found.push_back(
            {"variable_frame_rate", "The time between frames varies: some players stutter. Set a constant frame rate in the encoder."});
    if (m_lastBFrame && m_lastVideo && *m_lastVideo - *m_lastBFrame < kRecent)
        found.push_back({"b_frames",
                         "The encoder sends B-frames, which add delay and cannot be played by WebRTC. Set them to 0 (in OBS: tune "
                         "zerolatency, or B-frames 0)."});
    return found;
}

} // namespace matinee::live

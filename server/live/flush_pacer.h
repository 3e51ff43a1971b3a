// When viewers are served: the policy alone, as values that are told the time. No clock, no thread, no socket.
// FlushPacer decides for one replica, MergeWindow for a worker under load, JoinPace for a viewer that has just come.
#pragma once

#include "media/frame.h"

#include <chrono>
#include <optional>

namespace matinee::live {

using Instant = std::chrono::steady_clock::time_point;

/// How far apart a worker's flush rounds lie. Nothing while it has time: each picture goes out as it comes. As the worker fills, rounds
/// come less often, each with more in it: fewer system calls for the same bytes.
class MergeWindow
{
public:
    explicit MergeWindow(std::chrono::milliseconds longest) : m_longest(longest) {}

    static constexpr std::chrono::milliseconds kReadEvery{500};
    static constexpr double kFull = 0.90;      ///< Above, rounds come less often,
    static constexpr double kSaturated = 0.98; ///< quickly so where the true demand is hidden by the limit.
    static constexpr double kRelaxed = 0.55;   ///< Below, more often by large steps.
    /// More often by small steps where that cannot take the worker beyond this share; under kFull, so that a step back does not cause the
    /// next step forth.
    static constexpr double kRoom = 0.87;

    /// One reading each kReadEvery: the share of that time in which the worker had work, 0 to 1.
    void update(double busy);
    [[nodiscard]] std::chrono::milliseconds value() const { return m_value; }

private:
    std::chrono::milliseconds m_longest;
    std::chrono::milliseconds m_value{0};
};

/// When the next round of one stream is due. A picture is due at once and takes the audio along that waits; audio waits for a picture at
/// most kAudioWait. Halves the system calls: there are more audio frames than pictures.
class FlushPacer
{
public:
    static constexpr std::chrono::milliseconds kAudioWait{40};

    /// Frames have come. `picture`: among them one of video, or the stream has none.
    void add(Instant now, bool picture);
    /// When what waits is to go; nothing where nothing waits. In the past: now.
    [[nodiscard]] std::optional<Instant> due(std::chrono::milliseconds merge) const;
    /// A round begins, with everything that is there.
    void begin(Instant now);

private:
    std::optional<Instant> m_wanted;
    Instant m_last{};
};

/// Lets a viewer that joins have its first picture at once and the rest of the key-frame group a few times faster than it plays, so that
/// many who join together do not fill the link with their past.
class JoinPace
{
public:
    static constexpr media::MediaTime kAtOnce{std::chrono::milliseconds(250)}; ///< Enough for a player to begin.
    static constexpr int kLeastSpeed = 4;
    static constexpr media::MediaTime kCatchUp{std::chrono::seconds(1)}; ///< A long group goes faster: it is over in about this time.

    /// The viewer begins at `from`; the stream is at `newest`.
    JoinPace(Instant now, media::MediaTime from, media::MediaTime newest);
    /// Newest time that may be sent now.
    [[nodiscard]] media::MediaTime limit(Instant now) const;

private:
    Instant m_began;
    media::MediaTime m_from;
    int m_speed;
};

} // namespace matinee::live

// MPEG-TS (ISO/IEC 13818-1) from frames, in memory, by libavformat: one muxer for as long as the tracks stay the same, so that
// continuity counters and times go on from segment to segment. Owned and used by one segmenter on one worker; asks no clock.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace matinee::mux {

class TsMuxer
{
public:
    /// The tracks become the PMT, so name only real ones. FailedPrecondition where none of them fits into MPEG-TS here (H.264 and AAC
    /// do); those that do not are left out. Unavailable where FFmpeg's libraries are missing.
    [[nodiscard]] static Result<std::unique_ptr<TsMuxer>> create(const std::vector<media::TrackPtr> &tracks);
    /// Loads FFmpeg's libraries, which create() would do otherwise: the first time it takes some 25 ms.
    [[nodiscard]] static Result<void> load();
    ~TsMuxer();
    TsMuxer(const TsMuxer &) = delete;
    TsMuxer &operator=(const TsMuxer &) = delete;

    /// Whether `track` can be carried at all.
    [[nodiscard]] static bool carries(const media::Track &track);
    /// Whether frames of this very track (its decoder configuration included) may be written.
    [[nodiscard]] bool has(const media::Track &track) const;

    /// Adds a frame to the segment. A key frame comes out with its parameter sets before it. Times are repaired where a track would go
    /// back; audio is timed by its samples. InvalidArgument for a malformed frame, which is left out and does no harm to the rest.
    [[nodiscard]] Result<void> write(const media::Frame &frame);

    /// The segment so far; the next frame begins a new one, with its own PAT and PMT.
    [[nodiscard]] Result<std::string> cut();
    /// Bytes of the segment so far, save a little that libavformat still holds.
    [[nodiscard]] std::size_t pendingBytes() const;

private:
    struct State;
    explicit TsMuxer(std::unique_ptr<State> state);

    std::unique_ptr<State> m_state;
};

} // namespace matinee::mux

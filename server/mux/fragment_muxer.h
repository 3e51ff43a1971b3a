// Fragmented MP4 (ISO/IEC 14496-12, CMAF) from frames, in memory, by libavformat: one muxer for as long as the tracks stay the same.
// Owned and used by one segmenter or recorder on one worker; asks no clock.
//
// Times in it are the stream's own and absolute: each fragment says where it stands, so one may be left out and two muxers of the same
// frames agree. There are no edit lists.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace matinee::mux {

struct Fragment
{
    std::string bytes;           ///< moof and mdat; empty where nothing was written since the last cut.
    media::MediaTime begins{};   ///< Decode time of its first frame: of the video, where there is any in it.
    media::MediaTime duration{}; ///< Up to the next fragment.
    bool independent = false;    ///< Decoding can begin with it.
};

class FragmentMuxer
{
public:
    /// FailedPrecondition where none of the tracks fits; those that do not are left out. InvalidArgument for a decoder configuration that
    /// libavformat does not take. Unavailable where FFmpeg's libraries are missing.
    [[nodiscard]] static Result<std::unique_ptr<FragmentMuxer>> create(const std::vector<media::TrackPtr> &tracks);
    /// Loads FFmpeg's libraries, which create() would do otherwise: the first time it takes some 25 ms.
    [[nodiscard]] static Result<void> load();
    ~FragmentMuxer();
    FragmentMuxer(const FragmentMuxer &) = delete;
    FragmentMuxer &operator=(const FragmentMuxer &) = delete;

    /// Whether `track` can be carried: H.264, HEVC, AV1, VP9, AAC, Opus, MP3.
    [[nodiscard]] static bool carries(const media::Track &track);
    /// Whether frames of this very track (its decoder configuration included) may be written.
    [[nodiscard]] bool has(const media::Track &track) const;

    /// ftyp and moov: what every fragment of this muxer needs before it.
    [[nodiscard]] const std::string &init() const;

    /// Adds a frame. Times are repaired where a track would go back; audio is timed by its samples. InvalidArgument for a frame that
    /// cannot be one, which is left out and does no harm to the rest.
    [[nodiscard]] Result<void> write(const media::Frame &frame);

    /// The fragment so far. `next`: decode time of the video frame that will be written next, so that the last one gets its right
    /// duration; without it the one before is repeated. Audio needs none.
    [[nodiscard]] Result<Fragment> cut(std::optional<media::MediaTime> next = std::nullopt);

    /// Payload bytes written since the last cut.
    [[nodiscard]] std::size_t pendingBytes() const;

private:
    struct State;
    explicit FragmentMuxer(std::unique_ptr<State> state);

    std::unique_ptr<State> m_state;
};

} // namespace matinee::mux

// From a publisher's audio and video messages to tracks and frames: codec headers, configurations, times. Pure.
// Owned by the ingest of one publisher; any thread, one at a time.
#pragma once

#include "rtmp/wire/message.h"
#include "rtmp/wire/timestamp_repair.h"

#include "common/protocol/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace matinee::rtmp {

enum class FrameError
{
    UnsupportedCodec, ///< Something else than H.264 and AAC.
    BadConfiguration, ///< A sequence header that cannot be read.
    TooManyBadFrames, ///< kMaxBadFrames in a row: this is not the codec that it says.
};

/// With the sentence that the encoder gets to see.
struct FrameFailure
{
    FrameError error = FrameError::BadConfiguration;
    std::string description;
};

class FrameReader
{
public:
    static constexpr unsigned kMaxBadFrames = 100;

    /// Adds the frames of one message (none or one) to `out`. Messages of other types are passed over.
    /// A frame that is malformed, or that comes before its sequence header, is left out and counted.
    Result<void, FrameFailure> read(const Message &message, std::vector<media::FramePtr> &out);

    /// Tracks whose sequence header has come; video first.
    [[nodiscard]] std::vector<media::TrackPtr> tracks() const;
    /// True once after each change of tracks().
    [[nodiscard]] bool takeTracksChanged();

    [[nodiscard]] std::uint64_t framesLeftOut() const { return m_leftOut; }
    [[nodiscard]] const TimestampRepair &times() const { return m_times; }

private:
    Result<void, FrameFailure> readVideo(const Message &message, std::vector<media::FramePtr> &out);
    Result<void, FrameFailure> readAudio(const Message &message, std::vector<media::FramePtr> &out);
    Result<void, FrameFailure> leaveOut();
    void setTrack(media::TrackPtr track);

    TimestampRepair m_times;
    std::array<media::TrackPtr, 2> m_tracks; // by Kind
    std::array<media::Bytes, 2> m_headers;   // the configurations as sent, to know a repetition
    unsigned m_nalLengthSize = 4;
    unsigned m_badInARow = 0;
    std::uint64_t m_leftOut = 0;
    bool m_tracksChanged = false;
};

} // namespace matinee::rtmp

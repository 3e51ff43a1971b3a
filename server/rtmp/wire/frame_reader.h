// From a publisher's audio and video messages to tracks and frames: codec headers, configurations, times. Pure.
// Owned by the ingest of one publisher; any thread, one at a time.
#pragma once

#include "rtmp/wire/message.h"
#include "rtmp/wire/timestamp_repair.h"

#include "common/protocol/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace matinee::rtmp {

struct ParsedAudio;
struct ParsedVideo;

enum class FrameError
{
    UnsupportedCodec, ///< A codec that media::Codec does not have.
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

    /// Tracks that are known: their sequence header has come, and for VP9 (whose header has no size) a key frame; video first.
    [[nodiscard]] std::vector<media::TrackPtr> tracks() const;
    /// True once after each change of tracks().
    [[nodiscard]] bool takeTracksChanged();

    [[nodiscard]] std::uint64_t framesLeftOut() const { return m_leftOut; }
    /// Packets of tracks other than the first, where an encoder sends several: nobody gets them.
    [[nodiscard]] std::uint64_t otherTracks() const { return m_otherTracks; }
    [[nodiscard]] const TimestampRepair &times() const { return m_times; }

private:
    /// What a video configuration came with, before it became a track or after.
    struct VideoHeader
    {
        media::Codec said = media::Codec::H264;  ///< By the message; old OBS says H264 of HEVC.
        media::Codec codec = media::Codec::H264; ///< By its bytes.
        media::Bytes sent;
        unsigned nalLengthSize = 4;
        bool pending = false; ///< The track can be made only when a key frame has come.
    };
    struct VideoPayload
    {
        media::Bytes bytes; ///< Empty: nothing to decode, and no mistake.
        bool key = false;
    };

    Result<void, FrameFailure> readVideo(const Message &message, std::vector<media::FramePtr> &out);
    Result<void, FrameFailure> readAudio(const Message &message, std::vector<media::FramePtr> &out);
    Result<void, FrameFailure> takeVideoHeader(const ParsedVideo &video);
    Result<void, FrameFailure> takeAudioHeader(const ParsedAudio &audio);
    [[nodiscard]] std::optional<VideoPayload> nalPayload(const ParsedVideo &video) const;
    [[nodiscard]] std::optional<VideoPayload> av1Payload(const ParsedVideo &video);
    [[nodiscard]] std::optional<VideoPayload> vp9Payload(const ParsedVideo &video);
    [[nodiscard]] bool takeMp3Header(const ParsedAudio &audio);
    void setVideoTimes(media::Frame &frame, std::uint32_t timestamp, std::chrono::milliseconds offset);
    Result<void, FrameFailure> leaveOut();
    void setTrack(media::TrackPtr track);

    TimestampRepair m_times;
    std::array<media::TrackPtr, 2> m_tracks; // by Kind
    std::optional<VideoHeader> m_video;
    media::Bytes m_audioHeader;       // as sent, to know a repetition
    media::MediaTime m_decodeAhead{}; // what decode times are moved back by, so that none is later than its picture's
    media::MediaTime m_lastDecode{std::chrono::milliseconds(-1)};
    unsigned m_badInARow = 0;
    std::uint64_t m_leftOut = 0;
    std::uint64_t m_otherTracks = 0;
    bool m_tracksChanged = false;
};

} // namespace matinee::rtmp

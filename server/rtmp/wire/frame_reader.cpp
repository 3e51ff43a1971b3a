#include "rtmp/wire/frame_reader.h"

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "rtmp/wire/tag_body.h"

#include <algorithm>
#include <utility>

namespace matinee::rtmp {

namespace {

using media::Kind;

constexpr std::chrono::milliseconds kMaxCompositionOffset{5000};

std::size_t indexOf(Kind kind)
{
    return static_cast<std::size_t>(kind);
}

bool same(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

FrameFailure unsupported(const std::string &codec)
{
    return {FrameError::UnsupportedCodec, "This server takes H.264 video and AAC audio; the encoder sends " + codec +
                                              ". Choose H.264 and AAC in the encoder's output settings."};
}

FrameFailure badConfiguration(std::string_view why)
{
    return {FrameError::BadConfiguration, "The encoder's sequence header cannot be used: " + std::string(why) + "."};
}

} // namespace

std::vector<media::TrackPtr> FrameReader::tracks() const
{
    std::vector<media::TrackPtr> known;
    for (const auto &track : m_tracks) {
        if (track)
            known.push_back(track);
    }
    return known;
}

bool FrameReader::takeTracksChanged()
{
    return std::exchange(m_tracksChanged, false);
}

void FrameReader::setTrack(media::TrackPtr track)
{
    m_tracks[indexOf(track->kind)] = std::move(track);
    m_tracksChanged = true;
}

Result<void, FrameFailure> FrameReader::leaveOut()
{
    ++m_leftOut;
    if (++m_badInARow >= kMaxBadFrames)
        return FrameFailure{FrameError::TooManyBadFrames,
                            "The encoder sent 100 frames in a row that cannot be decoded. Restart the encoder."};
    return {};
}

Result<void, FrameFailure> FrameReader::read(const Message &message, std::vector<media::FramePtr> &out)
{
    if (message.type == MessageType::Video)
        return readVideo(message, out);
    if (message.type == MessageType::Audio)
        return readAudio(message, out);
    return {};
}

Result<void, FrameFailure> FrameReader::readVideo(const Message &message, std::vector<media::FramePtr> &out)
{
    const auto video = parseVideoBody(message.payload);
    if (!video)
        return video.error() == TagError::Truncated ? leaveOut() : unsupported(videoCodecInWords(message.payload));
    if (video->kind == BodyKind::Nothing)
        return {};
    const auto &track = m_tracks[indexOf(Kind::Video)];
    if (video->kind == BodyKind::SequenceHeader) {
        if (track && same(m_headers[indexOf(Kind::Video)], video->payload))
            return {};
        const auto config = media::h264::parseDecoderConfig(video->payload);
        if (!config)
            return badConfiguration(media::h264::describe(config.error()));
        auto made = media::h264::makeTrack(video->payload);
        if (!made)
            return badConfiguration(media::h264::describe(made.error()));
        m_nalLengthSize = config->nalLengthSize;
        m_headers[indexOf(Kind::Video)].assign(video->payload.begin(), video->payload.end());
        setTrack(std::move(*made));
        return {};
    }
    if (!track)
        return leaveOut();
    // All that follows may rely on well-formed NAL units with lengths of four bytes.
    const auto nals = media::h264::splitNals(video->payload, m_nalLengthSize);
    if (!nals)
        return leaveOut();
    if (nals->empty())
        return {};
    auto frame = std::make_shared<media::Frame>();
    if (m_nalLengthSize == 4) {
        frame->payload.assign(video->payload.begin(), video->payload.end());
    } else {
        auto rewritten = media::h264::withFourByteLengths(video->payload, m_nalLengthSize);
        if (!rewritten)
            return leaveOut();
        frame->payload = std::move(*rewritten);
    }
    frame->track = track;
    frame->key = video->key || std::any_of(nals->begin(), nals->end(),
                                           [](const auto nal) { return media::h264::nalType(nal[0]) == media::h264::IdrSlice; });
    frame->dts = m_times.apply(Kind::Video, message.timestamp);
    const bool believable = video->compositionOffset.count() >= 0 && video->compositionOffset <= kMaxCompositionOffset;
    frame->pts = frame->dts + (believable ? video->compositionOffset : std::chrono::milliseconds(0));
    m_badInARow = 0;
    out.push_back(std::move(frame));
    return {};
}

Result<void, FrameFailure> FrameReader::readAudio(const Message &message, std::vector<media::FramePtr> &out)
{
    const auto audio = parseAudioBody(message.payload);
    if (!audio)
        return audio.error() == TagError::Truncated ? leaveOut() : unsupported(audioCodecInWords(message.payload));
    if (audio->kind == BodyKind::Nothing)
        return {};
    const auto &track = m_tracks[indexOf(Kind::Audio)];
    if (audio->kind == BodyKind::SequenceHeader) {
        if (track && same(m_headers[indexOf(Kind::Audio)], audio->payload))
            return {};
        auto made = media::aac::makeTrack(audio->payload);
        if (!made)
            return badConfiguration(media::aac::describe(made.error()));
        m_headers[indexOf(Kind::Audio)].assign(audio->payload.begin(), audio->payload.end());
        setTrack(std::move(*made));
        return {};
    }
    if (!track)
        return leaveOut();
    auto frame = std::make_shared<media::Frame>();
    frame->payload.assign(audio->payload.begin(), audio->payload.end());
    frame->track = track;
    frame->key = true;
    frame->dts = m_times.apply(Kind::Audio, message.timestamp);
    frame->pts = frame->dts;
    m_badInARow = 0;
    out.push_back(std::move(frame));
    return {};
}

} // namespace matinee::rtmp

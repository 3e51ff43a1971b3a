#include "rtmp/wire/frame_reader.h"

#include "media/codec/aac.h"
#include "media/codec/av1.h"
#include "media/codec/h264.h"
#include "media/codec/hevc.h"
#include "media/codec/mp3.h"
#include "media/codec/nal_units.h"
#include "media/codec/opus.h"
#include "media/codec/vp9.h"
#include "rtmp/wire/tag_body.h"

#include <algorithm>
#include <utility>

namespace matinee::rtmp {

namespace {

using media::Codec;
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
    return {FrameError::UnsupportedCodec, "This server takes H.264, H.265 (HEVC), AV1 and VP9 video with AAC, Opus and MP3 audio; the "
                                          "encoder sends " +
                                              codec + ". Choose another codec in the encoder's settings."};
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
    m_otherTracks += video->otherTracks;
    if (video->kind == BodyKind::Nothing)
        return {};
    if (video->kind == BodyKind::SequenceHeader)
        return takeVideoHeader(*video);
    if (!m_video || m_video->said != video->codec)
        return leaveOut();
    std::optional<VideoPayload> payload;
    if (m_video->codec == Codec::Av1)
        payload = av1Payload(*video);
    else if (m_video->codec == Codec::Vp9)
        payload = vp9Payload(*video);
    else
        payload = nalPayload(*video);
    if (!payload)
        return leaveOut();
    if (payload->bytes.empty())
        return {};
    if (m_video->pending) { // not the key frame that is waited for; nothing is wrong with it
        ++m_leftOut;
        return {};
    }
    auto frame = std::make_shared<media::Frame>();
    frame->track = m_tracks[indexOf(Kind::Video)];
    frame->key = payload->key;
    frame->payload = std::move(payload->bytes);
    setVideoTimes(*frame, message.timestamp, video->compositionOffset);
    m_badInARow = 0;
    out.push_back(std::move(frame));
    return {};
}

/// Decode times may not be later than presentation times: no container but FLV can say so, and no player expects it. An encoder that
/// sends negative offsets has put its decode times too late by its reordering; they are moved back, the presentation times stay.
void FrameReader::setVideoTimes(media::Frame &frame, std::uint32_t timestamp, std::chrono::milliseconds offset)
{
    const media::MediaTime sent = m_times.apply(Kind::Video, timestamp);
    if (offset > kMaxCompositionOffset || offset < -kMaxCompositionOffset)
        offset = std::chrono::milliseconds(0);
    m_decodeAhead = std::max<media::MediaTime>(m_decodeAhead, -offset);
    frame.dts = std::max<media::MediaTime>(sent - m_decodeAhead, m_lastDecode + std::chrono::milliseconds(1));
    frame.pts = std::max<media::MediaTime>(sent + offset, frame.dts);
    m_lastDecode = frame.dts;
}

Result<void, FrameFailure> FrameReader::takeVideoHeader(const ParsedVideo &video)
{
    if (m_video && m_video->said == video.codec && same(m_video->sent, video.payload))
        return {};
    VideoHeader header;
    header.said = header.codec = video.codec;
    header.sent.assign(video.payload.begin(), video.payload.end());
    media::TrackPtr track;
    switch (video.codec) {
    case Codec::H264: {
        const auto config = media::h264::parseDecoderConfig(video.payload);
        auto made = media::h264::makeTrack(video.payload);
        if (config && made) {
            header.nalLengthSize = config->nalLengthSize;
            track = std::move(*made);
            break;
        }
        // OBS before 29.1 and others: HEVC under the number of H.264.
        const auto hevc = media::hevc::parseDecoderConfig(video.payload);
        auto madeHevc = media::hevc::makeTrack(video.payload);
        if (!hevc || !madeHevc)
            return badConfiguration(media::h264::describe(config ? made.error() : config.error()));
        header.codec = Codec::Hevc;
        header.nalLengthSize = hevc->nalLengthSize;
        track = std::move(*madeHevc);
        break;
    }
    case Codec::Hevc: {
        const auto config = media::hevc::parseDecoderConfig(video.payload);
        auto made = media::hevc::makeTrack(video.payload);
        if (!config || !made)
            return badConfiguration(media::hevc::describe(config ? made.error() : config.error()));
        header.nalLengthSize = config->nalLengthSize;
        track = std::move(*made);
        break;
    }
    case Codec::Av1: {
        auto made = media::av1::makeTrack(video.payload);
        if (made)
            track = std::move(*made);
        else if (made.error() != media::av1::ParseError::NoSequenceHeader)
            return badConfiguration(media::av1::describe(made.error()));
        break;
    }
    default: {
        const auto config = media::vp9::parseCodecConfig(video.payload);
        if (!config)
            return badConfiguration(media::vp9::describe(config.error()));
    }
    }
    header.pending = !track;
    m_video = std::move(header);
    if (track)
        setTrack(std::move(track));
    return {};
}

std::optional<FrameReader::VideoPayload> FrameReader::nalPayload(const ParsedVideo &video) const
{
    // All that follows may rely on well-formed NAL units with lengths of four bytes.
    const auto nals = media::nal::split(video.payload, m_video->nalLengthSize);
    if (!nals)
        return std::nullopt;
    const bool hevc = m_video->codec == Codec::Hevc;
    const auto starts = [hevc](media::nal::View nal) {
        return hevc ? media::hevc::isIrap(nal[0]) : media::h264::nalType(nal[0]) == media::h264::IdrSlice;
    };
    VideoPayload payload;
    payload.key = video.key || std::any_of(nals->begin(), nals->end(), starts);
    if (nals->empty())
        return payload;
    if (m_video->nalLengthSize == 4)
        payload.bytes.assign(video.payload.begin(), video.payload.end());
    else
        payload.bytes = media::nal::join(*nals);
    return payload;
}

std::optional<FrameReader::VideoPayload> FrameReader::av1Payload(const ParsedVideo &video)
{
    auto unit = media::av1::withoutTemporalDelimiters(video.payload);
    if (!unit)
        return std::nullopt;
    if (m_video->pending && video.key) {
        const auto config = media::av1::withSequenceHeader(m_video->sent, *unit);
        if (!config)
            return std::nullopt;
        auto track = media::av1::makeTrack(*config);
        if (!track)
            return std::nullopt;
        m_video->pending = false;
        setTrack(std::move(*track));
    }
    return VideoPayload{std::move(*unit), video.key};
}

std::optional<FrameReader::VideoPayload> FrameReader::vp9Payload(const ParsedVideo &video)
{
    const auto header = media::vp9::parseFrameHeader(video.payload);
    if (!header)
        return std::nullopt;
    const auto &known = m_tracks[indexOf(Kind::Video)];
    if (header->key && (m_video->pending || known->width != header->width || known->height != header->height)) {
        auto track = media::vp9::makeTrack(m_video->sent, header->width, header->height);
        if (!track)
            return std::nullopt;
        m_video->pending = false;
        setTrack(std::move(*track));
    }
    return VideoPayload{{video.payload.begin(), video.payload.end()}, header->key};
}

Result<void, FrameFailure> FrameReader::readAudio(const Message &message, std::vector<media::FramePtr> &out)
{
    const auto audio = parseAudioBody(message.payload);
    if (!audio)
        return audio.error() == TagError::Truncated ? leaveOut() : unsupported(audioCodecInWords(message.payload));
    m_otherTracks += audio->otherTracks;
    if (audio->kind == BodyKind::Nothing)
        return {};
    if (audio->kind == BodyKind::SequenceHeader)
        return takeAudioHeader(*audio);
    if (audio->codec == Codec::Mp3 && !takeMp3Header(*audio))
        return leaveOut();
    const auto &track = m_tracks[indexOf(Kind::Audio)];
    if (!track || track->codec != audio->codec)
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

Result<void, FrameFailure> FrameReader::takeAudioHeader(const ParsedAudio &audio)
{
    const auto &track = m_tracks[indexOf(Kind::Audio)];
    if (audio.codec == Codec::Mp3 || (track && track->codec == audio.codec && same(m_audioHeader, audio.payload)))
        return {};
    if (audio.codec == Codec::Opus) {
        auto made = media::opus::makeTrack(audio.payload);
        if (!made)
            return badConfiguration(media::opus::describe(made.error()));
        setTrack(std::move(*made));
    } else {
        auto made = media::aac::makeTrack(audio.payload);
        if (!made)
            return badConfiguration(media::aac::describe(made.error()));
        setTrack(std::move(*made));
    }
    m_audioHeader.assign(audio.payload.begin(), audio.payload.end());
    return {};
}

/// MP3 has its configuration in each frame; a new one is a new track, as elsewhere.
bool FrameReader::takeMp3Header(const ParsedAudio &audio)
{
    const auto header = media::mp3::parseFrameHeader(audio.payload);
    if (!header)
        return false;
    const auto &track = m_tracks[indexOf(Kind::Audio)];
    if (!track || track->codec != Codec::Mp3 || track->sampleRate != header->sampleRate || track->channels != header->channels)
        setTrack(media::mp3::makeTrack(*header));
    return true;
}

} // namespace matinee::rtmp

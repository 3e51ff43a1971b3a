#include "media/codec/mp3.h"

#include <array>

namespace matinee::media::mp3 {

std::optional<FrameHeader> parseFrameHeader(std::span<const std::uint8_t> frame)
{
    constexpr unsigned layerThree = 1;
    constexpr unsigned mpeg1 = 3;
    constexpr unsigned mpeg2 = 2;
    constexpr unsigned mpeg25 = 0;
    constexpr unsigned single = 3;
    constexpr std::array<std::uint32_t, 3> rates{44100, 48000, 32000};
    if (frame.size() < 4 || frame[0] != 0xff || (frame[1] & 0xe0) != 0xe0)
        return std::nullopt;
    const unsigned version = frame[1] >> 3 & 3;
    const unsigned layer = frame[1] >> 1 & 3;
    const unsigned bitrate = frame[2] >> 4;
    const unsigned rate = frame[2] >> 2 & 3;
    if (layer != layerThree || (version != mpeg1 && version != mpeg2 && version != mpeg25) || bitrate == 15 || rate == rates.size())
        return std::nullopt;
    FrameHeader header;
    header.sampleRate = rates[rate] / (version == mpeg1 ? 1 : version == mpeg2 ? 2 : 4);
    header.channels = frame[3] >> 6 == single ? 1 : 2;
    header.samplesPerFrame = version == mpeg1 ? 1152 : 576;
    return header;
}

TrackPtr makeTrack(const FrameHeader &header)
{
    auto track = std::make_shared<Track>();
    track->kind = Kind::Audio;
    track->codec = Codec::Mp3;
    track->codecString = "mp4a.40.34";
    track->sampleRate = header.sampleRate;
    track->channels = header.channels;
    return track;
}

} // namespace matinee::media::mp3

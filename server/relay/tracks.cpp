#include "relay/tracks.h"

#include "media/codec/aac.h"
#include "media/codec/av1.h"
#include "media/codec/h264.h"
#include "media/codec/hevc.h"
#include "media/codec/mp3.h"
#include "media/codec/opus.h"
#include "media/codec/vp9.h"

namespace matinee::relay {

namespace {

using media::Codec;

/// Each codec has its own enum of what can be wrong; here only that it is.
template <class Made> Result<media::TrackPtr> orRefused(Made made, std::string_view codec)
{
    if (!made)
        return fail(ErrorCode::InvalidArgument, "The source's decoder configuration for " + std::string(codec) + " is damaged.");
    return std::move(*made);
}

} // namespace

Result<media::TrackPtr> makeTrack(const wire::Track &announced)
{
    switch (announced.codec) {
    case Codec::H264:
        return orRefused(media::h264::makeTrack(announced.config), "H.264");
    case Codec::Hevc:
        return orRefused(media::hevc::makeTrack(announced.config), "HEVC");
    case Codec::Av1:
        return orRefused(media::av1::makeTrack(announced.config), "AV1");
    case Codec::Vp9:
        return orRefused(media::vp9::makeTrack(announced.config, announced.width, announced.height), "VP9");
    case Codec::Aac:
        return orRefused(media::aac::makeTrack(announced.config), "AAC");
    case Codec::Opus:
        return orRefused(media::opus::makeTrack(announced.config), "Opus");
    case Codec::Mp3:
        break;
    }
    if (announced.sampleRate == 0 || announced.sampleRate > 48000 || announced.channels == 0 || announced.channels > 2)
        return fail(ErrorCode::InvalidArgument, "The source's MP3 has no rate or channels.");
    return media::mp3::makeTrack({.sampleRate = announced.sampleRate, .channels = announced.channels});
}

} // namespace matinee::relay

#include "flv/wire/tag_format.h"

#include "rtmp/wire/amf0.h"
#include "rtmp/wire/tag_body.h"

namespace matinee::flv {

using media::Kind;

namespace {

TagType typeOf(const media::Track &track)
{
    return track.kind == Kind::Video ? TagType::Video : TagType::Audio;
}

bool hasKind(std::span<const media::TrackPtr> tracks, Kind kind)
{
    return std::any_of(tracks.begin(), tracks.end(), [&](const auto &track) { return track->kind == kind; });
}

void describe(rtmp::amf0::Writer &writer, const media::Track &track)
{
    if (track.kind == Kind::Video) {
        writer.property("videocodecid", rtmp::codecId(track.codec));
        if (track.width != 0 && track.height != 0)
            writer.property("width", static_cast<double>(track.width)).property("height", static_cast<double>(track.height));
        return;
    }
    writer.property("audiocodecid", rtmp::codecId(track.codec));
    if (track.sampleRate != 0)
        writer.property("audiosamplerate", static_cast<double>(track.sampleRate));
    if (track.channels != 0)
        writer.property("audiochannels", static_cast<double>(track.channels)).flag("stereo", track.channels >= 2);
}

} // namespace

media::Bytes TagFormat::encode(const media::Frame &frame) const
{
    return tag(typeOf(*frame.track), toTimestamp(frame.dts), {rtmp::bodyPrefix(frame).view(), frame.payload});
}

media::Bytes TagFormat::header(const media::Frame &first) const
{
    const auto &track = *first.track;
    if (track.codec == media::Codec::Mp3)
        return {}; // each frame of it says everything
    return tag(typeOf(track), toTimestamp(first.dts), {rtmp::headerPrefix(track).view(), track.config});
}

media::Bytes preamble(std::span<const media::TrackPtr> tracks)
{
    const Header flags{hasKind(tracks, Kind::Audio), hasKind(tracks, Kind::Video)};
    media::Bytes body;
    rtmp::amf0::Writer writer(body);
    writer.string("onMetaData").ecmaArray(0); // the count is a hint that readers must not rely on (AMF0, 2.10)
    writer.flag("hasAudio", flags.hasAudio).flag("hasVideo", flags.hasVideo);
    for (const auto &track : tracks)
        describe(writer, *track);
    writer.property("encoder", "Matinee").end();
    auto out = fileHeader(flags);
    const auto metadata = tag(TagType::Script, 0, {body});
    out.insert(out.end(), metadata.begin(), metadata.end());
    return out;
}

} // namespace matinee::flv

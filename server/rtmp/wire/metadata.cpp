#include "rtmp/wire/metadata.h"

#include "rtmp/wire/amf0.h"
#include "rtmp/wire/tag_body.h"

#include <cmath>

namespace matinee::rtmp {

namespace {

std::uint32_t dimension(const amf0::Value &object, std::string_view name)
{
    const auto *value = object.find(name);
    const double number = value ? value->number().value_or(0) : 0;
    return std::isfinite(number) && number >= 1 && number <= 65535 ? static_cast<std::uint32_t>(number) : 0;
}

std::uint32_t rate(const amf0::Value &object, std::string_view name)
{
    const auto *value = object.find(name);
    const double number = value ? value->number().value_or(0) : 0;
    return std::isfinite(number) && number >= 1 && number <= 10'000'000 ? static_cast<std::uint32_t>(number) : 0;
}

} // namespace

std::string printable(std::string_view text, std::size_t limit)
{
    std::string out;
    for (const char c : text.substr(0, limit)) {
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)
            out.push_back(static_cast<unsigned char>(c) < 0x80 ? c : '?');
    }
    return out;
}

EncoderMetadata parseMetadata(std::span<const std::uint8_t> body)
{
    amf0::Reader reader(body);
    auto name = reader.read();
    if (name && name->text() == "@setDataFrame")
        name = reader.read();
    if (!name || name->text() != "onMetaData")
        return {};
    const auto object = reader.read();
    if (!object)
        return {};
    EncoderMetadata metadata;
    if (const auto *encoder = object->find("encoder"))
        metadata.encoder = printable(encoder->text().value_or(""));
    metadata.width = dimension(*object, "width");
    metadata.height = dimension(*object, "height");
    const auto video = rate(*object, "videodatarate");
    const auto audio = rate(*object, "audiodatarate");
    metadata.kbps = video > 0 && audio > 0 ? video + audio : 0;
    return metadata;
}

media::Bytes metadataBody(std::span<const media::TrackPtr> tracks)
{
    std::uint32_t count = 1;
    for (const auto &track : tracks)
        count += track->kind == media::Kind::Video ? 3 : 4;
    media::Bytes body;
    amf0::Writer writer(body);
    writer.string("onMetaData").ecmaArray(count).property("server", "Matinee");
    for (const auto &track : tracks) {
        if (track->kind == media::Kind::Video) {
            writer.property("width", track->width).property("height", track->height).property("videocodecid", codecId(track->codec));
        } else {
            writer.property("audiocodecid", codecId(track->codec)).property("audiosamplerate", track->sampleRate);
            writer.property("audiosamplesize", 16.0).flag("stereo", track->channels >= 2);
        }
    }
    writer.end();
    return body;
}

} // namespace matinee::rtmp

#include "relay/wire/picture_fields.h"

namespace matinee::relay::wire {

using rtmp::appendBytes;
using rtmp::appendNumber;

void appendTrackNumbers(media::Bytes &out, const Track &track)
{
    out.push_back(track.id);
    out.push_back(static_cast<std::uint8_t>(track.codec));
    for (const auto value : {track.width, track.height, track.sampleRate, track.channels})
        appendNumber(out, value, 4);
}

Track readTrackNumbers(Fields &fields)
{
    Track track;
    track.id = fields.among(0, kMaxTracks - 1);
    track.codec = static_cast<media::Codec>(fields.among(0, static_cast<std::uint8_t>(media::Codec::Mp3)));
    track.width = fields.u32();
    track.height = fields.u32();
    track.sampleRate = fields.u32();
    track.channels = fields.u32();
    return track;
}

void appendBody(media::Bytes &out, const PictureOrder &order)
{
    appendNumber(out, order.id, 4);
    appendTrackNumbers(out, order.track);
    appendPiece(out, std::span(order.track.config).first(std::min(order.track.config.size(), kMaxConfigBytes)));
    appendNumber(out, order.maxWidth, 2);
    appendNumber(out, order.maxHeight, 2);
    out.push_back(order.quality);
    appendBytes(out, order.keyFrame);
}

PictureOrder readPictureOrder(Fields &fields)
{
    PictureOrder order;
    order.id = fields.u32();
    order.track = readTrackNumbers(fields);
    order.track.config = fields.piece(kMaxConfigBytes);
    order.maxWidth = fields.side();
    order.maxHeight = fields.side();
    order.quality = fields.among(1, 100);
    order.keyFrame = fields.rest(kMaxMessageBytes);
    return order;
}

void appendBody(media::Bytes &out, const SheetOrder &order)
{
    const auto count = std::min(order.jpegs.size(), kMaxTiles);
    appendNumber(out, order.id, 4);
    for (const auto value : {order.columns, order.tileWidth, order.tileHeight})
        appendNumber(out, value, 2);
    out.push_back(static_cast<std::uint8_t>(count));
    for (std::size_t i = 0; i < count; ++i)
        appendPiece(out, order.jpegs[i]);
}

SheetOrder readSheetOrder(Fields &fields)
{
    SheetOrder order;
    order.id = fields.u32();
    order.columns = fields.within<std::uint16_t>(fields.u16(), 1, kMaxTiles);
    order.tileWidth = fields.side();
    order.tileHeight = fields.side();
    const std::size_t count = fields.among(1, kMaxTiles);
    for (std::size_t i = 0; i < count && fields.good(); ++i)
        order.jpegs.push_back(fields.piece(kMaxTileBytes));
    return order;
}

void appendBody(media::Bytes &out, const PortraitOrder &order)
{
    appendNumber(out, order.id, 4);
    appendNumber(out, order.side, 2);
    out.push_back(order.quality);
    appendBytes(out, order.file);
}

PortraitOrder readPortraitOrder(Fields &fields)
{
    PortraitOrder order;
    order.id = fields.u32();
    order.side = fields.side();
    order.quality = fields.among(1, 100);
    fields.require(fields.left() > 0);
    order.file = fields.rest(kMaxPortraitBytes);
    return order;
}

void appendBody(media::Bytes &out, const Picture &picture)
{
    appendNumber(out, picture.id, 4);
    appendNumber(out, picture.width, 2);
    appendNumber(out, picture.height, 2);
    appendBytes(out, picture.jpeg);
}

Picture readPicture(Fields &fields)
{
    Picture picture;
    picture.id = fields.u32();
    picture.width = fields.side();
    picture.height = fields.side();
    picture.jpeg = fields.rest(kMaxMessageBytes);
    return picture;
}

void appendBody(media::Bytes &out, const PictureRefused &refused)
{
    appendNumber(out, refused.id, 4);
    out.push_back(static_cast<std::uint8_t>(refused.why));
    appendText(out, refused.text, kMaxTextBytes);
}

PictureRefused readPictureRefused(Fields &fields)
{
    PictureRefused refused;
    refused.id = fields.u32();
    refused.why = static_cast<Refusal>(fields.among(1, 2));
    refused.text = fields.text(kMaxTextBytes);
    return refused;
}

} // namespace matinee::relay::wire

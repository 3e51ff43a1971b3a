// The bodies of the messages about pictures, and the part of a track that they share with Track. Only for message.cpp. Values.
#pragma once

#include "relay/wire/fields.h"
#include "relay/wire/message.h"

namespace matinee::relay::wire {

/// All of a track but its configuration.
void appendTrackNumbers(media::Bytes &out, const Track &track);
[[nodiscard]] Track readTrackNumbers(Fields &fields);

void appendBody(media::Bytes &out, const PictureOrder &order);
void appendBody(media::Bytes &out, const SheetOrder &order);
void appendBody(media::Bytes &out, const PortraitOrder &order);
void appendBody(media::Bytes &out, const Picture &picture);
void appendBody(media::Bytes &out, const PictureRefused &refused);
[[nodiscard]] PictureOrder readPictureOrder(Fields &fields);
[[nodiscard]] SheetOrder readSheetOrder(Fields &fields);
[[nodiscard]] PortraitOrder readPortraitOrder(Fields &fields);
[[nodiscard]] Picture readPicture(Fields &fields);
[[nodiscard]] PictureRefused readPictureRefused(Fields &fields);

} // namespace matinee::relay::wire

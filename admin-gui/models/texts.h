// Numbers as people read them, in their language: "4.2 Mbit/s", "1 h 05 min", "H.264 1920×1080". Pure functions.
#pragma once

#include "models/stream_row.h"

#include <QString>

namespace matinee::gui::texts {

[[nodiscard]] QString nothing(); ///< An en dash, where there is no number.
[[nodiscard]] QString count(qint64 number);
[[nodiscard]] QString bitrate(qint64 kilobitsPerSecond);
[[nodiscard]] QString bytes(double bytes);
[[nodiscard]] QString duration(qint64 seconds);
[[nodiscard]] QString framesPerSecond(double fps);
/// "H.264" of "avc1.64001f"; the codec string itself where it is not known.
[[nodiscard]] QString codecName(const QString &codec);
/// Codec and size of the picture, or what sound there is where there is no picture.
[[nodiscard]] QString format(const StreamRow &row);
[[nodiscard]] QString track(const TrackRow &track);
/// "HTTP-FLV" of "flv".
[[nodiscard]] QString protocolName(const QString &protocol);

} // namespace matinee::gui::texts

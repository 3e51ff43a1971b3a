// One stream as the console knows it: what the server says, decoded into Qt's types, and the last minute of its bitrate. A value.
#pragma once

#include "models/sample_history.h"

#include "matinee/v1/envelope.pb.h"

#include <QDateTime>
#include <QMetaType>
#include <QString>

namespace matinee::gui {

struct TrackRow
{
    bool video = false;
    QString codec; ///< "avc1.64001f"
    int width = 0;
    int height = 0;
    int sampleRate = 0;
    int channels = 0;
    bool operator==(const TrackRow &) const = default;
};

struct ViewerRow
{
    QString protocol;
    int viewers = 0;
    bool operator==(const ViewerRow &) const = default;
};

struct StreamRow
{
    QString name;
    bool isPrivate = false;
    bool live = false;
    QDateTime createdAt;

    // while live
    QDateTime startedAt;
    QString publisher;
    QString encoder;
    int bitrateKbps = 0;
    int viewers = 0;
    double fps = 0;
    double keyFrameSeconds = 0;
    qint64 bytes = 0;
    qint64 jumps = 0;
    QList<TrackRow> tracks;
    QList<ViewerRow> viewersByProtocol;

    bool operator==(const StreamRow &) const = default;

    [[nodiscard]] static StreamRow from(const v1::Stream &stream);
    [[nodiscard]] const TrackRow *video() const;
};

} // namespace matinee::gui

Q_DECLARE_METATYPE(matinee::gui::StreamRow)

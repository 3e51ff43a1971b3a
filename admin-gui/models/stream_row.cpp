#include "models/stream_row.h"

namespace matinee::gui {

namespace {

QDateTime timeOf(const google::protobuf::Timestamp &timestamp)
{
    return QDateTime::fromMSecsSinceEpoch(timestamp.seconds() * 1000 + timestamp.nanos() / 1'000'000);
}

QString text(const std::string &utf8)
{
    return QString::fromStdString(utf8);
}

} // namespace

StreamRow StreamRow::from(const v1::Stream &stream)
{
    StreamRow row;
    row.name = text(stream.name());
    row.isPrivate = stream.private_();
    row.live = stream.status() != "idle"; // also while its publisher is lost and may return
    if (stream.has_created_at())
        row.createdAt = timeOf(stream.created_at());
    if (!row.live || !stream.has_live())
        return row;
    const auto &live = stream.live();
    if (live.has_started_at())
        row.startedAt = timeOf(live.started_at());
    row.publisher = text(live.publisher());
    row.encoder = text(live.encoder());
    row.bitrateKbps = static_cast<int>(live.bitrate_kbps());
    row.viewers = static_cast<int>(live.viewers());
    row.fps = live.fps();
    row.keyFrameSeconds = live.key_frame_interval_seconds();
    row.bytes = static_cast<qint64>(live.bytes());
    row.jumps = static_cast<qint64>(live.jumps());
    for (const auto &track : live.tracks()) {
        row.tracks.append({track.kind() == "video", text(track.codec()), int(track.width()), int(track.height()), int(track.sample_rate()),
                           int(track.channels())});
    }
    for (const auto &count : live.viewers_by_protocol())
        row.viewersByProtocol.append({text(count.protocol()), int(count.viewers())});
    return row;
}

const TrackRow *StreamRow::video() const
{
    for (const auto &track : tracks) {
        if (track.video)
            return &track;
    }
    return nullptr;
}

} // namespace matinee::gui

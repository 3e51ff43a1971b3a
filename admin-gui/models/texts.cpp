#include "models/texts.h"

#include <QCoreApplication>
#include <QLocale>

namespace matinee::gui::texts {

using namespace Qt::Literals::StringLiterals;

namespace {

/// 4.23 -> "4.2", 42.3 -> "42": two or three digits are what an eye takes in.
QString shortNumber(double value)
{
    return QLocale().toString(value, 'f', value < 9.95 ? 1 : 0);
}

} // namespace

QString nothing()
{
    return QString(QChar(0x2013));
}

QString count(qint64 number)
{
    return QLocale().toString(number);
}

QString bitrate(qint64 kilobitsPerSecond)
{
    if (kilobitsPerSecond < 1000)
        return QCoreApplication::translate("texts", "%1 kbit/s").arg(kilobitsPerSecond);
    if (kilobitsPerSecond < 1'000'000)
        return QCoreApplication::translate("texts", "%1 Mbit/s").arg(shortNumber(static_cast<double>(kilobitsPerSecond) / 1000));
    return QCoreApplication::translate("texts", "%1 Gbit/s").arg(shortNumber(static_cast<double>(kilobitsPerSecond) / 1'000'000));
}

QString bytes(double bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), bytes < 10.0 * 1024 * 1024 || bytes >= 1024.0 * 1024 * 1024 ? 1 : 0);
}

QString duration(qint64 seconds)
{
    const qint64 minutes = seconds / 60;
    const qint64 hours = minutes / 60;
    const qint64 days = hours / 24;
    const auto two = [](qint64 value) { return u"%1"_s.arg(value, 2, 10, QLatin1Char('0')); };
    if (minutes < 1)
        return QCoreApplication::translate("texts", "%1 s", "seconds").arg(seconds);
    if (hours < 1 && seconds % 60 == 0)
        return QCoreApplication::translate("texts", "%1 min", "minutes").arg(minutes);
    if (hours < 1)
        return QCoreApplication::translate("texts", "%1 min %2 s", "minutes and seconds").arg(minutes).arg(two(seconds % 60));
    if (days < 1)
        return QCoreApplication::translate("texts", "%1 h %2 min", "hours and minutes").arg(hours).arg(two(minutes % 60));
    return QCoreApplication::translate("texts", "%1 d %2 h", "days and hours").arg(days).arg(hours % 24);
}

QString framesPerSecond(double fps)
{
    // 30 reads better than 30.0, but 29.97 is not 30.
    const bool whole = qAbs(fps - qRound(fps)) < 0.05;
    return QLocale().toString(fps, 'f', whole ? 0 : 1);
}

QString codecName(const QString &codec)
{
    static constexpr struct
    {
        QLatin1StringView prefix;
        QLatin1StringView name;
    } kNames[] = {
        {"avc"_L1, "H.264"_L1},      {"hvc1"_L1, "H.265"_L1}, {"hev1"_L1, "H.265"_L1}, {"av01"_L1, "AV1"_L1}, {"vp09"_L1, "VP9"_L1},
        {"mp4a.40.34"_L1, "MP3"_L1}, {"mp4a"_L1, "AAC"_L1},   {"opus"_L1, "Opus"_L1},  {"mp3"_L1, "MP3"_L1},
    };
    for (const auto &entry : kNames) {
        if (codec.startsWith(entry.prefix, Qt::CaseInsensitive))
            return entry.name;
    }
    return codec;
}

QString track(const TrackRow &track)
{
    QString text = codecName(track.codec);
    if (track.video && track.width > 0 && track.height > 0)
        text += u" %1×%2"_s.arg(track.width).arg(track.height);
    if (!track.video && track.sampleRate > 0)
        text += u' ' + QCoreApplication::translate("texts", "%1 kHz").arg(QLocale().toString(track.sampleRate / 1000.0, 'g', 3));
    if (!track.video && track.channels > 0) {
        text += u' ' + (track.channels == 1   ? QCoreApplication::translate("texts", "mono")
                        : track.channels == 2 ? QCoreApplication::translate("texts", "stereo")
                                              : QCoreApplication::translate("texts", "%1 channels").arg(track.channels));
    }
    return text;
}

QString format(const StreamRow &row)
{
    if (const TrackRow *video = row.video())
        return track(*video);
    return row.tracks.isEmpty() ? nothing() : track(row.tracks.first());
}

QString protocolName(const QString &protocol)
{
    if (protocol == "flv"_L1)
        return u"HTTP-FLV"_s;
    if (protocol == "webrtc"_L1)
        return u"WebRTC"_s;
    return protocol.toUpper();
}

} // namespace matinee::gui::texts

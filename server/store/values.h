// Between the columns of a Row and our own types, the same for both engines: text is UTF-8, a time is milliseconds since 1970 in a bigint.
#pragma once

#include <QString>
#include <QVariant>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace matinee::store {

using SystemTime = std::chrono::system_clock::time_point;

inline QVariant text(const std::string &value)
{
    return QVariant(QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size())));
}
inline QVariant number(std::int64_t value)
{
    return QVariant(static_cast<qlonglong>(value));
}
inline QVariant time(SystemTime value)
{
    return number(std::chrono::duration_cast<std::chrono::milliseconds>(value.time_since_epoch()).count());
}
inline QVariant time(const std::optional<SystemTime> &value)
{
    return value ? time(*value) : QVariant(QMetaType(QMetaType::LongLong)); // NULL
}

inline std::string toText(const QVariant &value)
{
    return value.toString().toStdString();
}
inline SystemTime toTime(const QVariant &value)
{
    return SystemTime(std::chrono::milliseconds(value.toLongLong()));
}
inline std::optional<SystemTime> toOptionalTime(const QVariant &value)
{
    return value.isNull() ? std::nullopt : std::optional<SystemTime>(toTime(value));
}

} // namespace matinee::store

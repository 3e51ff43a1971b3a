// All that is known of one stream, beside the list: bitrate of the last minute, tracks, viewers by protocol, publisher, addresses.
#pragma once

#include "models/stream_row.h"

#include <QFrame>

#include <functional>

class QLabel;
class QVBoxLayout;

namespace matinee::gui {

class Sparkline;
class StatusPill;

class StreamDetail : public QFrame
{
    Q_OBJECT
public:
    explicit StreamDetail(QWidget *parent = nullptr);

    /// Where a path of the server can be opened; set with each sign-in.
    void setAddresses(std::function<QString(const QString &path)> webAddress);
    void show(const StreamRow &row, const SampleHistory &history);
    [[nodiscard]] const QString &stream() const { return m_stream; }

Q_SIGNALS:
    void closeRequested();

private:
    [[nodiscard]] QString factsOf(const StreamRow &row) const;

    QString m_stream;
    std::function<QString(const QString &)> m_webAddress;
    QLabel *m_name;
    StatusPill *m_status;
    Sparkline *m_bitrate;
    QLabel *m_facts;
    QLabel *m_links;
    QString m_shown;
};

} // namespace matinee::gui

// How the server is, over the last five minutes: the newest Health and the numbers that charts are drawn from.
// Owned by MainWindow; GUI thread.
#pragma once

#include "models/sample_history.h"

#include "matinee/v1/server.pb.h"

#include <QElapsedTimer>
#include <QObject>

namespace matinee::gui {

struct CheckRow
{
    QString name;
    QString status;
    QString detail;
};

class HealthModel : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype kSamples = 150; ///< One each 2 s: five minutes.

    using QObject::QObject;

    void apply(const v1::Health &health);
    /// With each Health: the sum over all streams, which Health does not have.
    void setIncomingKbps(qint64 kbps) { m_incomingKbps = kbps; }
    void clear();

    [[nodiscard]] bool known() const { return m_known; }
    [[nodiscard]] QString status() const { return m_status; }
    [[nodiscard]] QString version() const { return m_version; }
    /// Goes on between two reports.
    [[nodiscard]] qint64 uptimeSeconds() const;
    [[nodiscard]] const QList<CheckRow> &checks() const { return m_checks; }

    [[nodiscard]] const SampleHistory &memory() const { return m_memory; }
    [[nodiscard]] const SampleHistory &connections() const { return m_connections; }
    [[nodiscard]] const SampleHistory &liveStreams() const { return m_liveStreams; }
    [[nodiscard]] const SampleHistory &viewers() const { return m_viewers; }
    [[nodiscard]] const SampleHistory &incoming() const { return m_incoming; }

Q_SIGNALS:
    void changed();

private:
    bool m_known = false;
    QString m_status;
    QString m_version;
    double m_uptime = 0;
    QElapsedTimer m_sinceReport;
    QList<CheckRow> m_checks;
    qint64 m_incomingKbps = 0;
    SampleHistory m_memory{kSamples};
    SampleHistory m_connections{kSamples};
    SampleHistory m_liveStreams{kSamples};
    SampleHistory m_viewers{kSamples};
    SampleHistory m_incoming{kSamples};
};

} // namespace matinee::gui

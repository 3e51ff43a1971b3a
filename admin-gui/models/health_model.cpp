#include "models/health_model.h"

namespace matinee::gui {

void HealthModel::apply(const v1::Health &health)
{
    m_known = true;
    m_status = QString::fromStdString(health.status());
    m_version = QString::fromStdString(health.version());
    m_uptime = health.uptime_seconds();
    m_sinceReport.start();
    m_checks.clear();
    for (const auto &check : health.checks())
        m_checks.append(
            {QString::fromStdString(check.name()), QString::fromStdString(check.status()), QString::fromStdString(check.detail())});
    m_memory.add(health.resident_bytes());
    m_connections.add(health.connections());
    m_liveStreams.add(health.live_streams());
    m_viewers.add(health.viewers());
    m_incoming.add(static_cast<double>(m_incomingKbps));
    Q_EMIT changed();
}

void HealthModel::clear()
{
    m_known = false;
    m_status.clear();
    m_version.clear();
    m_checks.clear();
    m_incomingKbps = 0;
    for (auto *history : {&m_memory, &m_connections, &m_liveStreams, &m_viewers, &m_incoming})
        history->clear();
    Q_EMIT changed();
}

qint64 HealthModel::uptimeSeconds() const
{
    return static_cast<qint64>(m_uptime) + (m_sinceReport.isValid() ? m_sinceReport.elapsed() / 1000 : 0);
}

} // namespace matinee::gui

// The server at a glance: is it well, how much goes on, and the last five minutes.
#pragma once

#include <QWidget>

class QGridLayout;
class QLabel;

namespace matinee::gui {

class Banner;
class HealthModel;
class Sparkline;
class StatTile;
class StatusPill;

class OverviewPage : public QWidget
{
    Q_OBJECT
public:
    explicit OverviewPage(const HealthModel &health, QWidget *parent = nullptr);

    void setServer(const QString &name, const QString &address);
    [[nodiscard]] Banner *banner() const { return m_banner; }
    /// The uptime goes on between two reports.
    void advance();

private:
    void refresh();
    void refreshChecks();
    [[nodiscard]] static QString checkTitle(const QString &name);

    const HealthModel &m_health;
    Banner *m_banner;
    QLabel *m_server;
    QLabel *m_facts;
    StatusPill *m_status;
    StatTile *m_live;
    StatTile *m_viewers;
    StatTile *m_connections;
    StatTile *m_memory;
    Sparkline *m_incoming;
    QGridLayout *m_checks;
    QString m_checksShown;
    QString m_address;
};

} // namespace matinee::gui

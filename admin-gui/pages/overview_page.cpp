#include "pages/overview_page.h"

#include "models/health_model.h"
#include "models/texts.h"
#include "widgets/banner.h"
#include "widgets/sparkline.h"
#include "widgets/stat_tile.h"
#include "widgets/status_pill.h"

#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

namespace {

QLabel *heading(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    QFont strong = label->font();
    strong.setWeight(QFont::DemiBold);
    label->setFont(strong);
    return label;
}

} // namespace

OverviewPage::OverviewPage(const HealthModel &health, QWidget *parent) : QWidget(parent), m_health(health), m_banner(new Banner(this))
{
    setObjectName(u"overviewPage"_s);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    auto *scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto *content = new QWidget(scroll);
    content->setObjectName(u"scrolled"_s);
    scroll->setWidget(content);
    outer->addWidget(scroll);

    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(24, 20, 24, 24);
    layout->setSpacing(14);
    layout->addWidget(m_banner);

    auto *head = new QHBoxLayout;
    auto *names = new QVBoxLayout;
    names->setSpacing(2);
    m_server = new QLabel(content);
    QFont large = m_server->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    large.setWeight(QFont::DemiBold);
    m_server->setFont(large);
    names->addWidget(m_server);
    m_facts = new QLabel(content);
    m_facts->setProperty("tone", u"muted"_s);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    names->addWidget(m_facts);
    head->addLayout(names, 1);
    m_status = new StatusPill(content);
    m_status->setObjectName(u"healthStatus"_s);
    head->addWidget(m_status, 0, Qt::AlignTop);
    layout->addLayout(head);

    auto *tiles = new QHBoxLayout;
    tiles->setSpacing(14);
    m_live = new StatTile(tr("Live streams"), content);
    m_viewers = new StatTile(tr("Viewers"), content);
    m_connections = new StatTile(tr("Connections"), content);
    m_memory = new StatTile(tr("Memory"), content);
    for (StatTile *tile : {m_live, m_viewers, m_connections, m_memory})
        tiles->addWidget(tile, 1);
    layout->addLayout(tiles);

    auto *chart = new QFrame(content);
    chart->setProperty("card", true);
    auto *chartLayout = new QVBoxLayout(chart);
    chartLayout->setContentsMargins(16, 12, 16, 12);
    chartLayout->addWidget(heading(tr("Incoming from publishers"), chart));
    m_incoming = new Sparkline(chart);
    m_incoming->setMinimumHeight(150);
    m_incoming->setScale([](double kbps) { return texts::bitrate(qRound64(kbps)); }, 2);
    m_incoming->setAccessibleName(tr("Incoming bitrate of the last five minutes"));
    chartLayout->addWidget(m_incoming, 1);
    layout->addWidget(chart, 1);

    auto *checks = new QFrame(content);
    checks->setProperty("card", true);
    auto *checksLayout = new QVBoxLayout(checks);
    checksLayout->setContentsMargins(16, 12, 16, 14);
    checksLayout->addWidget(heading(tr("Health checks"), checks));
    m_checks = new QGridLayout;
    m_checks->setHorizontalSpacing(14);
    m_checks->setVerticalSpacing(8);
    m_checks->setColumnStretch(2, 1);
    checksLayout->addLayout(m_checks);
    layout->addWidget(checks);

    connect(&m_health, &HealthModel::changed, this, &OverviewPage::refresh);
    refresh();
}

void OverviewPage::setServer(const QString &name, const QString &address)
{
    m_server->setText(name);
    m_address = address;
    advance();
}

void OverviewPage::advance()
{
    if (!m_health.known()) {
        m_facts->setText(m_address);
        return;
    }
    m_facts->setText(
        tr("%1   ·   Matinee %2   ·   up for %3").arg(m_address, m_health.version(), texts::duration(m_health.uptimeSeconds())));
}

void OverviewPage::refresh()
{
    advance();
    m_status->setVisible(m_health.known());
    if (m_health.known())
        m_status->setStatus(m_health.status());
    const auto whole = [](const SampleHistory &history) {
        return history.isEmpty() ? texts::nothing() : texts::count(qRound64(history.last()));
    };
    m_live->setValue(whole(m_health.liveStreams()), m_health.liveStreams());
    m_viewers->setValue(whole(m_health.viewers()), m_health.viewers());
    m_connections->setValue(whole(m_health.connections()), m_health.connections());
    m_memory->setValue(m_health.memory().isEmpty() ? texts::nothing() : texts::bytes(m_health.memory().last()), m_health.memory());
    m_incoming->setValues(m_health.incoming().values(), m_health.incoming().capacity());
    refreshChecks();
}

QString OverviewPage::checkTitle(const QString &name)
{
    if (name == "database"_L1 || name == "store"_L1)
        return tr("Database");
    if (name == "server"_L1)
        return tr("Server");
    if (name == "disk"_L1 || name == "data_dir"_L1)
        return tr("Disk");
    if (name == "rtmp"_L1)
        return tr("RTMP ingest");
    if (name == "workers"_L1)
        return tr("Worker threads");
    if (name == "http"_L1)
        return tr("Web port");
    return name;
}

void OverviewPage::refreshChecks()
{
    // Made anew only when one differs, so that a screen reader or a selection in the text is not thrown out every two seconds.
    QString shown;
    for (const auto &check : m_health.checks())
        shown += check.name + u'\n' + check.status + u'\n' + check.detail + u'\n';
    if (shown == m_checksShown && m_checks->count() > 0)
        return;
    m_checksShown = shown;
    while (QLayoutItem *item = m_checks->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    int line = 0;
    for (const auto &check : m_health.checks()) {
        auto *dot = new StatusPill(this);
        dot->setStatus(check.status);
        m_checks->addWidget(dot, line, 0, Qt::AlignVCenter);
        auto *title = new QLabel(checkTitle(check.name), this);
        m_checks->addWidget(title, line, 1, Qt::AlignVCenter);
        auto *detail = new QLabel(check.detail, this);
        detail->setWordWrap(true);
        detail->setProperty("tone", u"muted"_s);
        detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_checks->addWidget(detail, line, 2);
        ++line;
    }
    if (line == 0) {
        auto *none = new QLabel(m_health.known() ? tr("The server reports no checks.") : tr("Waiting for the first report…"), this);
        none->setProperty("tone", u"muted"_s);
        m_checks->addWidget(none, 0, 0, 1, 3);
    }
}

} // namespace matinee::gui

#include "pages/main_window.h"

#include "pages/overview_page.h"
#include "pages/sign_in_page.h"
#include "pages/streams_page.h"
#include "widgets/banner.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

#include "matinee/v1/server.pb.h"

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

MainWindow::MainWindow(QSettings &settings, KeyStore &keys, ConnectionTiming timing, QWidget *parent)
    : QMainWindow(parent), m_settings(settings), m_trust(settings), m_servers(settings), m_connection(m_trust, timing)
{
    setWindowTitle(tr("Matinee console"));
    setWindowIcon(matineeIcon());
    applyStoredTheme();

    m_root = new QStackedWidget(this);
    m_signIn = new SignInPage(m_servers, keys, m_root);
    m_root->addWidget(m_signIn);
    m_shell = makeShell();
    m_root->addWidget(m_shell);
    setCentralWidget(m_root);
    makeMenus();
    m_stateLabel = new QLabel(this);
    m_stateLabel->setObjectName(u"connectionState"_s);
    m_stateLabel->setTextFormat(Qt::RichText);
    m_stateLabel->setContentsMargins(10, 3, 10, 3);
    m_roundTripLabel = new QLabel(this);
    m_roundTripLabel->setContentsMargins(10, 3, 10, 3);
    m_roundTripLabel->setProperty("tone", u"muted"_s);
    m_roundTripLabel->setToolTip(tr("Time that a question to the server and its answer take"));
    statusBar()->addWidget(m_stateLabel, 1);
    statusBar()->addPermanentWidget(m_roundTripLabel);
    statusBar()->setSizeGripEnabled(false);

    connect(m_signIn, &SignInPage::signInRequested, this, [this](const ServerAddress &address, const QString &key) {
        m_key = key;
        m_connection.open(address, key);
    });
    connect(m_signIn, &SignInPage::cancelled, &m_connection, &Connection::close);
    connect(m_signIn, &SignInPage::certificateAccepted, this, [this](const CertificateQuestion &question, bool always) {
        m_trust.accept(question.server, question.fingerprint, always);
        m_connection.retryNow();
    });
    connect(&m_connection, &Connection::certificateQuestioned, m_signIn, &SignInPage::ask);
    connect(&m_connection, &Connection::stateChanged, this, &MainWindow::onState);
    connect(&m_connection, &Connection::roundTripMeasured, this, [this](int milliseconds) {
        m_roundTrip = milliseconds;
        showConnection();
    });
    connect(&m_connection, &Connection::streamsReceived, this, [this](const v1::StreamsEvent &event) {
        m_streams.apply(event, QDateTime::currentDateTime());
        m_health.setIncomingKbps(m_streams.totalKbps());
        m_streamsPage->setKnown(true);
    });
    connect(&m_connection, &Connection::healthReceived, &m_health, &HealthModel::apply);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        m_streams.advance(QDateTime::currentDateTime());
        m_overview->advance();
    });
    m_clock.start(std::chrono::seconds(1));

    setMinimumSize(760, 520);
    resize(1180, 740);
    restoreGeometry(m_settings.value(u"window/geometry"_s).toByteArray());
    m_streamsPage->restoreState(m_settings.value(u"window/streams"_s).toByteArray());
    showPage(Overview);
    m_signIn->start();
    showConnection();
}

MainWindow::~MainWindow()
{
    // The pages are told of nothing while they go.
    m_connection.disconnect();
}

QWidget *MainWindow::makeShell()
{
    auto *shell = new QWidget(m_root);
    auto *layout = new QHBoxLayout(shell);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto *side = new QWidget(shell);
    side->setFixedWidth(196);
    auto *sideLayout = new QVBoxLayout(side);
    sideLayout->setContentsMargins(14, 20, 0, 16);
    sideLayout->setSpacing(14);
    auto *brand = new QHBoxLayout;
    brand->setSpacing(10);
    auto *mark = new QLabel(side);
    mark->setPixmap(matineeIcon().pixmap(QSize(30, 30), devicePixelRatioF()));
    brand->addWidget(mark);
    auto *name = new QLabel(u"Matinee"_s, side);
    QFont strong = name->font();
    strong.setPointSizeF(strong.pointSizeF() * 1.25);
    strong.setWeight(QFont::DemiBold);
    name->setFont(strong);
    brand->addWidget(name, 1);
    sideLayout->addLayout(brand);
    m_navigation = new QListWidget(side);
    m_navigation->setObjectName(u"navigation"_s);
    m_navigation->setAccessibleName(tr("Pages"));
    m_navigation->setIconSize({20, 20});
    m_navigation->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_navigation->addItem(new QListWidgetItem(icon(Symbol::Overview), tr("Overview")));
    m_navigation->addItem(new QListWidgetItem(icon(Symbol::Streams), tr("Streams")));
    sideLayout->addWidget(m_navigation, 1);
    m_serverLabel = new QLabel(side);
    m_serverLabel->setProperty("tone", u"muted"_s);
    m_serverLabel->setWordWrap(true);
    m_serverLabel->setTextFormat(Qt::PlainText);
    sideLayout->addWidget(m_serverLabel);
    layout->addWidget(side);

    m_pages = new QStackedWidget(shell);
    m_overview = new OverviewPage(m_health, m_pages);
    m_streamsPage = new StreamsPage(m_streams, m_connection, m_pages);
    m_pages->addWidget(m_overview);
    m_pages->addWidget(m_streamsPage);
    layout->addWidget(m_pages, 1);
    connect(m_navigation, &QListWidget::currentRowChanged, m_pages, &QStackedWidget::setCurrentIndex);
    return shell;
}

void MainWindow::makeMenus()
{
    QMenu *server = menuBar()->addMenu(tr("&Server"));
    m_signOutAction =
        server->addAction(icon(Symbol::SignOut), tr("Sign &out"), QKeySequence(Qt::CTRL | Qt::Key_L), this, &MainWindow::signOut);
    server->addSeparator();
    server->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);

    QMenu *stream = menuBar()->addMenu(tr("S&tream"));
    stream->addActions(m_streamsPage->actionsForMenu());
    m_pageActions.append(stream->menuAction());

    QMenu *view = menuBar()->addMenu(tr("&View"));
    m_pageActions.append(view->addAction(tr("&Overview"), QKeySequence(Qt::CTRL | Qt::Key_1), this, [this] { showPage(Overview); }));
    m_pageActions.append(view->addAction(tr("&Streams"), QKeySequence(Qt::CTRL | Qt::Key_2), this, [this] { showPage(Streams); }));
    view->addSeparator();
    auto *themes = new QActionGroup(this);
    const auto theme = [&](const QString &text, const QString &value) {
        QAction *action = view->addAction(text);
        action->setCheckable(true);
        action->setChecked(m_settings.value(u"window/theme"_s, u"system"_s).toString() == value);
        themes->addAction(action);
        connect(action, &QAction::triggered, this, [this, value] {
            m_settings.setValue(u"window/theme"_s, value);
            applyStoredTheme();
        });
    };
    theme(tr("Colours of the s&ystem"), u"system"_s);
    theme(tr("&Light"), u"light"_s);
    theme(tr("&Dark"), u"dark"_s);

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&About Matinee"), this, &MainWindow::showAbout);
}

void MainWindow::applyStoredTheme()
{
    const QString stored = m_settings.value(u"window/theme"_s, u"system"_s).toString();
    applyTheme(*qApp, stored == "light"_L1 ? Theme::Light : stored == "dark"_L1 ? Theme::Dark : Theme::System);
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(
        QMessageBox::NoIcon, tr("About Matinee"),
        tr("Matinee console %1\n\nWatch together and go live, on your own server.\nFree software under the GNU General Public "
           "License, version 3 or later.")
            .arg(QCoreApplication::applicationVersion()),
        QMessageBox::NoButton, this);
    box->addButton(tr("Close"), QMessageBox::AcceptRole);
    box->setIconPixmap(matineeIcon().pixmap(64));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::start(const QString &address, const QString &key)
{
    m_signIn->start(address);
    if (address.isEmpty() || key.isEmpty())
        return;
    const auto parsed = ServerAddress::parse(address);
    if (!parsed) {
        m_signIn->showProblem(parsed.error());
        return;
    }
    // Given on the command line: used, not kept.
    m_key.clear();
    m_connection.open(*parsed, key);
}

void MainWindow::showPage(Page page)
{
    m_navigation->setCurrentRow(page);
}

void MainWindow::onState(Connection::State state)
{
    switch (state) {
    case Connection::State::Disconnected:
        m_root->setCurrentWidget(m_signIn);
        if (m_connection.reason().isEmpty())
            m_signIn->setBusy(false);
        else
            m_signIn->showProblem(m_connection.reason());
        break;
    case Connection::State::Refused:
        m_root->setCurrentWidget(m_signIn);
        m_signIn->showProblem(m_connection.reason());
        break;
    case Connection::State::Connecting:
    case Connection::State::Authenticating:
        if (!m_connection.isComingBack()) {
            m_signIn->setBusy(true);
        } else {
            for (Banner *banner : {m_overview->banner(), m_streamsPage->banner()})
                banner->say(Banner::Tone::Warning,
                            tr("The connection is lost; what you see is the last that was known. %1").arg(m_connection.reason()),
                            tr("Try now"), [this] { m_connection.retryNow(); });
        }
        break;
    case Connection::State::Online:
        onOnline();
        break;
    }
    showConnection();
}

void MainWindow::onOnline()
{
    if (m_root->currentWidget() == m_signIn) {
        m_streams.clear();
        m_health.clear();
        m_streamsPage->setKnown(false);
        if (!m_key.isEmpty())
            m_signIn->remember(m_connection.address(), m_key);
        m_key.clear();
        m_signIn->setBusy(false);
        m_root->setCurrentWidget(m_shell);
        m_navigation->setFocus();
    }
    for (Banner *banner : {m_overview->banner(), m_streamsPage->banner()})
        banner->clear();
    m_serverLabel->setText(m_connection.address().hostAndPort());
    m_overview->setServer(m_connection.address().host(), m_connection.address().text());
    askServer();
}

void MainWindow::askServer()
{
    m_connection.call<v1::Server>("matinee.v1.ServerService/GetServer", v1::GetServerRequest(), this,
                                  [this](const Result<v1::Server, CallError> &answer) {
                                      // Without an answer the name of the host and the usual port do.
                                      if (!answer)
                                          return;
                                      if (!answer->name().empty())
                                          m_overview->setServer(QString::fromStdString(answer->name()), m_connection.address().text());
                                      if (answer->rtmp_port() > 0 && answer->rtmp_port() < 65536)
                                          m_streamsPage->setRtmpPort(static_cast<quint16>(answer->rtmp_port()));
                                  });
}

void MainWindow::signOut()
{
    const QString address = m_connection.address().text();
    m_connection.close();
    m_streams.clear();
    m_health.clear();
    m_streamsPage->setKnown(false);
    m_roundTrip = -1;
    m_signIn->start(address);
    showConnection();
}

void MainWindow::showConnection()
{
    const Tokens &t = tokens(palette());
    const QString where = m_connection.address().hostAndPort().toHtmlEscaped();
    QColor color = t.muted;
    QString text;
    switch (m_connection.state()) {
    case Connection::State::Disconnected:
        text = tr("Not connected");
        break;
    case Connection::State::Connecting:
        color = t.warning;
        text = m_connection.isComingBack() ? tr("Reconnecting to %1…").arg(where) : tr("Connecting to %1…").arg(where);
        break;
    case Connection::State::Authenticating:
        color = t.warning;
        text = tr("Signing in to %1…").arg(where);
        break;
    case Connection::State::Online:
        color = t.good;
        text = m_connection.address().encrypted() ? tr("Connected to %1, encrypted").arg(where) : tr("Connected to %1").arg(where);
        break;
    case Connection::State::Refused:
        color = t.bad;
        text = tr("Refused");
        break;
    }
    m_stateLabel->setText(u"<span style='color:%1'>●</span>&nbsp; %2"_s.arg(color.name(), text));
    m_stateLabel->setAccessibleName(text);
    const bool online = m_connection.state() == Connection::State::Online;
    m_roundTripLabel->setText(
        online && m_roundTrip >= 0 ? (m_roundTrip < 1 ? tr("Round trip < 1 ms") : tr("Round trip %1 ms").arg(m_roundTrip)) : QString());
    const bool inside = m_root->currentWidget() == m_shell;
    m_signOutAction->setEnabled(inside);
    for (QAction *action : std::as_const(m_pageActions))
        action->setEnabled(inside);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_settings.setValue(u"window/geometry"_s, saveGeometry());
    m_streamsPage->showDetails(false);
    m_settings.setValue(u"window/streams"_s, m_streamsPage->saveState());
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange && m_stateLabel)
        showConnection();
    QMainWindow::changeEvent(event);
}

} // namespace matinee::gui

// The console's window: sign-in, navigation, pages, status bar. Owns the connection and the models and joins them to the pages.
#pragma once

#include "client/certificate_trust.h"
#include "client/connection.h"
#include "client/key_store.h"
#include "client/known_servers.h"
#include "models/health_model.h"
#include "models/stream_model.h"

#include <QMainWindow>
#include <QTimer>

class QLabel;
class QListWidget;
class QSettings;
class QStackedWidget;

namespace matinee::gui {

class OverviewPage;
class SignInPage;
class StreamsPage;

class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// Both outlive the window.
    MainWindow(QSettings &settings, KeyStore &keys, ConnectionTiming timing = {}, QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Fills in the form, and signs in at once where both are there. A wrong address is shown in the form.
    void start(const QString &address, const QString &key);

    [[nodiscard]] Connection &connection() { return m_connection; }
    [[nodiscard]] StreamModel &streams() { return m_streams; }
    [[nodiscard]] StreamsPage &streamsPage() { return *m_streamsPage; }
    enum Page
    {
        Overview,
        Streams
    };
    void showPage(Page page);

protected:
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void makeMenus();
    [[nodiscard]] QWidget *makeShell();
    void onState(Connection::State state);
    void onOnline();
    void signOut();
    void showConnection();
    void askServer();
    void applyStoredTheme();
    void showAbout();

    QSettings &m_settings;
    CertificateTrust m_trust;
    KnownServers m_servers;
    Connection m_connection;
    StreamModel m_streams;
    HealthModel m_health;
    QString m_key; // between pressing "Sign in" and the server's answer
    int m_roundTrip = -1;
    QTimer m_clock;

    QStackedWidget *m_root = nullptr;
    SignInPage *m_signIn = nullptr;
    QWidget *m_shell = nullptr;
    QListWidget *m_navigation = nullptr;
    QLabel *m_serverLabel = nullptr;
    QStackedWidget *m_pages = nullptr;
    OverviewPage *m_overview = nullptr;
    StreamsPage *m_streamsPage = nullptr;
    QLabel *m_stateLabel = nullptr;
    QLabel *m_roundTripLabel = nullptr;
    QAction *m_signOutAction = nullptr;
    QList<QAction *> m_pageActions;
};

} // namespace matinee::gui

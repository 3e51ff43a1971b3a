// Pictures of every page in light, dark and Chinese, for eyes: written to the folder MATINEE_ARTIFACTS.
// The check itself is that nothing that is shown is cut off.
#include "pages/main_window.h"

#include "pages/sign_in_page.h"
#include "pages/stream_dialogs.h"
#include "pages/streams_page.h"
#include "widgets/banner.h"
#include "widgets/language.h"
#include "widgets/theme.h"

#include "fake_server.h"
#include "gui_test.h"

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTranslator>
#include <cmath>
#include <gtest/gtest.h>

namespace matinee::gui {
namespace {

using namespace test;

struct Look
{
    const char *name;
    const char *theme;
    const char *language;
};

class Screenshots : public testing::TestWithParam<Look>
{
protected:
    void SetUp() override
    {
        useLanguage(*qApp, QString::fromLatin1(GetParam().language));
        stored.settings.setValue(QStringLiteral("window/theme"), QString::fromLatin1(GetParam().theme));
        ASSERT_TRUE(server.listen());
        window =
            std::make_unique<MainWindow>(stored.settings, keys, ConnectionTiming{.pingEach = 100ms, .firstRetry = 20ms, .lastRetry = 80ms});
        window->resize(1180, 740);
        window->show();
    }
    void TearDown() override
    {
        window.reset();
        for (auto *translator : qApp->findChildren<QTranslator *>())
            delete translator;
        QLocale::setDefault(QLocale(QStringLiteral("en")));
    }
    void shoot(const char *page, QWidget *widget = nullptr)
    {
        settle(80ms);
        QWidget *shown = widget ? widget : window.get();
        // A text that changed in the last turn of the loop (the reason of a reconnect) has its layout still to come.
        for (int pass = 0; pass < 3; ++pass)
            QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
        for (auto *button : shown->findChildren<QPushButton *>()) {
            if (button->isVisible()) {
                EXPECT_LE(button->sizeHint().width(), button->width()) << page << ": " << button->text().toStdString();
            }
        }
        for (auto *label : shown->findChildren<QLabel *>()) {
            if (label->isVisible() && label->wordWrap()) {
                EXPECT_LE(label->heightForWidth(label->width()), label->height()) << page << ": " << label->text().toStdString();
            }
            if (label->isVisible() && !label->wordWrap() && label->textFormat() != Qt::RichText &&
                label->sizePolicy().horizontalPolicy() != QSizePolicy::Ignored) {
                EXPECT_LE(label->sizeHint().width(), label->width() + 1) << label->text().toStdString();
            }
        }
        const QString folder = qEnvironmentVariable("MATINEE_ARTIFACTS");
        if (folder.isEmpty())
            return;
        QDir().mkpath(folder);
        EXPECT_TRUE(shown->grab().save(folder + QStringLiteral("/%1-%2.png").arg(QLatin1String(page), QLatin1String(GetParam().name))));
    }

    FakeServer server;
    TemporarySettings stored;
    MemoryKeyStore keys;
    std::unique_ptr<MainWindow> window;
};

TEST_P(Screenshots, OfEveryPage)
{
    stored.settings.setValue(QStringLiteral("servers"), QStringList{QStringLiteral("192.168.1.20:8080")});
    window->findChild<SignInPage *>()->start();
    shoot("sign-in");
    window->findChild<SignInPage *>()->showProblem(
        Connection::tr("Nothing listens at %1. Is the server running, and is the port right?").arg(QStringLiteral("192.168.1.20:8080")));
    shoot("sign-in-error");
    CertificateQuestion question{QStringLiteral("192.168.1.20:8443"),
                                 QString(QStringLiteral("9F:")).repeated(31) + QStringLiteral("C4"),
                                 QStringLiteral("matinee.lan"),
                                 QStringLiteral("matinee.lan"),
                                 QDateTime::currentDateTime().addYears(1),
                                 {QStringLiteral("The certificate is self-signed, and untrusted")},
                                 false};
    window->findChild<SignInPage *>()->ask(question);
    shoot("certificate");

    window->start(server.address(), QStringLiteral("good-key"));
    ASSERT_TRUE(waitFor([&] { return window->connection().state() == Connection::State::Online; }));
    window->showPage(MainWindow::Streams);
    settle();
    shoot("streams-empty");
    const auto live = [&](int second) {
        server.goLive("movie-night", 6200 + int(700 * std::sin(second / 4.0)), 128 + second / 3);
        server.goLive("school-play", 2900 + int(900 * std::sin(second / 7.0 + 1)) + (second % 5) * 60, 17);
        server.goLive("garden-cam", 780 + (second * 37) % 90, 2);
        server.stream("rehearsal").set_private_(true);
        server.stream("test");
        server.stream("movie-night").mutable_live()->mutable_started_at()->set_seconds(QDateTime::currentSecsSinceEpoch() - 5000);
        server.stream("garden-cam").mutable_live()->mutable_started_at()->set_seconds(QDateTime::currentSecsSinceEpoch() - 190000);
        server.stream("garden-cam").set_private_(true);
        server.stream("garden-cam").mutable_live()->set_fps(25);
        server.publishStreams();
    };
    for (int second = 0; second < 150; ++second) {
        live(second);
        server.publishHealth(FakeServer::health(140 + second / 3 + (second * 7) % 5, 3));
        settle(4ms);
    }
    ASSERT_TRUE(waitFor([&] { return window->streams().rowCount() == 5; }));
    settle(200ms);
    shoot("streams");
    window->streamsPage().select(QStringLiteral("movie-night"));
    window->streamsPage().showDetails(true);
    shoot("streams-detail");
    window->showPage(MainWindow::Overview);
    shoot("overview");
    auto degraded = FakeServer::health(150, 3);
    degraded.set_status("degraded");
    degraded.mutable_checks(0)->set_status("failing");
    degraded.mutable_checks(0)->set_detail("The database does not answer; streams go on, nothing can be created or changed.");
    server.publishHealth(degraded);
    settle(100ms);
    shoot("overview-degraded");
    window->showPage(MainWindow::Streams);

    auto *kick = new KickDialog(QStringLiteral("movie-night"), window.get());
    kick->open();
    shoot("kick", kick);
    kick->close();
    auto *create = new CreateStreamDialog(window.get());
    create->open();
    shoot("create", create);
    create->close();
    auto *key = new StreamKeyDialog(QStringLiteral("movie-night"), QStringLiteral("rtmp://192.168.1.20/live"),
                                    QStringLiteral("sk-1-b7Yq2mVwHn4sLkT9cXzR"), true, window.get());
    key->open();
    shoot("key", key);
    key->close();
    server.stop();
    ASSERT_TRUE(waitFor([&] { return window->connection().isComingBack(); }));
    shoot("reconnecting");
    window->resize(800, 560);
    shoot("small");
}

INSTANTIATE_TEST_SUITE_P(Looks, Screenshots,
                         testing::Values(Look{"light", "light", "en"}, Look{"dark", "dark", "en"}, Look{"zh-light", "light", "zh_CN"},
                                         Look{"zh-dark", "dark", "zh_CN"}),
                         [](const auto &info) { return QString::fromLatin1(info.param.name).remove(QLatin1Char('-')).toStdString(); });

} // namespace
} // namespace matinee::gui

// The console's real window against a real server: a stream that ffmpeg publishes appears within a second, is kicked by the action of
// the window, and the window comes back after a restart of the server. Pictures go to the folder MATINEE_ARTIFACTS.
// Runs the program MATINEE_BIN, else the one built beside this test. Needs ffmpeg.
#include "pages/main_window.h"

#include "pages/stream_dialogs.h"
#include "pages/streams_page.h"
#include "widgets/language.h"

#include "gui_test.h"
#include "tests/support/places.h"

#include <QAction>
#include <QApplication>
#include <QDateTime>
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QPushButton>
#include <QTableView>
#include <QTcpServer>
#include <QTranslator>
#include <gtest/gtest.h>

namespace matinee::gui {
namespace {

using namespace test;

const QString kStream = QStringLiteral("movie-night");

quint16 freePort()
{
    QTcpServer probe;
    return probe.listen(QHostAddress::LocalHost) ? probe.serverPort() : quint16(0);
}

class RealServerTest : public testing::Test
{
protected:
    void SetUp() override
    {
        program = qEnvironmentVariable("MATINEE_BIN", QString::fromStdString(matinee::test::serverProgram()));
        ASSERT_TRUE(QFileInfo(program).isExecutable())
            << program.toStdString() << " is not there: build the target matinee, or set MATINEE_BIN";
        ASSERT_TRUE(startServer());
        key = createKey();
        ASSERT_FALSE(key.isEmpty());
    }
    void TearDown() override
    {
        window.reset();
        for (QProcess *process : {&encoder, &server}) {
            process->terminate();
            if (!process->waitForFinished(10'000))
                process->kill();
            process->waitForFinished(2'000);
        }
        for (auto *translator : qApp->findChildren<QTranslator *>())
            delete translator;
        if (HasFailure())
            std::fprintf(stderr, "%s", log.constData());
    }

    [[nodiscard]] QStringList dataFolder() const { return {QStringLiteral("--data-dir"), data.path()}; }
    [[nodiscard]] QString address() const { return QStringLiteral("127.0.0.1:%1").arg(httpPort); }

    bool startServer()
    {
        server.setProcessChannelMode(QProcess::MergedChannels);
        QObject::connect(&server, &QProcess::readyRead, &server, [this] { log += server.readAll(); });
        server.start(program, QStringList{QStringLiteral("serve")} + dataFolder() +
                                  QStringList{QStringLiteral("--set"), QStringLiteral("server.port=%1").arg(httpPort),
                                              QStringLiteral("--set"), QStringLiteral("livestream.rtmp_port=%1").arg(rtmpPort)});
        return waitFor([this] { return request("GET", QStringLiteral("/health/ready")).status == 200; }, 20s);
    }
    QString createKey()
    {
        QProcess process;
        process.start(program,
                      QStringList{QStringLiteral("api-key"), QStringLiteral("create"), QStringLiteral("--name"), QStringLiteral("gui"),
                                  QStringLiteral("--scope"), QStringLiteral("admin"), QStringLiteral("--output"), QStringLiteral("json")} +
                          dataFolder());
        process.waitForFinished(10'000);
        const QString made = QJsonDocument::fromJson(process.readAllStandardOutput()).object().value(QLatin1String("key")).toString();
        EXPECT_FALSE(made.isEmpty()) << process.readAllStandardError().toStdString();
        return made;
    }

    struct Response
    {
        int status = 0;
        QJsonObject body;
    };
    Response request(const QByteArray &method, const QString &path, const QJsonObject &body = {})
    {
        QNetworkRequest request(QUrl(QStringLiteral("http://%1%2").arg(address(), path)));
        if (!key.isEmpty())
            request.setRawHeader("Authorization", "Bearer " + key.toUtf8());
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        QNetworkReply *reply = network.sendCustomRequest(request, method, method == "GET" ? QByteArray() : QJsonDocument(body).toJson());
        waitFor([&] { return reply->isFinished(); }, 5s);
        Response response{reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(),
                          QJsonDocument::fromJson(reply->readAll()).object()};
        reply->deleteLater();
        return response;
    }
    void publish(const QString &publishKey)
    {
        encoder.setProcessChannelMode(QProcess::MergedChannels);
        encoder.start(
            QStringLiteral("ffmpeg"),
            QStringLiteral("-nostdin -loglevel error -re -f lavfi -i testsrc2=size=640x360:rate=30 -f lavfi -i sine=frequency=440 "
                           "-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 30 -b:v 800k -c:a aac -f flv")
                    .split(QLatin1Char(' ')) +
                QStringList{QStringLiteral("rtmp://127.0.0.1:%1/live/%2").arg(rtmpPort).arg(publishKey)});
    }
    MainWindow &open(const char *theme)
    {
        window.reset();
        stored.settings.setValue(QStringLiteral("window/theme"), QString::fromLatin1(theme));
        window = std::make_unique<MainWindow>(stored.settings, keys);
        window->resize(1180, 740);
        window->show();
        window->start(address(), key);
        return *window;
    }
    bool online()
    {
        return waitFor([this] { return window->connection().state() == Connection::State::Online; }, 15s);
    }
    /// As the table shows it, not as the model has it.
    [[nodiscard]] QString shownState(const QString &name) const
    {
        const auto *model = window->streamsPage().table()->model();
        for (int i = 0; i < model->rowCount(); ++i) {
            if (model->index(i, StreamModel::Name).data().toString() == name)
                return model->index(i, StreamModel::Status).data(StreamModel::RawRole).toInt() == 1 ? QStringLiteral("live")
                                                                                                    : QStringLiteral("idle");
        }
        return {};
    }
    void shoot(const char *name)
    {
        settle(100ms);
        const QString folder = qEnvironmentVariable("MATINEE_ARTIFACTS");
        if (folder.isEmpty())
            return;
        QDir().mkpath(folder);
        EXPECT_TRUE(window->grab().save(folder + QStringLiteral("/real-%1.png").arg(QLatin1String(name))));
    }

    QString program;
    QTemporaryDir data;
    quint16 httpPort = freePort();
    quint16 rtmpPort = freePort();
    QProcess server;
    QProcess encoder;
    QNetworkAccessManager network;
    QByteArray log;
    QString key;
    TemporarySettings stored;
    MemoryKeyStore keys;
    std::unique_ptr<MainWindow> window;
};

TEST_F(RealServerTest, ShowsAPublishedStreamKicksItAndSurvivesARestart)
{
    const Response created = request("POST", QStringLiteral("/api/v1/streams"), {{QStringLiteral("name"), kStream}});
    ASSERT_EQ(created.status, 201);
    const QString publishKey = created.body.value(QLatin1String("publish_key")).toString();
    ASSERT_FALSE(publishKey.isEmpty());

    open("light");
    ASSERT_TRUE(online()) << window->connection().reason().toStdString();
    window->showPage(MainWindow::Streams);
    ASSERT_TRUE(waitFor([&] { return shownState(kStream) == QStringLiteral("idle"); }));

    publish(publishKey);
    ASSERT_TRUE(waitFor([&] { return shownState(kStream) == QStringLiteral("live"); }, 15s)) << encoder.readAll().toStdString();
    // Both clocks are this machine's.
    const QDateTime shownAt = QDateTime::currentDateTime();
    const auto stream = request("GET", QStringLiteral("/api/v1/streams/") + kStream).body;
    EXPECT_EQ(stream.value(QLatin1String("status")).toString(), QStringLiteral("live"));
    const QDateTime liveAt = QDateTime::fromString(
        stream.value(QLatin1String("live")).toObject().value(QLatin1String("started_at")).toString(), Qt::ISODateWithMs);
    ASSERT_TRUE(liveAt.isValid());
    std::printf("shown %lld ms after it went live\n", static_cast<long long>(liveAt.msecsTo(shownAt)));
    EXPECT_LE(liveAt.msecsTo(shownAt), 1000);

    // With a bitrate and a picture size, as measured by the server.
    EXPECT_TRUE(waitFor(
        [&] {
            const StreamRow *row = window->streams().row(window->streams().find(kStream));
            return row && row->bitrateKbps > 100 && row->video() && row->video()->width == 640;
        },
        10s));
    window->streamsPage().select(kStream);
    window->streamsPage().showDetails(true);
    settle(8s);
    shoot("streams-light");
    window->showPage(MainWindow::Overview);
    shoot("overview-light");
    open("dark");
    ASSERT_TRUE(online());
    settle(3s);
    shoot("overview-dark");
    window->showPage(MainWindow::Streams);
    shoot("streams-dark");
    EXPECT_TRUE(useLanguage(*qApp, QStringLiteral("zh_CN")));
    open("light");
    ASSERT_TRUE(online());
    settle(3s);
    shoot("overview-zh_CN");
    window->showPage(MainWindow::Streams);
    shoot("streams-zh_CN");

    window->streamsPage().select(kStream);
    auto *kick = window->findChild<QAction *>(QStringLiteral("kick"));
    ASSERT_TRUE(kick->isEnabled());
    kick->trigger();
    auto *confirm = window->findChild<KickDialog *>();
    ASSERT_TRUE(confirm);
    confirm->findChild<QPushButton *>(QStringLiteral("confirmAction"))->click();
    EXPECT_TRUE(waitFor([&] { return shownState(kStream) == QStringLiteral("idle"); }, 5s));
    EXPECT_TRUE(waitFor([&] { return encoder.state() == QProcess::NotRunning; }, 10s)) << "ffmpeg was not disconnected";

    server.terminate();
    ASSERT_TRUE(waitFor([&] { return server.state() == QProcess::NotRunning; }, 20s));
    ASSERT_TRUE(waitFor([&] { return window->connection().isComingBack(); }, 5s));
    EXPECT_EQ(shownState(kStream), QStringLiteral("idle")) << "the list stays while the server is away";
    shoot("reconnecting-zh_CN");
    ASSERT_TRUE(startServer());
    EXPECT_TRUE(online());
    EXPECT_TRUE(waitFor([&] { return shownState(kStream) == QStringLiteral("idle"); }));
    shoot("back-zh_CN");
}

} // namespace
} // namespace matinee::gui

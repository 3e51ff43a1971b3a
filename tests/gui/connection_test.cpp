#include "client/connection.h"

#include "fake_server.h"
#include "gui_test.h"

#include "matinee/v1/server.pb.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <gtest/gtest.h>

namespace matinee::gui {
namespace {

using namespace test;
using State = Connection::State;

const ConnectionTiming kQuick{.callWithin = 300ms, .connectWithin = 500ms, .pingEach = 50ms, .firstRetry = 20ms, .lastRetry = 80ms};

class ConnectionTest : public testing::Test
{
protected:
    ConnectionTest()
    {
        QObject::connect(&connection, &Connection::stateChanged, &connection, [this](State state) { states.push_back(state); });
        QObject::connect(&connection, &Connection::streamsReceived, &connection,
                         [this](const v1::StreamsEvent &event) { lists.push_back(event); });
    }
    void open(const FakeServer &server, const char *key = "good-key")
    {
        const QString scheme = server.fingerprint.isEmpty() ? QStringLiteral("http://") : QStringLiteral("https://");
        connection.open(*ServerAddress::parse(scheme + server.address()), QString::fromUtf8(key));
    }
    bool reaches(State state)
    {
        return waitFor([&] { return connection.state() == state; });
    }

    TemporarySettings stored;
    CertificateTrust trust{stored.settings};
    Connection connection{trust, kQuick};
    std::vector<State> states;
    std::vector<v1::StreamsEvent> lists;
};

TEST_F(ConnectionTest, SignsInAndFollowsTheTopics)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    server.goLive("movie-night", 4000, 3);
    open(server);
    ASSERT_TRUE(reaches(State::Online));
    EXPECT_EQ(states, (std::vector{State::Connecting, State::Authenticating, State::Online}));
    ASSERT_TRUE(waitFor([&] { return !lists.empty(); }));
    EXPECT_EQ(lists[0].streams(0).name(), "movie-night");
    int roundTrip = -1;
    QObject::connect(&connection, &Connection::roundTripMeasured, &connection, [&](int ms) { roundTrip = ms; });
    EXPECT_TRUE(waitFor([&] { return roundTrip >= 0; }));
}

TEST_F(ConnectionTest, IsRefusedForGoodWithAWrongKey)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    open(server, "bad-key");
    ASSERT_TRUE(reaches(State::Refused));
    EXPECT_TRUE(connection.reason().contains(QStringLiteral("does not know this API key"))) << connection.reason().toStdString();
    settle(200ms);
    EXPECT_EQ(connection.state(), State::Refused);
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(ConnectionTest, SaysWhichScopeAKeyLacks)
{
    FakeServer server;
    server.refusal = "permission_denied";
    ASSERT_TRUE(server.listen());
    open(server, "streams-only");
    ASSERT_TRUE(reaches(State::Refused));
    EXPECT_TRUE(connection.reason().contains(QStringLiteral("server:read")));
}

TEST_F(ConnectionTest, DoesNotTryForEverWhereNobodyHasEverAnswered)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    server.stop();
    open(server);
    ASSERT_TRUE(waitFor([&] { return connection.state() == State::Disconnected && !connection.reason().isEmpty(); }));
    EXPECT_TRUE(connection.reason().contains(QStringLiteral("Nothing listens at 127.0.0.1"))) << connection.reason().toStdString();
}

TEST_F(ConnectionTest, ComesBackAfterARestartAndFollowsTheTopicsAgain)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    open(server);
    ASSERT_TRUE(reaches(State::Online));
    ASSERT_TRUE(waitFor([&] { return lists.size() == 1; }));
    server.stop();
    ASSERT_TRUE(reaches(State::Connecting));
    EXPECT_TRUE(connection.isComingBack());
    settle(150ms);
    EXPECT_EQ(connection.state(), State::Connecting);
    server.goLive("after", 1000, 0);
    ASSERT_TRUE(server.listen());
    ASSERT_TRUE(reaches(State::Online));
    ASSERT_TRUE(waitFor([&] { return lists.size() == 2; }));
    EXPECT_EQ(lists[1].streams(0).name(), "after");
}

TEST_F(ConnectionTest, StopsComingBackWhenTheKeyWasRevokedMeanwhile)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    open(server);
    ASSERT_TRUE(reaches(State::Online));
    server.key = "another";
    server.goodbye("unavailable", "The server is shutting down.");
    ASSERT_TRUE(reaches(State::Refused));
    EXPECT_TRUE(connection.reason().contains(QStringLiteral("revoked")));
}

TEST_F(ConnectionTest, IsRefusedWhenTheServerSaysThatTheKeyIsNotValidAnyMore)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    open(server);
    ASSERT_TRUE(reaches(State::Online));
    server.goodbye("unauthenticated", "revoked");
    ASSERT_TRUE(reaches(State::Refused));
}

TEST_F(ConnectionTest, NoticesAServerThatDoesNotAnswerAnyMore)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    open(server);
    ASSERT_TRUE(reaches(State::Online));
    server.pongs = false;
    ASSERT_TRUE(reaches(State::Connecting));
    EXPECT_TRUE(connection.reason().contains(QStringLiteral("does not answer any more")));
}

TEST_F(ConnectionTest, GivesUpOnAServerThatTakesTheConnectionAndSaysNothing)
{
    QTcpServer silent;
    ASSERT_TRUE(silent.listen(QHostAddress::LocalHost));
    connection.open(*ServerAddress::parse(QStringLiteral("127.0.0.1:%1").arg(silent.serverPort())), QStringLiteral("key"));
    ASSERT_TRUE(waitFor([&] { return connection.state() == State::Disconnected; }));
    EXPECT_TRUE(connection.reason().contains(QStringLiteral("does not answer")));
}

TEST_F(ConnectionTest, ExplainsTheAnswersOfAServerThatIsNoConsoleServer)
{
    const std::pair<const char *, const char *> cases[] = {
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "admin.allow_from"},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "no Matinee console"},
    };
    for (const auto &[response, expected] : cases) {
        QTcpServer http;
        ASSERT_TRUE(http.listen(QHostAddress::LocalHost));
        QObject::connect(&http, &QTcpServer::newConnection, &http, [&http, response = response] {
            QTcpSocket *socket = http.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket, response] {
                socket->write(response);
                socket->disconnectFromHost();
            });
        });
        connection.open(*ServerAddress::parse(QStringLiteral("127.0.0.1:%1").arg(http.serverPort())), QStringLiteral("key"));
        ASSERT_TRUE(reaches(State::Refused)) << expected << connection.reason().toStdString();
        EXPECT_TRUE(connection.reason().contains(QString::fromUtf8(expected))) << connection.reason().toStdString();
    }
}

TEST_F(ConnectionTest, ReturnsTypedAnswersAndErrorsOfCalls)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    open(server);
    ASSERT_TRUE(reaches(State::Online));
    QObject context;
    std::string name;
    connection.call<v1::Server>("matinee.v1.ServerService/GetServer", v1::GetServerRequest(), &context,
                                [&](const Result<v1::Server, CallError> &answer) { name = answer ? answer->name() : "error"; });
    ASSERT_TRUE(waitFor([&] { return !name.empty(); }));
    EXPECT_EQ(name, "Living room");
    v1::KickStreamRequest kick;
    kick.set_name("nobody");
    QString code;
    connection.call<v1::Stream>("matinee.v1.StreamService/KickStream", kick, &context, [&](const Result<v1::Stream, CallError> &answer) {
        code = answer ? QStringLiteral("ok") : answer.error().code;
    });
    ASSERT_TRUE(waitFor([&] { return !code.isEmpty(); }));
    EXPECT_EQ(code.toStdString(), "not_found");
}

TEST_F(ConnectionTest, EndsEachCallOnceInTimeWhateverHappens)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    QObject context;
    std::vector<std::string> codes;
    const auto ask = [&](QObject *who) {
        connection.call<v1::Server>(
            "matinee.v1.ServerService/GetServer", v1::GetServerRequest(), who,
            [&](const Result<v1::Server, CallError> &answer) { codes.push_back(answer ? "ok" : answer.error().code.toStdString()); });
    };
    ask(&context);
    ASSERT_TRUE(waitFor([&] { return codes.size() == 1; }));
    EXPECT_EQ(codes.back(), "unavailable") << "not connected";

    open(server);
    ASSERT_TRUE(reaches(State::Online));
    server.mute = true;
    {
        QObject gone;
        ask(&gone);
    }
    for (std::size_t i = 0; i < Connection::kMaxCalls; ++i)
        ask(&context);
    ASSERT_TRUE(waitFor([&] { return codes.size() == 2; }));
    EXPECT_EQ(codes.back(), "rate_limited") << "one too many at once";
    ASSERT_TRUE(waitFor([&] { return codes.size() == 2 + Connection::kMaxCalls - 1; }));
    for (std::size_t i = 2; i < codes.size(); ++i)
        EXPECT_TRUE(codes[i] == "deadline_exceeded" || codes[i] == "unavailable") << codes[i];
    settle(400ms);
    EXPECT_EQ(codes.size(), 2 + Connection::kMaxCalls - 1);
}

TEST_F(ConnectionTest, FailsTheCallsUnderWayWhenTheServerGoes)
{
    FakeServer server;
    ASSERT_TRUE(server.listen());
    open(server);
    ASSERT_TRUE(reaches(State::Online));
    server.mute = true;
    QObject context;
    std::string code;
    connection.call<v1::Server>(
        "matinee.v1.ServerService/GetServer", v1::GetServerRequest(), &context,
        [&](const Result<v1::Server, CallError> &answer) { code = answer ? "ok" : answer.error().code.toStdString(); });
    server.stop();
    ASSERT_TRUE(waitFor([&] { return !code.empty(); }));
    EXPECT_EQ(code, "unavailable");
}

TEST_F(ConnectionTest, AsksBeforeItTrustsACertificateThatNobodyVouchesFor)
{
    FakeServer server(true);
    ASSERT_TRUE(server.listen());
    std::vector<CertificateQuestion> questions;
    QObject::connect(&connection, &Connection::certificateQuestioned, &connection,
                     [&](const CertificateQuestion &q) { questions.push_back(q); });
    open(server);
    ASSERT_TRUE(waitFor([&] { return !questions.empty(); }));
    EXPECT_EQ(connection.state(), State::Refused);
    EXPECT_EQ(questions[0].fingerprint.toStdString(), server.fingerprint.toStdString());
    EXPECT_EQ(questions[0].subject.toStdString(), "matinee.test");
    EXPECT_FALSE(questions[0].problems.isEmpty());
    EXPECT_FALSE(questions[0].changed);
    EXPECT_EQ(server.connections(), 0);

    trust.accept(questions[0].server, questions[0].fingerprint, false);
    connection.retryNow();
    ASSERT_TRUE(reaches(State::Online)) << connection.reason().toStdString();
    EXPECT_EQ(questions.size(), 1U);
    EXPECT_FALSE(CertificateTrust(stored.settings).isTrusted(questions[0].server, questions[0].fingerprint)) << "once is not always";
}

TEST_F(ConnectionTest, TrustsAnotherCertificateOfAKnownServerNoMoreThanAnUnknownOne)
{
    FakeServer server(true);
    ASSERT_TRUE(server.listen());
    trust.accept(server.address(), QStringLiteral("00:11:22"), true);
    std::vector<CertificateQuestion> questions;
    QObject::connect(&connection, &Connection::certificateQuestioned, &connection,
                     [&](const CertificateQuestion &q) { questions.push_back(q); });
    open(server);
    ASSERT_TRUE(waitFor([&] { return !questions.empty(); }));
    EXPECT_TRUE(questions[0].changed);
    EXPECT_EQ(connection.state(), State::Refused);
    trust.accept(questions[0].server, questions[0].fingerprint, true);
    EXPECT_TRUE(CertificateTrust(stored.settings).isTrusted(questions[0].server, questions[0].fingerprint));
}

} // namespace
} // namespace matinee::gui

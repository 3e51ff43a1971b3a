#include "admin/listener.h"

#include "matinee/v1/envelope.pb.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTcpSocket>
#include <QTimer>
#include <QWebSocket>
#include <gtest/gtest.h>

namespace matinee::admin {
namespace {

using namespace std::chrono_literals;

const std::string kSecret(32, 's');

bool waitFor(const std::function<bool()> &done, std::chrono::milliseconds limit = 5s)
{
    QDeadlineTimer deadline(limit);
    while (!deadline.hasExpired()) {
        if (done())
            return true;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 10);
    }
    return done();
}

template <class Message> QByteArray bytesOf(const Message &message)
{
    return QByteArray::fromStdString(message.SerializeAsString());
}

/// Answers like the worker side: "good" is a key, a call is echoed, and calls of method "flood" are answered with much.
class FakeBridge : public Bridge
{
public:
    Handle open(const std::string &address, Replies replies) override
    {
        addresses.push_back(address);
        sessions.emplace(++last, std::move(replies));
        return last;
    }
    bool post(Handle session, const QByteArray &bytes) override
    {
        if (full)
            return false;
        v1::ClientMessage message;
        EXPECT_TRUE(message.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size())));
        v1::ServerMessage answer;
        if (message.has_authenticate()) {
            if (silent)
                return true;
            auto *authenticated = answer.mutable_authenticated();
            if (message.authenticate().api_key() != "good")
                authenticated->mutable_status()->set_code("unauthenticated");
            else
                authenticated->add_scopes(scope);
        } else if (message.has_call()) {
            answer.mutable_response()->set_id(message.call().id());
            answer.mutable_response()->set_body(message.call().method() == "flood" ? std::string(1 << 20, 'x') : message.call().body());
        }
        reply(session, answer);
        return true;
    }
    void close(Handle session) override
    {
        EXPECT_FALSE(inReply);
        sessions.erase(session);
    }

    void reply(Handle session, const v1::ServerMessage &message)
    {
        // As in the real one: later, by the event loop, and not after close().
        QTimer::singleShot(0, &context, [this, session, bytes = bytesOf(message)] {
            if (const auto found = sessions.find(session); found != sessions.end()) {
                inReply = true;
                found->second.message(bytes);
                inReply = false;
            }
        });
    }

    QObject context;
    std::map<Handle, Replies> sessions;
    std::vector<std::string> addresses;
    Handle last = 0;
    std::string scope = "read_server";
    bool inReply = false;
    bool full = false;
    bool silent = false;
};

/// A console, as it arrives through the tunnel.
class Client
{
public:
    explicit Client(quint16 port, const std::string &secret = kSecret, const QByteArray &origin = {})
    {
        QObject::connect(&socket, &QWebSocket::binaryMessageReceived, &socket, [this](const QByteArray &bytes) {
            v1::ServerMessage message;
            EXPECT_TRUE(message.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size())));
            received.push_back(message);
        });
        QObject::connect(&socket, &QWebSocket::disconnected, &socket, [this] { closed = true; });
        QNetworkRequest request(QUrl(QStringLiteral("ws://127.0.0.1:%1/admin/ws").arg(port)));
        request.setRawHeader("X-Matinee-Tunnel", QByteArray::fromStdString(secret));
        request.setRawHeader("X-Real-IP", "192.168.1.7");
        if (!origin.isEmpty())
            request.setRawHeader("Origin", origin);
        socket.open(request);
    }
    bool opened()
    {
        return waitFor([this] { return closed || socket.state() == QAbstractSocket::ConnectedState; }) && !closed;
    }
    void authenticate(const std::string &key)
    {
        v1::ClientMessage message;
        message.mutable_authenticate()->set_api_key(key);
        socket.sendBinaryMessage(bytesOf(message));
    }
    void call(std::uint32_t id, const std::string &method, const std::string &body = {})
    {
        v1::ClientMessage message;
        message.mutable_call()->set_id(id);
        message.mutable_call()->set_method(method);
        message.mutable_call()->set_body(body);
        socket.sendBinaryMessage(bytesOf(message));
    }

    QWebSocket socket;
    std::vector<v1::ServerMessage> received;
    bool closed = false;
};

class AdminListener : public testing::Test
{
protected:
    Listener &start(Limits limits = {})
    {
        listener = std::make_unique<Listener>(bridge, kSecret, &metrics, limits);
        EXPECT_TRUE(listener->listen());
        return *listener;
    }

    FakeBridge bridge;
    observe::Metrics metrics;
    std::unique_ptr<Listener> listener;
};

TEST_F(AdminListener, AnswersCallsOfAConsoleWithAGoodKey)
{
    Client client(start().port());
    ASSERT_TRUE(client.opened());
    client.authenticate("good");
    ASSERT_TRUE(waitFor([&] { return client.received.size() == 1; }));
    EXPECT_TRUE(client.received[0].has_authenticated());
    client.call(7, "echo", "body");
    ASSERT_TRUE(waitFor([&] { return client.received.size() == 2; }));
    EXPECT_EQ(client.received[1].response().id(), 7U);
    EXPECT_EQ(client.received[1].response().body(), "body");
    EXPECT_EQ(bridge.addresses, std::vector<std::string>{"192.168.1.7"});
    EXPECT_NE(metrics.text().find("matinee_admin_connections 1"), std::string::npos);
}

TEST_F(AdminListener, SaysGoodbyeToAWrongKeyAndCloses)
{
    Client client(start().port());
    ASSERT_TRUE(client.opened());
    client.authenticate("bad");
    ASSERT_TRUE(waitFor([&] { return client.closed; }));
    ASSERT_EQ(client.received.size(), 2U);
    EXPECT_EQ(client.received[0].authenticated().status().code(), "unauthenticated");
    EXPECT_EQ(client.received[1].goodbye().status().code(), "unauthenticated");
    EXPECT_TRUE(waitFor([&] { return listener->connections() == 0 && bridge.sessions.empty(); }));
    EXPECT_NE(metrics.text().find("matinee_admin_connections 0"), std::string::npos);
}

TEST_F(AdminListener, RefusesAGoodKeyThatMayNotReadTheServer)
{
    bridge.scope = "read_streams";
    Client client(start().port());
    ASSERT_TRUE(client.opened());
    client.authenticate("good");
    ASSERT_TRUE(waitFor([&] { return client.closed; }));
    ASSERT_EQ(client.received.size(), 2U);
    EXPECT_EQ(client.received[0].authenticated().status().code(), "permission_denied");
    EXPECT_EQ(client.received[1].goodbye().status().code(), "permission_denied");
}

TEST_F(AdminListener, OpensNoSessionForAFirstMessageThatIsNotAuthenticate)
{
    Client call(start().port());
    ASSERT_TRUE(call.opened());
    call.call(1, "echo");
    ASSERT_TRUE(waitFor([&] { return call.closed; }));
    ASSERT_EQ(call.received.size(), 1U);
    EXPECT_EQ(call.received[0].goodbye().status().code(), "unauthenticated");

    Client garbage(listener->port());
    ASSERT_TRUE(garbage.opened());
    garbage.socket.sendBinaryMessage(QByteArray("\xff\xff\xff garbage"));
    ASSERT_TRUE(waitFor([&] { return garbage.closed; }));

    Client text(listener->port());
    ASSERT_TRUE(text.opened());
    text.socket.sendTextMessage(QStringLiteral("hello"));
    ASSERT_TRUE(waitFor([&] { return text.closed; }));
    EXPECT_EQ(bridge.last, 0U);
}

TEST_F(AdminListener, RefusesAPeerThatDidNotComeThroughTheTunnelBeforeTheHandshake)
{
    Client client(start().port(), std::string(32, 'x'));
    EXPECT_FALSE(client.opened());
    EXPECT_EQ(listener->connections(), 0);
    EXPECT_NE(metrics.text().find("matinee_admin_refused_total{reason=\"not_tunnelled\"} 1"), std::string::npos);
}

TEST_F(AdminListener, RefusesAWebPageOfAnotherSite)
{
    Client client(start().port(), kSecret, "https://evil.example");
    EXPECT_FALSE(client.opened());
    EXPECT_NE(metrics.text().find("matinee_admin_refused_total{reason=\"foreign_origin\"} 1"), std::string::npos);
}

TEST_F(AdminListener, DropsAPeerThatSendsNoRequest)
{
    Limits limits;
    limits.authenticateWithin = 50ms;
    QTcpSocket slow;
    slow.connectToHost(QStringLiteral("127.0.0.1"), start(limits).port());
    EXPECT_TRUE(waitFor([&] { return slow.state() == QAbstractSocket::ConnectedState; }));
    slow.write("GET /admin");
    EXPECT_TRUE(waitFor([&] { return slow.state() == QAbstractSocket::UnconnectedState; }));
    EXPECT_TRUE(slow.readAll().startsWith("HTTP/1.1 400"));
}

TEST_F(AdminListener, SaysGoodbyeToAConsoleThatDoesNotSignInInTime)
{
    Limits limits;
    limits.authenticateWithin = 100ms;
    Client client(start(limits).port());
    ASSERT_TRUE(client.opened());
    ASSERT_TRUE(waitFor([&] { return client.closed; }));
    ASSERT_EQ(client.received.size(), 1U);
    EXPECT_EQ(client.received[0].goodbye().status().code(), "deadline_exceeded");
}

TEST_F(AdminListener, ClosesAConsoleWhoseKeyIsNotAnsweredInTime)
{
    Limits limits;
    limits.authenticateWithin = 100ms;
    bridge.silent = true;
    Client client(start(limits).port());
    ASSERT_TRUE(client.opened());
    client.authenticate("good");
    ASSERT_TRUE(waitFor([&] { return client.closed; }));
    EXPECT_TRUE(waitFor([&] { return bridge.sessions.empty(); }));
}

TEST_F(AdminListener, ClosesOnAMessageOverTheLimit)
{
    Limits limits;
    limits.messageBytes = 1000;
    Client client(start(limits).port());
    ASSERT_TRUE(client.opened());
    client.authenticate("good");
    ASSERT_TRUE(waitFor([&] { return client.received.size() == 1; }));
    client.call(1, "echo", std::string(2000, 'x'));
    ASSERT_TRUE(waitFor([&] { return client.closed; }));
    EXPECT_EQ(client.socket.closeCode(), QWebSocketProtocol::CloseCodeTooMuchData);
    EXPECT_TRUE(waitFor([&] { return bridge.sessions.empty(); }));
}

TEST_F(AdminListener, HoldsNoMoreConnectionsThanAllowedAndTakesNewOnesWhenOneLeaves)
{
    Limits limits;
    limits.connections = 2;
    start(limits);
    auto first = std::make_unique<Client>(listener->port());
    Client second(listener->port());
    ASSERT_TRUE(first->opened());
    ASSERT_TRUE(second.opened());
    Client third(listener->port());
    EXPECT_FALSE(third.opened());
    first.reset();
    ASSERT_TRUE(waitFor([&] { return listener->connections() == 1; }));
    EXPECT_TRUE(waitFor([&] {
        Client again(listener->port());
        return again.opened();
    }));
}

TEST_F(AdminListener, ClosesAPeerThatReadsNothingInsteadOfBufferingWithoutEnd)
{
    Limits limits;
    limits.closeWithin = 50ms;
    start(limits);
    // By hand, since a QWebSocket cannot be kept from reading.
    QTcpSocket raw;
    raw.setReadBufferSize(4096);
    raw.connectToHost(QStringLiteral("127.0.0.1"), listener->port());
    raw.write("GET /admin/ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Real-IP: ::1\r\nX-Matinee-Tunnel: " +
              QByteArray::fromStdString(kSecret) + "\r\n\r\n");
    ASSERT_TRUE(waitFor([&] { return listener->connections() == 1; }));
    v1::ClientMessage authenticate;
    authenticate.mutable_authenticate()->set_api_key("good");
    const QByteArray body = bytesOf(authenticate);
    // A masked binary frame (RFC 6455, 5.2) with a mask of zeros.
    raw.write(QByteArray("\x82", 1) + static_cast<char>(0x80 | body.size()) + QByteArray(4, '\0') + body);
    ASSERT_TRUE(waitFor([&] { return bridge.last == 1; }));
    v1::ServerMessage much;
    much.mutable_response()->set_body(std::string(1 << 20, 'x'));
    int sent = 0;
    ASSERT_TRUE(waitFor([&] {
        if (!bridge.sessions.empty() && ++sent < 100)
            bridge.reply(1, much);
        return listener->connections() == 0;
    }));
    EXPECT_LT(sent, 50);
    EXPECT_TRUE(bridge.sessions.empty());
}

TEST_F(AdminListener, ClosesAConsoleThatPostsMoreThanItsSessionTakes)
{
    Client client(start().port());
    ASSERT_TRUE(client.opened());
    client.authenticate("good");
    ASSERT_TRUE(waitFor([&] { return client.received.size() == 1; }));
    bridge.full = true;
    client.call(1, "echo");
    ASSERT_TRUE(waitFor([&] { return client.closed; }));
    // It is 1013 on the wire, but a QWebSocket of Qt 6.4 takes no code above 1011 from its peer.
    EXPECT_TRUE(waitFor([&] { return bridge.sessions.empty() && listener->connections() == 0; }));
}

TEST_F(AdminListener, ClosesAPeerThatDoesNotAnswerPings)
{
    Limits limits;
    limits.pingEach = 100ms;
    limits.closeWithin = 50ms;
    start(limits);
    Client answering(listener->port());
    ASSERT_TRUE(answering.opened());
    QTcpSocket dead;
    dead.connectToHost(QStringLiteral("127.0.0.1"), listener->port());
    dead.write("GET /admin/ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Real-IP: ::1\r\nX-Matinee-Tunnel: " +
               QByteArray::fromStdString(kSecret) + "\r\n\r\n");
    ASSERT_TRUE(waitFor([&] { return listener->connections() == 2; }));
    ASSERT_TRUE(waitFor([&] { return listener->connections() == 1; }));
    EXPECT_FALSE(answering.closed);
}

TEST_F(AdminListener, SaysGoodbyeToAllWhenItShutsDown)
{
    Client client(start().port());
    ASSERT_TRUE(client.opened());
    client.authenticate("good");
    ASSERT_TRUE(waitFor([&] { return client.received.size() == 1; }));
    bool idle = false;
    QObject::connect(listener.get(), &Listener::idle, listener.get(), [&] { idle = true; });
    listener->shutDown();
    ASSERT_TRUE(waitFor([&] { return idle && client.closed; }));
    EXPECT_EQ(client.received.back().goodbye().status().code(), "unavailable");
}

TEST_F(AdminListener, DoesNotOpenWithAWeakSecret)
{
    Listener weak(bridge, "short");
    EXPECT_FALSE(weak.listen());
}

} // namespace
} // namespace matinee::admin

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}

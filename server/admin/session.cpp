#include "admin/session.h"

#include "matinee/v1/envelope.pb.h"

#include <algorithm>
#include <utility>

namespace matinee::admin {

namespace {

QByteArray serialised(const v1::ServerMessage &message)
{
    QByteArray bytes(static_cast<qsizetype>(message.ByteSizeLong()), Qt::Uninitialized);
    message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

} // namespace

Session::Session(std::unique_ptr<QWebSocket> socket, std::string address, Bridge &bridge, const Limits &limits)
    : m_socket(std::move(socket)), m_address(std::move(address)), m_bridge(bridge), m_limits(limits)
{
    m_socket->setParent(nullptr);
    m_socket->setMaxAllowedIncomingMessageSize(m_limits.messageBytes);
    m_socket->setMaxAllowedIncomingFrameSize(m_limits.messageBytes);
    connect(m_socket.get(), &QWebSocket::binaryMessageReceived, this, &Session::takeFromClient);
    connect(m_socket.get(), &QWebSocket::textMessageReceived, this,
            [this] { close(QWebSocketProtocol::CloseCodeDatatypeNotSupported, QStringLiteral("binary messages only")); });
    connect(m_socket.get(), &QWebSocket::pong, this, [this] { m_awaitingPong = false; });
    connect(m_socket.get(), &QWebSocket::disconnected, this, [this] {
        if (m_reason.isEmpty() && m_socket->closeCode() == QWebSocketProtocol::CloseCodeTooMuchData)
            m_reason = QStringLiteral("message too large");
        finish(QStringLiteral("client left"));
    });

    m_authenticateBy.setSingleShot(true);
    connect(&m_authenticateBy, &QTimer::timeout, this,
            [this] { refuse("deadline_exceeded", "Nobody signed in in time. Connect again."); });
    m_authenticateBy.start(m_limits.authenticateWithin);
    connect(&m_pinger, &QTimer::timeout, this, &Session::ping);
    m_pinger.start(m_limits.pingEach);
    m_closeBy.setSingleShot(true);
    connect(&m_closeBy, &QTimer::timeout, this, [this] {
        m_socket->abort();
        finish(QStringLiteral("dropped"));
    });
}

Session::~Session()
{
    m_socket->disconnect(this);
    leaveBridge();
}

void Session::leaveBridge()
{
    if (std::exchange(m_bridged, false))
        m_bridge.close(m_handle);
}

void Session::shutDown()
{
    refuse("unavailable", "The server is shutting down.");
}

void Session::takeFromClient(const QByteArray &bytes)
{
    if (m_closing)
        return;
    if (!m_asked) {
        v1::ClientMessage message;
        if (!message.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size())) || !message.has_authenticate()) {
            refuse("unauthenticated", "The first message must be Authenticate with an API key or access token.");
            return;
        }
        // Only now does anybody beyond the bridge hear of this connection.
        m_handle =
            m_bridge.open(m_address, Replies{[this](const QByteArray &reply) { takeFromServer(reply); },
                                             [this] { close(QWebSocketProtocol::CloseCodeNormal, QStringLiteral("session ended")); }});
        m_bridged = true;
        m_asked = true;
    }
    if (!m_bridge.post(m_handle, bytes))
        close(QWebSocketProtocol::CloseCode(1013), QStringLiteral("too many calls at once"));
}

void Session::takeFromServer(const QByteArray &bytes)
{
    if (m_closing)
        return;
    if (m_authenticated) {
        m_socket->sendBinaryMessage(bytes);
        if (m_socket->bytesToWrite() > m_limits.outgoingBytes)
            close(QWebSocketProtocol::CloseCode(1013), QStringLiteral("too slow"));
        return;
    }
    // The answer to Authenticate is read here too: the channel is for keys that may read the server, whatever else a key may do.
    v1::ServerMessage message;
    if (!message.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size())) || !message.has_authenticated()) {
        m_socket->sendBinaryMessage(bytes);
        return;
    }
    auto &answer = *message.mutable_authenticated();
    const auto &scopes = answer.scopes();
    if (answer.status().code().empty() && std::find(scopes.begin(), scopes.end(), "read_server") == scopes.end()) {
        answer.clear_scopes();
        answer.mutable_status()->set_code("permission_denied");
        answer.mutable_status()->set_message("This account or API key may not read the server's state; the console needs that.");
    }
    m_socket->sendBinaryMessage(serialised(message));
    if (answer.status().code().empty()) {
        m_authenticated = true;
        m_authenticateBy.stop();
        return;
    }
    v1::ServerMessage farewell;
    *farewell.mutable_goodbye()->mutable_status() = answer.status();
    m_socket->sendBinaryMessage(serialised(farewell));
    close(QWebSocketProtocol::CloseCodePolicyViolated, QStringLiteral("refused"));
}

void Session::refuse(const char *code, const char *sentence)
{
    if (m_closing)
        return;
    v1::ServerMessage message;
    message.mutable_goodbye()->mutable_status()->set_code(code);
    message.mutable_goodbye()->mutable_status()->set_message(sentence);
    m_socket->sendBinaryMessage(serialised(message));
    close(QWebSocketProtocol::CloseCodePolicyViolated, QLatin1String(code));
}

void Session::close(QWebSocketProtocol::CloseCode code, const QString &reason)
{
    if (m_closing)
        return;
    m_closing = true;
    m_reason = reason;
    m_authenticateBy.stop();
    m_pinger.stop();
    // Not from within a reply of the bridge, which may be what brought us here.
    QTimer::singleShot(0, this, &Session::leaveBridge);
    m_closeBy.start(m_limits.closeWithin);
    m_socket->close(code, reason);
}

void Session::ping()
{
    if (m_awaitingPong) {
        close(QWebSocketProtocol::CloseCodeGoingAway, QStringLiteral("no answer to ping"));
        return;
    }
    m_awaitingPong = true;
    m_socket->ping();
}

void Session::finish(const QString &reason)
{
    if (m_finished)
        return;
    m_finished = true;
    m_closing = true;
    if (m_reason.isEmpty())
        m_reason = reason;
    m_authenticateBy.stop();
    m_pinger.stop();
    m_closeBy.stop();
    Q_EMIT finished();
}

} // namespace matinee::admin

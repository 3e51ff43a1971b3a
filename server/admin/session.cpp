#include "admin/session.h"

#include "matinee/v1/envelope.pb.h"

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
            [this] { refuse("deadline_exceeded", "No API key was accepted in time. Connect again."); });
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
    if (m_bridged)
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
            refuse("unauthenticated", "The first message must be Authenticate with an API key.");
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
    bool goodbye = false;
    bool refused = false;
    if (!m_authenticated) {
        v1::ServerMessage message;
        if (message.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size())) && message.has_authenticated()) {
            refused = !message.authenticated().status().code().empty();
            m_authenticated = !refused;
        }
        goodbye = message.has_goodbye();
        if (m_authenticated)
            m_authenticateBy.stop();
    }
    m_socket->sendBinaryMessage(bytes);
    if (refused) {
        v1::ServerMessage farewell;
        v1::ServerMessage answer;
        answer.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size()));
        *farewell.mutable_goodbye()->mutable_status() = answer.authenticated().status();
        m_socket->sendBinaryMessage(serialised(farewell));
        close(QWebSocketProtocol::CloseCodePolicyViolated, QStringLiteral("refused"));
    } else if (goodbye) {
        close(QWebSocketProtocol::CloseCodePolicyViolated, QStringLiteral("goodbye"));
    } else if (m_socket->bytesToWrite() > m_limits.outgoingBytes) {
        close(QWebSocketProtocol::CloseCode(1013), QStringLiteral("too slow"));
    }
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
    if (m_bridged) {
        m_bridged = false;
        m_bridge.close(m_handle);
    }
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

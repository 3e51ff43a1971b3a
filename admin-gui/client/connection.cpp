#include "client/connection.h"

#include <QSslSocket>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr quint64 kMaxMessage = 16 * 1024 * 1024; // of the server, which is trusted with more than it ever needs
constexpr auto kTick = std::chrono::milliseconds(100);

QString text(const std::string &utf8)
{
    return QString::fromStdString(utf8);
}

} // namespace

Connection::Connection(CertificateTrust &trust, ConnectionTiming timing, QObject *parent)
    : QObject(parent), m_trust(trust), m_timing(timing), m_nextRetry(timing.firstRetry)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &Connection::connectSocket);
    m_connectBy.setSingleShot(true);
    connect(&m_connectBy, &QTimer::timeout, this, [this] { lost(tr("%1 does not answer.").arg(m_address.hostAndPort())); });
    connect(&m_ticker, &QTimer::timeout, this, &Connection::tick);
}

Connection::~Connection()
{
    dropSocket();
}

void Connection::open(const ServerAddress &address, const QString &apiKey)
{
    close();
    m_address = address;
    m_key = apiKey.trimmed();
    m_reason.clear();
    m_nextRetry = m_timing.firstRetry;
    setState(State::Connecting);
    connectSocket();
}

void Connection::close()
{
    m_wasOnline = false;
    m_retry.stop();
    dropSocket();
    m_reason.clear();
    failCalls();
    setState(State::Disconnected);
}

void Connection::retryNow()
{
    if (m_state == State::Online || m_state == State::Authenticating)
        return;
    setState(State::Connecting);
    connectSocket();
}

void Connection::connectSocket()
{
    m_retry.stop();
    dropSocket();
    m_questioned = false;
    m_socket = std::make_unique<QWebSocket>();
    m_socket->setMaxAllowedIncomingMessageSize(kMaxMessage);
    m_socket->setMaxAllowedIncomingFrameSize(kMaxMessage);
    connect(m_socket.get(), &QWebSocket::connected, this, [this] {
        setState(State::Authenticating);
        v1::ClientMessage message;
        message.mutable_authenticate()->set_api_key(m_key.toStdString());
        send(message);
    });
    connect(m_socket.get(), &QWebSocket::binaryMessageReceived, this, &Connection::receive);
    connect(m_socket.get(), &QWebSocket::sslErrors, this, &Connection::onSslErrors);
    // Queued, as both come in the middle of the socket's own work and end in its destruction.
    auto *socket = m_socket.get();
    const auto failed = [this, socket](QAbstractSocket::SocketError error) {
        if (socket == m_socket.get())
            onSocketError(error);
    };
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(socket, &QWebSocket::errorOccurred, this, failed, Qt::QueuedConnection);
#else
    connect(socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this, failed, Qt::QueuedConnection);
#endif
    connect(
        socket, &QWebSocket::disconnected, this,
        [this, socket] {
            // An error says more and is on its way where there is one.
            QTimer::singleShot(0, this, [this, socket] {
                if (socket == m_socket.get())
                    lost(tr("The server closed the connection."));
            });
        },
        Qt::QueuedConnection);
    m_connectBy.start(m_timing.connectWithin);
    m_socket->open(m_address.socketUrl());
}

void Connection::dropSocket()
{
    m_connectBy.stop();
    m_ticker.stop();
    m_pingOut = false;
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->close();
    // It may be on the call stack below us.
    m_socket.release()->deleteLater();
}

void Connection::send(const v1::ClientMessage &message)
{
    QByteArray bytes(static_cast<qsizetype>(message.ByteSizeLong()), Qt::Uninitialized);
    message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
    m_socket->sendBinaryMessage(bytes);
}

void Connection::receive(const QByteArray &bytes)
{
    v1::ServerMessage message;
    if (!message.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size()))) {
        lost(tr("The server sent something that this console does not understand. Is its version the same?"));
        return;
    }
    switch (message.kind_case()) {
    case v1::ServerMessage::kAuthenticated:
        onAuthenticated(message.authenticated());
        break;
    case v1::ServerMessage::kResponse: {
        const auto found = m_calls.find(message.response().id());
        if (found == m_calls.end())
            break; // answered after its time
        PendingCall call = std::move(found->second);
        m_calls.erase(found);
        if (!call.context)
            break;
        const auto &status = message.response().status();
        if (status.code().empty())
            call.done(message.response().body());
        else
            call.done(CallError{text(status.code()), text(status.message()), text(status.field()), int(status.retry_after_seconds())});
        break;
    }
    case v1::ServerMessage::kEvent:
        if (message.event().has_streams() || message.event().topic() == "streams")
            Q_EMIT streamsReceived(message.event().streams());
        else if (message.event().has_health())
            Q_EMIT healthReceived(message.event().health());
        break;
    case v1::ServerMessage::kPong:
        if (m_pingOut && message.pong().id() == m_lastPing) {
            m_pingOut = false;
            Q_EMIT roundTripMeasured(static_cast<int>(m_sincePing.elapsed()));
        }
        break;
    case v1::ServerMessage::kGoodbye:
        onStatus(message.goodbye().status());
        break;
    case v1::ServerMessage::KIND_NOT_SET:
        break; // of a newer server
    }
}

void Connection::onAuthenticated(const v1::Authenticated &answer)
{
    if (!answer.status().code().empty()) {
        onStatus(answer.status());
        return;
    }
    m_connectBy.stop();
    m_serverVersion = text(answer.server_version());
    m_permissions.clear();
    for (const auto &scope : answer.scopes())
        m_permissions.append(text(scope));
    m_wasOnline = true;
    m_reason.clear();
    m_nextRetry = m_timing.firstRetry;
    for (const char *topic : {"streams", "health"}) {
        // Asking for what the key does not allow ends the connection.
        if (qstrcmp(topic, "streams") == 0 && !may("read_streams"_L1))
            continue;
        v1::ClientMessage message;
        message.mutable_subscribe()->set_topic(topic);
        send(message);
    }
    m_sincePing.invalidate();
    m_ticker.start(kTick);
    setState(State::Online);
}

void Connection::onStatus(const v1::Status &status)
{
    if (status.code() == "unauthenticated") {
        refuse(m_wasOnline ? tr("The API key is not valid any more. It may have been revoked or have expired.")
                           : tr("The server does not know this API key. Check that you copied all of it."));
    } else if (status.code() == "permission_denied") {
        refuse(
            tr("This API key may not use the console. It needs the scope \"admin\", or \"streams\" or \"server:read\" for a part of it."));
    } else if (status.code() == "unavailable") {
        lost(tr("The server is being stopped or restarted."));
    } else {
        lost(status.message().empty() ? tr("The server said goodbye.") : text(status.message()));
    }
}

void Connection::onSslErrors(const QList<QSslError> &errors)
{
    // The certificate of the server itself: an error may be about another one in the chain, and trusting that would trust all below it.
    const auto *tls = m_socket->findChild<QSslSocket *>();
    const QSslCertificate certificate = tls ? tls->peerCertificate() : QSslCertificate();
    const QString server = m_address.hostAndPort();
    const QString fingerprint = CertificateTrust::fingerprintOf(certificate);
    if (m_trust.isTrusted(server, fingerprint)) {
        m_socket->ignoreSslErrors(errors);
        return;
    }
    CertificateQuestion question;
    question.server = server;
    question.fingerprint = fingerprint;
    question.subject = certificate.subjectDisplayName();
    question.issuer = certificate.issuerDisplayName();
    question.validUntil = certificate.expiryDate();
    question.changed = m_trust.knowsAnother(server, fingerprint);
    for (const auto &error : errors)
        question.problems.append(error.errorString());
    question.problems.removeDuplicates();
    m_questioned = true;
    // After the socket has finished with itself.
    QMetaObject::invokeMethod(
        this,
        [this, question] {
            if (!m_questioned)
                return;
            refuse(tr("The certificate of %1 is not trusted.").arg(question.server));
            if (!question.fingerprint.isEmpty())
                Q_EMIT certificateQuestioned(question);
        },
        Qt::QueuedConnection);
}

void Connection::onSocketError(QAbstractSocket::SocketError error)
{
    if (m_questioned || m_state == State::Refused)
        return;
    const QString details = m_socket->errorString();
    // QWebSocket calls every unexpected answer "connection refused"; the only trace that it leaves of the HTTP status is in its text.
    const bool handshake = m_state == State::Connecting;
    if (handshake && details.contains("status code: 403"_L1, Qt::CaseInsensitive)) {
        refuse(tr("The server does not let consoles in from this computer's address. Its setting admin.allow_from decides that."));
    } else if (handshake && details.contains("status code: 404"_L1, Qt::CaseInsensitive)) {
        const QString why =
            tr("There is a server at %1, but it has no Matinee console. Check the address and port.").arg(m_address.hostAndPort());
        m_wasOnline ? lost(why) : refuse(why);
    } else if (handshake && details.contains("status code: "_L1, Qt::CaseInsensitive)) {
        lost(tr("%1 does not take consoles at the moment: %2").arg(m_address.hostAndPort(), details.section(u':', -1).trimmed()));
    } else {
        lost(sentenceFor(error));
    }
}

QString Connection::sentenceFor(QAbstractSocket::SocketError error) const
{
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return tr("Nothing listens at %1. Is the server running, and is the port right?").arg(m_address.hostAndPort());
    case QAbstractSocket::HostNotFoundError:
        return tr("There is no host named %1.").arg(m_address.host());
    case QAbstractSocket::RemoteHostClosedError:
        return m_state == State::Connecting ? tr("%1 closed the connection at once. Does it need https://?").arg(m_address.hostAndPort())
                                            : tr("The server closed the connection.");
    case QAbstractSocket::SslHandshakeFailedError:
        return tr("No encrypted connection to %1: %2").arg(m_address.hostAndPort(), m_socket->errorString());
    case QAbstractSocket::SocketTimeoutError:
        return tr("%1 does not answer.").arg(m_address.hostAndPort());
    case QAbstractSocket::NetworkError:
        return tr("%1 cannot be reached from here. Is the network up?").arg(m_address.hostAndPort());
    default:
        return tr("No connection to %1: %2").arg(m_address.hostAndPort(), m_socket->errorString());
    }
}

void Connection::lost(const QString &why)
{
    if (m_state == State::Refused || m_state == State::Disconnected)
        return;
    dropSocket();
    m_reason = why;
    if (m_wasOnline) {
        m_retry.start(m_nextRetry);
        m_nextRetry = std::min(m_nextRetry * 2, m_timing.lastRetry);
        setState(State::Connecting);
    } else {
        setState(State::Disconnected);
    }
    failCalls();
}

void Connection::refuse(const QString &why)
{
    m_retry.stop();
    dropSocket();
    m_reason = why;
    setState(State::Refused);
    failCalls();
}

CallError Connection::unreadableAnswer()
{
    return {u"internal"_s, tr("The server answered with something that this console does not understand. Is its version the same?"), {}, 0};
}

void Connection::callBytes(const char *method, std::string body, QObject *context, BytesDone done)
{
    const auto failSoon = [&](CallError error) {
        QMetaObject::invokeMethod(
            context, [done = std::move(done), error = std::move(error)] { done(error); }, Qt::QueuedConnection);
    };
    if (m_state != State::Online) {
        failSoon({u"unavailable"_s, tr("There is no connection to the server at the moment."), {}, 0});
        return;
    }
    if (m_calls.size() >= kMaxCalls) {
        failSoon({u"rate_limited"_s, tr("Too much is under way at once. Try again in a moment."), {}, 1});
        return;
    }
    v1::ClientMessage message;
    message.mutable_call()->set_id(++m_lastCall);
    message.mutable_call()->set_method(method);
    message.mutable_call()->set_body(std::move(body));
    m_calls.emplace(m_lastCall, PendingCall{context, std::move(done), QDeadlineTimer(m_timing.callWithin)});
    send(message);
}

void Connection::failCalls()
{
    const auto calls = std::exchange(m_calls, {});
    for (const auto &[id, call] : calls) {
        if (call.context)
            call.done(CallError{u"unavailable"_s, tr("The connection was lost before the server answered."), {}, 0});
    }
}

void Connection::tick()
{
    for (auto it = m_calls.begin(); it != m_calls.end();) {
        if (!it->second.deadline.hasExpired()) {
            ++it;
            continue;
        }
        PendingCall late = std::move(it->second);
        m_calls.erase(it);
        if (late.context)
            late.done(CallError{u"deadline_exceeded"_s,
                                tr("The server did not answer in time. It may have done what you asked for; look before you try again."),
                                {},
                                0});
        if (m_state != State::Online)
            return;
        it = m_calls.begin(); // `done` may have made or ended calls
    }
    if (m_sincePing.isValid() && m_sincePing.elapsed() < m_timing.pingEach.count() * (m_pingOut ? 2 : 1))
        return;
    if (m_pingOut) {
        lost(tr("The server does not answer any more."));
        return;
    }
    m_pingOut = true;
    m_sincePing.start();
    v1::ClientMessage message;
    message.mutable_ping()->set_id(++m_lastPing);
    send(message);
}

void Connection::setState(State state)
{
    const bool same = m_state == state;
    m_state = state;
    // Coming back: another attempt is news too, since its reason may differ.
    if (!same || state == State::Connecting)
        Q_EMIT stateChanged(state);
}

} // namespace matinee::gui

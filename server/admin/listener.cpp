#include "admin/listener.h"

#include "admin/session.h"
#include "admin/upgrade_gate.h"
#include "observe/log.h"

#include <QHostAddress>
#include <QTcpSocket>
#include <QTimer>

namespace matinee::admin {

namespace {

constexpr char kForbidden[] = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
constexpr char kBadRequest[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
constexpr char kFull[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 10\r\nContent-Length: 0\r\n\r\n";

} // namespace

Listener::Listener(Bridge &bridge, std::string tunnelSecret, observe::Metrics *metrics, Limits limits)
    : m_bridge(bridge),
      m_secret(std::move(tunnelSecret)),
      m_metrics(metrics),
      m_limits(limits),
      m_upgrader(QStringLiteral("Matinee"), QWebSocketServer::NonSecureMode)
{
    if (m_metrics)
        m_open = m_metrics->gauge("matinee_admin_connections", "Desktop consoles that are connected.");
    m_upgrader.setHandshakeTimeout(m_limits.authenticateWithin);
    connect(&m_tcp, &QTcpServer::newConnection, this, &Listener::accept);
    connect(&m_upgrader, &QWebSocketServer::newConnection, this, &Listener::takeUpgraded);
}

Listener::~Listener()
{
    m_tcp.close();
    for (QTcpSocket *socket : std::as_const(m_knocking))
        socket->disconnect(this);
    for (QObject *token : std::as_const(m_tokens))
        token->disconnect(this);
    for (auto &[raw, session] : m_sessions)
        raw->disconnect(this);
}

Result<void> Listener::listen()
{
    if (m_secret.size() < 32)
        return fail(ErrorCode::Internal, "The secret of the admin tunnel is too short.");
    if (!m_tcp.listen(QHostAddress::LocalHost, 0))
        return fail(ErrorCode::Unavailable, "The admin listener cannot be opened on 127.0.0.1: " + m_tcp.errorString().toStdString());
    return {};
}

void Listener::accept()
{
    while (QTcpSocket *socket = m_tcp.nextPendingConnection()) {
        if (m_shuttingDown || m_tokens.size() >= m_limits.connections) {
            refuse(socket, kFull, "full");
            continue;
        }
        // A child that dies with the socket: QWebSocket cuts all connections of the socket itself when it lets go of it.
        auto *token = new QObject(socket);
        m_tokens.insert(token);
        connect(token, &QObject::destroyed, this, [this](QObject *gone) { m_tokens.remove(gone); });
        m_knocking.insert(socket);
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { readHead(socket); });
        connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
            m_knocking.remove(socket);
            socket->deleteLater();
        });
        QTimer::singleShot(m_limits.authenticateWithin, socket, [this, socket] {
            if (m_knocking.contains(socket))
                refuse(socket, kBadRequest, "no request in time");
        });
        if (socket->bytesAvailable() > 0)
            readHead(socket);
    }
}

void Listener::readHead(QTcpSocket *socket)
{
    const QByteArray head = socket->peek(static_cast<qint64>(kMaxRequestHead));
    const auto admission = admit({head.constData(), static_cast<std::size_t>(head.size())}, m_secret);
    if (!admission) {
        if (admission.error() == Refusal::Incomplete)
            return;
        const bool forbidden = admission.error() == Refusal::NotTunnelled || admission.error() == Refusal::ForeignOrigin;
        refuse(socket, forbidden ? kForbidden : kBadRequest, std::string(refusalName(admission.error())));
        return;
    }
    m_knocking.remove(socket);
    disconnect(socket, &QTcpSocket::readyRead, this, nullptr);
    disconnect(socket, &QTcpSocket::disconnected, this, nullptr);
    connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    m_upgrader.handleConnection(socket);
}

void Listener::refuse(QTcpSocket *socket, const char *response, const std::string &reason)
{
    m_knocking.remove(socket);
    disconnect(socket, &QTcpSocket::readyRead, this, nullptr);
    disconnect(socket, &QTcpSocket::disconnected, this, nullptr);
    if (m_metrics)
        m_metrics->counter("matinee_admin_refused_total", "Connections that the admin listener refused.", {{"reason", reason}}).add();
    log::debug("admin", "refused: {}", reason);
    connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    socket->write(response);
    socket->disconnectFromHost();
    // A peer that does not take even these bytes must not stay.
    QTimer::singleShot(m_limits.closeWithin, socket, [socket] {
        socket->abort();
        socket->deleteLater();
    });
}

void Listener::takeUpgraded()
{
    while (m_upgrader.hasPendingConnections()) {
        std::unique_ptr<QWebSocket> socket(m_upgrader.nextPendingConnection());
        // The same bytes as the gate has checked: the header is there once and comes from the tunnel.
        const std::string address = socket->request().rawHeader("X-Real-IP").toStdString();
        auto session = std::make_unique<Session>(std::move(socket), address, m_bridge, m_limits);
        Session *raw = session.get();
        connect(
            raw, &Session::finished, this, [this, raw] { remove(raw); }, Qt::QueuedConnection);
        m_sessions.emplace(raw, std::move(session));
        m_open.set(static_cast<double>(m_sessions.size()));
        log::info("admin", "console of {} connected", address);
    }
}

void Listener::remove(Session *session)
{
    const auto found = m_sessions.find(session);
    if (found == m_sessions.end())
        return;
    log::info("admin", "console of {} closed: {}", session->address(), session->reason().toStdString());
    m_sessions.erase(found);
    m_open.set(static_cast<double>(m_sessions.size()));
    if (m_shuttingDown && m_sessions.empty())
        Q_EMIT idle();
}

void Listener::shutDown()
{
    m_shuttingDown = true;
    m_tcp.close();
    const auto knocking = m_knocking;
    for (QTcpSocket *socket : knocking)
        refuse(socket, kFull, "shutting down");
    for (auto &[raw, session] : m_sessions)
        raw->shutDown();
    if (m_sessions.empty())
        QMetaObject::invokeMethod(this, &Listener::idle, Qt::QueuedConnection);
}

} // namespace matinee::admin

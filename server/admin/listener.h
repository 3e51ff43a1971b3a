// The admin listener: WebSockets of desktop consoles, on loopback, reached only through the front door's tunnel at /admin/ws.
// Owned by app; Qt main thread. Each connection is a Session until it ends or the listener is shut down.
#pragma once

#include "admin/bridge.h"
#include "admin/limits.h"
#include "common/protocol/result.h"
#include "observe/metrics.h"

#include <QObject>
#include <QSet>
#include <QTcpServer>
#include <QWebSocketServer>

#include <memory>
#include <string>
#include <unordered_map>

namespace matinee::admin {

class Session;

class Listener : public QObject
{
    Q_OBJECT
public:
    /// `tunnelSecret` (32 characters or more, made at start) is what the front door sends as X-Matinee-Tunnel. `bridge` outlives the
    /// listener.
    Listener(Bridge &bridge, std::string tunnelSecret, observe::Metrics *metrics = nullptr, Limits limits = {});
    ~Listener() override;

    /// Binds 127.0.0.1 on a port that the system chooses.
    [[nodiscard]] Result<void> listen();
    [[nodiscard]] quint16 port() const { return m_tcp.serverPort(); }
    [[nodiscard]] int connections() const { return static_cast<int>(m_sessions.size()); }
    /// Accepts no more and says goodbye to all; `idle()` when the last one is gone.
    void shutDown();

Q_SIGNALS:
    void idle();

private:
    void accept();
    void readHead(QTcpSocket *socket);
    void refuse(QTcpSocket *socket, const char *response, const std::string &reason);
    void takeUpgraded();
    void remove(Session *session);

    // fixed at construction
    Bridge &m_bridge;
    const std::string m_secret;
    observe::Metrics *const m_metrics;
    const Limits m_limits;
    observe::Gauge m_open;

    QTcpServer m_tcp;
    QWebSocketServer m_upgrader; ///< Never listens: it is handed sockets whose request was admitted.
    QSet<QObject *> m_tokens;      ///< One for each accepted socket that still exists. At most Limits::connections.
    QSet<QTcpSocket *> m_knocking; ///< Those of them that are not admitted yet.
    std::unordered_map<Session *, std::unique_ptr<Session>> m_sessions;
    bool m_shuttingDown = false;
};

} // namespace matinee::admin

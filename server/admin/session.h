// One desktop console: a WebSocket on this side, a bridge session on the other. Owned by the Listener; Qt main thread.
// Holds what is about the connection (first message, sizes, pings, a bounded way out); what messages mean is decided beyond the bridge.
#pragma once

#include "admin/bridge.h"
#include "admin/limits.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <QWebSocket>

#include <memory>

namespace matinee::admin {

class Session : public QObject
{
    Q_OBJECT
public:
    /// Takes the socket. `bridge` outlives the session.
    Session(std::unique_ptr<QWebSocket> socket, std::string address, Bridge &bridge, const Limits &limits);
    ~Session() override;

    [[nodiscard]] const std::string &address() const { return m_address; }
    /// Why it ended: "client left", "too slow", ... For the one log line.
    [[nodiscard]] const QString &reason() const { return m_reason; }
    /// Says so to the client and closes.
    void shutDown();

Q_SIGNALS:
    /// Once. The owner deletes the session later, not in the slot.
    void finished();

private:
    void takeFromClient(const QByteArray &bytes);
    void takeFromServer(const QByteArray &bytes);
    void refuse(const char *code, const char *sentence);
    void close(QWebSocketProtocol::CloseCode code, const QString &reason);
    void leaveBridge();
    void ping();
    void finish(const QString &reason);

    // fixed at construction
    std::unique_ptr<QWebSocket> m_socket;
    const std::string m_address;
    Bridge &m_bridge;
    const Limits m_limits;

    Bridge::Handle m_handle = 0;
    bool m_bridged = false;
    bool m_asked = false;         ///< The client has sent its Authenticate.
    bool m_authenticated = false; ///< The other side has said yes.
    bool m_awaitingPong = false;
    bool m_closing = false;
    bool m_finished = false;
    QString m_reason;
    QTimer m_authenticateBy;
    QTimer m_pinger;
    QTimer m_closeBy;
};

} // namespace matinee::admin

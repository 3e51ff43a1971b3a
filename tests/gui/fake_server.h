// A server for the console's tests, in the same process: speaks the envelope, knows one key, and holds streams that a test changes.
#pragma once

#include "matinee/v1/envelope.pb.h"

#include <QObject>
#include <QWebSocketServer>

#include <map>
#include <set>
#include <string>
#include <vector>

class QWebSocket;

namespace matinee::gui::test {

class FakeServer : public QObject
{
    Q_OBJECT
public:
    explicit FakeServer(bool tls = false);
    ~FakeServer() override;

    /// On the port it had before, if it had one.
    bool listen();
    /// As if the process had been killed.
    void stop();
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString address() const { return QStringLiteral("127.0.0.1:%1").arg(m_port); }
    [[nodiscard]] int connections() const { return static_cast<int>(m_peers.size()); }

    v1::Stream &stream(const std::string &name);
    v1::Stream &goLive(const std::string &name, int kbps, int viewers);
    void goIdle(const std::string &name);
    void remove(const std::string &name) { m_streams.erase(name); }
    /// To all that have subscribed.
    void publishStreams();
    void publishHealth(const v1::Health &health);
    void goodbye(const std::string &code, const std::string &message);
    [[nodiscard]] static v1::Health health(int viewers, int live);

    std::string key = "good-key";
    std::vector<std::string> permissions{"read_server", "read_streams", "manage_streams"};
    std::string refusal = "unauthenticated"; ///< Code for any other key.
    bool mute = false;                       ///< Takes everything, answers nothing.
    bool pongs = true;
    std::string failCalls; ///< Code for every call, where not empty.
    std::vector<v1::CallRequest> calls;
    QByteArray fingerprint; ///< Of the certificate, with TLS: as the console shows it.

private:
    struct Peer
    {
        bool authenticated = false;
        std::set<std::string> topics;
    };

    void accept();
    void receive(QWebSocket *socket, const QByteArray &bytes);
    [[nodiscard]] v1::CallResponse answer(const v1::CallRequest &call);
    void send(QWebSocket *socket, const v1::ServerMessage &message);
    [[nodiscard]] v1::ServerMessage streamsEvent() const;

    bool m_tls;
    std::unique_ptr<QWebSocketServer> m_server;
    quint16 m_port = 0;
    std::map<QWebSocket *, Peer> m_peers;
    std::map<std::string, v1::Stream> m_streams;
    int m_keys = 0;
};

} // namespace matinee::gui::test

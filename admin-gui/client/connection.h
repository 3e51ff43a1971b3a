// The connection to one server: signs in, makes calls, follows the topics "streams" and "health", and comes back by itself
// after a restart of the server. Owned by MainWindow; GUI thread. Callbacks and signals come from the event loop.
#pragma once

#include "client/certificate_trust.h"
#include "client/server_address.h"
#include "common/protocol/result.h"

#include "matinee/v1/envelope.pb.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QWebSocket>

#include <chrono>
#include <functional>
#include <map>
#include <memory>

namespace matinee::gui {

/// Why a call failed. `code` is stable ("not_found"), `message` is a sentence for people.
struct CallError
{
    QString code;
    QString message;
    QString field;
    int retryAfterSeconds = 0;
};

/// Defaults are the product's; tests pass smaller ones.
struct ConnectionTiming
{
    std::chrono::milliseconds callWithin{10'000};
    std::chrono::milliseconds connectWithin{10'000}; ///< TCP, TLS, handshake and Authenticate together.
    std::chrono::milliseconds pingEach{5'000};       ///< Unanswered when the next but one is due: the connection counts as lost.
    std::chrono::milliseconds firstRetry{500};       ///< Doubled up to lastRetry, and back to this once online.
    std::chrono::milliseconds lastRetry{5'000};
};

class Connection : public QObject
{
    Q_OBJECT
public:
    enum class State
    {
        Disconnected,   ///< By wish, or because the first attempt failed: reason() says why.
        Connecting,     ///< Also between two attempts to come back.
        Authenticating, ///< The server has been reached and looks at the key.
        Online,
        Refused, ///< Trying again would not help: wrong key, address not allowed, certificate not trusted. reason() says which.
    };
    Q_ENUM(State)

    static constexpr std::size_t kMaxCalls = 32; ///< Under way at once; one more fails at once with "rate_limited".

    explicit Connection(CertificateTrust &trust, ConnectionTiming timing = {}, QObject *parent = nullptr);
    ~Connection() override;

    void open(const ServerAddress &address, const QString &apiKey);
    void close();
    /// The same address and key again, at once: after a certificate was trusted, or when somebody does not want to wait.
    void retryNow();

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const ServerAddress &address() const { return m_address; }
    /// A sentence; with Connecting it is about the attempt before.
    [[nodiscard]] const QString &reason() const { return m_reason; }
    /// It was online since open() and is on its way back.
    [[nodiscard]] bool isComingBack() const { return m_wasOnline && m_state != State::Online; }
    [[nodiscard]] const QString &serverVersion() const { return m_serverVersion; }
    /// Whether the key allows it: "read_streams", "manage_streams". The server decides; this is for what to offer.
    [[nodiscard]] bool may(QLatin1StringView permission) const { return m_permissions.contains(permission); }

    /// `done` gets Result<Response, CallError>, once, unless `context` is destroyed before.
    template <class Response, class Request, class Done> void call(const char *method, const Request &request, QObject *context, Done done)
    {
        callBytes(method, request.SerializeAsString(), context, [done = std::move(done)](const Result<std::string, CallError> &answer) {
            if (!answer) {
                done(Result<Response, CallError>(answer.error()));
                return;
            }
            Response response;
            if (response.ParseFromString(*answer))
                done(Result<Response, CallError>(std::move(response)));
            else
                done(Result<Response, CallError>(unreadableAnswer()));
        });
    }

Q_SIGNALS:
    void stateChanged(matinee::gui::Connection::State state);
    /// The whole list, at once after each sign-in and then as it changes.
    void streamsReceived(const matinee::v1::StreamsEvent &event);
    void healthReceived(const matinee::v1::Health &health);
    void roundTripMeasured(int milliseconds);
    /// State is Refused. Ask, then CertificateTrust::accept() and retryNow().
    void certificateQuestioned(const matinee::gui::CertificateQuestion &question);

private:
    using BytesDone = std::function<void(const Result<std::string, CallError> &)>;
    struct PendingCall
    {
        QPointer<QObject> context;
        BytesDone done;
        QDeadlineTimer deadline;
    };

    static CallError unreadableAnswer();
    void callBytes(const char *method, std::string body, QObject *context, BytesDone done);
    void connectSocket();
    void dropSocket();
    void send(const v1::ClientMessage &message);
    void receive(const QByteArray &bytes);
    void onAuthenticated(const v1::Authenticated &answer);
    void onStatus(const v1::Status &status);
    void onSslErrors(const QList<QSslError> &errors);
    void onSocketError(QAbstractSocket::SocketError error);
    void lost(const QString &why);
    void refuse(const QString &why);
    void failCalls();
    void tick();
    void setState(State state);
    [[nodiscard]] QString sentenceFor(QAbstractSocket::SocketError error) const;

    CertificateTrust &m_trust;
    const ConnectionTiming m_timing;
    ServerAddress m_address;
    QString m_key; // for coming back; never stored or shown by this class
    State m_state = State::Disconnected;
    QString m_reason;
    QString m_serverVersion;
    QStringList m_permissions;
    bool m_wasOnline = false;
    bool m_questioned = false;

    std::unique_ptr<QWebSocket> m_socket; // one per attempt
    QTimer m_retry;
    QTimer m_connectBy;
    QTimer m_ticker;
    std::chrono::milliseconds m_nextRetry;

    std::map<std::uint32_t, PendingCall> m_calls;
    std::uint32_t m_lastCall = 0;
    std::uint32_t m_lastPing = 0;
    bool m_pingOut = false;
    QElapsedTimer m_sincePing;
};

} // namespace matinee::gui

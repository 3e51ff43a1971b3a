#include "fake_server.h"

#include "tests/support/places.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QWebSocket>

namespace matinee::gui::test {

FakeServer::FakeServer(bool tls) : m_tls(tls) {}

FakeServer::~FakeServer()
{
    stop();
}

bool FakeServer::listen()
{
    m_server =
        std::make_unique<QWebSocketServer>(QStringLiteral("fake"), m_tls ? QWebSocketServer::SecureMode : QWebSocketServer::NonSecureMode);
    if (m_tls) {
        const QString folder = QString::fromStdString(matinee::test::dataFolder() + "/gui/");
        QFile certificate(folder + QStringLiteral("certificate.pem"));
        QFile privateKey(folder + QStringLiteral("key.pem"));
        if (!certificate.open(QIODevice::ReadOnly) || !privateKey.open(QIODevice::ReadOnly))
            return false;
        const QSslCertificate own(&certificate);
        fingerprint = own.digest(QCryptographicHash::Sha256).toHex(':').toUpper();
        QSslConfiguration configuration;
        configuration.setLocalCertificate(own);
        configuration.setPrivateKey(QSslKey(&privateKey, QSsl::Ec));
        m_server->setSslConfiguration(configuration);
    }
    connect(m_server.get(), &QWebSocketServer::newConnection, this, &FakeServer::accept);
    if (!m_server->listen(QHostAddress::LocalHost, m_port))
        return false;
    m_port = m_server->serverPort();
    return true;
}

void FakeServer::stop()
{
    const auto peers = std::exchange(m_peers, {});
    for (const auto &[socket, peer] : peers) {
        socket->disconnect(this);
        socket->abort();
        delete socket;
    }
    m_server.reset();
}

void FakeServer::accept()
{
    while (QWebSocket *socket = m_server->nextPendingConnection()) {
        m_peers.emplace(socket, Peer());
        connect(socket, &QWebSocket::binaryMessageReceived, this, [this, socket](const QByteArray &bytes) { receive(socket, bytes); });
        connect(socket, &QWebSocket::disconnected, this, [this, socket] {
            m_peers.erase(socket);
            socket->deleteLater();
        });
    }
}

void FakeServer::send(QWebSocket *socket, const v1::ServerMessage &message)
{
    socket->sendBinaryMessage(QByteArray::fromStdString(message.SerializeAsString()));
}

void FakeServer::receive(QWebSocket *socket, const QByteArray &bytes)
{
    v1::ClientMessage message;
    if (!message.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size())))
        qFatal("The console sent something that is not a ClientMessage.");
    if (mute)
        return;
    Peer &peer = m_peers[socket];
    v1::ServerMessage reply;
    if (message.has_authenticate()) {
        auto *authenticated = reply.mutable_authenticated();
        authenticated->set_server_version("0.1.0");
        peer.authenticated = message.authenticate().api_key() == key;
        if (peer.authenticated) {
            for (const auto &permission : permissions)
                authenticated->add_scopes(permission);
            send(socket, reply);
            return;
        }
        authenticated->mutable_status()->set_code(refusal);
        authenticated->mutable_status()->set_message("no");
        send(socket, reply);
        v1::ServerMessage farewell;
        *farewell.mutable_goodbye()->mutable_status() = authenticated->status();
        send(socket, farewell);
        socket->close();
    } else if (!peer.authenticated) {
        qFatal("The console sent something before it was authenticated.");
    } else if (message.has_subscribe()) {
        if (message.subscribe().topic() == "streams" &&
            std::find(permissions.begin(), permissions.end(), "read_streams") == permissions.end())
            qFatal("The console asked for streams with a key that does not allow it.");
        peer.topics.insert(message.subscribe().topic());
        if (message.subscribe().topic() == "streams")
            send(socket, streamsEvent());
    } else if (message.has_ping()) {
        if (!pongs)
            return;
        reply.mutable_pong()->set_id(message.ping().id());
        send(socket, reply);
    } else if (message.has_call()) {
        calls.push_back(message.call());
        *reply.mutable_response() = answer(message.call());
        send(socket, reply);
    }
}

v1::CallResponse FakeServer::answer(const v1::CallRequest &call)
{
    v1::CallResponse response;
    response.set_id(call.id());
    const auto failed = [&](const char *code, const char *text) {
        response.mutable_status()->set_code(code);
        response.mutable_status()->set_message(text);
        return response;
    };
    const auto withKey = [&](v1::Stream stream) {
        stream.set_publish_key("sk-" + std::to_string(++m_keys) + "-b7Yq2mVwHn4sLkT9cXzR");
        response.set_body(stream.SerializeAsString());
        return response;
    };
    const std::string method = call.method().substr(call.method().find('/') + 1);
    if (method == "GetServer") {
        v1::Server server;
        server.set_name("Living room");
        server.set_version("0.1.0");
        server.set_rtmp_port(1935);
        response.set_body(server.SerializeAsString());
        return response;
    }
    if (!failCalls.empty())
        return failed(failCalls.c_str(), "The database is away; try again.");
    // All others begin with the name in field 1.
    v1::KickStreamRequest named;
    named.ParseFromString(call.body());
    const auto found = m_streams.find(named.name());
    if (method == "CreateStream") {
        v1::CreateStreamRequest request;
        request.ParseFromString(call.body());
        if (found != m_streams.end())
            return failed("already_exists", "There is a stream with this name already.");
        v1::Stream &made = stream(request.name());
        made.set_private_(request.private_());
        publishStreams();
        return withKey(made);
    }
    if (found == m_streams.end())
        return failed("not_found", "There is no such stream.");
    if (method == "RotateStreamKey")
        return withKey(found->second);
    if (method == "KickStream")
        goIdle(named.name());
    else if (method == "DeleteStream")
        m_streams.erase(found);
    else
        return failed("unimplemented", "No such call.");
    publishStreams();
    return response;
}

v1::Stream &FakeServer::stream(const std::string &name)
{
    v1::Stream &stream = m_streams[name];
    stream.set_name(name);
    if (stream.status().empty()) {
        stream.set_status("idle");
        stream.mutable_created_at()->set_seconds(QDateTime::currentSecsSinceEpoch() - 86400);
    }
    return stream;
}

v1::Stream &FakeServer::goLive(const std::string &name, int kbps, int viewers)
{
    v1::Stream &live = stream(name);
    if (live.status() != "live") {
        live.set_status("live");
        live.mutable_live()->mutable_started_at()->set_seconds(QDateTime::currentSecsSinceEpoch());
        auto *video = live.mutable_live()->add_tracks();
        video->set_kind("video");
        video->set_codec("avc1.640028");
        video->set_width(1920);
        video->set_height(1080);
        auto *audio = live.mutable_live()->add_tracks();
        audio->set_kind("audio");
        audio->set_codec("mp4a.40.2");
        audio->set_sample_rate(48000);
        audio->set_channels(2);
        live.mutable_live()->set_publisher("192.168.1.20");
        live.mutable_live()->set_encoder("obs-output module (libobs version 30.2.3)");
        live.mutable_live()->set_fps(60);
        live.mutable_live()->set_key_frame_interval_seconds(2);
    }
    live.mutable_live()->set_bitrate_kbps(static_cast<std::uint32_t>(kbps));
    live.mutable_live()->set_bytes(live.live().bytes() + kbps * 125.0);
    live.mutable_live()->set_viewers(static_cast<std::uint32_t>(viewers));
    live.mutable_live()->clear_viewers_by_protocol();
    for (const auto &[protocol, share] : {std::pair{"flv", viewers - viewers / 3}, std::pair{"hls", viewers / 3}}) {
        auto *count = live.mutable_live()->add_viewers_by_protocol();
        count->set_protocol(protocol);
        count->set_viewers(static_cast<std::uint32_t>(share));
    }
    return live;
}

void FakeServer::goIdle(const std::string &name)
{
    stream(name).set_status("idle");
    stream(name).clear_live();
}

v1::ServerMessage FakeServer::streamsEvent() const
{
    v1::ServerMessage message;
    message.mutable_event()->set_topic("streams");
    message.mutable_event()->mutable_streams();
    for (const auto &[name, stream] : m_streams)
        *message.mutable_event()->mutable_streams()->add_streams() = stream;
    return message;
}

void FakeServer::publishStreams()
{
    for (const auto &[socket, peer] : m_peers) {
        if (peer.topics.contains("streams"))
            send(socket, streamsEvent());
    }
}

void FakeServer::publishHealth(const v1::Health &health)
{
    v1::ServerMessage message;
    message.mutable_event()->set_topic("health");
    *message.mutable_event()->mutable_health() = health;
    for (const auto &[socket, peer] : m_peers) {
        if (peer.topics.contains("health"))
            send(socket, message);
    }
}

void FakeServer::goodbye(const std::string &code, const std::string &message)
{
    v1::ServerMessage farewell;
    farewell.mutable_goodbye()->mutable_status()->set_code(code);
    farewell.mutable_goodbye()->mutable_status()->set_message(message);
    for (const auto &[socket, peer] : std::map(m_peers)) {
        send(socket, farewell);
        socket->close();
    }
}

v1::Health FakeServer::health(int viewers, int live)
{
    v1::Health health;
    health.set_status("ok");
    health.set_version("0.1.0");
    health.set_uptime_seconds(93784);
    health.set_resident_bytes(38.0 * 1024 * 1024 + viewers * 9000.0);
    health.set_connections(static_cast<std::uint32_t>(viewers + live + 2));
    health.set_viewers(static_cast<std::uint32_t>(viewers));
    health.set_live_streams(static_cast<std::uint32_t>(live));
    const std::tuple<const char *, const char *, const char *> checks[] = {
        {"database", "ok", "SQLite, 2 connections, 0.4 ms"}, {"rtmp", "ok", "listening on 1935"}, {"disk", "ok", "212 GB free"}};
    for (const auto &[name, status, detail] : checks) {
        auto *check = health.add_checks();
        check->set_name(name);
        check->set_status(status);
        check->set_detail(detail);
    }
    return health;
}

} // namespace matinee::gui::test

// The running server: listeners, faces, topics and the admin channel around a Core. Made, started and stopped on the Qt main thread.
#pragma once

#include "admin/listener.h"
#include "api/grpc.h"
#include "api/local_socket.h"
#include "app/banner.h"
#include "app/bridge.h"
#include "app/core.h"
#include "app/topics.h"
#include "hls/directory.h"
#include "http/front_door.h"
#include "net/listener.h"
#include "net/tls.h"
#include "rtmp/secure.h"
#include "rtmp/session.h"

#include "common/settings/settings.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <thread>

namespace matinee::app {

class Server : public QObject
{
    Q_OBJECT
public:
    Server(Core &core, std::shared_ptr<settings::Settings> settings);
    ~Server() override;

    /// Reads the certificate and binds both ports; nothing is accepted yet. Done before the database is touched, so that a start that
    /// cannot work has changed nothing. Fails with a sentence about the port or the certificate.
    [[nodiscard]] Result<void> bind();
    /// The rest: faces, routes, admin channel, local socket. After Core::open().
    [[nodiscard]] Result<void> open();
    void start();
    /// Stops taking, lets what runs end until server.shutdown_drain_timeout_seconds, then emits `drained`.
    void drain();
    /// Applies settings that may change while running.
    void apply(const settings::Snapshot &settings);

    [[nodiscard]] std::uint16_t port() const { return m_http->port(); }
    [[nodiscard]] std::uint16_t rtmpPort() const { return m_rtmp->port(); }
    /// 0 without RTMPS.
    [[nodiscard]] std::uint16_t rtmpsPort() const { return m_rtmps ? m_rtmps->port() : 0; }
    /// After `drained`: whether something had to be left hanging.
    [[nodiscard]] bool cutShort() const { return m_cutShort; }

Q_SIGNALS:
    void drained();

private:
    [[nodiscard]] Result<void> bindRtmp(const settings::Snapshot &settings);
    [[nodiscard]] Result<void> openTls(const settings::Snapshot &settings);
    [[nodiscard]] std::shared_ptr<const http::FrontDoorOptions> doorOptions(const settings::Snapshot &settings) const;
    void tellSystemd(const char *state);
    void watchWorkers();
    void finishDrain();

    Core &m_core;
    const std::shared_ptr<settings::Settings> m_settings;
    std::shared_ptr<net::TlsContext> m_tls;
    std::shared_ptr<Topics> m_topics;
    std::unique_ptr<EnvelopeBridge> m_bridge;
    std::unique_ptr<admin::Listener> m_admin;
    std::unique_ptr<api::GrpcFace> m_grpc;
    std::unique_ptr<api::LocalSocket> m_local;
    std::shared_ptr<hls::Directory> m_hls;
    rtmp::Services m_rtmpServices;
    std::unique_ptr<http::FrontDoor> m_door;
    std::unique_ptr<net::Listener> m_http;
    std::unique_ptr<net::Listener> m_rtmp;
    std::unique_ptr<net::Listener> m_rtmps; // null without livestream.rtmps_port
    QTimer m_watchdog;
    QTimer m_sweep; ///< Of sessions and links whose time is over.
    QTimer m_drainPoll;
    std::thread m_grpcStop; // stopping gRPC blocks until its calls have ended
    qint64 m_drainUntil = 0;
    bool m_doorDone = false;
    bool m_cutShort = false;
};

} // namespace matinee::app

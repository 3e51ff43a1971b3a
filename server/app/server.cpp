#include "app/server.h"

#include "app/routes.h"
#include "observe/log.h"

#include "common/protocol/version.h"

#include <QDateTime>
#include <sodium.h>
#include <systemd/sd-daemon.h>

namespace matinee::app {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kSweepEach{60};

std::string randomHex(std::size_t bytes)
{
    std::vector<unsigned char> raw(bytes);
    randombytes_buf(raw.data(), raw.size());
    std::string hex(bytes * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), raw.data(), raw.size());
    hex.pop_back();
    return hex;
}

net::AddressList trustedProxies(const settings::Snapshot &settings)
{
    auto proxies = net::AddressList::parse(settings.get(settings::serverTrustedProxies));
    return proxies ? std::move(*proxies) : net::AddressList(); // checked when it was loaded
}

} // namespace

Server::Server(Core &core, std::shared_ptr<settings::Settings> settings)
    : m_core(core), m_settings(std::move(settings)), m_rtmpServices{core.gate, core.registry, rtmp::SessionMetrics(&core.metrics), {}}
{
    m_rtmpServices.limits.handshake = m_settings->get(settings::serverHeaderTimeoutSeconds);
    m_rtmpServices.callerOf = [this](std::string key, Caller anonymous) {
        return m_core.dispatcher.identify("Bearer " + key, std::move(anonymous));
    };
}

Server::~Server() = default;

Result<void> Server::openTls(const settings::Snapshot &settings)
{
    const auto certificate = settings.get(settings::serverTlsCertificate);
    if (certificate.empty())
        return {};
    auto loaded = net::TlsContext::load({certificate, settings.get(settings::serverTlsKey)}, &m_core.metrics);
    if (!loaded)
        return loaded.error();
    m_tls = std::move(*loaded);
    return {};
}

std::shared_ptr<const http::FrontDoorOptions> Server::doorOptions(const settings::Snapshot &settings) const
{
    auto options = std::make_shared<http::FrontDoorOptions>();
    options->headTimeout = settings.get(settings::serverHeaderTimeoutSeconds);
    options->idleTimeout = settings.get(settings::serverIdleTimeoutSeconds);
    options->trustedProxies = trustedProxies(settings);
    options->corsAllowedOrigins = settings.get(settings::serverCorsAllowedOrigins);
    options->tls = m_tls;
    if (settings.get(settings::serverHsts))
        options->hstsMaxAge = seconds(365 * 24 * 3600);
    return options;
}

Result<void> Server::bind()
{
    const auto settings = m_settings->current();
    if (auto tls = openTls(*settings); !tls)
        return tls.error();
    m_core.connections->setExempt(trustedProxies(*settings));
    // The door is made in open(); no connection comes before start().
    m_http = std::make_unique<net::Listener>(m_core.workers, m_core.connections,
                                             [this](auto connection) { return m_door->handler()(std::move(connection)); });
    const auto port = static_cast<std::uint16_t>(settings->get(settings::serverPort));
    if (auto opened = m_http->open({"http", settings->get(settings::serverAddress), port}); !opened)
        return opened.error();
    return bindRtmp(*settings);
}

Result<void> Server::bindRtmp(const settings::Snapshot &settings)
{
    const auto address = settings.get(settings::livestreamRtmpAddress);
    m_rtmp = std::make_unique<net::Listener>(m_core.workers, m_core.connections,
                                             [this](auto connection) { return rtmp::serve(std::move(connection), m_rtmpServices); });
    const auto port = static_cast<std::uint16_t>(settings.get(settings::livestreamRtmpPort));
    if (auto opened = m_rtmp->open({"rtmp", address, port}); !opened)
        return opened.error();
    const auto securePort = static_cast<std::uint16_t>(settings.get(settings::livestreamRtmpsPort));
    if (securePort == 0 || !m_tls)
        return {};
    m_rtmps = std::make_unique<net::Listener>(m_core.workers, m_core.connections, [this](auto connection) {
        return rtmp::serveSecure(std::move(connection), m_tls, m_rtmpServices);
    });
    return m_rtmps->open({"rtmps", address, securePort});
}

Result<void> Server::open()
{
    const auto settings = m_settings->current();
    const auto tunnelSecret = randomHex(32);
    m_topics = makeTopics(m_core);
    m_bridge = std::make_unique<EnvelopeBridge>(m_core.dispatcher, *m_topics, m_core.workers, std::string(kVersion));
    m_admin = std::make_unique<admin::Listener>(*m_bridge, tunnelSecret, &m_core.metrics);
    if (auto listening = m_admin->listen(); !listening)
        return listening.error();

    api::GrpcOptions grpc;
    grpc.serving = [&health = m_core.health] { return health.ready(); };
    grpc.clientAddress = [this](const std::string &connection, const std::string &forwardedFor) {
        return net::forwardedClient(connection, forwardedFor, {}, m_door->options()->trustedProxies).address;
    };
    m_grpc = std::make_unique<api::GrpcFace>(m_core.dispatcher, m_core.workers, grpc);

    auto router = std::make_shared<http::Router>();
    m_hls = addRoutes(*router, {m_core, m_settings, m_topics, m_admin->port(), tunnelSecret});
    m_door = std::make_unique<http::FrontDoor>(
        m_core.workers, router, doorOptions(*settings),
        [grpc = m_grpc.get()](int descriptor, const std::string &client) { grpc->take(descriptor, client); }, &m_core.metrics);

    m_local = std::make_unique<api::LocalSocket>(m_core.dispatcher, m_topics.get(), m_core.workers.at(0), std::string(kVersion));
    return m_local->open(m_core.dataDir + "/control.sock");
}

void Server::start()
{
    m_core.streamsChanged = [topics = m_topics] { topics->streamsChanged(); };
    m_core.registry.onEvent([topics = m_topics](const std::string &name, live::StreamEvent) { topics->streamChanged(name); });
    m_core.registry.onChange([this](const std::string &name, bool live) { m_core.recordings.streamChanged(name, live); });
    m_core.registry.onChange([this](const std::string &name, bool live) { m_core.pictures.streamChanged(name, live); });
    m_core.workers.start();
    m_core.recordings.start();
    m_core.relays.start();
    m_topics->start();
    m_local->start();
    m_http->start();
    m_rtmp->start();
    if (m_rtmps)
        m_rtmps->start();
    m_core.mail.start();
    m_core.health.setStarted();
    m_core.auditUpkeep.apply(*m_settings->current());
    connect(&m_sweep, &QTimer::timeout, this, [this] {
        m_core.workers.next().spawn("accounts", sweepAccounts(m_core.accounts));
        m_core.workers.next().spawn("audit", m_core.auditUpkeep.sweep(std::chrono::system_clock::now()));
    });
    m_sweep.start(milliseconds(kSweepEach));
    tellSystemd("READY=1");
    watchWorkers();
}

void Server::tellSystemd(const char *state)
{
    ::sd_notify(0, state);
}

// The watchdog is fed only when every worker has answered: a stuck one must not hide behind a lively main thread.
void Server::watchWorkers()
{
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) <= 0)
        return;
    connect(&m_watchdog, &QTimer::timeout, this, [this] {
        auto missing = std::make_shared<std::atomic<std::size_t>>(m_core.workers.size());
        for (std::size_t i = 0; i < m_core.workers.size(); ++i) {
            m_core.workers.at(i).post([missing] {
                if (missing->fetch_sub(1) == 1)
                    ::sd_notify(0, "WATCHDOG=1");
            });
        }
    });
    m_watchdog.start(static_cast<int>(microseconds / 3000));
}

void Server::apply(const settings::Snapshot &settings)
{
    log::Level level{};
    if (log::parseLevel(settings.get(settings::loggingLevel), level))
        log::setLevel(level);
    m_core.callsPerMinute = static_cast<std::uint32_t>(settings.get(settings::apiRateLimitPerMinute));
    m_core.accounts.apply(settings);
    m_core.mail.apply(settings);
    if (const auto loaded = m_core.accounts.loadSigningKeys(m_core.dataDir); !loaded)
        log::error("app", "The signing keys in use stay: {}", loaded.error().message);
    m_core.oauth2.apply(settings);
    m_core.auditUpkeep.apply(settings);
    m_core.registry.setPolicy(publishPolicy(settings));
    m_core.recordings.setOptions(recordingOptions(settings, m_core.dataDir));
    m_core.relays.setOptions(relayOptions(settings));
    m_core.connections->setExempt(trustedProxies(settings));
    m_core.connections->set(static_cast<std::size_t>(settings.get(settings::serverMaxConnectionsPerAddress)),
                            static_cast<std::size_t>(settings.get(settings::serverMaxConnections)));
    if (m_tls) {
        if (auto reloaded = m_tls->reload(); !reloaded)
            log::error("app", "The certificate in use stays: {}", reloaded.error().message);
    }
    m_door->setOptions(doorOptions(settings));
}

void Server::drain()
{
    if (m_core.health.draining())
        return;
    const auto limit = std::chrono::duration_cast<milliseconds>(m_settings->get(settings::serverShutdownDrainTimeoutSeconds));
    log::info("app", "Stopping: what runs may end within {} s.", limit.count() / 1000);
    m_core.health.setDraining();
    tellSystemd("STOPPING=1");
    m_watchdog.stop();
    m_sweep.stop();
    m_http->stop();
    m_rtmp->stop();
    if (m_rtmps)
        m_rtmps->stop();
    m_topics->stop();
    m_hls->drain();
    m_core.pictures.drain();
    m_core.recordings.stop();
    m_core.relays.drain();
    m_core.ladder.drain();
    m_core.registry.drain();
    m_local->stop();
    m_admin->shutDown();
    m_grpcStop = std::thread([grpc = m_grpc.get(), limit] { grpc->stop(limit); }); // idle connections are told to go at once
    m_drainUntil = QDateTime::currentMSecsSinceEpoch() + limit.count();
    m_door->drain(limit, [this](std::size_t cut) {
        QMetaObject::invokeMethod(
            this,
            [this, cut] {
                if (cut > 0)
                    log::warn("app", "{} connections did not end in time and were cut.", cut);
                m_doorDone = true;
            },
            Qt::QueuedConnection);
    });
    connect(&m_drainPoll, &QTimer::timeout, this, &Server::finishDrain);
    m_drainPoll.start(20);
}

void Server::finishDrain()
{
    const bool late = QDateTime::currentMSecsSinceEpoch() > m_drainUntil + 1000;
    const bool quiet = m_doorDone && m_hls->openCount() == 0 && m_core.recordings.idle() && m_core.pictures.isIdle() &&
                       m_core.relays.active() == 0 && m_core.ladder.active() == 0 && m_core.connections->active() == 0 &&
                       m_admin->connections() == 0;
    if (!quiet && !late)
        return;
    m_drainPoll.stop();
    m_cutShort = !quiet;
    m_grpcStop.join();
    Q_EMIT drained();
}

} // namespace matinee::app

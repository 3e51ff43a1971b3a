#include "app/core.h"

#include "observe/log.h"
#include "store/migrations.h"

#include "common/settings/declarations.h"

namespace matinee::app {

namespace {

std::size_t count(std::int64_t value) { return static_cast<std::size_t>(value); }

store::StoreOptions storeOptions(const settings::Snapshot &settings, const std::string &dataDir)
{
    store::StoreOptions options;
    options.url = settings.get(settings::databaseUrl);
    if (options.url.empty())
        options.url = "sqlite:" + dataDir + "/matinee.db";
    options.readThreads = static_cast<int>(settings.get(settings::databaseReadThreads));
    return options;
}

live::RegistryLimits registryLimits(const settings::Snapshot &settings)
{
    live::RegistryLimits limits;
    limits.replica.lag = settings.get(settings::livestreamMaxViewerLagSeconds);
    limits.replica.ringBytes = count(settings.get(settings::livestreamRingMegabytes)) << 20;
    limits.streams = count(settings.get(settings::livestreamMaxStreams));
    limits.viewers = count(settings.get(settings::livestreamMaxViewers));
    return limits;
}

api::DispatcherOptions dispatcherOptions(const settings::Snapshot &settings, KeyAuthenticator &authenticator, StoreAudit &audit, observe::Metrics &metrics,
                                         const std::atomic<std::uint32_t> &callsPerMinute)
{
    api::DispatcherOptions options;
    options.authenticator = &authenticator;
    options.audit = &audit;
    options.metrics = &metrics;
    options.overall = [&callsPerMinute] { return api::Rate{callsPerMinute.load(), std::chrono::minutes(1)}; };
    options.maxBody = count(settings.get(settings::serverMaxBodyBytes));
    return options;
}

} // namespace

Core::Core(const settings::Snapshot &settings, std::string folder, std::size_t workerCount)
    : dataDir(std::move(folder))
    , workers(workerCount)
    , connections(std::make_shared<net::ConnectionLimits>(&metrics, count(settings.get(settings::serverMaxConnectionsPerAddress)),
                                                          count(settings.get(settings::serverMaxConnections))))
    , store(storeOptions(settings, dataDir), &metrics)
    , keys(store, &metrics)
    , gate(store, metrics)
    , registry(workers, registryLimits(settings))
    , health(store, registry, connections, metrics)
    , authenticator(keys)
    , audit(store)
    , callsPerMinute(static_cast<std::uint32_t>(settings.get(settings::apiRateLimitPerMinute)))
    , dispatcher(dispatcherOptions(settings, authenticator, audit, metrics, callsPerMinute))
    , serverName(settings.get(settings::serverName))
    , rtmpPort(static_cast<std::uint16_t>(settings.get(settings::livestreamRtmpPort)))
{
}

Result<void> Core::openStore()
{
    auto opened = store.open();
    if (opened || store.engine() != store::Engine::Sqlite)
        return opened;
    Error error = opened.error(); // who never set database.url must be told which file is meant
    error.message = store.url().path + ": " + error.message;
    return error;
}

Result<void> Core::open()
{
    if (auto opened = openStore(); !opened)
        return opened.error();
    const auto migrated = store::migrate(store);
    if (!migrated)
        return migrated.error();
    if (migrated->toVersion != migrated->fromVersion)
        log::info("store", "The database went from version {} to {}.", migrated->fromVersion, migrated->toVersion);
    registerCalls(*this);
    return dispatcher.seal();
}

} // namespace matinee::app

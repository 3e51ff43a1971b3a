#include "app/core.h"

#include "app/banner.h"
#include "live/stream_figures.h"
#include "observe/log.h"
#include "relay/relay_calls.h"
#include "store/migrations.h"

#include "common/settings/declarations.h"

namespace matinee::app {

namespace {

std::size_t count(std::int64_t value)
{
    return static_cast<std::size_t>(value);
}

store::StoreOptions storeOptions(const settings::Snapshot &settings, const std::string &dataDir)
{
    store::StoreOptions options;
    options.url = settings.get(settings::databaseUrl);
    if (options.url.empty())
        options.url = "sqlite:" + dataDir + "/matinee.db";
    options.readThreads = static_cast<int>(settings.get(settings::databaseReadThreads));
    return options;
}

live::RegistryLimits registryLimits(const settings::Snapshot &settings, live::WorkerPaces &paces)
{
    live::RegistryLimits limits;
    limits.replica.paces = &paces;
    limits.replica.lag = settings.get(settings::livestreamMaxViewerLagSeconds);
    limits.replica.ringBytes = count(settings.get(settings::livestreamRingMegabytes)) << 20;
    limits.streams = count(settings.get(settings::livestreamMaxStreams));
    limits.viewers = count(settings.get(settings::livestreamMaxViewers));
    return limits;
}

live::OnConflict onConflict(const std::string &setting)
{
    return setting == "replace" ? live::OnConflict::Replace : setting == "backup" ? live::OnConflict::Backup : live::OnConflict::Refuse;
}

/// What somebody uploaded, as a picture of them.
Task<Result<std::string>> portrait(pictures::Illustrator &illustrator, std::string file)
{
    pictures::Portrait portrait;
    portrait.file = std::make_shared<const std::string>(std::move(file));
    const auto made = co_await illustrator.portray(std::move(portrait), pictures::Urgency::Asked);
    if (!made)
        co_return made.error();
    co_return *made->jpeg;
}

api::DispatcherOptions dispatcherOptions(const settings::Snapshot &settings, CallerAuthenticator &authenticator, StoreAudit &audit,
                                         observe::Metrics &metrics, const std::atomic<std::uint32_t> &callsPerMinute)
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

live::PublishPolicy publishPolicy(const settings::Snapshot &settings)
{
    live::PublishPolicy policy;
    policy.grace = settings.get(settings::livestreamPublishGraceSeconds);
    policy.onConflict = onConflict(settings.get(settings::livestreamOnConflict));
    policy.maxKbps = static_cast<std::uint32_t>(settings.get(settings::livestreamMaxBitrateKbps));
    policy.maxWidth = static_cast<std::uint32_t>(settings.get(settings::livestreamMaxWidth));
    policy.maxHeight = static_cast<std::uint32_t>(settings.get(settings::livestreamMaxHeight));
    policy.maxDuration = settings.get(settings::livestreamMaxDurationSeconds);
    return policy;
}

relay::RelayOptions relayOptions(const settings::Snapshot &settings)
{
    relay::RelayOptions options;
    options.allowedNetworks = settings.get(settings::relayAllowAddresses);
    options.idleTime = settings.get(settings::relayIdleSeconds);
    options.maxProcesses = count(settings.get(settings::relayMaxProcesses));
    return options;
}

ladder::LadderOptions ladderOptions(const settings::Snapshot &settings)
{
    ladder::LadderOptions options;
    options.rungs = ladder::parseRungs(settings.get(settings::livestreamLadder));
    options.maxProcesses = count(settings.get(settings::livestreamLadderMaxProcesses));
    return options;
}

live::Renditions renditionsOf(const ladder::Ladder &ladder, const std::string &stream)
{
    live::Renditions renditions;
    for (auto &one : ladder.states(stream)) {
        const std::string state(ladder::rungStateName(one.state));
        renditions.all.push_back({std::move(one.name), one.rung.height, one.rung.videoKbps, state, one.viewers});
    }
    renditions.warning = ladder.warning(stream);
    return renditions;
}

record::RecordingOptions recordingOptions(const settings::Snapshot &settings, const std::string &dataDir)
{
    record::RecordingOptions options;
    options.enabled = settings.get(settings::recordingEnabled);
    options.folder = settings.get(settings::recordingDirectory);
    if (options.folder.empty())
        options.folder = dataDir + "/recordings";
    options.recorder.pattern = settings.get(settings::recordingPattern);
    options.recorder.segment = settings.get(settings::recordingSegmentSeconds);
    options.minFreeBytes = count(settings.get(settings::recordingMinFreeMegabytes)) << 20;
    options.keep.age = std::chrono::days(settings.get(settings::recordingKeepDays));
    options.keep.bytes = count(settings.get(settings::recordingKeepGigabytes)) << 30;
    options.maxClip = settings.get(settings::recordingMaxClipSeconds);
    return options;
}

pictures::PictureOptions pictureOptions(const settings::Snapshot &settings)
{
    pictures::PictureOptions options;
    options.enabled = settings.get(settings::livestreamPosters);
    options.live.window = settings.get(settings::livestreamDvrWindowSeconds);
    return options;
}

Core::Core(const settings::Snapshot &settings, std::string folder, std::size_t workerCount)
    : dataDir(std::move(folder)),
      workers(workerCount),
      paces(workers, std::chrono::milliseconds(settings.get(settings::livestreamMergeMs)), &metrics),
      connections(std::make_shared<net::ConnectionLimits>(&metrics, count(settings.get(settings::serverMaxConnectionsPerAddress)),
                                                          count(settings.get(settings::serverMaxConnections)))),
      store(storeOptions(settings, dataDir), &metrics),
      mail(
          store, settings, [this] { return webAddress(); }, &metrics),
      accounts(store, settings, mail, &metrics),
      keys(store, &metrics, accounts.factors),
      oauth2(
          store, accounts, settings, [this] { return webAddress(); }, &metrics),
      playbackTokens(settings.get(settings::livestreamPlaybackSecret)),
      gate(store, playbackTokens, metrics),
      registry(workers, registryLimits(settings, paces), publishPolicy(settings)),
      recordings(registry, store, workers, recordingOptions(settings, dataDir), &metrics),
      credentials(settings.get(settings::securityCredentialEncryptionKey)),
      relays(workers, registry, relayOptions(settings), &metrics),
      ladder(workers, registry, ladderOptions(settings), &metrics),
      pictures(workers, registry, recordings.archive(), pictureOptions(settings), &metrics),
      avatars(store, [this](std::string file) { return portrait(pictures.uploads(), std::move(file)); }),
      health(store, registry, connections, metrics),
      authenticator({keys, accounts.sessions, accounts.stepUp, accounts.guests, accounts.tickets}, store),
      audit(store),
      auditUpkeep(store, settings),
      callsPerMinute(static_cast<std::uint32_t>(settings.get(settings::apiRateLimitPerMinute))),
      dispatcher(dispatcherOptions(settings, authenticator, audit, metrics, callsPerMinute)),
      serverName(settings.get(settings::serverName)),
      rtmpPort(static_cast<std::uint16_t>(settings.get(settings::livestreamRtmpPort))),
      dvrWindow(settings.get(settings::livestreamDvrWindowSeconds)),
      webAddress([settings] { return app::webAddress(settings, static_cast<std::uint16_t>(settings.get(settings::serverPort))); }),
      rtmpAddress([settings] { return app::rtmpAddress(settings, static_cast<std::uint16_t>(settings.get(settings::livestreamRtmpPort))); })
{
    accounts.sessions.onUserChanged([this](const std::string &userId) { keys.userChanged(userId); });
    gate.watchBy(authenticator);
    const auto named = count(settings.get(settings::livestreamMetricsMaxStreams));
    metrics.onText([this, named] { return live::streamFigures(registry.list(), named); });
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
    if (const auto keysLoaded = accounts.loadSigningKeys(dataDir); !keysLoaded)
        return keysLoaded.error();
    if (const auto chained = auditUpkeep.chainLegacy(); !chained)
        return chained.error();
    if (const auto loaded = relay::loadRelays(store, relays, credentials); !loaded)
        return loaded.error();
    registerCalls(*this);
    return dispatcher.seal();
}

} // namespace matinee::app

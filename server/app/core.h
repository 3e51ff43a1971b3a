// Everything that declared calls need, wired: database, identity, live core, dispatcher. The same for a server and for commands that
// work on the data folder without one. Members stand in the order in which they depend on each other.
#pragma once

#include "accounts/api_keys.h"
#include "accounts/avatars.h"
#include "api/dispatcher.h"
#include "app/accounts.h"
#include "app/audit_upkeep.h"
#include "app/gate.h"
#include "app/health.h"
#include "app/identity.h"
#include "app/mail.h"
#include "app/oauth2.h"
#include "ladder/ladder.h"
#include "live/registry.h"
#include "live/stream_calls.h"
#include "live/worker_pace.h"
#include "net/connection_limits.h"
#include "net/worker.h"
#include "observe/metrics.h"
#include "pictures/pictures.h"
#include "record/recordings.h"
#include "relay/credential_box.h"
#include "relay/relays.h"
#include "store/store.h"

#include "common/settings/snapshot.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace matinee::app {

struct Core
{
    Core(const settings::Snapshot &settings, std::string dataDir, std::size_t workerCount);
    Core(const Core &) = delete;
    Core &operator=(const Core &) = delete;

    /// Opens and migrates the database, then seals the calls. Blocking; before the workers start.
    [[nodiscard]] Result<void> open();
    /// Only the database, not migrated.
    [[nodiscard]] Result<void> openStore();

    const std::string dataDir;
    observe::Metrics metrics;
    net::WorkerPool workers;
    live::WorkerPaces paces;
    std::shared_ptr<net::ConnectionLimits> connections;
    store::Store store;
    Mail mail;
    Accounts accounts;
    accounts::ApiKeys keys;
    OAuth2 oauth2;
    const accounts::PlaybackTokens playbackTokens;
    StoreGate gate;
    live::Registry registry;
    record::Recordings recordings;
    const relay::CredentialBox credentials;
    relay::Relays relays;
    ladder::Ladder ladder;
    pictures::Pictures pictures;
    accounts::Avatars avatars;
    Health health;
    CallerAuthenticator authenticator;
    StoreAudit audit;
    AuditUpkeep auditUpkeep;
    std::atomic<std::uint32_t> callsPerMinute; ///< api.rate_limit_per_minute
    api::Dispatcher dispatcher;
    const std::string serverName; ///< server.name at start
    const std::uint16_t rtmpPort;
    const std::chrono::seconds dvrWindow; ///< livestream.dvr_window_seconds
    /// Where people reach this server, without a slash at the end: "https://watch.example.org", "rtmp://watch.example.org/live".
    std::function<std::string()> webAddress, rtmpAddress;
    std::function<void()> streamsChanged; ///< Set before the workers start; called on any of them.
};

/// What the settings say about publishers.
[[nodiscard]] live::PublishPolicy publishPolicy(const settings::Snapshot &settings);
/// What the settings say about smaller pictures.
[[nodiscard]] ladder::LadderOptions ladderOptions(const settings::Snapshot &settings);
/// Those of a stream, as people are told of them.
[[nodiscard]] live::Renditions renditionsOf(const ladder::Ladder &ladder, const std::string &stream);
/// What the settings say about relays.
[[nodiscard]] relay::RelayOptions relayOptions(const settings::Snapshot &settings);
/// What the settings say about recordings.
[[nodiscard]] record::RecordingOptions recordingOptions(const settings::Snapshot &settings, const std::string &dataDir);
/// What the settings say about pictures.
[[nodiscard]] pictures::PictureOptions pictureOptions(const settings::Snapshot &settings);
/// Every declared call and its handler, as one list.
void registerCalls(Core &core);

} // namespace matinee::app

// What the commands touch outside of themselves. main.cpp fills it with the real things, tests with their own.
#pragma once

#include "app/offline.h"
#include "app/serve.h"
#include "cli/database.h"

#include "common/protocol/result.h"
#include "common/settings/snapshot.h"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>

namespace matinee::cli {

struct World
{
    std::ostream &out;
    std::ostream &err;
    std::map<std::string, std::string> environment; ///< The variables that begin with MATINEE_.

    std::function<int(const app::ServeOptions &)> serve;
    std::function<Result<std::unique_ptr<app::OfflineCalls>>(const settings::Snapshot &, const std::string &dataDir)> openOffline;
    std::function<Result<DatabaseState>(const settings::Snapshot &, const std::string &dataDir)> databaseState;
    std::function<Result<DatabaseUpgrade>(const settings::Snapshot &, const std::string &dataDir)> upgradeDatabase;
    /// "rtmp://HOST:1935/live" and "http://HOST:8080" as people reach this machine.
    std::function<std::string(const settings::Snapshot &, std::uint16_t port)> rtmpAddress;
    std::function<std::string(const settings::Snapshot &, std::uint16_t port)> webAddress;
    /// app/signing_key_file.h; `secret`: jwt.secret.
    std::function<Result<void>(const std::string &dataDir, const std::string &secret)> rotateSigningKeys{};
};

} // namespace matinee::cli

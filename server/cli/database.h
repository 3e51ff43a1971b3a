// The database of a data folder, for `matinee db`: what state it is in, and bringing it up to date. Blocking; opens, works, closes.
#pragma once

#include "common/protocol/result.h"
#include "common/settings/snapshot.h"

#include <string>
#include <vector>

namespace matinee::cli {

struct DatabaseMigration
{
    int version = 0;
    std::string name;
    std::string appliedAt; ///< RFC 3339, UTC.
};

struct DatabaseState
{
    std::string where;    ///< "SQLite /srv/matinee.db"; no password in it.
    std::string state;    ///< "none" (nothing there yet), "current", "behind", "dirty", "drifted", "newer".
    std::string sentence; ///< What it means and what to do.
    int databaseVersion = 0;
    int programVersion = 0;
    std::vector<DatabaseMigration> applied;
    std::vector<std::string> due;
    bool mayStart = true;
};

struct DatabaseUpgrade
{
    int fromVersion = 0;
    int toVersion = 0;
    std::vector<std::string> applied;
};

/// Changes nothing; a SQLite file that is not there stays so.
[[nodiscard]] Result<DatabaseState> databaseState(const settings::Snapshot &settings, const std::string &dataDir);
/// Applies what is due, all or nothing.
[[nodiscard]] Result<DatabaseUpgrade> upgradeDatabase(const settings::Snapshot &settings, const std::string &dataDir);

} // namespace matinee::cli

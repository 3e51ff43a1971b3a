// Brings a database to the shape that this program needs, or says why it must not. Blocking; start-up and command line only.
// Each run works on a connection of its own, under a lock that other processes respect (SQLite: the write lock; PostgreSQL: an
// advisory lock). All transactional migrations that are due go in ONE transaction: either all are in, or nothing was changed. A migration
// that cannot be rolled back (Migration::transactional) is marked dirty in schema_migrations before its first statement and clean
// after its last, so a dirty mark always means: half done, look.
#pragma once

#include "store/migration_files.h"
#include "store/store.h"

namespace matinee::store {

enum class MigrationState
{
    Current, ///< Nothing to do.
    Behind,  ///< Migrations are due (an empty database too); `migrate` runs them.
    Dirty,   ///< A migration that cannot be rolled back stopped half-way.
    Drifted, ///< What was applied is not what this program holds under that number.
    Newer,   ///< A newer version of the program has been here.
};

struct AppliedMigration
{
    int version = 0;
    std::string name;
    std::string checksum;
    std::chrono::system_clock::time_point appliedAt;
    bool dirty = false;
};

struct MigrationStatus
{
    MigrationState state = MigrationState::Current;
    int databaseVersion = 0;
    int programVersion = 0;
    std::vector<AppliedMigration> applied;
    std::vector<std::string> due; ///< "0002_rooms"
    std::string sentence;         ///< What it means and what to do.

    [[nodiscard]] bool mayStart() const { return state == MigrationState::Current || state == MigrationState::Behind; }
};

struct MigrationReport
{
    int fromVersion = 0;
    int toVersion = 0;
    std::vector<std::string> applied; ///< "0001_first"
};

/// "current", "behind", "dirty", "drifted", "newer".
[[nodiscard]] std::string_view migrationStateName(MigrationState state);

/// Reads, changes nothing. `store` is open.
Result<MigrationStatus> status(Store &store);
/// FailedPrecondition with status().sentence where the state is Dirty, Drifted or Newer; PermissionDenied where the database user may not
/// create tables; Unavailable where the database or its lock cannot be had. Except after a migration that cannot be rolled back,
/// nothing was changed then.
Result<MigrationReport> migrate(Store &store);

// The same for a given list, and the decision by itself (pure).
Result<MigrationStatus> status(Store &store, const std::vector<Migration> &migrations);
Result<MigrationReport> migrate(Store &store, const std::vector<Migration> &migrations);
[[nodiscard]] MigrationStatus assess(const std::vector<Migration> &known, std::vector<AppliedMigration> applied);

} // namespace matinee::store

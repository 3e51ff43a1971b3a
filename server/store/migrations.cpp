#include "store/migrations.h"

#include "observe/log.h"
#include "store/connection.h"
#include "store/values.h"

#include <fmt/format.h>

#include <thread>

namespace matinee::store {

namespace {

constexpr std::chrono::milliseconds kNoLimit{0};
constexpr std::int64_t kAdvisoryLock = 0x6d6174696e656501; // "matinee" and a 1
constexpr std::chrono::seconds kLockPatience{20};

std::string label(int version, const std::string &name)
{
    return fmt::format("{:04}_{}", version, name);
}

Result<bool> tableExists(Connection &connection)
{
    auto rows = connection.query(connection.engine() == Engine::Sqlite
                                     ? "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
                                     : "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('schema_migrations')");
    if (!rows)
        return rows.error();
    return (*rows)[0][0].toInt() > 0;
}

Result<std::vector<AppliedMigration>> readApplied(Connection &connection)
{
    auto exists = tableExists(connection);
    if (!exists)
        return exists.error();
    std::vector<AppliedMigration> applied;
    if (!*exists)
        return applied;
    auto rows = connection.query("SELECT version, name, checksum, applied_at, dirty FROM schema_migrations ORDER BY version");
    if (!rows)
        return rows.error();
    for (const Row &row : *rows)
        applied.push_back({row[0].toInt(), toText(row[1]), toText(row[2]), toTime(row[3]), row[4].toBool()});
    return applied;
}

Result<void> createTable(Connection &connection)
{
    auto exists = tableExists(connection);
    if (!exists)
        return exists.error();
    if (*exists)
        return {};
    if (connection.engine() == Engine::Sqlite)
        return connection.run(
            "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
            "checksum TEXT NOT NULL, applied_at INTEGER NOT NULL, dirty INTEGER NOT NULL CHECK (dirty IN (0, 1))) STRICT");
    return connection.run("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                          "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, dirty BOOLEAN NOT NULL)");
}

Result<void> record(Connection &connection, const Migration &migration, bool dirty)
{
    auto r = connection.execute("INSERT INTO schema_migrations (version, name, checksum, applied_at, dirty) VALUES (?, ?, ?, ?, ?)",
                                {number(migration.version), text(migration.name), text(migration.checksum),
                                 time(std::chrono::system_clock::now()), QVariant(dirty)});
    return r ? Result<void>() : Result<void>(r.error());
}

Result<void> runStatements(Connection &connection, const Migration &migration)
{
    for (const std::string &statement : splitStatements(migration.sql))
        if (auto r = connection.run(statement.c_str()); !r)
            return r;
    return {};
}

Error explained(const Store &store, const Migration &migration, const Error &cause)
{
    const DatabaseUrl &url = store.url();
    if (cause.code == ErrorCode::PermissionDenied && url.engine == Engine::Postgres)
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format("The database user {0} may not create tables in the database {1}; nothing was changed. As its administrator run: "
                        "ALTER DATABASE \"{1}\" OWNER TO \"{0}\"; or, in that database: GRANT CREATE, USAGE ON SCHEMA public TO \"{0}\";",
                        url.user, url.name),
            "database.url");
    if (cause.code == ErrorCode::Unavailable)
        return cause;
    return fail(
        ErrorCode::FailedPrecondition,
        fmt::format("Migration {} failed and was rolled back; nothing was changed. The line above in the log has the database's own words. "
                    "Is there another program's table of the same name in {}?",
                    label(migration.version, migration.name), url.describe()),
        "database.url");
}

/// Held until the connection ends.
Result<void> takeLock(Connection &connection)
{
    if (connection.engine() == Engine::Sqlite)
        return {}; // BEGIN IMMEDIATE is the lock, and each transaction looks again
    const auto until = std::chrono::steady_clock::now() + kLockPatience;
    for (;;) {
        auto rows = connection.query("SELECT pg_try_advisory_lock(?)", {number(kAdvisoryLock)});
        if (!rows)
            return rows.error();
        if ((*rows)[0][0].toBool())
            return {};
        if (std::chrono::steady_clock::now() >= until)
            return fail(ErrorCode::Unavailable,
                        "Another server is migrating this database and has not finished after 20 s; nothing was changed. Wait for "
                        "it, or end it, and start again.");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

/// All that is due up to the first that cannot be rolled back, in the transaction that is open.
Result<std::size_t> applyTransactional(Store &store, Connection &connection, const std::vector<Migration> &known, std::size_t from)
{
    std::size_t next = from;
    for (; next < known.size() && known[next].transactional; ++next) {
        auto r = runStatements(connection, known[next]);
        if (r)
            r = record(connection, known[next], false);
        if (!r)
            return explained(store, known[next], r.error());
    }
    return next;
}

Result<void> applyUnprotected(Connection &connection, const Migration &migration)
{
    auto r = record(connection, migration, true);
    if (r)
        r = connection.commit();
    if (!r) {
        connection.rollback();
        return r;
    }
    r = runStatements(connection, migration);
    if (!r)
        return fail(ErrorCode::FailedPrecondition,
                    assess({migration}, {{migration.version, migration.name, migration.checksum, {}, true}}).sentence, "database.url");
    auto clean =
        connection.execute("UPDATE schema_migrations SET dirty = ? WHERE version = ?", {QVariant(false), number(migration.version)});
    return clean ? Result<void>() : Result<void>(clean.error());
}

} // namespace

std::string_view migrationStateName(MigrationState state)
{
    switch (state) {
    case MigrationState::Current:
        return "current";
    case MigrationState::Behind:
        return "behind";
    case MigrationState::Dirty:
        return "dirty";
    case MigrationState::Drifted:
        return "drifted";
    case MigrationState::Newer:
        return "newer";
    }
    return "unknown";
}

MigrationStatus assess(const std::vector<Migration> &known, std::vector<AppliedMigration> applied)
{
    MigrationStatus status;
    status.programVersion = known.empty() ? 0 : known.back().version;
    status.databaseVersion = applied.empty() ? 0 : applied.back().version;
    status.applied = std::move(applied);
    const auto conclude = [&](MigrationState state, std::string sentence) {
        status.state = state;
        status.sentence = std::move(sentence);
        return status;
    };

    for (const AppliedMigration &one : status.applied)
        if (one.dirty)
            return conclude(
                MigrationState::Dirty,
                fmt::format("Migration {0} stopped half-way and could not be rolled back. Restore the backup from before it; or finish by "
                            "hand what it does and then run: UPDATE schema_migrations SET dirty = FALSE WHERE version = {1};",
                            label(one.version, one.name), one.version));
    if (status.databaseVersion > status.programVersion)
        return conclude(
            MigrationState::Newer,
            fmt::format("The database is at version {}, this program knows versions up to {}: a newer Matinee has used it. Install that "
                        "version again, or restore the backup from before its upgrade. Nothing was changed.",
                        status.databaseVersion, status.programVersion));
    std::size_t index = 0;
    for (const Migration &one : known) {
        const bool there = index < status.applied.size() && status.applied[index].version == one.version;
        if (there && status.applied[index].checksum != one.checksum)
            return conclude(
                MigrationState::Drifted,
                fmt::format(
                    "Migration {} was applied with another content than this program holds: the database was made by a "
                    "changed build. Use the build that made it, or restore a backup made by a released version. Nothing was changed.",
                    label(one.version, one.name)));
        if (there)
            ++index;
        else if (index < status.applied.size())
            return conclude(
                MigrationState::Drifted,
                fmt::format("Migration {} is missing in the database although a later one was applied: schema_migrations has been "
                            "edited. Restore a backup. Nothing was changed.",
                            label(one.version, one.name)));
        else
            status.due.push_back(label(one.version, one.name));
    }
    if (index < status.applied.size())
        return conclude(MigrationState::Drifted,
                        fmt::format("schema_migrations holds version {}, which this program does not know. Restore a backup. "
                                    "Nothing was changed.",
                                    status.applied[index].version));
    if (status.due.empty())
        return conclude(MigrationState::Current,
                        fmt::format("The database is at version {}, as this program needs it.", status.databaseVersion));
    return conclude(MigrationState::Behind,
                    fmt::format("The database is at version {}, this program needs {}; the server migrates at start, or run: "
                                "matinee db migrate. Make a backup first.",
                                status.databaseVersion, status.programVersion));
}

Result<MigrationStatus> status(Store &store, const std::vector<Migration> &migrations)
{
    Connection connection(store.url(), Connection::Access::Read, kNoLimit, observe::Histogram());
    if (auto r = connection.open(); !r)
        return r.error();
    auto applied = readApplied(connection);
    if (!applied)
        return applied.error();
    return assess(migrations, std::move(*applied));
}

Result<MigrationReport> migrate(Store &store, const std::vector<Migration> &migrations)
{
    Connection connection(store.url(), Connection::Access::Write, kNoLimit, observe::Histogram());
    if (auto r = connection.open(); !r)
        return r.error();
    if (auto r = takeLock(connection); !r)
        return r.error();

    MigrationReport report;
    for (bool first = true;; first = false) {
        if (auto r = connection.begin(); !r)
            return r.error();
        auto applied = readApplied(connection);
        if (!applied) {
            connection.rollback();
            return applied.error();
        }
        const std::size_t done = applied->size();
        const MigrationStatus found = assess(migrations, std::move(*applied));
        report.fromVersion = first ? found.databaseVersion : report.fromVersion;
        report.toVersion = found.databaseVersion;
        if (found.state != MigrationState::Behind) {
            connection.rollback();
            if (found.state == MigrationState::Current)
                return report;
            return fail(ErrorCode::FailedPrecondition, found.sentence, "database.url");
        }
        if (auto r = createTable(connection); !r) {
            connection.rollback();
            return explained(store, migrations[done], r.error());
        }
        std::size_t next = done + 1;
        if (migrations[done].transactional) {
            auto reached = applyTransactional(store, connection, migrations, done);
            if (!reached) {
                connection.rollback();
                return reached.error();
            }
            if (auto r = connection.commit(); !r) {
                connection.rollback();
                return r.error();
            }
            next = *reached;
        } else if (auto r = applyUnprotected(connection, migrations[done]); !r) {
            return r.error();
        }
        for (std::size_t i = done; i < next; ++i) {
            report.applied.push_back(label(migrations[i].version, migrations[i].name));
            log::info("store", "applied migration {}", report.applied.back());
        }
    }
}

Result<MigrationStatus> status(Store &store)
{
    auto migrations = embeddedMigrations(store.engine());
    if (!migrations)
        return migrations.error();
    return status(store, *migrations);
}

Result<MigrationReport> migrate(Store &store)
{
    auto migrations = embeddedMigrations(store.engine());
    if (!migrations)
        return migrations.error();
    return migrate(store, *migrations);
}

} // namespace matinee::store

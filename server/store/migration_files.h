// The numbered SQL files of resources/sql, embedded into the program. Pure but for reading the program's own resources. Any thread.
#pragma once

#include "store/database_url.h"

#include <string>
#include <string_view>
#include <vector>

namespace matinee::store {

struct Migration
{
    int version = 0;  ///< "0001_first.sql": 1.
    std::string name; ///< "first".
    std::string sql;
    std::string checksum; ///< Lower-case hex of SHA-256 of `sql`.
    /// False where the file begins with "-- not transactional": its statements cannot be rolled back (VACUUM, CREATE INDEX CONCURRENTLY).
    bool transactional = true;
};

[[nodiscard]] Migration makeMigration(int version, std::string name, std::string sql);
/// In order, without gaps. Internal where the program was built wrongly.
[[nodiscard]] Result<std::vector<Migration>> embeddedMigrations(Engine engine);
/// Statements without their closing ';'. Knows quotes, comments, $tags$ of PostgreSQL and the bodies of SQLite's triggers.
[[nodiscard]] std::vector<std::string> splitStatements(std::string_view sql);

} // namespace matinee::store

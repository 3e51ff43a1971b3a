// database.url taken apart. Pure; any thread. No sentence made here repeats what stood before the '@': it may be a password.
#pragma once

#include "common/protocol/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace matinee::store {

enum class Engine
{
    Sqlite,
    Postgres
};

struct DatabaseUrl
{
    Engine engine = Engine::Sqlite;

    std::string path; ///< SQLite: the file.

    std::string host; ///< PostgreSQL: name, address, or the folder of a Unix socket ("?host=/run/postgresql").
    std::uint16_t port = 5432;
    std::string name;
    std::string user;
    std::string password;
    std::map<std::string, std::string> options; ///< libpq's own, of a fixed set: sslmode, sslrootcert, ...

    /// "SQLite /srv/matinee.db", "PostgreSQL db.example:5432/matinee as matinee": for logs, without the password.
    [[nodiscard]] std::string describe() const;
};

/// Forms:
///   sqlite:PATH          PATH as it is, relative or absolute
///   sqlite:///PATH       absolute, percent-encoded
///   postgres://user:password@host:port/name?sslmode=require     ("postgresql:" too; parts percent-encoded)
/// InvalidArgument with field "database.url" otherwise.
[[nodiscard]] Result<DatabaseUrl> parseDatabaseUrl(std::string_view url);

} // namespace matinee::store

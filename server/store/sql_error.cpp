#include "store/sql_error.h"

#include "observe/log.h"

#include <QSqlError>

namespace matinee::store {

namespace {

Error unavailable(std::string sentence)
{
    Error error = fail(ErrorCode::Unavailable, std::move(sentence));
    error.retryAfter = std::chrono::seconds(2);
    return error;
}

Error defect()
{
    return fail(ErrorCode::Internal, "The database refused a statement of this server; its log has the details.");
}

/// PostgreSQL adds "DETAIL: Key (name)=(...)" on further lines: those hold values.
std::string firstLine(const QSqlError &error)
{
    const std::string text = error.databaseText().toStdString();
    return text.substr(0, text.find('\n')).substr(0, 300);
}

/// A statement on one line, for the log.
std::string shortened(const char *sql)
{
    std::string text;
    for (const char *c = sql; *c != '\0' && text.size() < 160; ++c) {
        const bool space = *c == ' ' || *c == '\n';
        if (!space)
            text.push_back(*c);
        else if (!text.empty() && text.back() != ' ')
            text.push_back(' ');
    }
    return text;
}

/// Result codes of SQLite: the low byte is the kind. https://www.sqlite.org/rescode.html
SqlFailure explainSqlite(int code)
{
    constexpr int kConstraintPrimaryKey = 1555;
    constexpr int kConstraintUnique = 2067;
    if (code == kConstraintUnique || code == kConstraintPrimaryKey)
        return {fail(ErrorCode::AlreadyExists, "There is one already with this name.")};
    switch (code & 0xff) {
    case 5: // BUSY
    case 6: // LOCKED
        return {unavailable("The database is locked by another program; nothing was changed. Try again in a moment.")};
    case 8: // READONLY
        return {
            unavailable("The database file or its folder cannot be written; nothing was changed. Give the server's user write access.")};
    case 10: // IOERR
        return {unavailable("The disk of the database reports an error; nothing was changed. Look at the server's log and the disk."),
                true};
    case 13: // FULL
        return {unavailable("The disk of the database is full; nothing was changed. Make room and try again.")};
    case 14: // CANTOPEN
        return {unavailable("The database file cannot be opened."), true};
    case 26: // NOTADB
        return {fail(
            ErrorCode::FailedPrecondition,
            "The file of database.url is not a SQLite database. Name another file, or restore this one from a backup; it was not changed.",
            "database.url")};
    case 11: // CORRUPT
        return {unavailable("The database file is damaged; restore it from a backup.")};
    default:
        return {defect()};
    }
}

/// SQLSTATE classes of PostgreSQL. https://www.postgresql.org/docs/current/errcodes-appendix.html
SqlFailure explainPostgres(const std::string &state)
{
    const std::string group = state.substr(0, 2);
    if (state == "23505")
        return {fail(ErrorCode::AlreadyExists, "There is one already with this name.")};
    if (state.empty() || group == "08" || state == "57P01" || state == "57P02" || state == "57P03")
        return {databaseAway(), true};
    if (state == "57014" || state == "55P03")
        return {unavailable("The database took too long; nothing was changed. Try again in a moment.")};
    if (group == "40")
        return {unavailable("Another change came in between; nothing was changed. Try again.")};
    if (group == "53")
        return {unavailable("The database server is out of disk, memory or connections; nothing was changed.")};
    if (state == "25006")
        return {unavailable("The database is read-only (a standby?); nothing was changed."), true};
    if (state == "42501")
        return {fail(ErrorCode::PermissionDenied, "The database user lacks a right that this server needs; its log has the details.")};
    if (group == "28")
        return {fail(ErrorCode::PermissionDenied, "The database server refused the user or password of database.url."), true};
    if (state == "3D000")
        return {fail(ErrorCode::FailedPrecondition, "The database named in database.url does not exist on that server; create it first."),
                true};
    return {defect()};
}

} // namespace

Error databaseAway()
{
    return unavailable("The database is not reachable right now; nothing was changed. Try again in a moment.");
}

SqlFailure explain(Engine engine, const QSqlError &error, const char *what)
{
    const std::string code = error.nativeErrorCode().toStdString();
    const SqlFailure failure = engine == Engine::Sqlite ? explainSqlite(error.nativeErrorCode().toInt()) : explainPostgres(code);
    if (failure.error.code != ErrorCode::AlreadyExists) {
        // Class 22, "invalid input syntax for ...", quotes the value itself.
        const std::string text = engine == Engine::Postgres && code.starts_with("22") ? std::string() : firstLine(error);
        log::warn("store", "{} {}: {} ({})", engine == Engine::Sqlite ? "SQLite" : "PostgreSQL", code.empty() ? "error" : code, text,
                  shortened(what));
    }
    return failure;
}

} // namespace matinee::store

#include "store/connection.h"

#include "observe/log.h"
#include "store/sqlite_file.h"

#include <QSqlError>
#include <QSqlRecord>

#include <atomic>

namespace matinee::store {

namespace {

constexpr std::size_t kMostRows = 10'000;
constexpr std::size_t kMostStatements = 256; // texts are literals, so this is never reached by what clients send

QString nextId()
{
    static std::atomic<unsigned> last{0};
    return QStringLiteral("matinee-%1").arg(++last);
}

/// A value for libpq's option string. The driver replaces ';', which the URL parser has refused.
QString quoted(const std::string &value)
{
    QString text = QString::fromStdString(value);
    text.replace(u'\\', QStringLiteral("\\\\")).replace(u'\'', QStringLiteral("\\'"));
    return u'\'' + text + u'\'';
}

QString postgresOptions(const DatabaseUrl &url)
{
    // connect_timeout: 2 s is libpq's least. The others notice a silent network within about ten seconds.
    QString options = QStringLiteral("connect_timeout=2;tcp_user_timeout=5000;keepalives_idle=3;keepalives_interval=2;keepalives_count=3");
    if (!url.options.contains("application_name"))
        options += QStringLiteral(";application_name=matinee");
    for (const auto &[key, value] : url.options)
        options += u';' + QString::fromStdString(key) + u'=' + quoted(value);
    return options;
}

/// For the operator at start: libpq's own words (wrong password, no such database, refused) say it best. They hold no password.
Error cannotConnect(const DatabaseUrl &url, const QSqlError &error)
{
    if (url.engine == Engine::Sqlite)
        return explain(url.engine, error, "open").error;
    std::string text = error.databaseText().simplified().toStdString().substr(0, 400);
    while (text.ends_with('.') || text.ends_with(' '))
        text.pop_back();
    return fail(ErrorCode::Unavailable, url.describe() + " cannot be reached: " + text + ". Start it, or correct database.url.",
                "database.url");
}

} // namespace

Connection::Connection(const DatabaseUrl &url, Access access, std::chrono::milliseconds patience, observe::Histogram duration)
    : m_url(url), m_access(access), m_patience(patience), m_duration(duration), m_id(nextId())
{
}

Connection::~Connection()
{
    close();
}

Result<void> Connection::open()
{
    close();
    auto r = connect();
    if (r)
        r = prepareSession();
    if (!r) {
        const Error error = r.error();
        close();
        return error;
    }
    m_wasOpen = true;
    return {};
}

Result<void> Connection::connect()
{
    const bool sqlite = m_url.engine == Engine::Sqlite;
    if (sqlite) {
        // Made once: an empty file in the place of one that was taken away would hide the loss.
        if (auto r = prepareSqliteFile(m_url.path, m_access == Access::Write && !m_wasOpen); !r)
            return r.error();
    }
    QSqlDatabase database = QSqlDatabase::addDatabase(sqlite ? QStringLiteral("QSQLITE") : QStringLiteral("QPSQL"), m_id);
    if (!database.isValid())
        return fail(ErrorCode::FailedPrecondition, sqlite ? "Qt's SQLite driver is not installed (Debian: libqt6sql6-sqlite)."
                                                          : "Qt's PostgreSQL driver is not installed (Debian: libqt6sql6-psql).");
    if (sqlite) {
        const auto wait = m_patience.count() > 0 ? m_patience : std::chrono::milliseconds(30'000);
        database.setDatabaseName(QString::fromStdString(m_url.path));
        // Shorter than the caller waits, so that he hears "locked" rather than "took too long".
        database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(wait.count() * 3 / 4));
    } else {
        database.setHostName(QString::fromStdString(m_url.host));
        database.setPort(m_url.port);
        database.setDatabaseName(QString::fromStdString(m_url.name));
        database.setUserName(QString::fromStdString(m_url.user));
        database.setPassword(QString::fromStdString(m_url.password));
        database.setConnectOptions(postgresOptions(m_url));
    }
    m_open = database.open();
    if (!m_open)
        return cannotConnect(m_url, database.lastError());
    return {};
}

void Connection::close()
{
    m_statements.clear();
    m_failure.reset();
    m_open = false;
    if (QSqlDatabase::contains(m_id)) {
        QSqlDatabase::database(m_id, false).close();
        QSqlDatabase::removeDatabase(m_id);
    }
}

Result<void> Connection::prepareSession()
{
    auto r = m_url.engine == Engine::Sqlite ? prepareSqlite() : preparePostgres();
    m_failure.reset();
    return r;
}

Result<void> Connection::prepareSqlite()
{
    if (m_access == Access::Write) {
        auto tables = query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
        if (!tables)
            return tables.error();
        bool ours = tables->empty();
        for (const Row &row : *tables)
            ours = ours || row[0].toString() == QStringLiteral("schema_migrations");
        if (!ours)
            return fail(ErrorCode::FailedPrecondition,
                        m_url.path + " holds the tables of another program. Name another file in database.url; this one was not changed.",
                        "database.url");
        auto mode = query("PRAGMA journal_mode = WAL");
        if (!mode)
            return mode.error();
        if (mode->empty() || (*mode)[0][0].toString() != QStringLiteral("wal"))
            return fail(ErrorCode::FailedPrecondition,
                        "The file system of " + m_url.path +
                            " cannot hold a SQLite database with a write-ahead log (a network share?). Put it on a "
                            "local disk.",
                        "database.url");
    }
    // synchronous=FULL: in WAL mode a commit is on the disk before it is acknowledged.
    for (const char *pragma :
         {"PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF", "PRAGMA temp_store = MEMORY"})
        if (auto r = run(pragma); !r)
            return r;
    return m_access == Access::Read ? run("PRAGMA query_only = ON") : Result<void>();
}

Result<void> Connection::preparePostgres()
{
    auto facts = query("SELECT current_setting('server_encoding'), current_setting('synchronous_commit')");
    if (!facts)
        return facts.error();
    const QString encoding = (*facts)[0][0].toString();
    if (encoding != QStringLiteral("UTF8"))
        return fail(ErrorCode::FailedPrecondition,
                    "The database " + m_url.name + " has the encoding " + encoding.toStdString() +
                        "; it must be UTF8. Create one with: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
                    "database.url");
    // A role may have it off, and then a commit that was acknowledged can be lost.
    if ((*facts)[0][1].toString() == QStringLiteral("off"))
        if (auto r = run("SET synchronous_commit = on"); !r)
            return r;
    // libpq writes notices straight to stderr.
    if (auto r = run("SET client_min_messages = error"); !r)
        return r;
    const std::string limit = std::to_string(m_patience.count());
    if (auto r = run(("SET statement_timeout = " + limit).c_str()); !r)
        return r;
    return run(("SET lock_timeout = " + std::to_string(m_patience.count() * 3 / 4)).c_str());
}

Result<void> Connection::begin()
{
    m_failure.reset();
    if (!m_open)
        return databaseAway();
    if (m_url.engine == Engine::Sqlite)
        return run(m_access == Access::Write ? "BEGIN IMMEDIATE" : "BEGIN");
    return run(m_access == Access::Write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

Result<void> Connection::commit()
{
    auto r = run("COMMIT");
    if (r || m_open)
        return r;
    return fail(ErrorCode::Unavailable, m_access == Access::Read
                                            ? databaseAway().message
                                            : "The database failed while the change was being stored; whether it was is not known. Look "
                                              "before you try again.");
}

void Connection::rollback()
{
    m_failure.reset();
    if (!m_open)
        return;
    // SQLite has rolled back by itself after some errors (disk full): then "no transaction is active" is no news.
    QSqlQuery query(QSqlDatabase::database(m_id, false));
    if (!query.exec(QStringLiteral("ROLLBACK")) && m_url.engine == Engine::Postgres)
        failed(query.lastError(), "ROLLBACK");
    m_failure.reset();
}

Result<void> Connection::probe()
{
    m_failure.reset();
    if (m_url.engine == Engine::Sqlite && !sqliteFileExists(m_url.path)) {
        close();
        return fail(ErrorCode::Unavailable, "The database file " + m_url.path + " has been moved or deleted while the server ran.");
    }
    auto rows = query(m_url.engine == Engine::Sqlite ? "SELECT count(*) FROM sqlite_master" : "SELECT 1");
    m_failure.reset();
    return rows ? Result<void>() : Result<void>(rows.error());
}

Result<void> Connection::run(const char *sql)
{
    QSqlQuery query(QSqlDatabase::database(m_id, false));
    if (!query.exec(QString::fromUtf8(sql)))
        return failed(query.lastError(), sql);
    return {};
}

Result<QSqlQuery *> Connection::bound(const char *sql, const std::vector<QVariant> &values)
{
    if (m_failure)
        return *m_failure;
    if (!m_open)
        return databaseAway();
    // SQLite would store it, PostgreSQL cannot: the same answer from both.
    for (const QVariant &value : values)
        if (value.typeId() == QMetaType::QString && value.toString().contains(QChar(u'\0')))
            return *(m_failure = fail(ErrorCode::InvalidArgument, "Text must not contain the NUL character."));

    auto found = m_statements.find(sql);
    if (found == m_statements.end()) {
        if (m_statements.size() >= kMostStatements)
            m_statements.clear();
        QSqlQuery statement(QSqlDatabase::database(m_id, false));
        statement.setForwardOnly(m_url.engine == Engine::Sqlite);
        if (!statement.prepare(QString::fromUtf8(sql)))
            return failed(statement.lastError(), sql);
        found = m_statements.emplace(sql, std::move(statement)).first;
    }
    QSqlQuery &statement = found->second;
    for (std::size_t i = 0; i < values.size(); ++i)
        statement.bindValue(static_cast<int>(i), values[i]);

    const auto began = std::chrono::steady_clock::now();
    const bool done = statement.exec();
    m_duration.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    if (!done)
        return failed(statement.lastError(), sql);
    return &statement;
}

Result<std::vector<Row>> Connection::query(const char *sql, const std::vector<QVariant> &values)
{
    auto statement = bound(sql, values);
    if (!statement)
        return statement.error();
    QSqlQuery &answer = **statement;
    std::vector<Row> rows;
    const int columns = answer.record().count();
    while (answer.next()) {
        if (rows.size() == kMostRows) {
            answer.finish();
            log::error("store", "more than {} rows, to be read page by page: {}", kMostRows, sql);
            return *(m_failure = fail(ErrorCode::Internal, "The database gave too many rows at once; the server's log has the details."));
        }
        Row &row = rows.emplace_back();
        row.reserve(static_cast<std::size_t>(columns));
        for (int i = 0; i < columns; ++i)
            row.push_back(answer.value(i));
    }
    // A SQLite query can fail on its way through the rows (locked, damaged).
    if (const QSqlError error = answer.lastError(); error.isValid())
        return failed(error, sql);
    answer.finish();
    return rows;
}

Result<int> Connection::execute(const char *sql, const std::vector<QVariant> &values)
{
    auto statement = bound(sql, values);
    if (!statement)
        return statement.error();
    const int touched = (*statement)->numRowsAffected();
    (*statement)->finish();
    return touched;
}

Error Connection::failed(const QSqlError &error, const char *what)
{
    SqlFailure failure = explain(m_url.engine, error, what);
    const bool dropped = m_url.engine == Engine::Postgres && !QSqlDatabase::database(m_id, false).isOpen();
    m_failure = failure.error;
    if (failure.lost || dropped) {
        m_open = false;
        if (dropped && failure.error.code == ErrorCode::Internal)
            m_failure = databaseAway();
    } else if (failure.error.code == ErrorCode::Internal) {
        m_statements.clear(); // the cached plan may be what is wrong: the schema changed under it
    }
    return *m_failure;
}

} // namespace matinee::store

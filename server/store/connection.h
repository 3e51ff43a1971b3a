// One connection to the database, with its prepared statements. Made, used and ended on one thread (QSqlDatabase demands it).
#pragma once

#include "store/sql_error.h"
#include "store/store.h"

#include <QSqlDatabase>
#include <QSqlQuery>

#include <unordered_map>

namespace matinee::store {

class Connection final : public Transaction
{
public:
    enum class Access
    {
        Read,
        Write
    };

    /// `patience`: how long a statement or a lock may take. Zero: as long as it needs (migrations).
    Connection(const DatabaseUrl &url, Access access, std::chrono::milliseconds patience, observe::Histogram duration);
    ~Connection() override;
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    Result<void> open();
    void close();
    [[nodiscard]] bool isOpen() const { return m_open; } ///< False after an error that ends a connection.

    Result<void> begin();
    Result<void> commit();
    void rollback();
    /// The error that ended the transaction, if one did.
    [[nodiscard]] const std::optional<Error> &failure() const { return m_failure; }
    /// Cheap sign of life, outside of a transaction.
    Result<void> probe();
    /// A statement as it is, unprepared and without values: pragmas, migrations.
    Result<void> run(const char *sql);

    // Transaction
    [[nodiscard]] Engine engine() const override { return m_url.engine; }
    Result<std::vector<Row>> query(const char *sql, const std::vector<QVariant> &values = {}) override;
    Result<int> execute(const char *sql, const std::vector<QVariant> &values = {}) override;

private:
    Result<QSqlQuery *> bound(const char *sql, const std::vector<QVariant> &values);
    Result<void> connect();
    Result<void> prepareSession();
    Result<void> prepareSqlite();
    Result<void> preparePostgres();
    Error failed(const QSqlError &error, const char *what);

    const DatabaseUrl m_url;
    const Access m_access;
    const std::chrono::milliseconds m_patience;
    observe::Histogram m_duration;
    const QString m_id; // of the QSqlDatabase
    bool m_open = false;
    bool m_wasOpen = false;                                  // once at least
    std::unordered_map<std::string, QSqlQuery> m_statements; // by text
    std::optional<Error> m_failure;
};

} // namespace matinee::store

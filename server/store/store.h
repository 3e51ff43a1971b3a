// The database: SQLite by default, PostgreSQL by database.url, on a fixed set of threads of its own (a QSqlDatabase belongs to one).
// Owned by app. `read` and `write` may be awaited on any worker and resume there; jobs run whole on one database thread.
// A write's success means that it was committed and survives kill -9.
#pragma once

#include "net/task.h"
#include "observe/metrics.h"

#include "common/protocol/result.h"

#include <QVariant>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace matinee::store {

enum class Engine { Sqlite, Postgres };

/// One row of a result; columns by position.
using Row = std::vector<QVariant>;

/// The connection inside one job. Prepared statements only: `sql` is a literal with `?` marks, values are bound.
class Transaction
{
public:
    virtual ~Transaction() = default;
    [[nodiscard]] virtual Engine engine() const = 0;
    /// Rows of a query, at most 10,000. Unique violations come back as AlreadyExists, a lost database as Unavailable.
    virtual Result<std::vector<Row>> query(const char *sql, const std::vector<QVariant> &values = {}) = 0;
    /// Number of rows touched.
    virtual Result<int> execute(const char *sql, const std::vector<QVariant> &values = {}) = 0;
};

struct StoreOptions
{
    std::string url;     ///< "sqlite:/path/matinee.db" or "postgres://user:password@host:port/name?sslmode=...".
    int readThreads = 2; ///< PostgreSQL: connections = readThreads + 1.
    std::chrono::milliseconds jobTimeout{2000}; ///< After this a caller gets Unavailable, whatever the database does.
    std::size_t queueLimit = 1024;              ///< More waiting jobs than this: Unavailable at once.
};

class Store
{
public:
    Store(StoreOptions options, observe::Metrics *metrics);
    ~Store();

    /// Connects and starts the threads; does not migrate (store/migrations.h). Blocking; call before the workers start.
    Result<void> open();
    void close(); ///< Finishes what is queued.

    template <class T>
    Task<Result<T>> read(std::function<Result<T>(Transaction &)> job);
    template <class T>
    Task<Result<T>> write(std::function<Result<T>(Transaction &)> job);
    /// The same for threads that are no workers (start-up, command line): blocks.
    template <class T>
    Result<T> readNow(std::function<Result<T>(Transaction &)> job);
    template <class T>
    Result<T> writeNow(std::function<Result<T>(Transaction &)> job);

    /// False while the database is away; refreshed by every job and once a second. Any thread.
    [[nodiscard]] bool healthy() const;
    [[nodiscard]] Engine engine() const;

private:
    enum class Lane { Read, Write };
    using Job = std::function<void(Result<Transaction *>)>; // Error: never ran, or ran and could not commit
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace matinee::store

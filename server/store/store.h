// The database: SQLite by default, PostgreSQL by database.url, on a fixed set of threads of its own (a QSqlDatabase belongs to one).
// Owned by app. `read` and `write` may be awaited on any worker and resume there; jobs run whole on one database thread.
// A write's success means that it was committed and survives kill -9.
//
// Unavailable says which of two things happened: "nothing was changed" (dropped while waiting, rolled back, database away), or "not known"
// (the time ran out, or the connection broke, in the middle of COMMIT). Success is never reported for what was not committed.
#pragma once

#include "net/task.h"
#include "observe/metrics.h"
#include "store/database_url.h"

#include "common/protocol/result.h"

#include <QVariant>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

/// One row of a result; columns by position.
using Row = std::vector<QVariant>;

/// The connection inside one job. Prepared statements only: `sql` is a literal with `?` marks, values are bound.
/// After a statement failed the transaction is over, as PostgreSQL has it: later ones give the same error, and so does the job,
/// whatever it returns. Where a conflict is expected, say so in SQL (ON CONFLICT).
class Transaction
{
public:
    virtual ~Transaction() = default;
    [[nodiscard]] virtual Engine engine() const = 0;
    /// Rows of a query, at most 10,000 (more is an Internal error: page it). Unique violations come back as AlreadyExists, a lost
    /// database as Unavailable.
    virtual Result<std::vector<Row>> query(const char *sql, const std::vector<QVariant> &values = {}) = 0;
    /// Number of rows touched.
    virtual Result<int> execute(const char *sql, const std::vector<QVariant> &values = {}) = 0;
};

struct StoreOptions
{
    std::string url;                            ///< "sqlite:/path/matinee.db" or "postgres://user:password@host:port/name?sslmode=...".
    int readThreads = 2;                        ///< PostgreSQL: connections = readThreads + 1.
    std::chrono::milliseconds jobTimeout{2000}; ///< After this a caller gets Unavailable, whatever the database does.
    std::size_t queueLimit = 1024;              ///< More waiting jobs than this in one lane: Unavailable at once.
};

/// A job that returns an error is rolled back. It must own what it uses (capture by value): it may still run when its caller was already
/// told Unavailable. A job that throws is a defect: rolled back, logged, Internal.
class Store
{
public:
    Store(StoreOptions options, observe::Metrics *metrics);
    ~Store();
    Store(const Store &) = delete;
    Store &operator=(const Store &) = delete;

    /// Connects and starts the threads; does not migrate (store/migrations.h). Blocking; call before the workers start, with a
    /// QCoreApplication alive. InvalidArgument for the URL, FailedPrecondition for a file that is no database of ours, PermissionDenied
    /// where rights are missing, Unavailable where nobody answers; each says what to do, and nothing was changed.
    Result<void> open();
    /// Finishes what is queued, answers everybody. Call while the workers that await still run.
    void close();

    template <class T> Task<Result<T>> read(std::function<Result<T>(Transaction &)> job) { return run<T>(Lane::Read, std::move(job)); }
    template <class T> Task<Result<T>> write(std::function<Result<T>(Transaction &)> job) { return run<T>(Lane::Write, std::move(job)); }
    /// The same for threads that are no workers (start-up, command line): blocks.
    template <class T> Result<T> readNow(std::function<Result<T>(Transaction &)> job) { return runNow<T>(Lane::Read, std::move(job)); }
    template <class T> Result<T> writeNow(std::function<Result<T>(Transaction &)> job) { return runNow<T>(Lane::Write, std::move(job)); }
    /// A write nobody waits for (last-used times); what fails is logged. Any thread.
    void writeLater(std::function<Result<void>(Transaction &)> job);

    /// False while the database is away; refreshed by every job and once a second. Any thread.
    [[nodiscard]] bool healthy() const;
    [[nodiscard]] Engine engine() const;          ///< Of the URL; valid after `open`.
    [[nodiscard]] const DatabaseUrl &url() const; ///< Valid after `open`. Holds the password.

private:
    enum class Lane
    {
        Read,
        Write
    };
    using Body = std::function<std::optional<Error>(Transaction &)>; // an error: roll back
    using Done = std::function<void(std::optional<Error>)>;          // called exactly once, on any thread
    void submit(Lane lane, Body body, Done done);
    Task<std::optional<Error>> submitted(Lane lane, Body body); // resumes on the executor of the caller
    std::optional<Error> submittedNow(Lane lane, Body body);

    /// The answer is shared with the job, not referred to: a caller that was told Unavailable is gone when a late job writes it.
    template <class T> static Body bodyOf(std::shared_ptr<std::optional<Result<T>>> answer, std::function<Result<T>(Transaction &)> job)
    {
        return [answer = std::move(answer), job = std::move(job)](Transaction &tx) -> std::optional<Error> {
            answer->emplace(job(tx));
            if (!**answer)
                return (*answer)->error();
            return std::nullopt;
        };
    }
    template <class T> Task<Result<T>> run(Lane lane, std::function<Result<T>(Transaction &)> job)
    {
        auto answer = std::make_shared<std::optional<Result<T>>>();
        Body body = bodyOf<T>(answer, std::move(job));
        const std::optional<Error> error = co_await submitted(lane, std::move(body));
        if (error)
            co_return Result<T>(*error);
        co_return std::move(**answer);
    }
    template <class T> Result<T> runNow(Lane lane, std::function<Result<T>(Transaction &)> job)
    {
        auto answer = std::make_shared<std::optional<Result<T>>>();
        if (const std::optional<Error> error = submittedNow(lane, bodyOf<T>(answer, std::move(job))))
            return *error;
        return std::move(**answer);
    }

    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace matinee::store

#include "tests/support/database_test.h"

#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>

#include <future>
#include <thread>

namespace matinee::store {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class StoreTest : public test::OnEachEngine
{
protected:
    static Result<void> put(Transaction &tx, const std::string &key)
    {
        auto r = tx.execute("INSERT INTO server_state (key, value) VALUES (?, ?)", {QString::fromStdString(key), QStringLiteral("v")});
        return r ? Result<void>() : Result<void>(r.error());
    }
    static Result<void> putNow(Store &store, const std::string &key)
    {
        return store.writeNow<void>([key](Transaction &tx) { return put(tx, key); });
    }
    static int count(Store &store)
    {
        auto n = store.readNow<int>([](Transaction &tx) -> Result<int> {
            auto rows = tx.query("SELECT count(*) FROM server_state");
            if (!rows)
                return rows.error();
            return (*rows)[0][0].toInt();
        });
        EXPECT_RESULT(n);
        return n ? *n : -1;
    }
    [[nodiscard]] StoreOptions hasty() const
    {
        StoreOptions quick = options();
        quick.jobTimeout = 1000ms; // a busy disk takes its time for a commit
        return quick;
    }
};

TEST_P(StoreTest, CommitsWhatSucceeds)
{
    const auto store = openStore();
    ASSERT_RESULT(putNow(*store, "a"));
    EXPECT_EQ(count(*store), 1);
    EXPECT_TRUE(store->healthy());
    EXPECT_EQ(store->engine(), GetParam());
}

TEST_P(StoreTest, RollsBackAJobThatFails)
{
    const auto store = openStore();
    const auto r = store->writeNow<int>([](Transaction &tx) -> Result<int> {
        EXPECT_RESULT(put(tx, "a"));
        return fail(ErrorCode::FailedPrecondition, "changed my mind");
    });
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().message, "changed my mind");
    EXPECT_EQ(count(*store), 0);
}

TEST_P(StoreTest, RollsBackAJobThatThrowsAndCallsItADefect)
{
    const auto store = openStore();
    const auto r = store->writeNow<void>([](Transaction &tx) -> Result<void> {
        EXPECT_RESULT(put(tx, "a"));
        throw std::runtime_error("secret inside");
    });
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Internal);
    EXPECT_EQ(r.error().message.find("secret"), std::string::npos);
    EXPECT_EQ(count(*store), 0);
    EXPECT_RESULT(putNow(*store, "b"));
}

TEST_P(StoreTest, AFailedStatementEndsTheTransactionEvenWhereTheJobIgnoresIt)
{
    const auto store = openStore();
    const auto r = store->writeNow<void>([](Transaction &tx) -> Result<void> {
        EXPECT_RESULT(put(tx, "a"));
        const auto again = put(tx, "a");
        EXPECT_FALSE(again.has_value());
        EXPECT_EQ(again.error().code, ErrorCode::AlreadyExists);
        EXPECT_FALSE(put(tx, "b").has_value());
        return {};
    });
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::AlreadyExists);
    EXPECT_EQ(count(*store), 0);
}

TEST_P(StoreTest, RefusesNulInTextOnBothEngines)
{
    const auto store = openStore();
    const auto r = putNow(*store, std::string("a\0b", 3));
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::InvalidArgument);
}

TEST_P(StoreTest, BindsTextThatLooksLikeSql)
{
    const auto store = openStore();
    const std::string nasty = "'; DROP TABLE streams; --\\' \\\\ \" $1 ? \xF0\x9F\x8E\xAC";
    ASSERT_RESULT(putNow(*store, nasty));
    const auto back = store->readNow<std::string>([&](Transaction &tx) -> Result<std::string> {
        auto rows = tx.query("SELECT key FROM server_state WHERE key = ?", {QString::fromStdString(nasty)});
        if (!rows)
            return rows.error();
        return rows->empty() ? "none" : (*rows)[0][0].toString().toStdString();
    });
    ASSERT_RESULT(back);
    EXPECT_EQ(*back, nasty);
}

TEST_P(StoreTest, AReadCannotWrite)
{
    const auto store = openStore();
    const auto r = store->readNow<void>([](Transaction &tx) { return put(tx, "a"); });
    EXPECT_FALSE(r.has_value());
    EXPECT_EQ(count(*store), 0);
    EXPECT_TRUE(store->healthy());
}

TEST_P(StoreTest, AWrongStatementIsInternalAndHidesItsDetails)
{
    const auto store = openStore();
    const auto r = store->readNow<void>([](Transaction &tx) -> Result<void> {
        auto rows = tx.query("SELECT * FROM no_such_table");
        return rows ? Result<void>() : Result<void>(rows.error());
    });
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Internal);
    EXPECT_EQ(r.error().message.find("no_such_table"), std::string::npos);
    EXPECT_RESULT(putNow(*store, "works on"));
}

TEST_P(StoreTest, MoreThanTenThousandRowsAreRefused)
{
    const auto store = openStore();
    const auto rows = [&](const char *sql) {
        return store->readNow<std::size_t>([sql](Transaction &tx) -> Result<std::size_t> {
            auto all = tx.query(sql);
            if (!all)
                return all.error();
            return all->size();
        });
    };
    const auto most = rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n");
    ASSERT_RESULT(most);
    EXPECT_EQ(*most, 10'000U);
    const auto tooMany = rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) SELECT i FROM n");
    ASSERT_FALSE(tooMany.has_value());
    EXPECT_EQ(tooMany.error().code, ErrorCode::Internal);
    EXPECT_EQ(count(*store), 0);
}

TEST_P(StoreTest, AnAwaitingTaskResumesOnItsOwnExecutor)
{
    const auto store = openStore();
    asio::thread_pool worker(1);
    std::promise<bool> same;
    asio::co_spawn(
        worker,
        [&]() -> Task<void> {
            const auto before = std::this_thread::get_id();
            std::function<Result<std::thread::id>(Transaction &)> job = [](Transaction &tx) -> Result<std::thread::id> {
                if (auto r = put(tx, "a"); !r)
                    return r.error();
                return std::this_thread::get_id();
            };
            const auto there = co_await store->write<std::thread::id>(std::move(job));
            same.set_value(there.has_value() && *there != before && std::this_thread::get_id() == before);
        },
        asio::detached);
    EXPECT_TRUE(same.get_future().get());
    worker.join();
}

TEST_P(StoreTest, ManyTasksAtOnceEachGetTheirOwnAnswer)
{
    const auto store = openStore();
    asio::thread_pool workers(4);
    std::atomic<int> right{0};
    for (int i = 0; i < 200; ++i)
        asio::co_spawn(
            workers,
            [&, i]() -> Task<void> {
                std::function<Result<int>(Transaction &)> job = [i](Transaction &tx) -> Result<int> {
                    if (auto r = put(tx, "key" + std::to_string(i)); !r)
                        return r.error();
                    return i;
                };
                const auto written = co_await store->write<int>(std::move(job));
                if (written && *written == i)
                    ++right;
            },
            asio::detached);
    workers.join();
    EXPECT_EQ(right, 200);
    EXPECT_EQ(count(*store), 200);
}

TEST_P(StoreTest, AJobThatTakesTooLongIsAnsweredInTimeAndNotStored)
{
    const auto store = openStore(hasty());
    std::promise<void> goOn;
    const auto began = std::chrono::steady_clock::now();
    const auto r = store->writeNow<void>([until = goOn.get_future().share()](Transaction &tx) -> Result<void> {
        auto stored = put(tx, "late");
        until.wait();
        return stored;
    });
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_GE(took, 990ms);
    EXPECT_LT(took, 1900ms);
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(r.error().message, HasSubstr("nothing was changed"));
    while (store->healthy() && std::chrono::steady_clock::now() - began < 5s)
        std::this_thread::yield();
    EXPECT_FALSE(store->healthy()); // the only writer is stuck
    goOn.set_value();
    // The writer is free again; behind it in the queue, this sees what it left.
    EXPECT_RESULT(putNow(*store, "next"));
    EXPECT_EQ(count(*store), 1);
}

TEST_P(StoreTest, AJobThatWaitsTooLongNeverRuns)
{
    const auto store = openStore(hasty());
    auto goOn = std::make_shared<std::promise<void>>();
    store->writeLater([until = goOn->get_future().share()](Transaction &) -> Result<void> {
        until.wait();
        return {};
    });
    auto ran = std::make_shared<std::atomic<bool>>(false);
    const auto r = store->writeNow<void>([ran](Transaction &) -> Result<void> {
        *ran = true;
        return {};
    });
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
    goOn->set_value();
    EXPECT_RESULT(putNow(*store, "next"));
    EXPECT_FALSE(*ran);
}

TEST_P(StoreTest, AFullQueueAnswersAtOnce)
{
    StoreOptions small = options();
    small.queueLimit = 2;
    const auto store = openStore(small);
    auto goOn = std::make_shared<std::promise<void>>();
    auto running = std::make_shared<std::promise<void>>();
    store->writeLater([running, until = goOn->get_future().share()](Transaction &) -> Result<void> {
        running->set_value();
        until.wait();
        return {};
    });
    running->get_future().wait();
    store->writeLater([](Transaction &) -> Result<void> { return {}; });
    store->writeLater([](Transaction &) -> Result<void> { return {}; });
    const auto began = std::chrono::steady_clock::now();
    const auto r = putNow(*store, "one too many");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 500ms);
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(r.error().message, HasSubstr("waiting"));
    goOn->set_value();
}

TEST_P(StoreTest, CloseFinishesWhatIsQueuedAndAnswersLatecomers)
{
    const auto store = openStore();
    for (int i = 0; i < 50; ++i)
        store->writeLater([i](Transaction &tx) { return put(tx, std::to_string(i)); });
    store->close();
    const auto late = putNow(*store, "late");
    ASSERT_FALSE(late.has_value());
    EXPECT_EQ(late.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(store->healthy());
    EXPECT_EQ(count(*openStore()), 50);
}

TEST_P(StoreTest, BeforeOpenEverybodyIsTurnedAway)
{
    Store store(options(), nullptr);
    const auto r = putNow(store, "early");
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(store.healthy());
}

TEST_P(StoreTest, ReadsDoNotWaitForAWriter)
{
    const auto store = openStore();
    auto goOn = std::make_shared<std::promise<void>>();
    auto running = std::make_shared<std::promise<void>>();
    store->writeLater([running, until = goOn->get_future().share()](Transaction &tx) {
        auto r = put(tx, "not yet visible");
        running->set_value();
        until.wait();
        return r;
    });
    running->get_future().wait();
    EXPECT_EQ(count(*store), 0);
    goOn->set_value();
    EXPECT_RESULT(putNow(*store, "after"));
    EXPECT_EQ(count(*store), 2);
}

TEST_P(StoreTest, CountsOnMetrics)
{
    observe::Metrics metrics;
    {
        const auto store = openStore(options(), &metrics);
        EXPECT_RESULT(putNow(*store, "a"));
        EXPECT_FALSE(putNow(*store, "a").has_value());
        const std::string text = metrics.text();
        EXPECT_THAT(text, HasSubstr("matinee_db_jobs_total{lane=\"write\",result=\"ok\"} 1"));
        EXPECT_THAT(text, HasSubstr("matinee_db_jobs_total{lane=\"write\",result=\"refused\"} 1"));
        EXPECT_THAT(text, HasSubstr("matinee_db_query_duration_seconds_count{lane=\"write\"}"));
        EXPECT_THAT(text, HasSubstr("matinee_db_queue_length{lane=\"read\"} 0"));
        EXPECT_THAT(text, HasSubstr("matinee_db_connections{lane=\"read\",state=\"idle\"} 2"));
        EXPECT_THAT(text, HasSubstr("matinee_db_up 1"));
    }
    EXPECT_THAT(metrics.text(), HasSubstr("matinee_db_up 0"));
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreTest, testing::Values(Engine::Sqlite, Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::store

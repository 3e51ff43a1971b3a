// PostgreSQL that is away, comes back, hangs, or refuses: what callers hear, and that it mends by itself.
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

#include <thread>

namespace matinee::store {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Clock = std::chrono::steady_clock;

class PostgresTest : public testing::Test
{
protected:
    std::unique_ptr<Store> open(const std::string &url)
    {
        StoreOptions options;
        options.url = url;
        auto opened = std::make_unique<Store>(options, nullptr);
        if (auto r = opened->open(); !r)
            throw std::runtime_error(r.error().message);
        return opened;
    }
    std::unique_ptr<Store> openMigrated()
    {
        auto opened = open(m_postgres.url(m_postgres.newDatabase()));
        if (auto r = migrate(*opened); !r)
            throw std::runtime_error(r.error().message);
        return opened;
    }
    Error refusal(const std::string &url)
    {
        StoreOptions options;
        options.url = url;
        Store store(options, nullptr);
        const auto r = store.open();
        EXPECT_FALSE(r.has_value());
        return r ? Error() : r.error();
    }
    static Result<void> put(Store &store, const std::string &key)
    {
        return store.writeNow<void>([key](Transaction &tx) -> Result<void> {
            auto r = tx.execute("INSERT INTO server_state (key, value) VALUES (?, ?)", {QString::fromStdString(key), QStringLiteral("v")});
            return r ? Result<void>() : Result<void>(r.error());
        });
    }
    static int count(Store &store)
    {
        const auto n = store.readNow<int>([](Transaction &tx) -> Result<int> {
            auto rows = tx.query("SELECT count(*) FROM server_state");
            if (!rows)
                return rows.error();
            return (*rows)[0][0].toInt();
        });
        return n ? *n : -1;
    }
    static bool within(Clock::duration time, const std::function<bool()> &condition)
    {
        const auto until = Clock::now() + time;
        while (!condition()) {
            if (Clock::now() >= until)
                return false;
            std::this_thread::sleep_for(20ms);
        }
        return true;
    }
    test::PostgresServer m_postgres;
};

TEST_F(PostgresTest, GoneWhileRunningIsUnavailableWithinTwoSecondsAndMendsByItself)
{
    const auto store = openMigrated();
    ASSERT_RESULT(put(*store, "before"));
    m_postgres.stop();
    for (int i = 0; i < 3; ++i) {
        const auto began = Clock::now();
        const auto r = put(*store, "while away");
        EXPECT_LT(Clock::now() - began, 2500ms);
        ASSERT_FALSE(r.has_value());
        EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
        EXPECT_EQ(count(*store), -1);
    }
    EXPECT_TRUE(within(6s, [&] { return !store->healthy(); }));
    m_postgres.start();
    EXPECT_TRUE(within(15s, [&] { return store->healthy(); }));
    EXPECT_RESULT(put(*store, "after"));
    EXPECT_EQ(count(*store), 2);
}

TEST_F(PostgresTest, AnOutageIsNoticedWithoutAnyJob)
{
    const auto store = openMigrated();
    EXPECT_TRUE(store->healthy());
    m_postgres.kill();
    EXPECT_TRUE(within(6s, [&] { return !store->healthy(); }));
    m_postgres.start();
    EXPECT_TRUE(within(15s, [&] { return store->healthy(); }));
}

TEST_F(PostgresTest, ConnectionsThatDiedWhileIdleAreReplacedBeforeTheNextJob)
{
    const auto store = openMigrated();
    ASSERT_RESULT(put(*store, "before"));
    m_postgres.sql("postgres", "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'matinee'");
    EXPECT_RESULT(put(*store, "after"));
    EXPECT_EQ(count(*store), 2);
}

TEST_F(PostgresTest, ARestartOfTheServerIsSurvived)
{
    const auto store = openMigrated();
    ASSERT_RESULT(put(*store, "before"));
    m_postgres.stop();
    m_postgres.start();
    EXPECT_TRUE(within(15s, [&] { return put(*store, "after").has_value(); }));
    EXPECT_TRUE(within(15s, [&] { return count(*store) == 2; }));
}

TEST_F(PostgresTest, OneThatHangsIsUnavailableInTimeAndMendsByItself)
{
    const auto store = openMigrated();
    m_postgres.pause();
    const auto began = Clock::now();
    const auto r = put(*store, "hanging");
    const auto took = Clock::now() - began;
    EXPECT_LT(took, 2500ms);
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
    EXPECT_TRUE(within(6s, [&] { return !store->healthy(); }));
    m_postgres.resume();
    EXPECT_TRUE(within(15s, [&] { return store->healthy(); }));
    EXPECT_RESULT(put(*store, "after"));
    EXPECT_EQ(count(*store), 1); // "nothing was changed" was true
}

TEST_F(PostgresTest, ASlowStatementIsEndedByTheServerSoThatTheThreadIsFree)
{
    const auto store = openMigrated();
    const auto slow = [&] {
        return store->writeNow<void>([](Transaction &tx) -> Result<void> {
            auto r = tx.query("SELECT pg_sleep(30)");
            return r ? Result<void>() : Result<void>(r.error());
        });
    };
    const auto began = Clock::now();
    EXPECT_FALSE(slow().has_value());
    EXPECT_LT(Clock::now() - began, 2500ms);
    EXPECT_TRUE(within(15s, [&] { return put(*store, "after").has_value(); }));
}

TEST_F(PostgresTest, AConnectionThatBreaksWithinAJobIsUnavailableAndNothingIsStored)
{
    const auto store = openMigrated();
    const auto r = store->writeNow<void>([](Transaction &tx) -> Result<void> {
        auto stored = tx.execute("INSERT INTO server_state (key, value) VALUES ('a', 'b')");
        EXPECT_RESULT(stored);
        auto ended = tx.query("SELECT pg_terminate_backend(pg_backend_pid())");
        EXPECT_FALSE(ended.has_value());
        return {};
    });
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
    EXPECT_RESULT(put(*store, "after"));
    EXPECT_EQ(count(*store), 1);
}

TEST_F(PostgresTest, AWrongPasswordAMissingDatabaseAndADeadPortAreToldApart)
{
    const std::string name = m_postgres.newDatabase();
    const std::string at = "@127.0.0.1:" + std::to_string(m_postgres.port()) + "/";
    const Error password = refusal("postgres://matinee:hunter2secret" + at + name);
    EXPECT_EQ(password.code, ErrorCode::Unavailable);
    EXPECT_THAT(password.message, HasSubstr("password authentication failed"));
    EXPECT_THAT(password.message, Not(HasSubstr("hunter2")));
    EXPECT_THAT(refusal(m_postgres.url("nosuch")).message, HasSubstr("\"nosuch\" does not exist"));
    m_postgres.stop();
    const auto began = Clock::now();
    EXPECT_THAT(refusal(m_postgres.url(name)).message, HasSubstr("refused"));
    EXPECT_LT(Clock::now() - began, 3s);
}

TEST_F(PostgresTest, AUnixSocketServes)
{
    const auto store = open("postgres://matinee:p%40ss%3Aw%2Frd%25%3F%23%27%5C@:" + std::to_string(m_postgres.port()) + "/" +
                            m_postgres.newDatabase() + "?host=" + m_postgres.socketFolder().string());
    EXPECT_RESULT(migrate(*store));
}

TEST_F(PostgresTest, ADatabaseThatIsNotUtf8IsRefused)
{
    EXPECT_THAT(refusal(m_postgres.url(m_postgres.newDatabase("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"))).message,
                HasSubstr("LATIN1"));
}

TEST_F(PostgresTest, CommitIsSynchronousEvenWhereTheRoleSaysOtherwise)
{
    const std::string name = m_postgres.newDatabase();
    m_postgres.sql(name, "ALTER ROLE matinee SET synchronous_commit = off");
    const auto store = open(m_postgres.url(name));
    const auto setting = store->writeNow<std::string>([](Transaction &tx) -> Result<std::string> {
        auto rows = tx.query("SELECT current_setting('synchronous_commit')");
        if (!rows)
            return rows.error();
        return (*rows)[0][0].toString().toStdString();
    });
    ASSERT_RESULT(setting);
    EXPECT_EQ(*setting, "on");
}

TEST_F(PostgresTest, AUserWithoutRightsIsToldWhatToGrant)
{
    const std::string name = m_postgres.newDatabase();
    m_postgres.sql(name, "CREATE ROLE guest LOGIN PASSWORD 'guest'");
    const auto store = open("postgres://guest:guest@127.0.0.1:" + std::to_string(m_postgres.port()) + "/" + name);
    const auto r = migrate(*store);
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(r.error().message, HasSubstr("OWNER TO \"guest\""));
    m_postgres.sql(name, "ALTER DATABASE " + name + " OWNER TO guest");
    EXPECT_RESULT(migrate(*store));
}

TEST_F(PostgresTest, ATableOfAnotherProgramWithOurNameStopsTheMigrationUnchanged)
{
    const std::string name = m_postgres.newDatabase();
    m_postgres.sql(name, "CREATE TABLE audit (x INTEGER)");
    const auto store = open(m_postgres.url(name));
    const auto r = migrate(*store);
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::FailedPrecondition);
    EXPECT_EQ(m_postgres.sql(name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "1\n");
}

TEST_F(PostgresTest, AMigrationUnderWayElsewhereIsWaitedFor)
{
    const std::string name = m_postgres.newDatabase();
    const auto store = open(m_postgres.url(name));
    const Migration slow = makeMigration(1, "slow", "CREATE TABLE one (a INTEGER); SELECT pg_sleep(1);");
    std::thread other([&] { EXPECT_RESULT(migrate(*store, {slow})); });
    std::this_thread::sleep_for(300ms);
    const auto r = migrate(*store, {slow});
    other.join();
    ASSERT_RESULT(r);
    EXPECT_EQ(r->toVersion, 1);
}

} // namespace
} // namespace matinee::store

#include "store/invitations.h"
#include "store/migrations.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

#include <thread>

namespace matinee::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Migration kOne = makeMigration(1, "one", "CREATE TABLE one (a INTEGER);");
const Migration kTwo = makeMigration(2, "two", "CREATE TABLE two (a INTEGER); INSERT INTO two (a) VALUES (2);");
const Migration kBroken = makeMigration(3, "broken", "CREATE TABLE three (a INTEGER); INSERT INTO nowhere (a) VALUES (3);");
const Migration kHalf = makeMigration(2, "half", "-- not transactional\nCREATE TABLE two (a INTEGER); INSERT INTO nowhere (a) VALUES (2);");

class MigrationsTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = std::make_unique<Store>(options(), nullptr);
        ASSERT_RESULT(m_store->open());
    }
    void run(const char *sql)
    {
        ASSERT_RESULT(m_store->writeNow<int>([sql](Transaction &tx) { return tx.execute(sql); }));
    }
    bool exists(const std::string &table)
    {
        const std::string sql = "SELECT count(*) FROM " + table;
        return m_store->readNow<std::vector<Row>>([&](Transaction &tx) { return tx.query(sql.c_str()); }).has_value();
    }
    MigrationStatus statusOf(const std::vector<Migration> &list)
    {
        auto found = status(*m_store, list);
        EXPECT_RESULT(found);
        return found ? *found : MigrationStatus();
    }
    std::unique_ptr<Store> m_store;
};

TEST_P(MigrationsTest, AnEmptyDatabaseIsBroughtUpToDate)
{
    EXPECT_EQ(statusOf({kOne, kTwo}).state, MigrationState::Behind);
    EXPECT_THAT(statusOf({kOne, kTwo}).due, ElementsAre("0001_one", "0002_two"));
    EXPECT_FALSE(exists("schema_migrations")); // asking changes nothing
    const auto report = migrate(*m_store, {kOne, kTwo});
    ASSERT_RESULT(report);
    EXPECT_THAT(report->applied, ElementsAre("0001_one", "0002_two"));
    EXPECT_EQ(report->fromVersion, 0);
    EXPECT_EQ(report->toVersion, 2);
    EXPECT_TRUE(exists("two"));
    const MigrationStatus now = statusOf({kOne, kTwo});
    EXPECT_EQ(now.state, MigrationState::Current);
    ASSERT_EQ(now.applied.size(), 2U);
    EXPECT_EQ(now.applied[1].checksum, kTwo.checksum);
    EXPECT_NEAR(std::chrono::duration<double>(std::chrono::system_clock::now() - now.applied[1].appliedAt).count(), 0, 60);
}

TEST_P(MigrationsTest, ASecondRunDoesNothing)
{
    ASSERT_RESULT(migrate(*m_store, {kOne}));
    const auto again = migrate(*m_store, {kOne});
    ASSERT_RESULT(again);
    EXPECT_THAT(again->applied, IsEmpty());
    const auto more = migrate(*m_store, {kOne, kTwo});
    ASSERT_RESULT(more);
    EXPECT_THAT(more->applied, ElementsAre("0002_two"));
    EXPECT_EQ(more->fromVersion, 1);
}

TEST_P(MigrationsTest, TheProgramsOwnAreAppliedAndCurrent)
{
    ASSERT_RESULT(migrate(*m_store));
    const auto now = status(*m_store);
    ASSERT_RESULT(now);
    EXPECT_EQ(now->state, MigrationState::Current);
    for (const char *table : {"streams", "api_keys", "server_state", "audit"})
        EXPECT_TRUE(exists(table)) << table;
}

TEST_P(MigrationsTest, AFailedOneTakesAllThatWereDueBackWithIt)
{
    ASSERT_RESULT(migrate(*m_store, {kOne}));
    const auto r = migrate(*m_store, {kOne, kTwo, kBroken});
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(r.error().message, HasSubstr("0003_broken"));
    EXPECT_FALSE(exists("two"));
    EXPECT_FALSE(exists("three"));
    EXPECT_EQ(statusOf({kOne}).state, MigrationState::Current); // the older program works on
}

TEST_P(MigrationsTest, ANewerDatabaseIsRefusedUnchanged)
{
    ASSERT_RESULT(migrate(*m_store, {kOne, kTwo}));
    const MigrationStatus found = statusOf({kOne});
    EXPECT_EQ(found.state, MigrationState::Newer);
    EXPECT_FALSE(found.mayStart());
    EXPECT_EQ(found.databaseVersion, 2);
    EXPECT_EQ(found.programVersion, 1);
    const auto r = migrate(*m_store, {kOne});
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(r.error().message, HasSubstr("newer"));
    EXPECT_EQ(statusOf({kOne, kTwo}).state, MigrationState::Current);
}

TEST_P(MigrationsTest, AChangedFileIsDrift)
{
    ASSERT_RESULT(migrate(*m_store, {kOne}));
    const Migration changed = makeMigration(1, "one", "CREATE TABLE one (a INTEGER, b INTEGER);");
    EXPECT_EQ(statusOf({changed, kTwo}).state, MigrationState::Drifted);
    const auto r = migrate(*m_store, {changed, kTwo});
    ASSERT_FALSE(r.has_value());
    EXPECT_THAT(r.error().message, HasSubstr("0001_one"));
    EXPECT_FALSE(exists("two"));
}

TEST_P(MigrationsTest, AMissingRecordIsDrift)
{
    ASSERT_RESULT(migrate(*m_store, {kOne, kTwo}));
    run("DELETE FROM schema_migrations WHERE version = 1");
    EXPECT_EQ(statusOf({kOne, kTwo}).state, MigrationState::Drifted);
}

TEST_P(MigrationsTest, OneThatCannotBeRolledBackLeavesADirtyMark)
{
    const auto r = migrate(*m_store, {kOne, kHalf});
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(r.error().message, HasSubstr("half-way"));
    const MigrationStatus found = statusOf({kOne, kHalf});
    EXPECT_EQ(found.state, MigrationState::Dirty);
    EXPECT_THAT(found.sentence, HasSubstr("SET dirty = FALSE WHERE version = 2"));
    const auto again = migrate(*m_store, {kOne, kHalf});
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().message, found.sentence);
    // What the sentence says to do works.
    run("UPDATE schema_migrations SET dirty = FALSE WHERE version = 2");
    EXPECT_EQ(statusOf({kOne, kHalf}).state, MigrationState::Current);
}

TEST_P(MigrationsTest, OneThatCannotBeRolledBackRunsOutsideOfATransaction)
{
    const Migration vacuum = makeMigration(2, "vacuum", "-- not transactional\nVACUUM;"); // refused within one, by both engines
    const Migration three = makeMigration(3, "three", "CREATE TABLE three (a INTEGER);");
    const auto r = migrate(*m_store, {kOne, vacuum, three});
    ASSERT_RESULT(r);
    EXPECT_THAT(r->applied, ElementsAre("0001_one", "0002_vacuum", "0003_three"));
    EXPECT_EQ(statusOf({kOne, vacuum, three}).state, MigrationState::Current);
}

TEST_P(MigrationsTest, TwoServersThatStartTogetherApplyEachOnce)
{
    const auto list = std::vector<Migration>{kOne, kTwo};
    std::vector<std::thread> threads;
    std::atomic<int> applied{0}, failed{0};
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            const auto report = migrate(*m_store, list);
            if (report)
                applied += static_cast<int>(report->applied.size());
            else
                ++failed;
        });
    for (auto &thread : threads)
        thread.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(applied, 2);
    EXPECT_EQ(statusOf(list).state, MigrationState::Current);
}

TEST_P(MigrationsTest, AnInvitationFromBeforeTheyHadATableIsGoodOnceStill)
{
    const auto all = embeddedMigrations(GetParam());
    ASSERT_RESULT(all);
    ASSERT_GE(all->size(), 14U);
    const std::vector<Migration> before(all->begin(), all->begin() + 13);
    ASSERT_RESULT(migrate(*m_store, before));
    run("INSERT INTO users (id, name, name_key, role, is_waiting, language, created_at, ban_reason) "
        "VALUES ('ubo', 'bo', 'bo', 'admin', FALSE, 'en', 1, '')");
    run("INSERT INTO links (token_hash, kind, user_id, created_at, expires_at) VALUES ('aabbccddeeff00112233', 'invitation', 'ubo', 1, "
        "9000)");
    run("INSERT INTO links (token_hash, kind, user_id, created_at, expires_at) VALUES ('ccddeeff001122334455', 'password', 'ubo', 1, "
        "9000)");
    ASSERT_RESULT(migrate(*m_store, *all));
    const auto found =
        m_store->readNow<std::optional<InvitationRow>>([](Transaction &tx) { return findInvitationByToken(tx, "aabbccddeeff00112233"); });
    ASSERT_RESULT(found);
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->madeBy, "ubo");
    EXPECT_EQ((*found)->makerName, "bo");
    EXPECT_EQ((*found)->role, "user");
    EXPECT_EQ((*found)->usesLeft, 1);
    EXPECT_EQ((*found)->sealedToken, "");
    EXPECT_TRUE((*found)->isOpen(InvitationRow::Time(std::chrono::milliseconds(8999))));
    EXPECT_FALSE((*found)->isOpen(InvitationRow::Time(std::chrono::milliseconds(9000))));
    const auto links = m_store->readNow<std::vector<Row>>([](Transaction &tx) { return tx.query("SELECT kind FROM links"); });
    ASSERT_RESULT(links);
    ASSERT_EQ(links->size(), 1U);
    EXPECT_EQ((*links)[0][0].toString().toStdString(), "password");
}

INSTANTIATE_TEST_SUITE_P(Engines, MigrationsTest, testing::Values(Engine::Sqlite, Engine::Postgres), test::engineName);

TEST(Assess, DirtyComesBeforeAllElse)
{
    const auto found = assess({kOne}, {{1, "one", "other", {}, false}, {9, "nine", "x", {}, true}});
    EXPECT_EQ(found.state, MigrationState::Dirty);
    EXPECT_THAT(found.sentence, HasSubstr("0009_nine"));
}

TEST(Assess, AnUnknownRecordBetweenIsDrift)
{
    EXPECT_EQ(assess({kOne, kTwo}, {{0, "zero", "x", {}, false}, {1, "one", kOne.checksum, {}, false}}).state, MigrationState::Drifted);
    EXPECT_EQ(assess({}, {}).state, MigrationState::Current);
}

} // namespace
} // namespace matinee::store

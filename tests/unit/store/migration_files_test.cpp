#include "store/migration_files.h"

#include <gmock/gmock.h>

namespace matinee::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SplitStatements, EndAtSemicolons)
{
    EXPECT_THAT(splitStatements("A b;\nC;D"), ElementsAre("A b", "\nC", "D"));
    EXPECT_THAT(splitStatements(" ; ;\n"), IsEmpty());
    EXPECT_THAT(splitStatements("-- only a comment;\n/* and ; another */"), IsEmpty());
}

TEST(SplitStatements, LeaveQuotesAndCommentsWhole)
{
    EXPECT_THAT(splitStatements("INSERT 'a;''b;' \"c;d\" -- e;f\n /* g; */ h;I"),
                ElementsAre("INSERT 'a;''b;' \"c;d\" -- e;f\n /* g; */ h", "I"));
    EXPECT_THAT(splitStatements("SELECT 'never closed; really"), SizeIs(1));
}

TEST(SplitStatements, LeaveDollarQuotedBodiesWhole)
{
    EXPECT_THAT(splitStatements("CREATE FUNCTION f() AS $b_1$ BEGIN; $$ ; END; $b_1$; SELECT $1;"), SizeIs(2));
}

TEST(SplitStatements, LeaveTriggersOfSqliteWhole)
{
    const auto parts =
        splitStatements("CREATE TEMP TRIGGER t AFTER UPDATE ON x BEGIN UPDATE y SET a = CASE WHEN 1 THEN 2 END; DELETE FROM z; END;\n"
                        "CREATE TABLE trigger_begin (a);\nCOMMENT ON TRIGGER x; BEGIN; END;");
    ASSERT_THAT(parts, SizeIs(5));
    EXPECT_THAT(parts[0], HasSubstr("DELETE FROM z; END"));
    EXPECT_THAT(parts[1], HasSubstr("trigger_begin"));
}

TEST(EmbeddedMigrations, AreNumberedWithoutGapsAndTheSameForBothEngines)
{
    const auto sqlite = embeddedMigrations(Engine::Sqlite);
    const auto postgres = embeddedMigrations(Engine::Postgres);
    ASSERT_TRUE(sqlite.has_value()) << sqlite.error().message;
    ASSERT_TRUE(postgres.has_value()) << postgres.error().message;
    ASSERT_EQ(sqlite->size(), postgres->size());
    for (std::size_t i = 0; i < sqlite->size(); ++i) {
        EXPECT_EQ((*sqlite)[i].version, static_cast<int>(i) + 1);
        EXPECT_EQ((*sqlite)[i].name, (*postgres)[i].name);
        EXPECT_FALSE(splitStatements((*sqlite)[i].sql).empty());
        EXPECT_FALSE(splitStatements((*postgres)[i].sql).empty());
    }
}

TEST(Migration, HasAChecksumOfItsTextAndSaysWhetherItCanBeRolledBack)
{
    EXPECT_EQ(makeMigration(1, "a", "abc").checksum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-2, B.1
    EXPECT_TRUE(makeMigration(1, "a", "CREATE TABLE x (y INTEGER)").transactional);
    EXPECT_FALSE(makeMigration(1, "a", "-- not transactional\nVACUUM;").transactional);
}

} // namespace
} // namespace matinee::store

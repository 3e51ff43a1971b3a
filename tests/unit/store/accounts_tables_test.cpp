#include "store/even_lookup.h"
#include "store/links.h"
#include "store/sessions.h"
#include "store/users.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

namespace matinee::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'790'000'000'123));

UserRow userNamed(const std::string &name, const std::string &role = "user")
{
    UserRow user;
    user.id = "u" + name;
    user.name = name;
    user.nameKey = name;
    user.role = role;
    user.language = "en";
    user.createdAt = kNow;
    return user;
}

SessionRow sessionOf(const std::string &id, const std::string &userId)
{
    return {id, userId, "Firefox on Linux", "192.0.2.1", "password", kNow, kNow, 0, kNow, kNow + 720h};
}

class AccountsTablesTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
    }
    template <class T, class... Parameters, class... Arguments>
    auto write(Result<T> (*function)(Transaction &, Parameters...), const Arguments &...arguments)
    {
        return m_store->writeNow<T>([&](Transaction &tx) { return function(tx, arguments...); });
    }
    template <class T, class... Parameters, class... Arguments>
    auto read(Result<T> (*function)(Transaction &, Parameters...), const Arguments &...arguments)
    {
        return m_store->readNow<T>([&](Transaction &tx) { return function(tx, arguments...); });
    }
    std::vector<std::string> names(const std::string &part, const std::string &after, int limit)
    {
        const auto rows = read(listUsers, part, after, limit);
        EXPECT_RESULT(rows);
        std::vector<std::string> all;
        for (const UserRow &row : *rows)
            all.push_back(row.name);
        return all;
    }
    std::vector<std::string> sessionIds(const std::string &userId)
    {
        const auto rows = read(listSessionsOfUser, userId);
        EXPECT_RESULT(rows);
        std::vector<std::string> all;
        for (const SessionRow &row : *rows)
            all.push_back(row.id);
        return all;
    }
    std::unique_ptr<Store> m_store;
};

TEST_P(AccountsTablesTest, APersonComesBackAsTheyWereWritten)
{
    UserRow row = userNamed("Łucja");
    row.nameKey = "łuclja";
    row.role = "admin";
    row.isWaiting = true;
    row.language = "zh-CN";
    row.passwordRecord = std::string(384, 'a');
    row.passwordChangedAt = kNow + 1s;
    row.bannedUntil = kNow + 2s;
    row.banReason = "why \"not\"";
    ASSERT_RESULT(write(insertUser, row));
    for (const auto &found : {read(findUser, row.id), read(findUserByNameKey, row.nameKey)}) {
        ASSERT_RESULT(found);
        ASSERT_TRUE(*found);
        EXPECT_EQ((*found)->id, row.id);
        EXPECT_EQ((*found)->name, row.name);
        EXPECT_EQ((*found)->nameKey, row.nameKey);
        EXPECT_EQ((*found)->role, "admin");
        EXPECT_TRUE((*found)->isWaiting);
        EXPECT_EQ((*found)->language, "zh-CN");
        EXPECT_EQ((*found)->createdAt, kNow);
        EXPECT_EQ((*found)->passwordRecord, row.passwordRecord);
        EXPECT_EQ((*found)->passwordChangedAt, row.passwordChangedAt);
        EXPECT_EQ((*found)->bannedUntil, row.bannedUntil);
        EXPECT_EQ((*found)->banReason, row.banReason);
    }
    EXPECT_FALSE(*read(findUserByNameKey, row.name));
    ASSERT_RESULT(write(insertUser, userNamed("bo")));
    const auto plain = read(findUser, std::string("ubo"));
    ASSERT_RESULT(plain);
    EXPECT_FALSE((*plain)->passwordRecord);
    EXPECT_FALSE((*plain)->passwordChangedAt);
    EXPECT_FALSE((*plain)->bannedUntil);
    EXPECT_FALSE((*plain)->isWaiting);
}

TEST_P(AccountsTablesTest, ABanIsOverWhenItsTimeIs)
{
    UserRow row = userNamed("bo");
    row.bannedUntil = kNow;
    EXPECT_TRUE(row.isBanned(kNow - 1ms));
    EXPECT_FALSE(row.isBanned(kNow));
}

TEST_P(AccountsTablesTest, ANameIsTakenByItsKey)
{
    ASSERT_RESULT(write(insertUser, userNamed("bo")));
    UserRow other = userNamed("Bo");
    other.nameKey = "bo";
    const auto again = write(insertUser, other);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::AlreadyExists);
    EXPECT_EQ(again.error().field, "name");
}

TEST_P(AccountsTablesTest, ARoleThatIsNoneIsNotStored)
{
    EXPECT_FALSE(write(insertUser, userNamed("bo", "king")).has_value());
}

TEST_P(AccountsTablesTest, PeopleAreListedByNameInPagesAndSearchedLiterally)
{
    for (const char *name : {"bob", "anna", "zoe", "a_b", "axb", "100%"})
        ASSERT_RESULT(write(insertUser, userNamed(name)));
    EXPECT_THAT(names("", "", 100), ElementsAre("100%", "a_b", "anna", "axb", "bob", "zoe"));
    EXPECT_THAT(names("", "a_b", 2), ElementsAre("anna", "axb"));
    EXPECT_THAT(names("b", "", 100), ElementsAre("a_b", "axb", "bob"));
    EXPECT_THAT(names("a_b", "", 100), ElementsAre("a_b"));
    EXPECT_THAT(names("%", "", 100), ElementsAre("100%"));
    EXPECT_THAT(names("!", "", 100), IsEmpty());
    EXPECT_THAT(names("", "", -3), IsEmpty());
}

TEST_P(AccountsTablesTest, RoleBanReviewAndPasswordAreChanged)
{
    ASSERT_RESULT(write(insertUser, userNamed("bo")));
    const std::string id = "ubo";
    EXPECT_TRUE(*write(updateUserRole, id, std::string("root")));
    EXPECT_TRUE(*write(updateUserWaiting, id, true));
    EXPECT_TRUE(*write(updateUserBan, id, std::optional(kNow + 1h), std::string("spam")));
    EXPECT_TRUE(*write(updateUserPassword, id, std::string("abcd"), kNow + 1s));
    auto user = *read(findUser, id);
    EXPECT_EQ(user->role, "root");
    EXPECT_TRUE(user->isWaiting);
    EXPECT_EQ(user->bannedUntil, kNow + 1h);
    EXPECT_EQ(user->banReason, "spam");
    EXPECT_EQ(user->passwordRecord, "abcd");
    EXPECT_EQ(user->passwordChangedAt, kNow + 1s);
    EXPECT_TRUE(*write(updateUserBan, id, std::optional<UserRow::Time>(), std::string()));
    EXPECT_FALSE((*read(findUser, id))->bannedUntil);
    EXPECT_FALSE(*write(updateUserRole, std::string("nobody"), std::string("user")));
}

TEST_P(AccountsTablesTest, RootsThatCountAreNeitherBannedNorWaiting)
{
    EXPECT_FALSE(*read(anyUserOfRole, std::string("root")));
    UserRow banned = userNamed("b", "root"), over = userNamed("o", "root"), waiting = userNamed("w", "root");
    banned.bannedUntil = kNow + 1s;
    over.bannedUntil = kNow;
    waiting.isWaiting = true;
    for (const auto &row : {userNamed("a", "root"), banned, over, waiting, userNamed("u")})
        ASSERT_RESULT(write(insertUser, row));
    EXPECT_THAT(*write(lockActiveUsersOfRole, std::string("root"), kNow), ElementsAre("ua", "uo"));
    EXPECT_TRUE(*read(anyUserOfRole, std::string("root")));
    EXPECT_FALSE(*read(anyUserOfRole, std::string("admin")));
}

TEST_P(AccountsTablesTest, ASessionComesBackAsItWasWrittenAndRotatesFromItsOwnGenerationOnly)
{
    ASSERT_RESULT(write(insertUser, userNamed("bo")));
    ASSERT_RESULT(write(insertSession, sessionOf("s1", "ubo")));
    SessionRow row = **read(findSession, std::string("s1"));
    EXPECT_EQ(row.userId, "ubo");
    EXPECT_EQ(row.device, "Firefox on Linux");
    EXPECT_EQ(row.address, "192.0.2.1");
    EXPECT_EQ(row.method, "password");
    EXPECT_EQ(row.createdAt, kNow);
    EXPECT_EQ(row.generation, 0U);
    EXPECT_EQ(row.expiresAt, kNow + 720h);
    row.generation = 1;
    row.rotatedAt = row.lastUsedAt = kNow + 5s;
    row.expiresAt = kNow + 721h;
    row.address = "2001:db8::1";
    EXPECT_TRUE(*write(rotateSession, row, std::uint64_t{0}));
    EXPECT_FALSE(*write(rotateSession, row, std::uint64_t{0})) << "of two at once, one";
    const SessionRow after = **read(findSession, std::string("s1"));
    EXPECT_EQ(after.generation, 1U);
    EXPECT_EQ(after.rotatedAt, kNow + 5s);
    EXPECT_EQ(after.lastUsedAt, kNow + 5s);
    EXPECT_EQ(after.expiresAt, kNow + 721h);
    EXPECT_EQ(after.address, "2001:db8::1");
    EXPECT_EQ(after.createdAt, kNow);
}

TEST_P(AccountsTablesTest, SessionsOfAPersonEndOneByOneOrAllButOne)
{
    for (const char *name : {"bo", "al"})
        ASSERT_RESULT(write(insertUser, userNamed(name)));
    for (int i = 1; i <= 4; ++i) {
        SessionRow row = sessionOf("s" + std::to_string(i), "ubo");
        row.lastUsedAt += std::chrono::seconds(i);
        ASSERT_RESULT(write(insertSession, row));
    }
    ASSERT_RESULT(write(insertSession, sessionOf("t1", "ual")));
    EXPECT_THAT(sessionIds("ubo"), ElementsAre("s4", "s3", "s2", "s1"));
    EXPECT_FALSE(*write(deleteSession, std::string("t1"), std::string("ubo"))) << "another's";
    EXPECT_TRUE(*write(deleteSession, std::string("s1"), std::string("ubo")));
    EXPECT_THAT(*write(deleteSessionsOfUser, std::string("ubo"), std::string("s3")), UnorderedElementsAre("s2", "s4"));
    EXPECT_THAT(sessionIds("ubo"), ElementsAre("s3"));
    EXPECT_THAT(*write(deleteSessionsOfUser, std::string("ubo"), std::string()), ElementsAre("s3"));
    EXPECT_THAT(sessionIds("ual"), ElementsAre("t1"));
}

TEST_P(AccountsTablesTest, ExpiredSessionsAreSwept)
{
    ASSERT_RESULT(write(insertUser, userNamed("bo")));
    ASSERT_RESULT(write(insertSession, sessionOf("s1", "ubo")));
    SessionRow later = sessionOf("s2", "ubo");
    later.expiresAt += 1ms;
    ASSERT_RESULT(write(insertSession, later));
    EXPECT_THAT(*write(deleteExpiredSessions, kNow + 720h - 1ms), IsEmpty());
    EXPECT_THAT(*write(deleteExpiredSessions, kNow + 720h), ElementsAre("s1"));
    EXPECT_THAT(sessionIds("ubo"), ElementsAre("s2"));
}

TEST_P(AccountsTablesTest, ALinkIsFoundUntilItsTimeIsOverAndUsedOnce)
{
    ASSERT_RESULT(write(insertUser, userNamed("bo")));
    const std::string hash = "aa";
    ASSERT_RESULT(write(insertLink, LinkRow{hash, "password", "ubo", kNow, kNow + 24h}));
    ASSERT_RESULT(write(insertLink, LinkRow{"bb", "password", "ubo", kNow, kNow + 48h}));
    const auto link = read(findLink, hash, kNow + 24h - 1ms);
    ASSERT_RESULT(link);
    ASSERT_TRUE(*link);
    EXPECT_EQ((*link)->kind, "password");
    EXPECT_EQ((*link)->userId, "ubo");
    EXPECT_EQ((*link)->expiresAt, kNow + 24h);
    EXPECT_FALSE(*read(findLink, hash, kNow + 24h));
    EXPECT_TRUE(*write(deleteLink, hash));
    EXPECT_FALSE(*write(deleteLink, hash));
    EXPECT_EQ(*write(deleteExpiredLinks, kNow + 48h - 1ms), 0);
    EXPECT_EQ(*write(deleteExpiredLinks, kNow + 48h), 1);
    ASSERT_RESULT(write(insertLink, LinkRow{"cc", "password", "ubo", kNow, kNow + 24h}));
    EXPECT_EQ(*write(deleteLinksOfUser, std::string("ubo"), std::string("password")), 1);
}

TEST_P(AccountsTablesTest, WhoSignsInIsLookedUpByTheirKeyAndNobodyElseIsFound)
{
    EXPECT_FALSE(*read(findUserEvenly, std::string("anna")));
    for (const char *name : {"bob", "dora"})
        ASSERT_RESULT(write(insertUser, userNamed(name)));
    EXPECT_EQ((*read(findUserEvenly, std::string("bob")))->name, "bob");
    EXPECT_EQ((*read(findUserEvenly, std::string("dora")))->name, "dora");
    for (const std::string nobody : {"", "anna", "bo", "bobb", "carl", "emil", "\u6620"}) // before, between, and behind all of them
        EXPECT_FALSE(*read(findUserEvenly, nobody)) << nobody;
}

INSTANTIATE_TEST_SUITE_P(Engines, AccountsTablesTest, testing::Values(Engine::Sqlite, Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::store

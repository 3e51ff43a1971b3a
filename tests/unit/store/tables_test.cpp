#include "store/api_keys.h"
#include "store/audit.h"
#include "store/server_state.h"
#include "store/streams.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

namespace matinee::store {
namespace {

using testing::ElementsAre;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'790'000'000'123));

class TablesTest : public test::OnEachEngine
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
    std::vector<std::string> names(const std::string &after, int limit)
    {
        std::vector<std::string> all;
        const auto rows = read(listStreams, after, limit);
        EXPECT_RESULT(rows);
        for (const StreamRow &row : *rows)
            all.push_back(row.name);
        return all;
    }
    std::unique_ptr<Store> m_store;
};

TEST_P(TablesTest, AStreamIsStoppedAndStarted)
{
    ASSERT_RESULT(write(insertStream, StreamRow{"film", "aa", false, kNow}));
    EXPECT_TRUE(*write(updateStreamStopped, std::string("film"), true));
    EXPECT_TRUE((*read(findStream, std::string("film")))->isStopped);
    EXPECT_TRUE(*write(updateStreamStopped, std::string("film"), false));
    EXPECT_FALSE((*read(findStreamByKeyHash, std::string("aa")))->isStopped);
    EXPECT_FALSE(*write(updateStreamStopped, std::string("other"), true));
}

TEST_P(TablesTest, AStreamIsFoundByNameAndByKey)
{
    ASSERT_RESULT(write(insertStream, StreamRow{"film", "aa", true, kNow}));
    const auto byName = read(findStream, std::string("film"));
    ASSERT_RESULT(byName);
    ASSERT_TRUE(*byName);
    EXPECT_EQ((*byName)->keyHash, "aa");
    EXPECT_TRUE((*byName)->isPrivate);
    EXPECT_EQ((*byName)->createdAt, kNow);
    EXPECT_FALSE((*byName)->isStopped);
    const auto byKey = read(findStreamByKeyHash, std::string("aa"));
    ASSERT_RESULT(byKey);
    ASSERT_TRUE(*byKey);
    EXPECT_EQ((*byKey)->name, "film");
    EXPECT_FALSE(*read(findStream, std::string("FILM")));
    EXPECT_FALSE(*read(findStreamByKeyHash, std::string("a")));
}

TEST_P(TablesTest, AStreamsNameAndKeyAreUnique)
{
    ASSERT_RESULT(write(insertStream, StreamRow{"film", "aa", false, kNow}));
    const auto name = write(insertStream, StreamRow{"film", "bb", false, kNow});
    ASSERT_FALSE(name.has_value());
    EXPECT_EQ(name.error().code, ErrorCode::AlreadyExists);
    EXPECT_EQ(name.error().field, "name");
    const auto key = write(insertStream, StreamRow{"other", "aa", false, kNow});
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error().code, ErrorCode::AlreadyExists);
}

TEST_P(TablesTest, StreamsAreListedByTheirBytesInPages)
{
    for (const char *name : {"b", "B", "a-1", "a1", "\xC3\xA9", "z", "_"})
        ASSERT_RESULT(write(insertStream, StreamRow{name, std::string("hash of ") + name, false, kNow}));
    EXPECT_THAT(names("", 100), ElementsAre("B", "_", "a-1", "a1", "b", "z", "\xC3\xA9"));
    EXPECT_THAT(names("", 2), ElementsAre("B", "_"));
    EXPECT_THAT(names("_", 2), ElementsAre("a-1", "a1"));
    EXPECT_THAT(names("\xC3\xA9", 2), ElementsAre());
    EXPECT_THAT(names("", -5), ElementsAre());
}

TEST_P(TablesTest, AStreamsKeyIsReplacedAndAStreamDeleted)
{
    ASSERT_RESULT(write(insertStream, StreamRow{"film", "aa", false, kNow}));
    EXPECT_TRUE(*write(updateStreamKey, std::string("film"), std::string("bb")));
    EXPECT_FALSE(*write(updateStreamKey, std::string("none"), std::string("cc")));
    EXPECT_FALSE(*read(findStreamByKeyHash, std::string("aa")));
    EXPECT_TRUE(*read(findStreamByKeyHash, std::string("bb")));
    EXPECT_TRUE(*write(deleteStream, std::string("film")));
    EXPECT_FALSE(*write(deleteStream, std::string("film")));
}

TEST_P(TablesTest, AnApiKeyComesBackAsItWasWritten)
{
    ApiKeyRow row{"abcd2345", "my \"key\"", "ff", {"admin", "streams:read"}, kNow, kNow + std::chrono::hours(1), {}, {}};
    ASSERT_RESULT(write(insertApiKey, row));
    row.id = "bbbb2222";
    row.keyHash = "ee";
    row.scopes = {};
    row.expiresAt.reset();
    row.createdAt += std::chrono::seconds(1);
    ASSERT_RESULT(write(insertApiKey, row));

    const auto found = read(findApiKey, std::string("abcd2345"));
    ASSERT_RESULT(found);
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->name, "my \"key\"");
    EXPECT_EQ((*found)->keyHash, "ff");
    EXPECT_THAT((*found)->scopes, ElementsAre("admin", "streams:read"));
    EXPECT_EQ((*found)->createdAt, kNow);
    EXPECT_EQ((*found)->expiresAt, kNow + std::chrono::hours(1));
    EXPECT_FALSE((*found)->lastUsedAt);
    EXPECT_FALSE((*found)->revokedAt);

    const auto list = read(listApiKeys);
    ASSERT_RESULT(list);
    ASSERT_EQ(list->size(), 2U);
    EXPECT_EQ((*list)[0].id, "bbbb2222"); // newest first
    EXPECT_FALSE((*list)[0].expiresAt);
}

TEST_P(TablesTest, ARevokedApiKeyIsFoundButNotListed)
{
    ASSERT_RESULT(write(insertApiKey, ApiKeyRow{"abcd2345", "n", "ff", {"admin"}, kNow, {}, {}, {}}));
    ASSERT_RESULT(write(touchApiKey, std::string("abcd2345"), kNow + std::chrono::seconds(5)));
    EXPECT_EQ((*read(findApiKey, std::string("abcd2345")))->lastUsedAt, kNow + std::chrono::seconds(5));
    EXPECT_TRUE(*write(revokeApiKey, std::string("abcd2345"), kNow + std::chrono::seconds(9)));
    EXPECT_FALSE(*write(revokeApiKey, std::string("abcd2345"), kNow + std::chrono::seconds(10)));
    EXPECT_FALSE(*write(revokeApiKey, std::string("nobody22"), kNow));
    EXPECT_TRUE(read(listApiKeys)->empty());
    EXPECT_EQ((*read(findApiKey, std::string("abcd2345")))->revokedAt, kNow + std::chrono::seconds(9));
}

TEST_P(TablesTest, StateIsSetReplacedAndErasedOnce)
{
    EXPECT_FALSE(*read(getState, std::string("k")));
    ASSERT_RESULT(write(setState, std::string("k"), std::string("1")));
    ASSERT_RESULT(write(setState, std::string("k"), std::string("2")));
    EXPECT_EQ(*read(getState, std::string("k")), "2");
    EXPECT_FALSE(*write(eraseStateIf, std::string("k"), std::string("1")));
    EXPECT_TRUE(*write(eraseStateIf, std::string("k"), std::string("2")));
    EXPECT_FALSE(*write(eraseStateIf, std::string("k"), std::string("2")));
    ASSERT_RESULT(write(setState, std::string("k"), std::string("3")));
    EXPECT_TRUE(*write(eraseState, std::string("k")));
    EXPECT_FALSE(*write(eraseState, std::string("k")));
}

TEST_P(TablesTest, AuditIsListedNewestFirstInPages)
{
    for (int i = 0; i < 5; ++i)
        ASSERT_RESULT(write(appendAudit, AuditEntry{0, kNow + std::chrono::seconds(i), "abcd2345", "streams.create",
                                                    "film" + std::to_string(i), "d", "192.0.2.1", "r" + std::to_string(i)}));
    const auto newest = read(listAudit, std::optional<std::int64_t>(), 2);
    ASSERT_RESULT(newest);
    ASSERT_EQ(newest->size(), 2U);
    EXPECT_EQ((*newest)[0].target, "film4");
    EXPECT_EQ((*newest)[0].actor, "abcd2345");
    EXPECT_EQ((*newest)[0].at, kNow + std::chrono::seconds(4));
    EXPECT_EQ((*newest)[0].requestId, "r4");
    const auto older = read(listAudit, std::optional<std::int64_t>((*newest)[1].id), 1000);
    ASSERT_RESULT(older);
    ASSERT_EQ(older->size(), 3U);
    EXPECT_EQ((*older)[0].target, "film2");
}

TEST_P(TablesTest, AuditEntriesCannotBeChangedAndAreCutToSize)
{
    ASSERT_RESULT(write(appendAudit, AuditEntry{0, kNow, "a", "b", std::string(5000, 'x'), std::string("n\0l", 3), "", ""}));
    const auto all = read(listAudit, std::optional<std::int64_t>(), 10);
    ASSERT_RESULT(all);
    EXPECT_EQ((*all)[0].target.size(), 1000U);
    EXPECT_EQ((*all)[0].detail, "nl");
    const auto r =
        m_store->writeNow<int>([](Transaction &tx) { return tx.execute("UPDATE audit SET actor = ?", {QStringLiteral("someone else")}); });
    EXPECT_FALSE(r.has_value());
    EXPECT_EQ((*read(listAudit, std::optional<std::int64_t>(), 10))[0].actor, "a");
}

INSTANTIATE_TEST_SUITE_P(Engines, TablesTest, testing::Values(Engine::Sqlite, Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::store

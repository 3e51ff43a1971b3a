#include "accounts/setup_token.h"

#include "store/users.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

#include <thread>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

const SystemTime kNow = SystemTime(1'790'000'000s);

class SetupTokenTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
    }
    std::optional<std::string> token(SystemTime now = kNow)
    {
        auto made = m_store->writeNow<std::optional<std::string>>([now](store::Transaction &tx) { return makeSetupToken(tx, now); });
        EXPECT_RESULT(made);
        return made ? *made : std::nullopt;
    }
    Result<MintedKey> claim(const std::string &text) { return claimIn(*m_store, text); }
    static Result<MintedKey> claimIn(store::Store &store, const std::string &text)
    {
        return store.writeNow<MintedKey>([text](store::Transaction &tx) { return claimSetupToken(tx, text, "set-up", kNow); });
    }
    bool open()
    {
        return *m_store->readNow<bool>([](store::Transaction &tx) { return setupIsOpen(tx, kNow); });
    }
    std::size_t keys()
    {
        return m_store->readNow<std::vector<store::ApiKeyRow>>([](store::Transaction &tx) { return store::listApiKeys(tx); })->size();
    }
    std::unique_ptr<store::Store> m_store;
};

TEST_P(SetupTokenTest, IsExchangedForAnAdminKeyOnce)
{
    EXPECT_FALSE(open());
    const auto text = token();
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, testing::MatchesRegex("[a-z2-7]{32}"));
    EXPECT_TRUE(open());
    const auto key = claim(*text);
    ASSERT_RESULT(key);
    EXPECT_THAT(key->row.scopes, testing::ElementsAre("admin"));
    EXPECT_EQ(keys(), 1U);
    EXPECT_FALSE(open());
    const auto again = claim(*text);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(keys(), 1U);
}

TEST_P(SetupTokenTest, AWrongOneLeavesTheLinkGood)
{
    const auto text = token();
    for (const std::string &wrong : {std::string(), std::string("a"), *text + "a", std::string(1'000'000, 'x'), text->substr(1)})
        EXPECT_FALSE(claim(wrong).has_value());
    EXPECT_RESULT(claim(*text));
}

TEST_P(SetupTokenTest, ANewerOneReplacesTheOlder)
{
    const auto first = token();
    const auto second = token();
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(claim(*first).has_value());
    EXPECT_RESULT(claim(*second));
}

TEST_P(SetupTokenTest, ThereIsNoneAfterAClaimEvenWhereTheKeyWasRevoked)
{
    const auto key = claim(*token());
    ASSERT_RESULT(key);
    EXPECT_FALSE(token());
    ASSERT_RESULT(m_store->writeNow<bool>([&](store::Transaction &tx) { return store::revokeApiKey(tx, key->row.id, kNow); }));
    EXPECT_FALSE(token());
}

TEST_P(SetupTokenTest, ThereIsNoneWhereAnAdminKeyExists)
{
    const auto made = [&](const char *scope, std::optional<std::chrono::seconds> life) {
        return m_store->writeNow<MintedKey>([=](store::Transaction &tx) { return createApiKey(tx, "n", {scope}, life, kNow); });
    };
    ASSERT_RESULT(made("streams", {}));
    const auto text = token();
    ASSERT_TRUE(text);
    EXPECT_TRUE(open());
    ASSERT_RESULT(made("admin", 60s)); // made on the command line meanwhile
    EXPECT_FALSE(open()) << "a visitor must not be sent to a link that is refused";
    EXPECT_FALSE(claim(*text).has_value());
    EXPECT_FALSE(token());
    EXPECT_FALSE(open());
    EXPECT_TRUE(token(kNow + 60s)); // that key has expired: somebody must be able to get in
}

TEST_P(SetupTokenTest, ThereIsNoneWhereARootExists)
{
    const auto text = token();
    ASSERT_TRUE(text);
    store::UserRow root;
    root.id = "u1";
    root.name = root.nameKey = "chief";
    root.role = "root";
    ASSERT_RESULT(m_store->writeNow<void>([&](store::Transaction &tx) { return store::insertUser(tx, root); }));
    EXPECT_FALSE(open());
    EXPECT_FALSE(claim(*text).has_value());
    EXPECT_FALSE(token());
}

TEST_P(SetupTokenTest, OnlyTheHashIsStored)
{
    const auto text = token();
    const auto rows =
        m_store->readNow<std::vector<store::Row>>([](store::Transaction &tx) { return tx.query("SELECT value FROM server_state"); });
    ASSERT_RESULT(rows);
    for (const auto &row : *rows)
        EXPECT_FALSE(row[0].toString().contains(QString::fromStdString(*text)));
}

TEST_P(SetupTokenTest, OfTwoServersThatClaimAtOnceOneWins)
{
    const auto text = token();
    const auto other = openStore();
    std::atomic<int> won{0};
    std::thread here([&] { won += claim(*text).has_value() ? 1 : 0; });
    std::thread there([&] { won += claimIn(*other, *text).has_value() ? 1 : 0; });
    here.join();
    there.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(keys(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Engines, SetupTokenTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

#include "accounts/api_keys.h"

#include "accounts/scopes.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

#include <thread>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;
using test::await;
using testing::HasSubstr;

const SystemTime kNow = SystemTime(1'790'000'000s);

class ApiKeysTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_keys = std::make_unique<ApiKeys>(*m_store, &m_metrics);
    }
    void TearDown() override
    {
        if (m_store)
            m_store->close();
    }
    MintedKey make(std::optional<std::chrono::seconds> life = {})
    {
        auto key = await(m_keys->create("test", {"streams"}, life, kNow));
        EXPECT_RESULT(key);
        return *key;
    }
    std::string refusal(const std::string &key, SystemTime now)
    {
        const auto r = await(m_keys->verify(key, now));
        if (r)
            return "accepted";
        EXPECT_EQ(r.error().code, ErrorCode::Unauthenticated);
        return r.error().message;
    }
    std::optional<SystemTime> lastUse(const std::string &id)
    {
        m_store->writeNow<void>([](store::Transaction &) -> Result<void> { return {}; }).has_value(); // behind what is queued
        const auto row =
            m_store->readNow<std::optional<store::ApiKeyRow>>([&](store::Transaction &tx) { return store::findApiKey(tx, id); });
        return (*row)->lastUsedAt;
    }
    [[nodiscard]] double checks(const std::string &result)
    {
        const std::string line = "matinee_api_key_checks_total{result=\"" + result + "\"} ";
        const std::string text = m_metrics.text();
        const std::size_t at = text.find(line);
        return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size()));
    }
    observe::Metrics m_metrics;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<ApiKeys> m_keys;
};

TEST_P(ApiKeysTest, AKeyIsVerifiedWithItsPermissionsAndTheDatabaseAskedOnce)
{
    const MintedKey key = make();
    for (int i = 0; i < 5; ++i) {
        const auto r = await(m_keys->verify(key.key, kNow + std::chrono::seconds(i)));
        ASSERT_RESULT(r);
        EXPECT_EQ(r->id, key.row.id);
        EXPECT_EQ(r->permissions, permissionsOf({"streams"}));
    }
    EXPECT_EQ(checks("database"), 1);
    EXPECT_EQ(checks("cached"), 4);
}

TEST_P(ApiKeysTest, AnUnknownKeyAndAWrongSecretHearTheSame)
{
    const MintedKey key = make();
    const MintedKey stranger = *mintApiKey("x", {"admin"}, {}, kNow);
    EXPECT_EQ(refusal(stranger.key, kNow), "This API key is not known here.");
    EXPECT_EQ(refusal(stranger.key, kNow), "This API key is not known here."); // from the cache
    EXPECT_THAT(refusal("mtn_abc", kNow), HasSubstr("cut short"));
    // The id of a real key with the secret of another, and a checksum that fits: only the stored hash tells.
    const bool replaced =
        m_store
            ->writeNow<int>([&](store::Transaction &tx) {
                return tx.execute("UPDATE api_keys SET key_hash = ? WHERE id = ?", {QString(64, u'0'), QString::fromStdString(key.row.id)});
            })
            .has_value();
    ASSERT_TRUE(replaced);
    EXPECT_EQ(refusal(key.key, kNow), "This API key is not known here.");
}

TEST_P(ApiKeysTest, ARevokedKeyIsRefusedAtOnceThoughItWasCached)
{
    const MintedKey key = make();
    ASSERT_RESULT(await(m_keys->verify(key.key, kNow)));
    EXPECT_TRUE(await(m_keys->revoke("mtn_" + key.row.id, kNow))->has_value());
    EXPECT_THAT(refusal(key.key, kNow), HasSubstr("revoked"));
    EXPECT_FALSE(await(m_keys->revoke(key.row.id, kNow))->has_value());
    EXPECT_TRUE(await(m_keys->list("", kNow))->empty());
}

TEST_P(ApiKeysTest, AKeyExpiresOnTheSecondThoughItWasCached)
{
    const MintedKey key = make(10s);
    ASSERT_RESULT(await(m_keys->verify(key.key, kNow + 9s)));
    EXPECT_THAT(refusal(key.key, kNow + 10s), HasSubstr("expired"));
}

TEST_P(ApiKeysTest, UseIsWrittenDownAtMostOnceAMinute)
{
    const MintedKey key = make();
    EXPECT_FALSE(lastUse(key.row.id));
    ASSERT_RESULT(await(m_keys->verify(key.key, kNow + 1s)));
    EXPECT_EQ(lastUse(key.row.id), kNow + 1s);
    ASSERT_RESULT(await(m_keys->verify(key.key, kNow + 20s)));
    ASSERT_RESULT(await(m_keys->verify(key.key, kNow + 45s))); // asks the database again
    EXPECT_EQ(lastUse(key.row.id), kNow + 1s);
    ASSERT_RESULT(await(m_keys->verify(key.key, kNow + 62s)));
    EXPECT_EQ(lastUse(key.row.id), kNow + 62s);
}

TEST_P(ApiKeysTest, WhatWasWrongIsNamedAtCreation)
{
    const auto r = await(m_keys->create("n", {"everything"}, {}, kNow));
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().field, "scopes");
    EXPECT_TRUE(await(m_keys->list("", kNow))->empty());
}

TEST_P(ApiKeysTest, TheThousandAndFirstKeyIsRefused)
{
    const auto filled = m_store->writeNow<void>([](store::Transaction &tx) -> Result<void> {
        for (int i = 0; i < ApiKeys::kMostKeys; ++i)
            if (auto r = store::insertApiKey(tx, mintApiKey("n", {"admin"}, {}, kNow)->row); !r)
                return r;
        return {};
    });
    ASSERT_RESULT(filled);
    const auto r = await(m_keys->create("n", {"admin"}, {}, kNow));
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::FailedPrecondition);
}

TEST_P(ApiKeysTest, WhileTheDatabaseIsAwayKeysVerifiedBeforeGoOnWorking)
{
    const MintedKey known = make();
    const MintedKey fresh = make();
    ASSERT_RESULT(await(m_keys->verify(known.key, kNow)));
    m_store->close();
    EXPECT_RESULT(await(m_keys->verify(known.key, kNow + 10s)));
    EXPECT_RESULT(await(m_keys->verify(known.key, kNow + 600s)));
    EXPECT_EQ(checks("database_away"), 1);
    const auto r = await(m_keys->verify(fresh.key, kNow + 10s));
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(await(m_keys->verify(known.key, kNow + 3601s)).has_value());
}

INSTANTIATE_TEST_SUITE_P(Engines, ApiKeysTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

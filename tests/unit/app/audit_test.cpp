// What the server writes into its audit log by itself: connections of API keys, settings, retention.
#include "app/audit_upkeep.h"
#include "app/key_connections.h"
#include "store/audit_verification.h"
#include "tests/support/database_test.h"

#include "common/settings/declarations.h"

#include <gmock/gmock.h>

namespace matinee::app {
namespace {

using namespace std::chrono_literals;
using test::await;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::hours(497'000)); // a full hour

class AuditOfTheServerTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_settings.set(settings::securityCredentialEncryptionKey, std::string(64, '5'));
    }
    void TearDown() override
    {
        if (m_store)
            m_store->close();
    }
    std::vector<store::AuditEntry> entries(const std::string &action)
    {
        const store::AuditFilter filter{.action = action};
        // A write first: what is written behind somebody's back comes before it.
        const auto all = m_store->writeNow<std::vector<store::AuditEntry>>(
            [&](store::Transaction &tx) { return store::searchAudit(tx, filter, store::AuditOrder::OldestFirst, {}, 1000); });
        EXPECT_RESULT(all);
        return *all;
    }
    void noteSettings()
    {
        const std::string key = m_settings.get(settings::securityCredentialEncryptionKey);
        ASSERT_RESULT(m_store->writeNow<void>([&](store::Transaction &tx) { return app::noteSettings(tx, m_settings, key, kNow); }));
    }
    settings::Snapshot m_settings;
    std::unique_ptr<store::Store> m_store;
};

TEST_P(AuditOfTheServerTest, AKeyIsNotedOnceForEachAddressAndHour)
{
    KeyConnections connections(*m_store);
    Caller caller;
    caller.keyId = "k3y";
    caller.face = "rest";
    caller.address = "192.0.2.1";
    connections.note(caller, kNow);
    connections.note(caller, kNow + 59min);
    EXPECT_THAT(entries("api_keys.connect"), SizeIs(1));
    connections.note(caller, kNow + 60min);
    EXPECT_THAT(entries("api_keys.connect"), SizeIs(2));
    caller.address = "192.0.2.2";
    connections.note(caller, kNow + 61min);
    caller.keyId = "other";
    connections.note(caller, kNow + 61min);
    const auto all = entries("api_keys.connect");
    ASSERT_THAT(all, SizeIs(4));
    EXPECT_EQ(all[0].actor, "k3y");
    EXPECT_EQ(all[3].actor, "other");
    EXPECT_EQ(all[2].address, "192.0.2.2");
    EXPECT_EQ(all[0].at, kNow);
}

TEST_P(AuditOfTheServerTest, SettingsThatChangeAreNotedWithTheirValues)
{
    noteSettings();
    noteSettings();
    EXPECT_THAT(entries("settings.change"), IsEmpty()); // the first time nothing is known
    m_settings.set(settings::serverName, "Cinema", {settings::Origin::File, "/etc/matinee.yaml:3"});
    m_settings.set(settings::relayAllowAddresses, {"10.0.0.0/8"});
    noteSettings();
    noteSettings();
    const auto all = entries("settings.change");
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].target, "server.name");
    EXPECT_THAT(all[0].before, Not(HasSubstr("Cinema")));
    EXPECT_EQ(all[0].after, R"({"value":"Cinema"})");
    EXPECT_THAT(all[0].detail, HasSubstr("/etc/matinee.yaml:3"));
    EXPECT_EQ(all[1].target, "relay.allow_addresses");
}

TEST_P(AuditOfTheServerTest, OfASecretOnlyThatItChanged)
{
    const std::string first(64, 'a'), second(64, 'b');
    m_settings.set(settings::emailSmtpPassword, first);
    noteSettings();
    m_settings.set(settings::emailSmtpPassword, second);
    noteSettings();
    m_settings.set(settings::databaseUrl, "postgres://matinee:pa55word@db.example/matinee");
    noteSettings();
    const auto all = entries("settings.change");
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].target, "email.smtp_password");
    EXPECT_EQ(all[1].target, "database.url");
    for (const store::AuditEntry &entry : all)
        for (const std::string &secret : {first, second, std::string("pa55word")})
            EXPECT_THAT(entry.before + entry.after + entry.detail, Not(HasSubstr(secret)));
    const auto state =
        m_store->readNow<std::vector<store::Row>>([](store::Transaction &tx) { return tx.query("SELECT value FROM server_state"); });
    ASSERT_RESULT(state);
    for (const store::Row &row : *state)
        for (const std::string &secret : {first, second, std::string("pa55word")})
            EXPECT_THAT(row[0].toString().toStdString(), Not(HasSubstr(secret)));
}

TEST_P(AuditOfTheServerTest, OldEntriesGoOnceADayAndTheRestIsWhole)
{
    for (int day = 0; day < 100; ++day) {
        store::AuditEntry entry;
        entry.at = kNow + std::chrono::days(day);
        entry.action = "streams.create";
        ASSERT_RESULT(m_store->writeNow<void>([&](store::Transaction &tx) { return store::appendAudit(tx, entry); }));
    }
    m_settings.set(settings::auditKeepDays, 30);
    AuditUpkeep upkeep(*m_store, m_settings);
    const auto today = kNow + std::chrono::days(99);
    const auto sweep = [&](std::chrono::system_clock::time_point now) {
        await([](AuditUpkeep &of, std::chrono::system_clock::time_point when) -> Task<int> {
            co_await of.sweep(when);
            co_return 0;
        }(upkeep, now));
    };
    sweep(today);
    EXPECT_THAT(entries("streams.create"), SizeIs(31));
    EXPECT_THAT(entries("audit.checkpoint"), SizeIs(1));
    sweep(today + 1h);
    EXPECT_THAT(entries("audit.checkpoint"), SizeIs(1));
    sweep(today + 24h);
    EXPECT_THAT(entries("streams.create"), SizeIs(30));
    const auto piece = m_store->readNow<store::AuditPiece>([](store::Transaction &tx) { return store::verifyAuditPiece(tx, {}, 1000); });
    ASSERT_RESULT(piece);
    EXPECT_TRUE(piece->isDone) << (piece->finding ? piece->finding->sentence : "");
}

TEST_P(AuditOfTheServerTest, NothingGoesWhereItIsKeptForEver)
{
    store::AuditEntry entry;
    entry.at = kNow;
    ASSERT_RESULT(m_store->writeNow<void>([&](store::Transaction &tx) { return store::appendAudit(tx, entry); }));
    m_settings.set(settings::auditKeepDays, 0);
    AuditUpkeep upkeep(*m_store, m_settings);
    await([](AuditUpkeep &of) -> Task<int> {
        co_await of.sweep(kNow + std::chrono::days(36'500));
        co_return 0;
    }(upkeep));
    EXPECT_THAT(entries(""), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(Engines, AuditOfTheServerTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::app

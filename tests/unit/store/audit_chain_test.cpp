// The chain of the audit log: what is altered, removed, slipped in or put in another order is found, on both engines.
#include "store/audit_verification.h"
#include "store/connection.h"
#include "store/migration_files.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

#include <thread>

namespace matinee::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'790'000'000'123));

AuditEntry entryNumber(int number)
{
    AuditEntry entry;
    entry.at = kNow + std::chrono::seconds(number);
    entry.actor = "user alice (u1)";
    entry.action = number % 2 == 0 ? "streams.create" : "streams.delete";
    entry.target = "film" + std::to_string(number);
    entry.detail = "rest: ok";
    entry.address = "192.0.2." + std::to_string(number);
    entry.requestId = "r" + std::to_string(number);
    entry.before = R"({"n":)" + std::to_string(number) + "}";
    entry.after = R"({"n":)" + std::to_string(number + 1) + "}";
    return entry;
}

TEST(AuditHash, IsWhatAnotherProgramComputesOfTheSameFields)
{
    AuditEntry entry;
    entry.id = 7;
    entry.at = kNow;
    entry.actor = "user alice (u1)";
    entry.action = "streams.create";
    entry.target = "film";
    entry.detail = "rest: ok";
    entry.address = "192.0.2.1";
    entry.requestId = "r1";
    entry.before = R"({"a":1})";
    entry.after = "{\"a\":\"\u00fc\"}";
    entry.previousHash = kNoHash;
    EXPECT_EQ(auditHash(entry), "f9c206c7a9617e35b1d015db1fa49ccfa341735a23586ff4672a1518e1237b1e");
}

TEST(AuditHash, KnowsWhereAFieldEnds)
{
    AuditEntry one, other;
    one.actor = "ab";
    one.action = "c";
    other.actor = "a";
    other.action = "bc";
    EXPECT_NE(auditHash(one), auditHash(other));
}

TEST(AuditAnchor, IsReadBackAndNothingElseIs)
{
    const AuditAnchor anchor{1234, std::string(64, 'a')};
    const auto read = AuditAnchor::parse(anchor.text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->place, 1234);
    EXPECT_EQ(read->hash, anchor.hash);
    const std::string hash(64, 'a');
    for (const std::string &wrong : {std::string(), std::string("12"), ":" + hash, "-1:" + hash, "1 :" + hash, "1:" + hash + "a",
                                     "1:" + std::string(64, 'g'), "1:" + std::string(64, 'A'), "99999999999999999999:" + hash})
        EXPECT_FALSE(AuditAnchor::parse(wrong)) << wrong;
}

class AuditChainTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
    }
    void append(const AuditEntry &entry)
    {
        ASSERT_RESULT(m_store->writeNow<void>([&](Transaction &tx) { return appendAudit(tx, entry); }));
    }
    void fill(int count)
    {
        for (int i = 1; i <= count; ++i)
            append(entryNumber(i));
    }
    /// As somebody does who has the database and no respect.
    void tamper(const std::string &sql)
    {
        Connection connection(m_store->url(), Connection::Access::Write, 5000ms, observe::Histogram());
        ASSERT_RESULT(connection.open());
        for (const char *trigger : {"audit_is_append_only", "audit_is_kept"})
            ASSERT_RESULT(connection.run(
                (std::string("DROP TRIGGER IF EXISTS ") + trigger + (GetParam() == Engine::Postgres ? " ON audit" : "")).c_str()));
        ASSERT_RESULT(connection.run(sql.c_str()));
    }
    std::vector<AuditEntry> all()
    {
        const auto entries = m_store->readNow<std::vector<AuditEntry>>(
            [](Transaction &tx) { return searchAudit(tx, {}, AuditOrder::OldestFirst, {}, 1000); });
        EXPECT_RESULT(entries);
        return *entries;
    }
    /// In pieces of three.
    AuditPiece verify()
    {
        std::optional<AuditAnchor> at;
        for (;;) {
            const auto piece = m_store->readNow<AuditPiece>([&](Transaction &tx) { return verifyAuditPiece(tx, at, 3); });
            EXPECT_RESULT(piece);
            if (!piece || piece->finding || piece->isDone)
                return piece ? *piece : AuditPiece();
            at = piece->at;
        }
    }
    /// "altered 3", or "whole".
    std::string found()
    {
        const AuditPiece last = verify();
        return last.finding ? std::string(auditFaultName(last.finding->fault)) + " " + std::to_string(last.finding->place) : "whole";
    }
    AuditRemoval remove(std::chrono::system_clock::time_point cutoff, int limit)
    {
        const auto removal =
            m_store->writeNow<AuditRemoval>([&](Transaction &tx) { return removeOldAudit(tx, cutoff, cutoff + 2160h, limit); });
        EXPECT_RESULT(removal);
        return removal ? *removal : AuditRemoval();
    }
    AnchorCheck anchored(const AuditAnchor &anchor)
    {
        const auto check = m_store->readNow<AnchorCheck>([&](Transaction &tx) { return checkAuditAnchor(tx, anchor); });
        EXPECT_RESULT(check);
        return *check;
    }
    /// All of it once more with right hashes, as the program would have written it.
    void rewrite(std::vector<AuditEntry> entries)
    {
        std::string previous(kNoHash);
        for (AuditEntry &entry : entries) {
            entry.previousHash = previous;
            entry.hash = previous = auditHash(entry);
            tamper("UPDATE audit SET target = '" + entry.target + "', previous_hash = '" + entry.previousHash + "', hash = '" + entry.hash +
                   "' WHERE place = " + std::to_string(entry.id));
        }
        tamper("UPDATE audit_head SET last_hash = '" + previous + "'");
    }
    std::unique_ptr<Store> m_store;
};

TEST_P(AuditChainTest, ANewLogIsWhole)
{
    EXPECT_EQ(found(), "whole");
    EXPECT_EQ(verify().at.text(), "0:" + std::string(kNoHash));
}

TEST_P(AuditChainTest, EntriesFollowEachOtherAndKeepAllTheirFields)
{
    fill(8);
    EXPECT_EQ(found(), "whole");
    const auto entries = all();
    ASSERT_THAT(entries, SizeIs(8));
    std::string previous(kNoHash);
    for (int i = 0; i < 8; ++i) {
        const AuditEntry wanted = entryNumber(i + 1);
        const AuditEntry &entry = entries[static_cast<std::size_t>(i)];
        EXPECT_EQ(entry.id, i + 1);
        EXPECT_EQ(entry.at, wanted.at);
        EXPECT_EQ(entry.target, wanted.target);
        EXPECT_EQ(entry.before, wanted.before);
        EXPECT_EQ(entry.after, wanted.after);
        EXPECT_EQ(entry.previousHash, previous);
        previous = entry.hash;
    }
    EXPECT_EQ(verify().at.text(), "8:" + previous);
}

TEST_P(AuditChainTest, AnAlterationOfAnyFieldIsFound)
{
    fill(5);
    for (const char *column :
         {"actor", "action", "target", "detail", "address", "request_id", "state_before", "state_after", "previous_hash", "hash"}) {
        const std::string name(column);
        tamper("UPDATE audit SET " + name + " = '!' || " + name + " WHERE place = 3");
        EXPECT_EQ(found(), "altered 3") << name;
        tamper("UPDATE audit SET " + name + " = substr(" + name + ", 2) WHERE place = 3");
        EXPECT_EQ(found(), "whole") << name;
    }
    tamper("UPDATE audit SET at = at + 1 WHERE place = 3");
    EXPECT_EQ(found(), "altered 3");
    tamper("UPDATE audit SET at = at - 1 WHERE place = 3");
    EXPECT_EQ(found(), "whole");
    tamper("UPDATE audit SET place = NULL WHERE place = 3");
    EXPECT_EQ(found(), "outside 0");
}

TEST_P(AuditChainTest, ARemovalIsFoundWhereverItIs)
{
    fill(5);
    for (const int place : {1, 3, 5}) {
        SCOPED_TRACE(place);
        const std::string where = " WHERE place = " + std::to_string(place);
        tamper("CREATE TABLE taken AS SELECT * FROM audit" + where);
        tamper("DELETE FROM audit" + where);
        EXPECT_EQ(found(), place == 5 ? "cut 5" : "missing " + std::to_string(place));
        tamper(std::string("INSERT INTO audit ") + (GetParam() == Engine::Postgres ? "OVERRIDING SYSTEM VALUE " : "") +
               "SELECT * FROM taken");
        tamper("DROP TABLE taken");
        EXPECT_EQ(found(), "whole");
    }
    tamper("DELETE FROM audit");
    EXPECT_EQ(found(), "cut 1");
}

TEST_P(AuditChainTest, AnInsertionIsFound)
{
    const std::string columns = "at, actor, action, target, detail, address, request_id, state_before, state_after, previous_hash, hash";
    const std::string like =
        "SELECT at, actor, 'users.create', target, detail, address, request_id, state_before, state_after, previous_hash, hash";
    fill(5);
    tamper("INSERT INTO audit (" + columns + ") " + like + " FROM audit WHERE place = 3");
    EXPECT_EQ(found(), "outside 0");
    tamper("DELETE FROM audit WHERE place IS NULL");
    EXPECT_EQ(found(), "whole");
    for (const char *place : {"6", "0", "-4"}) {
        tamper("INSERT INTO audit (place, " + columns + ") SELECT " + place + like.substr(6).insert(0, ", ") +
               " FROM audit WHERE place = 3");
        EXPECT_EQ(found(), "outside 0") << place;
        tamper(std::string("DELETE FROM audit WHERE place = ") + place);
        EXPECT_EQ(found(), "whole");
    }
    // Room made for it in the middle, and the end moved.
    for (int place = 5; place >= 4; --place)
        tamper("UPDATE audit SET place = " + std::to_string(place + 1) + " WHERE place = " + std::to_string(place));
    tamper("INSERT INTO audit (place, " + columns + ") SELECT 4" + like.substr(6).insert(0, ", ") + " FROM audit WHERE place = 3");
    tamper("UPDATE audit_head SET last_place = 6");
    EXPECT_EQ(found(), "altered 4");
}

TEST_P(AuditChainTest, AnotherOrderIsFound)
{
    fill(5);
    tamper("UPDATE audit SET place = 99 WHERE place = 2");
    tamper("UPDATE audit SET place = 2 WHERE place = 4");
    tamper("UPDATE audit SET place = 4 WHERE place = 99");
    EXPECT_EQ(found(), "altered 2");
    // With hashes that fit the places, the links do not.
    for (const AuditEntry &entry : all())
        tamper("UPDATE audit SET hash = '" + auditHash(entry) + "' WHERE place = " + std::to_string(entry.id));
    EXPECT_EQ(found(), "unlinked 2");
}

TEST_P(AuditChainTest, WhoeverWritesAllOfItAnewIsFoundByAnAnchorOnly)
{
    fill(5);
    const AuditAnchor three{3, all()[2].hash};
    const AuditAnchor five = verify().at;
    for (const AuditAnchor &anchor : {three, five})
        EXPECT_FALSE(anchored(anchor).finding);
    auto entries = all();
    entries[3].target = "another";
    rewrite(entries);
    EXPECT_EQ(found(), "whole");
    EXPECT_FALSE(anchored(three).finding); // before the change
    ASSERT_TRUE(anchored(five).finding);
    EXPECT_EQ(anchored(five).finding->fault, AuditFault::Anchor);
    EXPECT_TRUE(anchored({6, five.hash}).finding);
    EXPECT_TRUE(anchored({0, five.hash}).finding);
    EXPECT_FALSE(anchored({0, std::string(kNoHash)}).finding);
}

TEST_P(AuditChainTest, ATriggerStandsInTheWayOfWhoChangesOrRemovesByMistake)
{
    fill(3);
    for (const char *sql : {"UPDATE audit SET actor = 'x' WHERE place = 2", "UPDATE audit SET place = 9 WHERE place = 2",
                            "DELETE FROM audit WHERE place = 2"})
        EXPECT_FALSE(m_store->writeNow<int>([sql](Transaction &tx) { return tx.execute(sql); }).has_value()) << sql;
    EXPECT_EQ(found(), "whole");
}

TEST_P(AuditChainTest, WhatIsTooOldGoesAndTheRestCanBeVerified)
{
    fill(10);
    const AuditAnchor four{4, all()[3].hash}, seven{7, all()[6].hash}, nine{9, all()[8].hash};
    EXPECT_EQ(remove(kNow, 100).removed, 0); // nothing is older
    AuditRemoval removal = remove(kNow + 8s, 4);
    EXPECT_EQ(removal.removed, 4);
    EXPECT_TRUE(removal.more);
    EXPECT_EQ(found(), "whole");
    removal = remove(kNow + 8s, 4);
    EXPECT_EQ(removal.removed, 3);
    EXPECT_FALSE(removal.more);
    EXPECT_EQ(found(), "whole");
    const auto entries = all();
    ASSERT_THAT(entries, SizeIs(5)); // 8, 9, 10 and both checkpoints
    EXPECT_EQ(entries.front().id, 8);
    EXPECT_EQ(entries.back().action, kCheckpointAction);
    const auto checkpoint = AuditCheckpoint::parse(entries.back().after);
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->through, 7);
    EXPECT_EQ(checkpoint->removed, 3);
    EXPECT_EQ(checkpoint->hash, seven.hash);
    EXPECT_EQ(verify().head.removedThrough, 7);

    EXPECT_EQ(anchored(four).state, AnchorState::Removed);
    EXPECT_FALSE(anchored(seven).finding);
    EXPECT_TRUE(anchored({7, nine.hash}).finding);
    EXPECT_FALSE(anchored(nine).finding);
    append(entryNumber(11));
    EXPECT_EQ(found(), "whole");
}

TEST_P(AuditChainTest, AllOfItMayBeTooOld)
{
    fill(3);
    EXPECT_EQ(remove(kNow + 24h, 100).removed, 3);
    EXPECT_EQ(found(), "whole");
    EXPECT_THAT(all(), SizeIs(1));
    EXPECT_EQ(remove(kNow + 24h, 100).removed, 0);
}

TEST_P(AuditChainTest, ARemovalWithoutACheckpointIsFoundAndSoIsAnAlteredCheckpoint)
{
    fill(6);
    EXPECT_EQ(remove(kNow + 3s, 100).removed, 2);
    tamper("DELETE FROM audit WHERE place <= 4");
    EXPECT_EQ(found(), "missing 3");
    tamper("UPDATE audit_head SET removed_through = 4");
    EXPECT_EQ(found(), "checkpoint 4");
    const AuditEntry checkpoint = all().back();
    auto said = AuditCheckpoint::parse(checkpoint.after);
    ASSERT_TRUE(said);
    said->through = 4;
    said->hash = all().front().previousHash;
    tamper("UPDATE audit SET state_after = '" + said->json() + "' WHERE place = " + std::to_string(checkpoint.id));
    EXPECT_EQ(found(), "altered " + std::to_string(checkpoint.id));
}

TEST_P(AuditChainTest, NothingIsRemovedFromALogThatIsNotWhole)
{
    fill(6);
    tamper("DELETE FROM audit WHERE place = 2");
    const auto removal = m_store->writeNow<AuditRemoval>([](Transaction &tx) { return removeOldAudit(tx, kNow + 1h, kNow + 2h, 100); });
    ASSERT_FALSE(removal.has_value());
    EXPECT_EQ(removal.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(all(), SizeIs(5));
}

TEST_P(AuditChainTest, AThousandAppendsFromManySidesMakeOneChain)
{
    StoreOptions patient = options();
    patient.jobTimeout = 60'000ms;              // a slow disk is not what this is about
    std::vector<std::unique_ptr<Store>> stores; // as two servers on one database
    for (int i = 0; i < 2; ++i)
        stores.push_back(openStore(patient));
    std::vector<std::thread> threads;
    std::atomic<int> failed = 0;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            for (int j = 0; j < 125; ++j) {
                const auto r = stores[static_cast<std::size_t>(i % 2)]->writeNow<void>(
                    [&](Transaction &tx) { return appendAudit(tx, entryNumber(i * 1000 + j)); });
                if (!r)
                    ++failed;
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(found(), "whole");
    EXPECT_EQ(verify().head.lastPlace, 1000);
    for (const auto &store : stores)
        store->close();
}

TEST_P(AuditChainTest, AnEntryThatWasRolledBackLeavesNoGap)
{
    fill(2);
    EXPECT_FALSE(m_store
                     ->writeNow<void>([](Transaction &tx) -> Result<void> {
                         if (auto r = appendAudit(tx, entryNumber(3)); !r)
                             return r;
                         return fail(ErrorCode::NotFound, "after all");
                     })
                     .has_value());
    append(entryNumber(4));
    EXPECT_EQ(found(), "whole");
    EXPECT_EQ(verify().at.place, 3);
}

TEST_P(AuditChainTest, TextsFromOutsideAreHashedAsTheyAreKept)
{
    AuditEntry entry = entryNumber(1);
    entry.actor = std::string("a\0b", 3);
    entry.target = "\xff\xfe caf\xc3\xa9 \xf0\x9f\x8e\xac";
    entry.detail = std::string(5000, 'x') + "\n";
    entry.at = kNow + 999us;
    append(entry);
    entry = entryNumber(2);
    entry.after = "{\"long\":\"" + std::string(20'000, 'x') + "\"}";
    append(entry);
    EXPECT_EQ(found(), "whole");
    EXPECT_EQ(all()[0].actor, "ab");
    EXPECT_EQ(all()[0].detail.size(), 1000U);
    EXPECT_EQ(all()[1].after, R"({"omitted":"too long"})");
}

TEST_P(AuditChainTest, IsListedByWhoWhatWhereAndWhen)
{
    fill(6);
    append([] {
        AuditEntry entry = entryNumber(7);
        entry.actor = "user Bob_100% (u2)";
        return entry;
    }());
    const auto places = [&](const AuditFilter &filter, AuditOrder order, std::optional<std::int64_t> from, int limit) {
        const auto entries =
            m_store->readNow<std::vector<AuditEntry>>([&](Transaction &tx) { return searchAudit(tx, filter, order, from, limit); });
        EXPECT_RESULT(entries);
        std::vector<std::int64_t> found;
        for (const AuditEntry &entry : *entries)
            found.push_back(entry.id);
        return found;
    };
    const auto newest = AuditOrder::NewestFirst;
    EXPECT_THAT(places({}, newest, {}, 3), ElementsAre(7, 6, 5));
    EXPECT_THAT(places({}, newest, 5, 2), ElementsAre(4, 3));
    EXPECT_THAT(places({}, AuditOrder::OldestFirst, 5, 100), ElementsAre(6, 7));
    EXPECT_THAT(places({.actor = "BOB"}, newest, {}, 100), ElementsAre(7));
    EXPECT_THAT(places({.actor = "_100%"}, newest, {}, 100), ElementsAre(7));
    EXPECT_THAT(places({.actor = "_1_"}, newest, {}, 100), IsEmpty());
    EXPECT_THAT(places({.action = "create"}, newest, {}, 100), ElementsAre(6, 4, 2));
    EXPECT_THAT(places({.target = "film3"}, newest, {}, 100), ElementsAre(3));
    EXPECT_THAT(places({.address = "192.0.2.4"}, newest, {}, 100), ElementsAre(4));
    EXPECT_THAT(places({.since = kNow + 2s, .until = kNow + 4s}, newest, {}, 100), ElementsAre(3, 2));
    EXPECT_THAT(places({}, newest, {}, -1), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, AuditChainTest, testing::Values(Engine::Sqlite, Engine::Postgres), test::engineName);

/// A database of the version before the chain.
class AuditBeforeTheChainTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = std::make_unique<Store>(options(), nullptr);
        ASSERT_RESULT(m_store->open());
        auto migrations = embeddedMigrations(GetParam());
        ASSERT_RESULT(migrations);
        const auto chain =
            std::find_if(migrations->begin(), migrations->end(), [](const Migration &one) { return one.name == "audit_chain"; });
        ASSERT_NE(chain, migrations->end());
        migrations->erase(chain, migrations->end());
        ASSERT_RESULT(migrate(*m_store, *migrations));
        for (int i = 1; i <= 5; ++i)
            insertOld(i);
        ASSERT_RESULT(migrate(*m_store));
    }
    void insertOld(int i)
    {
        const qlonglong at = 1'790'000'000'000 + i;
        const auto r = m_store->writeNow<int>([at](Transaction &tx) {
            return tx.execute("INSERT INTO audit (at, actor, action, target, detail, address, request_id) VALUES (?, 'k', "
                              "'streams.create', 'f', '', '', '')",
                              {QVariant(at)});
        });
        ASSERT_RESULT(r);
    }
    Result<int> chain(int limit)
    {
        return m_store->writeNow<int>([limit](Transaction &tx) { return chainLegacyAudit(tx, limit); });
    }
    AuditPiece verify()
    {
        const auto piece = m_store->readNow<AuditPiece>([](Transaction &tx) { return verifyAuditPiece(tx, {}, 1000); });
        EXPECT_RESULT(piece);
        return *piece;
    }
    std::unique_ptr<Store> m_store;
};

TEST_P(AuditBeforeTheChainTest, EntriesGetTheirPlacesInBatches)
{
    EXPECT_EQ(verify().legacy, 5);
    EXPECT_FALSE(verify().finding);
    EXPECT_EQ(*chain(2), 2);
    EXPECT_EQ(*chain(2), 2);
    EXPECT_EQ(*chain(2), 1);
    EXPECT_EQ(*chain(2), 0);
    EXPECT_TRUE(verify().isDone);
    EXPECT_EQ(verify().at.place, 5);
    EXPECT_EQ(verify().legacy, 0);
    ASSERT_RESULT(m_store->writeNow<void>([](Transaction &tx) { return appendAudit(tx, entryNumber(1)); }));
    EXPECT_TRUE(verify().isDone);
    const auto oldest =
        m_store->readNow<std::vector<AuditEntry>>([](Transaction &tx) { return searchAudit(tx, {}, AuditOrder::OldestFirst, {}, 1); });
    ASSERT_RESULT(oldest);
    EXPECT_EQ(oldest->front().at, std::chrono::system_clock::time_point(std::chrono::milliseconds(1'790'000'000'001)));
}

TEST_P(AuditBeforeTheChainTest, WhatAnOlderProgramStillWritesIsNotTakenIn)
{
    while (*chain(1000) > 0) {
    }
    insertOld(6);
    EXPECT_EQ(*chain(1000), 0);
    const AuditPiece piece = verify();
    ASSERT_TRUE(piece.finding);
    EXPECT_EQ(piece.finding->fault, AuditFault::Outside);
    EXPECT_THAT(piece.finding->sentence, HasSubstr("1 entry is not in the chain"));
}

INSTANTIATE_TEST_SUITE_P(Engines, AuditBeforeTheChainTest, testing::Values(Engine::Sqlite, Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::store

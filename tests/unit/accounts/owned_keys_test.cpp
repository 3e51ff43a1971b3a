#include "accounts/api_keys.h"
#include "accounts/scopes.h"
#include "accounts_test.h"

#include "matinee/v1/options.pb.h"

namespace matinee::accounts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OwnedKeysTest : public AccountsTest
{
protected:
    void SetUp() override
    {
        AccountsTest::SetUp();
        m_keys = std::make_unique<ApiKeys>(*m_store, nullptr, m_factors);
        m_sessions->onUserChanged([this](const std::string &userId) { m_keys->userChanged(userId); });
        m_root = made("root", Role::Root).user;
        m_admin = made("ada", Role::Admin).user;
    }
    MintedKey keyOf(const store::UserRow &owner, std::vector<std::string> scopes, std::optional<std::chrono::seconds> life = {})
    {
        auto key = await(m_keys->create("theirs", std::move(scopes), life, kNow, owner.id));
        EXPECT_RESULT(key);
        return *key;
    }
    Result<VerifiedKey> verified(const MintedKey &key, SystemTime now = kNow) { return await(m_keys->verify(key.key, now)); }

    std::unique_ptr<ApiKeys> m_keys;
    store::UserRow m_root, m_admin;
    const Actor m_actor{Role::Root, "somebody else"};
};

TEST_P(OwnedKeysTest, AKeyMayWhatItsScopesAndItsOwnerBothMay)
{
    const MintedKey streams = keyOf(m_admin, {"streams"});
    const auto key = verified(streams);
    ASSERT_RESULT(key);
    EXPECT_EQ(key->ownerId, m_admin.id);
    EXPECT_EQ(key->ownerName, "ada");
    EXPECT_EQ(key->permissions, permissionsOf({"streams"}));

    // A key of scope admin that was made while its owner was a root shrinks to what admins may.
    const MintedKey all = keyOf(m_root, {"admin"});
    ASSERT_TRUE(verified(all)->permissions & permissionBit(v1::ADMINISTER));
    made("second", Role::Root);
    ASSERT_RESULT(await(m_people->setRole("root", "admin", m_actor, kNow)));
    const auto shrunk = verified(all);
    ASSERT_RESULT(shrunk);
    EXPECT_FALSE(shrunk->permissions & permissionBit(v1::ADMINISTER));
    EXPECT_TRUE(shrunk->permissions & permissionBit(v1::MANAGE_STREAMS));
    ASSERT_RESULT(await(m_people->setRole("root", "user", m_actor, kNow)));
    EXPECT_EQ(verified(all)->permissions, kPublicOnly);
    // And grows again, up to its scopes.
    ASSERT_RESULT(await(m_people->setRole("root", "root", m_actor, kNow)));
    EXPECT_TRUE(verified(all)->permissions & permissionBit(v1::ADMINISTER));
}

TEST_P(OwnedKeysTest, AKeyThatWasLetInIsAskedAboutAgainByItsId)
{
    const MintedKey minted = keyOf(m_admin, {"streams:read"});
    ASSERT_RESULT(verified(minted));
    ASSERT_RESULT(await(m_people->setRole("ada", "root", m_actor, kNow)));
    const auto again = await(m_keys->verifyAgain(minted.row.id, kNow));
    ASSERT_RESULT(again);
    EXPECT_EQ(again->ownerName, "ada");
    EXPECT_EQ(again->permissions, permissionsOf({"streams:read"}));
    int told = 0;
    const auto watch = m_keys->watch(*again, [&] { ++told; });
    EXPECT_EQ(told, 0) << "it is known again";
    ASSERT_RESULT(await(m_people->setRole("ada", "user", m_actor, kNow)));
    EXPECT_EQ(told, 1);
    EXPECT_EQ(await(m_keys->verifyAgain(minted.row.id, kNow))->permissions, kPublicOnly);
    ASSERT_RESULT(await(m_keys->revoke(minted.row.id, kNow)));
    EXPECT_REFUSED(await(m_keys->verifyAgain(minted.row.id, kNow)), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(await(m_keys->verifyAgain("nothing", kNow)), ErrorCode::Unauthenticated);
}

TEST_P(OwnedKeysTest, NoKeyIsAPerson)
{
    const auto key = verified(keyOf(m_root, {"admin"}));
    ASSERT_RESULT(key);
    EXPECT_FALSE(key->permissions & permissionBit(v1::SIGNED_IN));
    EXPECT_FALSE(key->permissions & permissionBit(v1::KNOWN));
}

TEST_P(OwnedKeysTest, NobodyHasAKeyThatMayMoreThanTheyMay)
{
    EXPECT_REFUSED(await(m_keys->create("k", {"admin"}, {}, kNow, m_admin.id)), ErrorCode::PermissionDenied);
    const auto user = made("bob").user;
    const auto refused = await(m_keys->create("k", {"streams:read"}, {}, kNow, user.id));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(refused.error().field, "scopes");
    EXPECT_REFUSED(await(m_keys->create("k", {"streams"}, {}, kNow, "nobody")), ErrorCode::NotFound);
    EXPECT_TRUE(await(m_keys->list("", kNow))->empty());
}

TEST_P(OwnedKeysTest, AKeyEndsWithABanAtOnceAndComesBackWithItsOwner)
{
    const MintedKey key = keyOf(m_admin, {"streams"});
    ASSERT_RESULT(verified(key)); // remembered
    ASSERT_RESULT(await(m_people->ban("ada", 60s, "spam", m_actor, kNow)));
    const auto refused = verified(key);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::Unauthenticated);
    EXPECT_THAT(refused.error().message, HasSubstr("may not sign in"));
    const auto listed = await(m_keys->list("ada", kNow));
    ASSERT_RESULT(listed);
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ(listed->front().state, "suspended");
    EXPECT_EQ(listed->front().permissions, 0U);
    ASSERT_RESULT(await(m_people->unban("ada", m_actor, kNow)));
    EXPECT_RESULT(verified(key));
}

TEST_P(OwnedKeysTest, AKeyEndsWithAnAccountThatIsClosed)
{
    const MintedKey key = keyOf(m_admin, {"streams"});
    ASSERT_RESULT(verified(key));
    ASSERT_RESULT(await(m_people->remove("ada", m_actor, kNow)));
    EXPECT_REFUSED(verified(key), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(await(m_keys->create("k", {"streams"}, {}, kNow, m_admin.id)), ErrorCode::FailedPrecondition);
    // Gone for good, and its keys with it.
    ASSERT_RESULT(await(m_people->purge(kNow + People::kKeptFor + 1s)));
    EXPECT_TRUE(await(m_keys->list("", kNow))->empty());
}

TEST_P(OwnedKeysTest, AKeyIsLessWhereItsOwnerLacksASecondFactorThatTheRoleNeeds)
{
    m_factors = FactorPolicy("example.org", {"admin"});
    const MintedKey key =
        *m_store->writeNow<MintedKey>([this](store::Transaction &tx) { return createApiKey(tx, "k", {"streams"}, {}, kNow, m_admin.id); });
    EXPECT_EQ(verified(key)->permissions, kPublicOnly);
    EXPECT_REFUSED(await(m_keys->create("k", {"streams"}, {}, kNow, m_admin.id)), ErrorCode::PermissionDenied);
}

TEST_P(OwnedKeysTest, WhoWatchesHearsOfWhatEndsOrChangesAKey)
{
    const MintedKey key = keyOf(m_admin, {"streams"});
    int told = 0;
    const auto watched = [&](const VerifiedKey &whose) { return m_keys->watch(whose, [&] { ++told; }); };
    {
        const auto watch = watched(*verified(key));
        EXPECT_EQ(told, 0);
        ASSERT_RESULT(await(m_people->ban("ada", 60s, "spam", m_actor, kNow)));
        EXPECT_EQ(told, 1);
        ASSERT_RESULT(await(m_people->unban("ada", m_actor, kNow)));
        EXPECT_EQ(told, 1); // once
    }
    const VerifiedKey before = *verified(key);
    {
        const auto watch = watched(before);
        ASSERT_RESULT(await(m_people->setRole("ada", "user", m_actor, kNow)));
        EXPECT_EQ(told, 2);
    }
    {
        const auto late = watched(before); // it has changed meanwhile
        EXPECT_EQ(told, 3);
    }
    ASSERT_RESULT(await(m_people->setRole("ada", "admin", m_actor, kNow)));
    {
        const auto watch = watched(*verified(key));
        EXPECT_TRUE(await(m_keys->revoke(key.row.id, kNow))->has_value());
        EXPECT_EQ(told, 4);
    }
}

TEST_P(OwnedKeysTest, EverybodyListsAndRevokesTheirOwnOnly)
{
    const MintedKey ofAdmin = keyOf(m_admin, {"streams"});
    const MintedKey ofRoot = keyOf(m_root, {"admin"}, 60s);
    const auto ofServer = await(m_keys->create("server", {"admin"}, {}, kNow));
    ASSERT_RESULT(ofServer);
    EXPECT_EQ(await(m_keys->list("", kNow))->size(), 3U);
    const auto own = await(m_keys->list(m_root.id, kNow + 60s));
    ASSERT_RESULT(own);
    ASSERT_EQ(own->size(), 1U);
    EXPECT_EQ(own->front().ownerName, "root");
    EXPECT_EQ(own->front().state, "expired");
    EXPECT_FALSE(await(m_keys->revoke(ofAdmin.row.id, kNow, m_root.id))->has_value());
    EXPECT_FALSE(await(m_keys->revoke(ofServer->row.id, kNow, m_root.id))->has_value());
    EXPECT_RESULT(verified(ofAdmin));
    const auto revoked = await(m_keys->revoke(ofRoot.row.id, kNow, m_root.id));
    ASSERT_RESULT(revoked);
    ASSERT_TRUE(revoked->has_value());
    EXPECT_THAT((*revoked)->scopes, ElementsAre("admin"));
}

TEST_P(OwnedKeysTest, NobodyHasMoreThanFiftyAndNobodyTakesThePlacesOfOthers)
{
    for (int i = 0; i < ApiKeys::kMostOfPerson; ++i)
        keyOf(m_admin, {"streams"});
    EXPECT_REFUSED(await(m_keys->create("k", {"streams"}, {}, kNow, m_admin.id)), ErrorCode::FailedPrecondition);
    EXPECT_RESULT(await(m_keys->create("k", {"streams"}, {}, kNow, m_root.id)));
    EXPECT_RESULT(await(m_keys->create("k", {"streams"}, {}, kNow)));
}

TEST_P(OwnedKeysTest, KeysFromBeforeStayTheServersOwn)
{
    const MintedKey old = *mintApiKey("from before", {"admin"}, {}, kNow);
    const auto stored = m_store->writeNow<int>([&](store::Transaction &tx) { // as the former version wrote it
        return tx.execute("INSERT INTO api_keys (id, name, key_hash, scopes, created_at) VALUES (?, 'from before', ?, 'admin', 1)",
                          {QString::fromStdString(old.row.id), QString::fromStdString(old.row.keyHash)});
    });
    ASSERT_RESULT(stored);
    const auto key = verified(old);
    ASSERT_RESULT(key);
    EXPECT_EQ(key->ownerId, "");
    EXPECT_TRUE(key->permissions & permissionBit(v1::ADMINISTER));
    const auto listed = await(m_keys->list("", kNow));
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ(listed->front().ownerName, "");
    EXPECT_EQ(listed->front().state, "active");
}

INSTANTIATE_TEST_SUITE_P(Engines, OwnedKeysTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts

// What the server knows of somebody, by the call that tells it: whole, and nothing that would open the account.
#include "api/life_calls.h"

#include "store/api_keys.h"
#include "store/audit.h"
#include "store/avatars.h"
#include "store/mail_addresses.h"
#include "store/passkeys.h"
#include "store/profiles.h"
#include "store/recovery.h"
#include "store/totp.h"
#include "tests/support/database_test.h"

#include "matinee/v1/account_life.pb.h"

#include <gmock/gmock.h>

namespace matinee::api {

namespace {

using test::await;
using testing::HasSubstr;
using testing::Not;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'790'000'000'000));

class LifeCallsTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_sessions = std::make_unique<accounts::Sessions>(*m_store, std::string(64, 'a'), nullptr);
        m_people = std::make_unique<accounts::People>(*m_store, *m_sessions);
        DispatcherOptions options;
        for (const char *name : {"AccountLifeService", "UserLifeService"})
            options.services.push_back(v1::AccountData::descriptor()->file()->FindServiceByName(name));
        m_dispatcher = std::make_unique<Dispatcher>(options);
        handleLifeCalls(*m_dispatcher, *m_store, *m_people);
        const Result<void> sealed = m_dispatcher->seal();
        ASSERT_TRUE(sealed) << sealed.error().message;
    }
    void TearDown() override
    {
        if (m_store)
            m_store->close();
    }
    template <class Function> void write(Function function)
    {
        ASSERT_RESULT(m_store->writeNow<void>([&](store::Transaction &tx) -> Result<void> { return function(tx); }));
    }
    std::string makeUser(const std::string &name)
    {
        const auto created = await(m_people->create(name, "", {accounts::Role::Root, ""}, kNow));
        EXPECT_RESULT(created);
        return created->user.id;
    }
    Result<v1::AccountData> exported(const std::string &who, PermissionSet permissions = kEveryPermission)
    {
        Caller caller;
        caller.keyId = "k3y";
        caller.permissions = permissions;
        v1::ExportUserRequest request;
        request.set_user(who);
        const auto body = await(m_dispatcher->callBinary("matinee.v1.UserLifeService/ExportUser", caller, request.SerializeAsString()));
        if (!body)
            return body.error();
        v1::AccountData data;
        EXPECT_TRUE(data.ParseFromString(*body));
        return data;
    }
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<accounts::Sessions> m_sessions;
    std::unique_ptr<accounts::People> m_people;
    std::unique_ptr<Dispatcher> m_dispatcher;
};

TEST_P(LifeCallsTest, AnAdminGetsNoExportOfARoot)
{
    (void)makeUser("alice");
    const auto chief = await(m_people->create("chief", "root", {accounts::Role::Root, ""}, kNow));
    ASSERT_RESULT(chief);
    const auto admin = kPublicOnly | permissionBit(v1::MANAGE_USERS);
    EXPECT_RESULT(exported("alice", admin));
    const auto refused = exported("chief", admin);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_RESULT(exported("chief"));
}

TEST_P(LifeCallsTest, AnExportHasEverythingOfOnePersonAndNothingThatOpensTheAccount)
{
    const std::string alice = makeUser("alice");
    const std::string bob = makeUser("bob");
    write([&](store::Transaction &tx) -> Result<void> {
        const auto password = store::updateUserPassword(tx, alice, "5ec4e7cafe", kNow);
        return password ? Result<void>() : Result<void>(password.error());
    });
    write([&](store::Transaction &tx) { return store::putProfile(tx, alice, {"Ada", "zh-CN"}, kNow); });
    write([&](store::Transaction &tx) { return store::putAvatar(tx, alice, {"a\xff picture", "7a9"}, kNow); });
    write([&](store::Transaction &tx) {
        return store::insertApiKey(tx, {"k3y00001", "Stream deck", "fingerprint-of-a-key", {"streams"}, kNow, {}, {}, {}, alice});
    });
    write([&](store::Transaction &tx) -> Result<void> {
        const auto added = store::insertBlock(tx, alice, bob, kNow);
        return added ? Result<void>() : Result<void>(added.error());
    });
    write([&](store::Transaction &tx) {
        store::PasskeyRow passkey;
        passkey.id = "p1";
        passkey.userId = alice;
        passkey.credentialId = "credential-of-alice";
        passkey.publicKey = "key-of-alice";
        passkey.rpId = "watch.example.org";
        passkey.name = "Phone";
        passkey.createdAt = kNow;
        return store::insertPasskey(tx, passkey);
    });
    write([&](store::Transaction &tx) { return store::insertTotp(tx, {alice, "sealed-secret", 7, kNow}); });
    write([&](store::Transaction &tx) { return store::replaceRecoveryCodes(tx, alice, {"hash-one", "hash-two"}, kNow); });
    write([&](store::Transaction &tx) {
        store::MailAddressRow address;
        address.id = "m1";
        address.userId = alice;
        address.address = address.key = "alice@example.org";
        address.createdAt = kNow;
        address.tokenHash = "hash-of-a-link";
        address.tokenExpiresAt = kNow;
        return store::insertMailAddress(tx, address);
    });
    for (const std::string &who : {alice, bob, alice})
        write([&](store::Transaction &tx) {
            store::AuditEntry entry;
            entry.at = kNow;
            entry.actor = "user somebody (" + who + ")";
            entry.action = "streams.create";
            return store::appendAudit(tx, entry);
        });

    const auto data = exported("alice");
    ASSERT_RESULT(data);
    EXPECT_EQ(data->account().id(), alice);
    EXPECT_TRUE(data->has_password_changed_at());
    EXPECT_EQ(data->profile().display_name(), "Ada");
    EXPECT_EQ(data->profile().language(), "zh-CN");
    EXPECT_EQ(data->avatar(), "a\xff picture");
    EXPECT_EQ(data->account().avatar(), "/avatars/" + alice + ".jpg?v=7a9");
    EXPECT_EQ(data->profile().avatar(), data->account().avatar());
    ASSERT_EQ(data->blocked_size(), 1);
    EXPECT_EQ(data->blocked(0).name(), "bob");
    ASSERT_EQ(data->api_keys_size(), 1);
    EXPECT_EQ(data->api_keys(0).name(), "Stream deck");
    ASSERT_EQ(data->passkeys_size(), 1);
    EXPECT_EQ(data->passkeys(0).name(), "Phone");
    EXPECT_TRUE(data->has_totp_since());
    EXPECT_EQ(data->recovery_codes_left(), 2U);
    ASSERT_EQ(data->mail_addresses_size(), 1);
    EXPECT_EQ(data->mail_addresses(0).address(), "alice@example.org");
    EXPECT_FALSE(data->mail_addresses(0).verified());
    EXPECT_TRUE(data->new_device_letters());
    EXPECT_EQ(data->actions_size(), 2);
    EXPECT_FALSE(data->more_actions());
    const std::string all = data->DebugString();
    for (const char *secret :
         {"5ec4e7cafe", "credential-of-alice", "key-of-alice", "sealed-secret", "hash-one", "hash-of-a-link", "fingerprint-of-a-key"})
        EXPECT_THAT(all, Not(HasSubstr(secret)));
    EXPECT_EQ(exported("nobody").error().code, ErrorCode::NotFound);
    EXPECT_EQ(exported("bob")->passkeys_size(), 0);
    EXPECT_EQ(exported("bob")->avatar(), "");
}

INSTANTIATE_TEST_SUITE_P(Engines, LifeCallsTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace

} // namespace matinee::api

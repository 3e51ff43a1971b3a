// Every declared call by everybody there is, with real credentials on a real database, against permission_matrix.txt beside this file: who
// may make it is written there by hand. A call without a row fails, and so does a row without a call.
#include "accounts/guests.h"
#include "accounts/people.h"
#include "accounts/server_keys.h"
#include "api/access.h"
#include "app/core.h"
#include "store/passkeys.h"
#include "store/sessions.h"
#include "tests/support/database_test.h"
#include "tests/support/places.h"

#include "common/settings/declarations.h"

#include "matinee/v1/accounts.pb.h"
#include "matinee/v1/factors.pb.h"
#include "matinee/v1/keys.pb.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <map>
#include <sstream>

namespace matinee::app {
namespace {

using namespace std::chrono_literals;
using accounts::Role;

const std::string kSecret(64, 'a');

/// Rows and columns of the file: call -> identity -> expected.
struct Table
{
    std::vector<std::string> identities;
    std::map<std::string, std::vector<std::string>> rows;
    std::string problem;
};

Table readTable(const std::string &path)
{
    Table table;
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string first;
        if (!(words >> first) || first == "#")
            continue;
        std::vector<std::string> rest;
        for (std::string word; words >> word;)
            rest.push_back(word);
        if (first == "IDENTITY")
            table.identities.push_back(rest.empty() ? std::string() : rest.front());
        else if (rest.size() != table.identities.size())
            table.problem += first + " has " + std::to_string(rest.size()) + " columns.\n";
        else if (!table.rows.emplace(first, rest).second)
            table.problem += first + " is there twice.\n";
    }
    if (table.identities.empty())
        table.problem += path + " names no IDENTITY.\n";
    return table;
}

class PermissionMatrixTest : public testing::Test
{
protected:
    void SetUp() override
    {
        settings::Snapshot settings;
        for (const auto *secret : {&settings::jwtSecret, &settings::securityOpaqueServerSetupSecret,
                                   &settings::securityCredentialEncryptionKey, &settings::livestreamPlaybackSecret})
            settings.set(*secret, kSecret);
        settings.set(settings::apiRateLimitPerMinute, 1'000'000);
        m_core = std::make_unique<Core>(settings, m_folder.path().string(), 1);
        const auto opened = m_core->open();
        ASSERT_TRUE(opened) << opened.error().message;
        m_core->workers.start();
        for (const auto &[name, role] : {std::pair("user", Role::User), std::pair("other_user", Role::User),
                                         std::pair("admin", Role::Admin), std::pair("root", Role::Root), std::pair("demoted", Role::User),
                                         std::pair("banned", Role::Admin), std::pair("closed", Role::Admin)})
            m_ids[name] = makePerson(name, role);
        makeKeys();
        const accounts::Actor root{Role::Root, {}};
        ASSERT_TRUE(await(m_core->accounts.people.ban("banned", {}, "spam", root, now())));
        ASSERT_TRUE(await(m_core->accounts.people.remove("closed", root, now())));
    }
    void TearDown() override
    {
        if (!m_core)
            return;
        m_core->store.close();
        m_core->workers.stop();
    }

    static std::chrono::system_clock::time_point now() { return std::chrono::system_clock::now(); }
    template <class T> T await(Task<T> task)
    {
        std::promise<T> answer;
        const auto run = [](Task<T> inner, std::promise<T> &into) -> Task<void> { into.set_value(co_await std::move(inner)); };
        m_core->workers.at(0).spawn("matrix", run(std::move(task), answer));
        return answer.get_future().get();
    }
    void write(std::function<Result<void>(store::Transaction &)> job)
    {
        const auto written = m_core->store.writeNow<void>(std::move(job));
        ASSERT_TRUE(written) << written.error().message;
    }

    std::string makePerson(const std::string &name, Role role)
    {
        const auto made = await(m_core->accounts.people.create(name, std::string(accounts::roleName(role)), {Role::Root, {}}, now()));
        EXPECT_TRUE(made) << made.error().message;
        return made->user.id;
    }
    void makeKey(const std::string &identity, std::vector<std::string> scopes, const std::string &owner = {},
                 std::chrono::system_clock::time_point since = now(), std::optional<std::chrono::seconds> life = {})
    {
        const auto made = m_core->store.writeNow<accounts::MintedKey>([&](store::Transaction &tx) {
            return accounts::createApiKey(tx, identity, scopes, life, since, owner.empty() ? std::string() : m_ids.at(owner));
        });
        ASSERT_TRUE(made) << made.error().message;
        m_keys[identity] = *made;
    }
    void makeKeys()
    {
        for (const char *scope : {"admin", "streams", "streams:read", "server:read", "users", "audit:read"})
            makeKey(std::string("key:") + scope, {scope});
        makeKey("key_of_admin", {"streams"}, "admin");
        makeKey("key_of_demoted", {"admin"}, "demoted"); // as it was made while they were a root
        makeKey("key_of_banned", {"streams"}, "banned");
        makeKey("key_of_closed", {"streams"}, "closed");
        makeKey("expired_key", {"admin"}, "", now() - 1h, 1s);
        makeKey("revoked_key", {"admin"});
        write([this](store::Transaction &tx) -> Result<void> {
            const auto revoked = store::revokeApiKey(tx, m_keys.at("revoked_key").row.id, now());
            return revoked ? Result<void>() : Result<void>(revoked.error());
        });
        makeKey("of user", {"streams"}, "user");
    }

    /// An access token of a session that begins with it.
    std::string tokenOf(const std::string &person, std::chrono::system_clock::time_point since, bool hasSession = true,
                        std::chrono::seconds life = 900s)
    {
        store::SessionRow session;
        session.id = "session-" + std::to_string(++m_count);
        session.userId = m_ids.at(person);
        session.device = session.method = "test";
        session.createdAt = session.lastUsedAt = session.rotatedAt = since;
        session.expiresAt = now() + 1h;
        if (hasSession)
            write([session](store::Transaction &tx) { return store::insertSession(tx, session); });
        m_lastSession = session.id;
        accounts::AccessClaims claims;
        claims.userId = session.userId;
        claims.sessionId = session.id;
        claims.authenticatedAt = claims.issuedAt = since;
        claims.expiresAt = now() + life;
        return accounts::AccessTokens(accounts::accessKeysOf(kSecret)).make(claims);
    }
    /// What goes behind "Bearer"; "" for nobody.
    std::string credentialOf(const std::string &identity)
    {
        if (identity == "anonymous")
            return {};
        if (identity == "guest" || identity == "expired_guest") {
            const auto since = identity == "guest" ? now() : now() - 25h;
            accounts::Guests guests(accounts::guestKeysOf(kSecret));
            return guests.enter("192.0.2.1", since)->token;
        }
        if (identity == "user_stale")
            return tokenOf("user", now() - 11min);
        if (identity == "expired_token")
            return tokenOf("root", now() - 1h, true, -1s);
        if (identity == "revoked_session")
            return tokenOf("root", now(), false);
        if (const auto key = m_keys.find(identity); key != m_keys.end())
            return key->second.key;
        if (m_ids.contains(identity))
            return tokenOf(identity, now());
        ADD_FAILURE() << "There is no identity " << identity << ".";
        return {};
    }

    /// What a call is about where an empty request is about nothing: things of `user`, for whom they are there and for nobody else.
    std::string bodyOf(const std::string &call)
    {
        std::string body;
        if (call == "RevokeMySession") {
            (void)tokenOf("user", now());
            v1::RevokeMySessionRequest request;
            request.set_id(m_lastSession);
            body = request.SerializeAsString();
        } else if (call == "RevokeMyApiKey") {
            makeKey("of user", {"streams"}, "user");
            v1::RevokeMyApiKeyRequest request;
            request.set_id(m_keys.at("of user").row.id);
            body = request.SerializeAsString();
        } else if (call == "RenamePasskey" || call == "RemovePasskey") {
            store::PasskeyRow passkey;
            passkey.id = passkey.credentialId = "passkey-" + std::to_string(++m_count);
            passkey.userId = m_ids.at("user");
            passkey.publicKey = "AA";
            passkey.rpId = "example.org";
            passkey.name = "theirs";
            passkey.aaguid = std::string(32, '0');
            passkey.createdAt = now();
            write([passkey](store::Transaction &tx) { return store::insertPasskey(tx, passkey); });
            v1::RenamePasskeyRequest request; // RemovePasskeyRequest has the same first field
            request.set_id(passkey.id);
            request.set_name("mine");
            body = request.SerializeAsString();
        }
        return body;
    }

    std::string attempt(const api::DeclaredCall &call, const std::string &identity)
    {
        const std::string credential = credentialOf(identity);
        Caller anonymous;
        anonymous.face = "rest";
        // Limits by address are another test's concern.
        anonymous.address = "198.18." + std::to_string(m_count / 250 % 250) + "." + std::to_string(m_count % 250);
        ++m_count;
        auto caller = await(m_core->dispatcher.identify(credential.empty() ? std::string() : "Bearer " + credential, anonymous));
        if (!caller)
            return std::string(codeName(caller.error().code));
        const std::string body = bodyOf(call.method->name());
        const auto allowed = api::checkAccess(call, *caller);
        const auto answer = await(m_core->dispatcher.callBinary(call.name, *caller, body));
        if (!allowed) {
            EXPECT_TRUE(!answer && answer.error().code == allowed.error().code) << call.name << " by " << identity;
            return std::string(codeName(allowed.error().code));
        }
        EXPECT_TRUE(answer || answer.error().code != ErrorCode::RateLimited) << call.name << " by " << identity;
        if (!answer && answer.error().code == ErrorCode::StepUpRequired)
            return "step_up";
        const bool isOfSomebodyElse = !body.empty() && identity != "user" && identity != "user_stale";
        if (isOfSomebodyElse)
            return !answer && answer.error().code == ErrorCode::NotFound ? "not_theirs" : "yes";
        // The handler had its say: what it makes of an empty request is no matter of permission.
        return "yes";
    }
    static std::string letterOf(const std::string &outcome)
    {
        static const std::map<std::string, std::string> letters{
            {"yes", "Y"}, {"unauthenticated", "u"}, {"permission_denied", "-"}, {"step_up", "S"}, {"not_theirs", "n"}};
        const auto found = letters.find(outcome);
        return found == letters.end() ? outcome : found->second;
    }

    test::TemporaryFolder m_folder;
    std::unique_ptr<Core> m_core;
    std::map<std::string, std::string> m_ids; // person -> user id
    std::map<std::string, accounts::MintedKey> m_keys;
    std::string m_lastSession;
    unsigned m_count = 0;
};

TEST_F(PermissionMatrixTest, IsAsItIsWritten)
{
    const Table table = readTable(test::dataFolder() + "/unit/app/permission_matrix.txt");
    ASSERT_EQ(table.problem, "");
    auto unused = table.rows;
    std::size_t attempts = 0;
    for (const api::DeclaredCall *call : m_core->dispatcher.calls()) {
        const std::string &name = call->method->name();
        std::string expected, actual;
        const auto row = table.rows.find(name);
        for (std::size_t i = 0; i < table.identities.size(); ++i) {
            actual += " " + letterOf(attempt(*call, table.identities[i]));
            ++attempts;
            if (row != table.rows.end())
                expected += " " + row->second[i];
        }
        unused.erase(name);
        if (row == table.rows.end())
            ADD_FAILURE() << name << " has no row in tests/unit/app/permission_matrix.txt. As it is, it would be:\n" << name << actual;
        else {
            EXPECT_EQ(actual, expected) << name;
        }
    }
    for (const auto &[name, row] : unused)
        ADD_FAILURE() << "The row " << name << " is of no call.";
    EXPECT_GT(attempts, 2000U);
    RecordProperty("attempts", static_cast<int>(attempts));
}

} // namespace
} // namespace matinee::app

// Who may publish and play, answered from a real database.
#include "app/gate.h"

#include "accounts/publish_keys.h"
#include "fake_authenticator.h"
#include "net/worker.h"
#include "store/streams.h"
#include "tests/support/database_test.h"

#include "matinee/v1/options.pb.h"

#include <gmock/gmock.h>

#include <future>

namespace matinee::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;
using test::await;
using testing::HasSubstr;

class GateTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore(options());
        m_gate = std::make_unique<StoreGate>(*m_store, m_tokens, m_metrics);
        make("open", false);
        make("secret", true);
        make("theatre", true);
    }
    void TearDown() override
    {
        if (m_store)
            m_store->close();
    }
    void make(const std::string &name, bool isPrivate)
    {
        store::StreamRow row{name, accounts::publishKeyHash(key(name)), isPrivate, system_clock::now()};
        ASSERT_RESULT(m_store->writeNow<void>([&](store::Transaction &tx) { return store::insertStream(tx, row); }));
    }
    void stop(const std::string &name, bool stopped)
    {
        ASSERT_RESULT(m_store->writeNow<bool>([&](store::Transaction &tx) { return store::updateStreamStopped(tx, name, stopped); }));
    }
    const std::string &key(const std::string &name)
    {
        auto &kept = m_keys[name];
        if (kept.empty())
            kept = accounts::makePublishKey();
        return kept;
    }
    /// "good", or the code and, in brackets, the message.
    std::string play(const std::string &name, const std::string &token = "", PermissionSet permissions = kPublicOnly)
    {
        Caller caller;
        caller.permissions = permissions;
        const auto allowed = await(m_gate->mayPlay(name, std::move(caller), token));
        return allowed ? "good" : std::string(codeName(allowed.error().code)) + " (" + allowed.error().message + ")";
    }
    std::string refused(const std::string &reason) const
    {
        const auto text = m_metrics.text();
        const auto line = "matinee_playback_tokens_refused_total{reason=\"" + reason + "\"} ";
        const auto at = text.find(line);
        return at == text.npos ? "none" : text.substr(at + line.size(), text.find('\n', at) - at - line.size());
    }
    std::string token(const std::string &name, system_clock::duration life = 60s) const
    {
        return m_tokens.make(name, system_clock::now() + life);
    }

    /// Whether somebody who was let in so is watched, on a worker as viewers are.
    bool isWatched(const std::string &name, const Caller &caller, const std::string &token = "")
    {
        net::WorkerPool workers{1};
        workers.start();
        std::promise<bool> answer;
        workers.at(0).post([&] {
            live::Admitted viewer{name, caller, token, "flv"};
            const auto watch = m_gate->watch(std::move(viewer), [] {});
            answer.set_value(watch != nullptr);
        });
        const bool isOne = answer.get_future().get();
        workers.stop();
        return isOne;
    }

    mutable observe::Metrics m_metrics;
    accounts::PlaybackTokens m_tokens{std::string(64, 'a')};
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<StoreGate> m_gate;
    std::map<std::string, std::string> m_keys;
};

TEST_P(GateTest, EverybodyPlaysWhatIsNotPrivate)
{
    EXPECT_EQ(play("open"), "good");
    EXPECT_EQ(play("open@720p"), "good");
    EXPECT_EQ(play("open", "rubbish"), "good") << "an old link to what has become public";
}

TEST_P(GateTest, WatchesOnlyWhoWasLetInToSomethingPrivateAsSomebody)
{
    test::FakeAuthenticator authenticator;
    Caller key;
    key.keyId = "k7f3q2ab";
    key.permissions = kPublicOnly | permissionBit(v1::READ_STREAMS);
    EXPECT_EQ(play("secret", "", key.permissions), "good");
    EXPECT_EQ(play("open", "", key.permissions), "good");
    EXPECT_FALSE(isWatched("secret", key)) << "there is nobody yet who could tell";
    m_gate->watchBy(authenticator);
    EXPECT_TRUE(isWatched("secret", key));
    EXPECT_TRUE(isWatched("secret@720p", key));
    EXPECT_TRUE(isWatched("", key)) << "private whatever the stream of its name is now";
    EXPECT_FALSE(isWatched("open", key)) << "everybody may watch it";
    EXPECT_FALSE(isWatched("open@720p", key));
    EXPECT_FALSE(isWatched("secret", key, token("secret"))) << "the link is good without the key";
    EXPECT_TRUE(isWatched("secret", key, token("theatre")));
    EXPECT_TRUE(isWatched("secret", key, "rubbish"));
    Caller nobody;
    EXPECT_FALSE(isWatched("secret", nobody, token("secret")));
    Caller little = key;
    little.permissions = kPublicOnly;
    EXPECT_FALSE(isWatched("secret", little, token("secret")));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_viewers_revoked_total{protocol=\"flv\"} 0"));
}

TEST_P(GateTest, PrivateStreamsLookLikeNone)
{
    EXPECT_EQ(play("secret"), "not_found (There is no stream secret.)");
    EXPECT_EQ(play("nothing"), "not_found (There is no stream nothing.)");
    EXPECT_EQ(play("secret", "", kPublicOnly | permissionBit(v1::READ_STREAMS)), "good");
}

TEST_P(GateTest, ATokenPlaysItsStreamAndTheRenditionsOfIt)
{
    EXPECT_EQ(play("secret", token("secret")), "good");
    EXPECT_EQ(play("secret@720p", token("secret")), "good");
    EXPECT_EQ(play("secret@720p"), "not_found (There is no stream secret.)");
}

TEST_P(GateTest, WrongTokensAreForbiddenAndCountedByReason)
{
    const accounts::PlaybackTokens other(std::string(64, 'b'));
    EXPECT_THAT(play("secret", other.make("secret", system_clock::now() + 60s)), HasSubstr("permission_denied"));
    EXPECT_THAT(play("secret", "rubbish"), HasSubstr("permission_denied"));
    EXPECT_EQ(refused("forged"), "2");
    EXPECT_THAT(play("secret", token("secret", -1s)), HasSubstr("permission_denied"));
    EXPECT_EQ(refused("expired"), "1");
    EXPECT_THAT(play("secret", token("theatre")), HasSubstr("permission_denied"));
    EXPECT_EQ(refused("other_stream"), "1");
}

TEST_P(GateTest, AWrongTokenDoesNotTellWhetherThereIsSuchAStream)
{
    EXPECT_EQ(play("secret", "rubbish"), play("nothing", "rubbish"));
    EXPECT_EQ(play("secret", token("theatre")), play("nothing", token("theatre")));
    EXPECT_THAT(play("nothing", token("nothing")), HasSubstr("not_found"));
}

TEST_P(GateTest, AStoppedStreamRefusesItsPublisherUntilItIsStarted)
{
    EXPECT_EQ(*await(m_gate->mayPublish(key("open"), "192.0.2.1")), "open");
    stop("open", true);
    const auto refusal = await(m_gate->mayPublish(key("open"), "192.0.2.1"));
    ASSERT_FALSE(refusal);
    EXPECT_EQ(refusal.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(refusal.error().message, HasSubstr("matinee stream start open"));
    EXPECT_EQ(play("open"), "good") << "who waits for it may wait";
    stop("open", false);
    EXPECT_EQ(*await(m_gate->mayPublish(key("open"), "192.0.2.1")), "open");
}

INSTANTIATE_TEST_SUITE_P(Engines, GateTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::app

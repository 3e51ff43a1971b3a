// The calls of RelayService on a real database, with relays that are written down and not started.
#include "relay/relay_calls.h"

#include "store/relays.h"
#include "store/streams.h"
#include "tests/support/database_test.h"

#include "matinee/v1/relays.pb.h"

#include <gmock/gmock.h>

namespace matinee::relay {
namespace {

using namespace std::chrono_literals;
using test::await;
using testing::HasSubstr;
using testing::Not;

class RelayCallsTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_dispatcher = dispatcher();
        handleRelayCalls(*m_dispatcher, *m_store, m_relays, m_box);
        ASSERT_RESULT(m_dispatcher->seal());
        ASSERT_RESULT(addStream("cinema"));
    }
    void TearDown() override
    {
        if (m_store)
            m_store->close();
    }

    std::unique_ptr<api::Dispatcher> dispatcher()
    {
        api::DispatcherOptions options;
        options.services = {v1::Pull::descriptor()->file()->service(0)};
        options.now = [this] { return m_now += 1h; }; // rates are another test's concern
        return std::make_unique<api::Dispatcher>(options);
    }
    Result<void> addStream(const std::string &name)
    {
        store::StreamRow row;
        row.name = name;
        row.keyHash = "hash of " + name;
        row.createdAt = std::chrono::system_clock::now();
        return m_store->writeNow<void>([row](store::Transaction &tx) { return store::insertStream(tx, row); });
    }
    template <class Response> Result<Response> call(const std::string &method, const google::protobuf::Message &request)
    {
        Caller caller;
        caller.permissions = kEveryPermission;
        caller.keyId = "k3y";
        Result<std::string> body =
            await(m_dispatcher->callBinary("matinee.v1.RelayService/" + method, std::move(caller), request.SerializeAsString()));
        if (!body)
            return body.error();
        Response response;
        EXPECT_TRUE(response.ParseFromString(*body));
        return response;
    }
    Result<v1::Pull> put(const std::string &name, const std::string &address, const std::string &mode = {})
    {
        v1::PutPullRequest request;
        request.set_name(name);
        request.set_address(address);
        request.set_mode(mode);
        return call<v1::Pull>("PutPull", request);
    }
    Result<v1::PushTarget> target(const std::string &name, const std::string &address)
    {
        v1::CreatePushTargetRequest request;
        request.set_name(name);
        request.set_address(address);
        return call<v1::PushTarget>("CreatePushTarget", request);
    }
    template <class Request> static Request named(const std::string &name)
    {
        Request request;
        request.set_name(name);
        return request;
    }
    std::string stored(const char *sql)
    {
        const auto rows = m_store->readNow<std::vector<store::Row>>([sql](store::Transaction &tx) { return tx.query(sql); });
        return rows && !rows->empty() ? rows->front()[0].toString().toStdString() : std::string();
    }

    std::chrono::steady_clock::time_point m_now{};
    net::WorkerPool m_workers{1};
    live::Registry m_registry{m_workers, {}};
    Relays m_relays{m_workers, m_registry, {}, nullptr};
    const CredentialBox m_box{std::string(64, '5')};
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<api::Dispatcher> m_dispatcher;
};

TEST_P(RelayCallsTest, APullIsShownMaskedAndKeptEncrypted)
{
    const auto made = put("cinema", "rtsp://admin:hunter22@192.0.2.7/Streaming/101");
    ASSERT_RESULT(made);
    EXPECT_EQ(made->address(), "rtsp://***@192.0.2.7/Streaming/***");
    EXPECT_EQ(made->mode(), "on_demand");
    EXPECT_EQ(made->state().state(), "idle");
    const auto got = call<v1::Pull>("GetPull", named<v1::GetPullRequest>("cinema"));
    ASSERT_RESULT(got);
    EXPECT_EQ(got->address(), made->address());
    const auto sealed = stored("SELECT address_sealed FROM stream_pulls");
    EXPECT_THAT(sealed, Not(HasSubstr("hunter22")));
    EXPECT_THAT(sealed, Not(HasSubstr("192.0.2.7")));
    EXPECT_EQ(*m_box.open(sealed, "pull:cinema"), "rtsp://admin:hunter22@192.0.2.7/Streaming/101");
}

TEST_P(RelayCallsTest, APullTakesThePlaceOfTheOneBefore)
{
    ASSERT_RESULT(put("cinema", "rtmp://192.0.2.7/live/one"));
    ASSERT_RESULT(put("cinema", "rtmp://192.0.2.8/live/two", "always"));
    const auto got = call<v1::Pull>("GetPull", named<v1::GetPullRequest>("cinema"));
    ASSERT_RESULT(got);
    EXPECT_EQ(got->address(), "rtmp://192.0.2.8/live/***");
    EXPECT_EQ(got->mode(), "always");
    ASSERT_RESULT(call<v1::DeletePullResponse>("DeletePull", named<v1::DeletePullRequest>("cinema")));
    EXPECT_EQ(call<v1::Pull>("GetPull", named<v1::GetPullRequest>("cinema")).error().code, ErrorCode::NotFound);
    EXPECT_EQ(call<v1::DeletePullResponse>("DeletePull", named<v1::DeletePullRequest>("cinema")).error().code, ErrorCode::NotFound);
}

TEST_P(RelayCallsTest, MistakesAreNamed)
{
    EXPECT_EQ(put("cinema", "file:///etc/passwd").error().field, "address");
    EXPECT_EQ(put("cinema", "rtmp://192.0.2.7/live/one", "sometimes").error().field, "mode");
    EXPECT_EQ(put("No Name", "rtmp://192.0.2.7/live/one").error().field, "name");
    EXPECT_EQ(put("nothing", "rtmp://192.0.2.7/live/one").error().code, ErrorCode::NotFound);
    EXPECT_EQ(target("nothing", "rtmp://192.0.2.7/live/one").error().code, ErrorCode::NotFound);
    EXPECT_EQ(target("cinema", "https://192.0.2.7/live").error().field, "address");
    EXPECT_EQ(call<v1::ListPushTargetsResponse>("ListPushTargets", named<v1::ListPushTargetsRequest>("nothing")).error().code,
              ErrorCode::NotFound);
}

TEST_P(RelayCallsTest, PushTargetsComeAndGoAndHideTheirKeys)
{
    const auto first = target("cinema", "rtmp://a.example.com/live2/topsecret");
    const auto second = target("cinema", "rtmps://b.example.com/app/key");
    ASSERT_RESULT(first);
    ASSERT_RESULT(second);
    EXPECT_NE(first->id(), second->id());
    EXPECT_EQ(first->address(), "rtmp://a.example.com/live2/***");
    EXPECT_THAT(stored("SELECT address_sealed FROM push_targets"), Not(HasSubstr("topsecret")));
    auto list = call<v1::ListPushTargetsResponse>("ListPushTargets", named<v1::ListPushTargetsRequest>("cinema"));
    ASSERT_RESULT(list);
    EXPECT_EQ(list->push_targets_size(), 2);
    EXPECT_THAT(list->DebugString(), Not(HasSubstr("topsecret")));
    v1::DeletePushTargetRequest request;
    request.set_name("cinema");
    request.set_id(first->id());
    ASSERT_RESULT(call<v1::DeletePushTargetResponse>("DeletePushTarget", request));
    EXPECT_EQ(call<v1::DeletePushTargetResponse>("DeletePushTarget", request).error().code, ErrorCode::NotFound);
    list = call<v1::ListPushTargetsResponse>("ListPushTargets", named<v1::ListPushTargetsRequest>("cinema"));
    ASSERT_RESULT(list);
    ASSERT_EQ(list->push_targets_size(), 1);
    EXPECT_EQ(list->push_targets(0).id(), second->id());
}

TEST_P(RelayCallsTest, ATargetIsDeletedUnderItsOwnStreamOnly)
{
    ASSERT_RESULT(addStream("other"));
    const auto made = target("cinema", "rtmp://a.example.com/live2/topsecret");
    ASSERT_RESULT(made);
    v1::DeletePushTargetRequest request;
    request.set_name("other");
    request.set_id(made->id());
    EXPECT_EQ(call<v1::DeletePushTargetResponse>("DeletePushTarget", request).error().code, ErrorCode::NotFound);
    EXPECT_TRUE(m_relays.push(made->id()));
}

TEST_P(RelayCallsTest, AStreamHasSixteenTargetsAtMost)
{
    for (int i = 0; i < 16; ++i)
        ASSERT_RESULT(target("cinema", "rtmp://a.example.com/live/" + std::to_string(i)));
    const auto more = target("cinema", "rtmp://a.example.com/live/more");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(more.error().message, HasSubstr("16"));
}

TEST_P(RelayCallsTest, TheyAreThereAgainAfterARestart)
{
    ASSERT_RESULT(put("cinema", "rtmp://192.0.2.7/live/one", "always"));
    const auto made = target("cinema", "rtmp://a.example.com/live2/topsecret");
    ASSERT_RESULT(made);
    Relays later(m_workers, m_registry, {}, nullptr);
    ASSERT_RESULT(loadRelays(*m_store, later, m_box));
    ASSERT_TRUE(later.pull("cinema"));
    EXPECT_EQ(later.pull("cinema")->address().full(), "rtmp://192.0.2.7/live/one");
    EXPECT_EQ(later.pull("cinema")->mode(), PullMode::Always);
    ASSERT_TRUE(later.push(made->id()));
    EXPECT_EQ(later.push(made->id())->address().full(), "rtmp://a.example.com/live2/topsecret");
}

TEST_P(RelayCallsTest, WithAnotherKeyTheServerStartsAndSaysWhatIsWrong)
{
    ASSERT_RESULT(put("cinema", "rtmp://192.0.2.7/live/one"));
    const CredentialBox other(std::string(64, '6'));
    Relays later(m_workers, m_registry, {}, nullptr);
    ASSERT_RESULT(loadRelays(*m_store, later, other));
    EXPECT_FALSE(later.pull("cinema"));
    const auto asked = dispatcher();
    handleRelayCalls(*asked, *m_store, later, other);
    ASSERT_RESULT(asked->seal());
    Caller caller;
    caller.permissions = kEveryPermission;
    const auto body =
        await(asked->callBinary("matinee.v1.RelayService/GetPull", caller, named<v1::GetPullRequest>("cinema").SerializeAsString()));
    ASSERT_RESULT(body);
    v1::Pull pull;
    ASSERT_TRUE(pull.ParseFromString(*body));
    EXPECT_EQ(pull.address(), "***");
    EXPECT_THAT(pull.state().last_error(), HasSubstr("security.credential_encryption_key"));
}

TEST_P(RelayCallsTest, AStoppedStreamIsNotFetched)
{
    ASSERT_RESULT(put("cinema", "rtmp://192.0.2.7/live/one", "always"));
    const auto changed = [this] {
        await([](store::Store &store, Relays &relays) -> Task<int> {
            co_await streamChanged(store, relays, "cinema");
            co_return 0;
        }(*m_store, m_relays));
    };
    const auto stop = [this](bool stopped) {
        return m_store->writeNow<bool>([stopped](store::Transaction &tx) { return store::updateStreamStopped(tx, "cinema", stopped); });
    };
    ASSERT_RESULT(stop(true));
    changed();
    EXPECT_TRUE(m_relays.pull("cinema")->paused());
    ASSERT_RESULT(put("cinema", "rtmp://192.0.2.7/live/two", "always"));
    EXPECT_TRUE(m_relays.pull("cinema")->paused()) << "also from another address";
    Relays later(m_workers, m_registry, {}, nullptr);
    ASSERT_RESULT(loadRelays(*m_store, later, m_box));
    EXPECT_TRUE(later.pull("cinema")->paused()) << "also after a restart";
    ASSERT_RESULT(stop(false));
    changed();
    EXPECT_FALSE(m_relays.pull("cinema")->paused());
}

TEST_P(RelayCallsTest, TheyGoWithTheirStream)
{
    ASSERT_RESULT(put("cinema", "rtmp://192.0.2.7/live/one"));
    const auto made = target("cinema", "rtmp://a.example.com/live2/topsecret");
    ASSERT_RESULT(made);
    await([](store::Store &store, Relays &relays) -> Task<int> {
        co_await streamChanged(store, relays, "cinema");
        co_return 0;
    }(*m_store, m_relays));
    EXPECT_TRUE(m_relays.pull("cinema")) << "it is there still";
    ASSERT_RESULT(m_store->writeNow<bool>([](store::Transaction &tx) { return store::deleteStream(tx, "cinema"); }));
    EXPECT_EQ(stored("SELECT stream FROM stream_pulls"), "");
    EXPECT_EQ(stored("SELECT id FROM push_targets"), "");
    await([](store::Store &store, Relays &relays) -> Task<int> {
        co_await streamChanged(store, relays, "cinema");
        co_return 0;
    }(*m_store, m_relays));
    EXPECT_FALSE(m_relays.pull("cinema"));
    EXPECT_FALSE(m_relays.push(made->id()));
}

INSTANTIATE_TEST_SUITE_P(Engines, RelayCallsTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

TEST(CredentialBox, OpensWhatItSealedAndNothingElse)
{
    const CredentialBox box(std::string(64, '5'));
    const auto sealed = box.seal("rtmp://host/app/key", "push:a");
    ASSERT_RESULT(sealed);
    EXPECT_NE(*sealed, *box.seal("rtmp://host/app/key", "push:a")) << "a nonce of its own each time";
    EXPECT_EQ(*box.open(*sealed, "push:a"), "rtmp://host/app/key");
    EXPECT_FALSE(box.open(*sealed, "push:b"));
    EXPECT_FALSE(CredentialBox(std::string(64, '6')).open(*sealed, "push:a"));
    for (std::size_t i = 0; i < sealed->size(); ++i) {
        auto changed = *sealed;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        // The last character of the base64 may hold bits that count for nothing.
        if (i + 1 < sealed->size()) {
            EXPECT_FALSE(box.open(changed, "push:a")) << i;
        }
        EXPECT_FALSE(box.open(sealed->substr(0, i), "push:a")) << i;
    }
}

TEST(CredentialBox, WithoutAKeyNothingIsStored)
{
    for (const auto &key : {std::string(), std::string(63, '5'), std::string(64, 'x')}) {
        EXPECT_EQ(CredentialBox(key).seal("a", "b").error().code, ErrorCode::FailedPrecondition);
        EXPECT_FALSE(CredentialBox(key).open("v1:AAAA", "b"));
    }
}

} // namespace
} // namespace matinee::relay

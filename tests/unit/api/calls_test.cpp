// The declared calls of streams, keys and the server with their real handlers on a real database, through the dispatcher. Who may make
// which call is another test's: tests/unit/app/permission_matrix_test.cpp.
#include "accounts/setup_token.h"
#include "api/api_key_calls.h"
#include "api/server_calls.h"
#include "live/stream_calls.h"
#include "record/recording_calls.h"
#include "relay/relay_calls.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

namespace matinee::api {

namespace {

using namespace std::chrono_literals;
using test::await;
using testing::ElementsAre;
using testing::HasSubstr;

class CallsTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        m_keys = std::make_unique<accounts::ApiKeys>(*m_store, nullptr);
        DispatcherOptions options;
        options.now = [this] { return m_now; };
        for (const char *service : {"StreamService", "RelayService", "RecordingService", "ServerService", "ApiKeyService", "SetupService"})
            options.services.push_back(
                google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string("matinee.v1.") + service));
        m_dispatcher = std::make_unique<Dispatcher>(options);
        ServerFacts facts;
        facts.name = "Matinee";
        facts.version = "1.2.3";
        facts.rtmpPort = 1935;
        facts.health = [] {
            v1::Health health;
            health.set_status("ok");
            return health;
        };
        facts.firstStream = [](store::Transaction &) -> Result<std::optional<v1::SetupStream>> {
            v1::SetupStream stream;
            stream.set_name("live");
            stream.set_publish_key("live_key");
            return std::optional(stream);
        };
        handleApiKeyCalls(*m_dispatcher, *m_keys);
        handleServerCalls(*m_dispatcher, *m_store, facts);
        live::handleStreamCalls(
            *m_dispatcher, *m_store, m_registry,
            {[this](const std::string &name, std::chrono::seconds time) { m_blocked.emplace_back(name, time); },
             [this](const std::string &name) { m_changed.push_back(name); },
             {},
             [](std::string_view name, std::chrono::system_clock::time_point) { return "token-of-" + std::string(name); },
             [] { return std::string("https://watch.example.org"); },
             [] { return std::string("rtmp://watch.example.org/live"); }});
        relay::handleRelayCalls(*m_dispatcher, *m_store, m_relays, m_credentials);
        record::RecordingOptions recording;
        recording.folder = testing::TempDir() + "matinee-calls-recordings";
        m_recordings = std::make_unique<record::Recordings>(m_registry, *m_store, m_workers, recording, nullptr); // not started
        record::handleRecordingCalls(*m_dispatcher, *m_recordings);
        const Result<void> sealed = m_dispatcher->seal();
        ASSERT_TRUE(sealed) << sealed.error().message;
    }
    void TearDown() override
    {
        if (m_store)
            m_store->close();
    }

    static Caller holder(PermissionSet permissions)
    {
        Caller caller;
        caller.permissions = permissions;
        caller.keyId = permissions == kPublicOnly ? "" : "k3y";
        caller.address = "192.0.2.1";
        return caller;
    }

    template <class Response> Result<Response> call(const std::string &method, const google::protobuf::Message &request, Caller caller)
    {
        m_now += 1h; // rates are another test's concern
        Result<std::string> body = await(m_dispatcher->callBinary("matinee.v1." + method, std::move(caller), request.SerializeAsString()));
        if (!body)
            return body.error();
        Response response;
        EXPECT_TRUE(response.ParseFromString(*body));
        return response;
    }
    template <class Response> Result<Response> call(const std::string &method, const google::protobuf::Message &request)
    {
        return call<Response>(method, request, holder(kEveryPermission));
    }

    Result<v1::Stream> create(const std::string &name, bool isPrivate = false)
    {
        v1::CreateStreamRequest request;
        request.set_name(name);
        request.set_private_(isPrivate);
        return call<v1::Stream>("StreamService/CreateStream", request);
    }
    template <class Request> static Request named(const std::string &name)
    {
        Request request;
        request.set_name(name);
        return request;
    }
    std::string hashOf(const std::string &name)
    {
        const auto row =
            m_store->readNow<std::optional<store::StreamRow>>([&](store::Transaction &tx) { return store::findStream(tx, name); });
        return row && *row ? (*row)->keyHash : "";
    }
    void turn()
    {
        m_workers.at(0).context().restart();
        m_workers.at(0).context().poll();
    }
    std::unique_ptr<live::Publication> publish(const std::string &name)
    {
        auto publication =
            m_registry.publish(name, {"198.51.100.9", "obs", "rtmp"}, m_workers.at(0), [this](std::string why) { m_kicked = why; });
        EXPECT_TRUE(publication);
        turn();
        return std::move(*publication);
    }

    std::chrono::steady_clock::time_point m_now{100h};
    net::WorkerPool m_workers{1};
    live::Registry m_registry{m_workers, {}};
    relay::Relays m_relays{m_workers, m_registry, {}, nullptr}; // not started
    const relay::CredentialBox m_credentials{std::string(64, 'a')};
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<accounts::ApiKeys> m_keys;
    std::unique_ptr<record::Recordings> m_recordings;
    std::unique_ptr<Dispatcher> m_dispatcher;
    std::vector<std::pair<std::string, std::chrono::seconds>> m_blocked;
    std::vector<std::string> m_changed;
    std::string m_kicked;
};

TEST_P(CallsTest, AStreamShowsItsKeyAtCreationAndRotationOnly)
{
    const auto created = create("show");
    ASSERT_RESULT(created);
    EXPECT_EQ(created->name(), "show");
    EXPECT_EQ(created->status(), "idle");
    EXPECT_FALSE(created->private_());
    EXPECT_THAT(created->publish_key(), HasSubstr("live_"));
    EXPECT_THAT(m_changed, ElementsAre("show"));

    const auto got = call<v1::Stream>("StreamService/GetStream", named<v1::GetStreamRequest>("show"));
    ASSERT_RESULT(got);
    EXPECT_FALSE(got->has_publish_key());
    EXPECT_EQ(got->created_at().SerializeAsString(), created->created_at().SerializeAsString());

    const std::string before = hashOf("show");
    const auto rotated = call<v1::Stream>("StreamService/RotateStreamKey", named<v1::RotateStreamKeyRequest>("show"));
    ASSERT_RESULT(rotated);
    EXPECT_NE(rotated->publish_key(), created->publish_key());
    EXPECT_NE(hashOf("show"), before);
    EXPECT_EQ(m_changed.size(), 2u);
}

TEST_P(CallsTest, NamesAreCheckedAndTaken)
{
    ASSERT_RESULT(create("a-b_9"));
    EXPECT_EQ(create("a-b_9").error().code, ErrorCode::AlreadyExists);
    for (const char *name : {"", "Upper", "a b", "a/b", "..", "ü", "a.b", "a\nb"})
        EXPECT_EQ(create(name).error().field, "name") << name;
    ASSERT_RESULT(create(std::string(64, 'x')));
    EXPECT_EQ(create(std::string(65, 'x')).error().code, ErrorCode::InvalidArgument);
}

TEST_P(CallsTest, StreamsAreListedByNameInPages)
{
    for (const char *name : {"c", "a", "e", "b", "d"})
        ASSERT_RESULT(create(name));
    v1::ListStreamsRequest request;
    request.set_page_size(2);
    std::string names;
    for (int page = 0; page < 3; ++page) {
        const auto answer = call<v1::ListStreamsResponse>("StreamService/ListStreams", request);
        ASSERT_RESULT(answer);
        for (const auto &stream : answer->streams())
            names += stream.name();
        EXPECT_EQ(answer->next_page_token().empty(), page == 2);
        request.set_page_token(answer->next_page_token());
        names += "|";
    }
    EXPECT_EQ(names, "ab|cd|e|");
    request.set_page_size(1001);
    EXPECT_EQ(call<v1::ListStreamsResponse>("StreamService/ListStreams", request).error().field, "page_size");
    request.set_page_size(0);
    request.set_page_token("' OR 1=1 --");
    EXPECT_EQ(call<v1::ListStreamsResponse>("StreamService/ListStreams", request).error().field, "page_token");
}

TEST_P(CallsTest, UnknownStreamsAreNotFound)
{
    EXPECT_EQ(call<v1::Stream>("StreamService/GetStream", named<v1::GetStreamRequest>("nothing")).error().code, ErrorCode::NotFound);
    EXPECT_EQ(call<v1::Stream>("StreamService/RotateStreamKey", named<v1::RotateStreamKeyRequest>("nothing")).error().code,
              ErrorCode::NotFound);
    EXPECT_EQ(call<v1::Stream>("StreamService/KickStream", named<v1::KickStreamRequest>("nothing")).error().code, ErrorCode::NotFound);
    EXPECT_EQ(call<v1::DeleteStreamResponse>("StreamService/DeleteStream", named<v1::DeleteStreamRequest>("nothing")).error().code,
              ErrorCode::NotFound);
    EXPECT_EQ(call<v1::Playback>("StreamService/GetPlayback", named<v1::GetPlaybackRequest>("nothing")).error().code, ErrorCode::NotFound);
    EXPECT_TRUE(m_changed.empty());
}

TEST_P(CallsTest, ALiveStreamIsTold)
{
    ASSERT_RESULT(create("show"));
    const auto publication = publish("show");
    const auto got = call<v1::Stream>("StreamService/GetStream", named<v1::GetStreamRequest>("show"));
    ASSERT_RESULT(got);
    EXPECT_EQ(got->status(), "live");
    EXPECT_EQ(got->live().publisher(), "198.51.100.9");
    EXPECT_EQ(got->live().encoder(), "obs");
    EXPECT_GT(got->live().started_at().seconds(), 0);

    const auto playback = call<v1::Playback>("StreamService/GetPlayback", named<v1::GetPlaybackRequest>("show"), holder(kPublicOnly));
    ASSERT_RESULT(playback);
    EXPECT_TRUE(playback->live());
    EXPECT_EQ(playback->flv_path(), "/flv/show.flv");
    EXPECT_EQ(playback->hls_path(), "/hls/show.m3u8");
}

TEST_P(CallsTest, DeletingAStreamEndsItAndForgetsIt)
{
    ASSERT_RESULT(create("show"));
    const auto publication = publish("show");
    ASSERT_RESULT(call<v1::DeleteStreamResponse>("StreamService/DeleteStream", named<v1::DeleteStreamRequest>("show")));
    turn();
    EXPECT_THAT(m_kicked, HasSubstr("deleted"));
    EXPECT_EQ(hashOf("show"), "");
}

TEST_P(CallsTest, StoppingEndsAStreamAndIsKeptUntilItIsStarted)
{
    ASSERT_RESULT(create("show"));
    const auto publication = publish("show");
    const auto stopped = call<v1::Stream>("StreamService/StopStream", named<v1::StopStreamRequest>("show"));
    ASSERT_RESULT(stopped);
    turn();
    EXPECT_TRUE(stopped->stopped());
    EXPECT_EQ(stopped->status(), "idle");
    EXPECT_THAT(m_kicked, HasSubstr("stopped by an administrator"));
    EXPECT_THAT(m_changed, ElementsAre("show", "show"));
    EXPECT_TRUE(call<v1::Stream>("StreamService/GetStream", named<v1::GetStreamRequest>("show"))->stopped());
    EXPECT_FALSE(call<v1::Stream>("StreamService/StartStream", named<v1::StartStreamRequest>("show"))->stopped());
    EXPECT_EQ(call<v1::Stream>("StreamService/StopStream", named<v1::StopStreamRequest>("nothing")).error().code, ErrorCode::NotFound);
}

TEST_P(CallsTest, ATokenComesWithAddressesThatHoldIt)
{
    ASSERT_RESULT(create("secret", true));
    auto request = named<v1::CreatePlaybackTokenRequest>("secret");
    request.set_ttl_seconds(60);
    const auto made = call<v1::PlaybackToken>("StreamService/CreatePlaybackToken", request);
    ASSERT_RESULT(made);
    EXPECT_EQ(made->token(), "token-of-secret");
    EXPECT_EQ(made->watch_url(), "https://watch.example.org/watch/secret?token=token-of-secret");
    EXPECT_EQ(made->flv_url(), "https://watch.example.org/flv/secret.flv?token=token-of-secret");
    EXPECT_EQ(made->hls_url(), "https://watch.example.org/hls/secret.m3u8?token=token-of-secret");
    EXPECT_EQ(made->rtmp_url(), "rtmp://watch.example.org/live/secret?token=token-of-secret");
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    EXPECT_NEAR(static_cast<double>(made->expires_at().seconds() - now), 60, 20);
    request.set_ttl_seconds(30 * 86400 + 1);
    EXPECT_EQ(call<v1::PlaybackToken>("StreamService/CreatePlaybackToken", request).error().field, "ttl_seconds");
    request.set_ttl_seconds(0);
    request.set_name("nothing");
    EXPECT_EQ(call<v1::PlaybackToken>("StreamService/CreatePlaybackToken", request).error().code, ErrorCode::NotFound);
}

TEST_P(CallsTest, FiguresAreForThoseWhoMayPlayAndNameNoPublisher)
{
    ASSERT_RESULT(create("show"));
    ASSERT_RESULT(create("secret", true));
    auto request = named<v1::GetPlaybackStatisticsRequest>("show");
    EXPECT_EQ(call<v1::PlaybackStatistics>("StreamService/GetPlaybackStatistics", request, holder(kPublicOnly))->status(), "idle");
    const auto publication = publish("show");
    const auto figures = call<v1::PlaybackStatistics>("StreamService/GetPlaybackStatistics", request, holder(kPublicOnly));
    ASSERT_RESULT(figures);
    EXPECT_EQ(figures->status(), "live");
    EXPECT_EQ(figures->DebugString().find("198.51.100.9"), std::string::npos);
    request.set_name("secret");
    EXPECT_EQ(call<v1::PlaybackStatistics>("StreamService/GetPlaybackStatistics", request, holder(kPublicOnly)).error().code,
              ErrorCode::NotFound);
    EXPECT_TRUE(call<v1::PlaybackStatistics>("StreamService/GetPlaybackStatistics", request));
}

TEST_P(CallsTest, KickingNeedsAPublisherUnlessItBlocks)
{
    ASSERT_RESULT(create("show"));
    v1::KickStreamRequest request = named<v1::KickStreamRequest>("show");
    EXPECT_EQ(call<v1::Stream>("StreamService/KickStream", request).error().code, ErrorCode::FailedPrecondition);
    const auto publication = publish("show");
    ASSERT_RESULT(call<v1::Stream>("StreamService/KickStream", request));
    turn();
    EXPECT_THAT(m_kicked, HasSubstr("kicked"));
    EXPECT_TRUE(m_blocked.empty());
    request.set_block_seconds(60);
    ASSERT_RESULT(call<v1::Stream>("StreamService/KickStream", request));
    EXPECT_THAT(m_blocked, ElementsAre(std::pair(std::string("show"), std::chrono::seconds(60))));
    request.set_block_seconds(86401);
    EXPECT_EQ(call<v1::Stream>("StreamService/KickStream", request).error().field, "block_seconds");
}

TEST_P(CallsTest, PrivateStreamsDoNotExistForStrangers)
{
    ASSERT_RESULT(create("secret", true));
    const auto request = named<v1::GetPlaybackRequest>("secret");
    const auto hidden = call<v1::Playback>("StreamService/GetPlayback", request, holder(kPublicOnly));
    const auto missing = call<v1::Playback>("StreamService/GetPlayback", named<v1::GetPlaybackRequest>("nothin"), holder(kPublicOnly));
    ASSERT_FALSE(hidden);
    EXPECT_EQ(hidden.error().code, missing.error().code);
    EXPECT_EQ(hidden.error().message, "There is no stream named secret.");
    EXPECT_EQ(missing.error().message, "There is no stream named nothin.");
    EXPECT_TRUE(call<v1::Playback>("StreamService/GetPlayback", request, holder(kPublicOnly | permissionBit(v1::READ_STREAMS))));
}

TEST_P(CallsTest, ApiKeysAreShownOnceListedAndRevoked)
{
    v1::CreateApiKeyRequest request;
    request.set_name("overlay");
    request.add_scopes("streams:read");
    request.set_expires_in_seconds(3600);
    const auto created = call<v1::ApiKey>("ApiKeyService/CreateApiKey", request);
    ASSERT_RESULT(created);
    EXPECT_THAT(created->key(), HasSubstr("mtn_"));
    EXPECT_EQ(created->expires_at().seconds() - created->created_at().seconds(), 3600);
    EXPECT_TRUE(await(m_keys->verify(created->key(), std::chrono::system_clock::now())));

    const auto listed = call<v1::ListApiKeysResponse>("ApiKeyService/ListApiKeys", v1::ListApiKeysRequest());
    ASSERT_RESULT(listed);
    ASSERT_EQ(listed->keys_size(), 1);
    EXPECT_EQ(listed->keys(0).name(), "overlay");
    EXPECT_THAT(listed->keys(0).scopes(), ElementsAre("streams:read"));
    EXPECT_FALSE(listed->keys(0).has_key());

    v1::RevokeApiKeyRequest revoke;
    revoke.set_id(created->id());
    ASSERT_RESULT(call<v1::RevokeApiKeyResponse>("ApiKeyService/RevokeApiKey", revoke));
    EXPECT_FALSE(await(m_keys->verify(created->key(), std::chrono::system_clock::now())));
    EXPECT_EQ(call<v1::RevokeApiKeyResponse>("ApiKeyService/RevokeApiKey", revoke).error().code, ErrorCode::NotFound);
}

TEST_P(CallsTest, NobodyHandsOutMoreThanTheyHave)
{
    v1::CreateApiKeyRequest request;
    request.set_name("climber");
    request.add_scopes("admin");
    const Caller keyKeeper = holder(kPublicOnly | permissionBit(v1::MANAGE_API_KEYS) | permissionBit(v1::READ_STREAMS));
    EXPECT_EQ(call<v1::ApiKey>("ApiKeyService/CreateApiKey", request, keyKeeper).error().code, ErrorCode::PermissionDenied);
    request.set_scopes(0, "streams:read");
    EXPECT_TRUE(call<v1::ApiKey>("ApiKeyService/CreateApiKey", request, keyKeeper));
}

TEST_P(CallsTest, MistakesInAKeyAreNamedByTheirField)
{
    v1::CreateApiKeyRequest request;
    request.set_name("overlay");
    EXPECT_EQ(call<v1::ApiKey>("ApiKeyService/CreateApiKey", request).error().field, "scopes");
    request.add_scopes("everything");
    EXPECT_EQ(call<v1::ApiKey>("ApiKeyService/CreateApiKey", request).error().field, "scopes");
    request.set_scopes(0, "admin");
    request.set_expires_in_seconds(4'000'000'000u);
    EXPECT_EQ(call<v1::ApiKey>("ApiKeyService/CreateApiKey", request).error().field, "expires_in_seconds");
    request.set_expires_in_seconds(0);
    request.set_name("");
    EXPECT_EQ(call<v1::ApiKey>("ApiKeyService/CreateApiKey", request).error().field, "name");
}

TEST_P(CallsTest, TheSetUpLinkWorksOnce)
{
    const auto token = m_store->writeNow<std::optional<std::string>>(
        [](store::Transaction &tx) { return accounts::makeSetupToken(tx, std::chrono::system_clock::now()); });
    ASSERT_TRUE(token && *token);
    const auto server = [this] { return *call<v1::Server>("ServerService/GetServer", v1::GetServerRequest(), holder(kPublicOnly)); };
    EXPECT_TRUE(server().needs_setup());
    EXPECT_EQ(server().version(), "1.2.3");
    EXPECT_EQ(server().rtmp_port(), 1935u);

    v1::ClaimSetupRequest request;
    request.set_token("guess");
    EXPECT_EQ(call<v1::ClaimSetupResponse>("SetupService/ClaimSetup", request, holder(kPublicOnly)).error().code,
              ErrorCode::PermissionDenied);
    request.set_token(**token);
    const auto claimed = call<v1::ClaimSetupResponse>("SetupService/ClaimSetup", request, holder(kPublicOnly));
    ASSERT_RESULT(claimed);
    EXPECT_THAT(claimed->api_key().scopes(), ElementsAre("admin"));
    EXPECT_EQ(claimed->first_stream().publish_key(), "live_key");
    EXPECT_TRUE(await(m_keys->verify(claimed->api_key().key(), std::chrono::system_clock::now())));
    EXPECT_FALSE(server().needs_setup());
    EXPECT_EQ(call<v1::ClaimSetupResponse>("SetupService/ClaimSetup", request, holder(kPublicOnly)).error().code,
              ErrorCode::PermissionDenied);
}

INSTANTIATE_TEST_SUITE_P(Engines, CallsTest, testing::Values(store::Engine::Sqlite), test::engineName);

} // namespace

} // namespace matinee::api

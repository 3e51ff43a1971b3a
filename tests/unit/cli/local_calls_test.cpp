#include "terminal.h"

#include "matinee/v1/envelope.pb.h"
#include "matinee/v1/server.pb.h"
#include "matinee/v1/streams.pb.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <optional>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace matinee {

namespace {

using testing::HasSubstr;

/// A server on the control socket of a data folder that answers from a function: four bytes of length, then the message.
class RunningServer
{
public:
    RunningServer(const std::string &path, test::StandIn::Answer answer) : m_answer(std::move(answer))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        EXPECT_LT(path.size(), sizeof address.sun_path);
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        m_listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
        EXPECT_EQ(::bind(m_listener, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(m_listener, 4), 0);
        m_thread = std::thread([this] { run(); });
    }
    ~RunningServer()
    {
        ::shutdown(m_listener, SHUT_RDWR);
        m_thread.join();
        ::close(m_listener);
    }

private:
    void run()
    {
        for (int peer = ::accept(m_listener, nullptr, nullptr); peer >= 0; peer = ::accept(m_listener, nullptr, nullptr)) {
            while (const auto message = receive(peer))
                answer(peer, *message);
            ::close(peer);
        }
    }
    static std::optional<v1::ClientMessage> receive(int peer)
    {
        unsigned char length[4];
        if (::recv(peer, length, 4, MSG_WAITALL) != 4)
            return std::nullopt;
        std::string bytes(std::size_t{length[2]} << 8 | length[3], '\0');
        v1::ClientMessage message;
        const auto got = ::recv(peer, bytes.data(), bytes.size(), MSG_WAITALL);
        if (got != static_cast<ssize_t>(bytes.size()) || !message.ParseFromString(bytes))
            return std::nullopt;
        return message;
    }
    void answer(int peer, const v1::ClientMessage &message)
    {
        v1::ServerMessage out;
        out.mutable_response()->set_id(message.call().id());
        const auto body = m_answer(message.call().method(), message.call().body());
        if (body)
            out.mutable_response()->set_body(*body);
        else {
            out.mutable_response()->mutable_status()->set_code(std::string(codeName(body.error().code)));
            out.mutable_response()->mutable_status()->set_message(body.error().message);
        }
        const std::string bytes = out.SerializeAsString();
        const std::string framed{'\0', '\0', static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())};
        const std::string whole = framed + bytes;
        EXPECT_EQ(::send(peer, whole.data(), whole.size(), MSG_NOSIGNAL), static_cast<ssize_t>(whole.size()));
    }

    test::StandIn::Answer m_answer;
    int m_listener = -1;
    std::thread m_thread;
};

v1::Stream cinema()
{
    v1::Stream stream;
    stream.set_name("cinema");
    stream.set_publish_key("k-secret");
    stream.set_status("idle");
    stream.mutable_created_at()->set_seconds(1767323045);
    return stream;
}

} // namespace

class StreamCommands : public testing::Test, public test::Terminal
{
protected:
    /// Calls made without a server land here.
    void answerOffline(test::StandIn::Answer answer)
    {
        openOffline = [answer](const settings::Snapshot &settings, const std::string &) -> Result<std::unique_ptr<app::OfflineCalls>> {
            EXPECT_EQ(settings.get(settings::jwtSecret).size(), 64U);
            return std::unique_ptr<app::OfflineCalls>(std::make_unique<test::StandIn>(answer));
        };
    }
    std::unique_ptr<RunningServer> startServer(test::StandIn::Answer answer)
    {
        std::filesystem::create_directories(dataDir());
        return std::make_unique<RunningServer>(dataDir() + "/control.sock", std::move(answer));
    }
};

TEST_F(StreamCommands, CreateTellsHowToPublishAndShowsTheKeyOnce)
{
    answerOffline([](std::string_view method, const std::string &body) -> Result<std::string> {
        EXPECT_EQ(method, "matinee.v1.StreamService/CreateStream");
        v1::CreateStreamRequest request;
        EXPECT_TRUE(request.ParseFromString(body));
        EXPECT_EQ(request.name(), "cinema");
        EXPECT_TRUE(request.private_());
        return cinema().SerializeAsString();
    });
    const auto outcome = run({"stream", "create", "cinema", "--private", "--set", "livestream.rtmp_port=1945"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("rtmp://host.test:1945/live"));
    EXPECT_THAT(outcome.out, HasSubstr("Stream key  k-secret\n"));

    const auto document = boost::json::parse(run({"stream", "create", "cinema", "--private", "--output", "json"}).out);
    EXPECT_EQ(document.at("publish_key"), "k-secret");
    EXPECT_EQ(document.at("private"), false) << "fields with default values are there, too";
    EXPECT_EQ(document.at("created_at"), "2026-01-02T03:04:05Z");
    EXPECT_FALSE(document.as_object().contains("live"));
}

TEST_F(StreamCommands, AStreamMayBeNamedLikeACommand)
{
    std::vector<std::string> names;
    answerOffline([&](std::string_view, const std::string &body) -> Result<std::string> {
        v1::CreateStreamRequest request;
        EXPECT_TRUE(request.ParseFromString(body));
        names.push_back(request.name());
        return cinema().SerializeAsString();
    });
    EXPECT_EQ(run({"stream", "create", "list"}).exitCode, 0);
    EXPECT_EQ(run({"stream", "create", "serve"}).exitCode, 0);
    EXPECT_EQ(run({"stream", "create", "create"}).exitCode, 0);
    EXPECT_THAT(names, testing::ElementsAre("list", "serve", "create"));
}

TEST_F(StreamCommands, ARunningServerIsAskedThroughItsSocket)
{
    bool offline = false;
    answerOffline([&](std::string_view, const std::string &) -> Result<std::string> {
        offline = true;
        return std::string();
    });
    std::vector<std::string> methods;
    const auto server = startServer([&](std::string_view method, const std::string &) -> Result<std::string> {
        methods.emplace_back(method);
        if (method == "matinee.v1.ServerService/GetServer") {
            v1::Server about;
            about.set_rtmp_port(24017);
            return about.SerializeAsString();
        }
        return cinema().SerializeAsString();
    });
    const auto outcome = run({"stream", "rotate-key", "cinema"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("rtmp://host.test:24017/live")) << "the port that the server has, not the one of the settings";
    EXPECT_FALSE(offline);
    EXPECT_THAT(methods, testing::ElementsAre("matinee.v1.StreamService/RotateStreamKey", "matinee.v1.ServerService/GetServer"));
}

TEST_F(StreamCommands, FailuresOfCallsKeepTheirSentenceAndHaveAnExitCode)
{
    const auto server = startServer([](std::string_view method, const std::string &) -> Result<std::string> {
        if (method.ends_with("CreateStream"))
            return fail(ErrorCode::AlreadyExists, "There is already a stream named cinema.");
        return fail(ErrorCode::NotFound, "There is no stream named cinema.");
    });
    auto outcome = run({"stream", "show", "cinema"});
    EXPECT_EQ(outcome.exitCode, 4);
    EXPECT_EQ(outcome.err, "matinee: There is no stream named cinema.\n");
    outcome = run({"stream", "create", "cinema", "--output", "json"});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(boost::json::parse(outcome.err).at("code"), "already_exists");
    EXPECT_EQ(boost::json::parse(outcome.err).at("status"), 409);
}

TEST_F(StreamCommands, ASocketThatIsLeftOverMeansThatNoServerRuns)
{
    {
        const auto server = startServer([](auto, auto &) -> Result<std::string> { return std::string(); });
    }
    ASSERT_TRUE(std::filesystem::exists(dataDir() + "/control.sock"));
    answerOffline(
        [](std::string_view, const std::string &) -> Result<std::string> { return v1::ListStreamsResponse().SerializeAsString(); });
    const auto outcome = run({"stream", "list"});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("There are no streams."));
}

TEST_F(StreamCommands, ListGathersAllPages)
{
    std::filesystem::create_directories(dataDir());
    answerOffline([](std::string_view, const std::string &body) -> Result<std::string> {
        v1::ListStreamsRequest request;
        EXPECT_TRUE(request.ParseFromString(body));
        v1::ListStreamsResponse page;
        auto *stream = page.add_streams();
        *stream = cinema();
        stream->clear_publish_key();
        if (request.page_token().empty()) {
            page.set_next_page_token("more");
            stream->set_status("live");
            stream->mutable_live()->set_viewers(3);
            stream->mutable_live()->set_bitrate_kbps(2512);
        }
        return page.SerializeAsString();
    });
    const auto outcome = run({"stream", "list"});
    EXPECT_EQ(outcome.out, "NAME    STATUS  PRIVATE  VIEWERS  BITRATE     CREATED\n"
                           "cinema  live    no       3        2.5 Mbit/s  2026-01-02 03:04 UTC\n"
                           "cinema  idle    no       -        -           2026-01-02 03:04 UTC\n");
    EXPECT_EQ(boost::json::parse(run({"stream", "list", "--output", "json"}).out).at("streams").as_array().size(), 2U);
}

TEST_F(StreamCommands, KickNeedsARunningServer)
{
    std::filesystem::create_directories(dataDir());
    answerOffline([](std::string_view, const std::string &) -> Result<std::string> {
        ADD_FAILURE() << "nobody can be kicked here";
        return std::string();
    });
    const auto outcome = run({"stream", "kick", "cinema"});
    EXPECT_EQ(outcome.exitCode, 5);
    EXPECT_THAT(outcome.err, HasSubstr("No server runs on the data folder"));
}

TEST_F(StreamCommands, AMistypedDataFolderIsNotMade)
{
    const auto outcome = run({"stream", "list"});
    EXPECT_EQ(outcome.exitCode, 4);
    EXPECT_THAT(outcome.err, HasSubstr("There is no data folder"));
    EXPECT_FALSE(std::filesystem::exists(dataDir()));
}

TEST_F(StreamCommands, ApiKeysAreMadeWithScopesAndALifetime)
{
    v1::CreateApiKeyRequest seen;
    answerOffline([&](std::string_view method, const std::string &body) -> Result<std::string> {
        EXPECT_EQ(method, "matinee.v1.ApiKeyService/CreateApiKey");
        EXPECT_TRUE(seen.ParseFromString(body));
        v1::ApiKey key;
        key.set_id("k7f3q2");
        key.set_name(seen.name());
        *key.mutable_scopes() = seen.scopes();
        key.set_key("mk_once");
        return key.SerializeAsString();
    });
    const auto outcome =
        run({"api-key", "create", "--name", "backup job", "--scope", "streams:read", "--scope", "server:read", "--expires", "30d"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(outcome.out, testing::StartsWith("mk_once\n")) << "the first line is the key, for scripts and eyes";
    EXPECT_EQ(seen.scopes_size(), 2);
    EXPECT_EQ(seen.expires_in_seconds(), 30U * 86400);
    EXPECT_EQ(boost::json::parse(run({"api-key", "create", "--name", "a", "--scope", "admin", "--output", "json"}).out).at("key"),
              "mk_once");
    EXPECT_EQ(seen.expires_in_seconds(), 0U);
    for (const std::string wrong : {"30", "d", "-1d", "11y", "0d", "99999999999999999999d", "30 days", ""})
        EXPECT_EQ(run({"api-key", "create", "--name", "a", "--scope", "admin", "--expires", wrong}).exitCode, 2) << wrong;
    EXPECT_EQ(run({"api-key", "create", "--name", "a"}).exitCode, 2) << "no scope";
    EXPECT_EQ(seen.owner(), "");
    EXPECT_EQ(run({"api-key", "create", "--name", "a", "--scope", "users", "--owner", "alice"}).exitCode, 0);
    EXPECT_EQ(seen.owner(), "alice");
}

TEST_F(StreamCommands, ApiKeysAreListedWithTheirOwners)
{
    v1::ListApiKeysRequest seen;
    answerOffline([&](std::string_view, const std::string &body) -> Result<std::string> {
        EXPECT_TRUE(seen.ParseFromString(body));
        v1::ListApiKeysResponse answer;
        auto *own = answer.add_keys();
        own->set_id("k7f3q2ab");
        own->set_name("overlay");
        own->set_owner("alice");
        own->set_state("suspended");
        answer.add_keys()->set_state("active");
        return answer.SerializeAsString();
    });
    std::filesystem::create_directories(dataDir());
    const auto outcome = run({"api-key", "list", "--owner", "alice"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(seen.owner(), "alice");
    EXPECT_THAT(outcome.out, HasSubstr("suspended"));
    EXPECT_THAT(outcome.out, HasSubstr("the server"));
}

} // namespace matinee

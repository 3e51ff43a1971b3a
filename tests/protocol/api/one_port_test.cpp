// The faces on one real port: what REST answers, gRPC answers, in clear and by TLS.
#include "api/docs_page.h"
#include "api/grpc.h"
#include "api/rest.h"
#include "api/websocket.h"
#include "tests/unit/api/grpc_client.h"
#include "tests/unit/api/test_support.h"
#include "tests/unit/http/door_fixture.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <fstream>

using namespace std::chrono_literals;
using matinee::test::Door;

namespace matinee::api {

namespace {

class OnePortTest : public testing::Test
{
protected:
    void open(const std::function<void(http::FrontDoorOptions &)> &change = {})
    {
        ASSERT_TRUE(calls.dispatcher.seal());
        door = std::make_unique<Door>(
            [this](http::Router &router) {
                registerRest(router, calls.dispatcher);
                registerWebSocket(router, calls.dispatcher, nullptr, "1.2.3");
                registerDocs(router);
            },
            change, [this](int descriptor, const std::string &address) { face->take(descriptor, address); });
        face = std::make_unique<GrpcFace>(calls.dispatcher, door->pool, GrpcOptions());
    }
    void TearDown() override
    {
        if (face)
            face->stop(0ms);
        if (door) {
            // Calls that still wait let go of their timers while the worker is there.
            std::promise<void> released;
            door->pool.at(0).post([&] {
                calls.release();
                released.set_value();
            });
            released.get_future().wait();
        }
        door.reset();
    }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(door->port()); }

    test::Reply post(const std::string &path, const std::string &body, const std::string &fields = {})
    {
        return door->ask("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + fields +
                         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    void expectSameAnswers(GrpcClient &grpc, const std::function<test::Reply(const std::string &path, const std::string &body)> &rest)
    {
        test::EchoRequest request;
        request.set_name("one");
        request.set_count(3);
        test::EchoRequest byGrpc;
        const auto status = grpc.call("matinee.test.GoodService/Echo", request, &byGrpc);
        ASSERT_TRUE(status.ok()) << status.error_message();
        EXPECT_EQ(calls.lastCaller().face, "grpc");
        EXPECT_EQ(calls.lastCaller().address, "127.0.0.1");
        const auto byRest = rest("/api/test/echo/one", R"({"count": 3})");
        EXPECT_EQ(calls.lastCaller().face, "rest");
        EXPECT_EQ(calls.lastCaller().address, "127.0.0.1");
        EXPECT_EQ(byRest.status, 201);
        test::EchoRequest parsed;
        ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(byRest.body, &parsed).ok()) << byRest.body;
        EXPECT_EQ(parsed.SerializeAsString(), byGrpc.SerializeAsString());

        request.set_name("missing");
        const auto refused = grpc.call("matinee.test.GoodService/Echo", request);
        const auto problem = rest("/api/test/echo/missing", "{}");
        EXPECT_EQ(problem.status, 404);
        EXPECT_NE(problem.body.find("\"code\":\"" + grpc.trailers.at("matinee-code") + "\""), std::string::npos) << problem.body;
        EXPECT_NE(problem.body.find(refused.error_message()), std::string::npos) << problem.body;
    }

    /// One masked client frame (RFC 6455, 5.2), payload below 126 bytes.
    static std::string frame(unsigned opcode, const std::string &payload)
    {
        std::string bytes{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size()), 1, 2, 3, 4};
        for (std::size_t i = 0; i < payload.size(); ++i)
            bytes += static_cast<char>(payload[i] ^ bytes[2 + i % 4]);
        return bytes;
    }
    static v1::ServerMessage readMessage(test::LoopbackClient &client)
    {
        v1::ServerMessage message;
        const std::string head = client.readExactly(2);
        if (head.size() == 2 && head[0] == '\x82') {
            EXPECT_TRUE(message.ParseFromString(client.readExactly(lengthAfter(head, client))));
        }
        return message;
    }
    /// Up to 65,535 bytes (RFC 6455, 5.2).
    static std::size_t lengthAfter(const std::string &head, test::LoopbackClient &client)
    {
        const auto length = static_cast<unsigned char>(head[1]);
        if (length < 126)
            return length;
        const std::string more = client.readExactly(2);
        return more.size() == 2 ? static_cast<unsigned char>(more[0]) * 256U + static_cast<unsigned char>(more[1]) : 0;
    }
    static std::string readText(test::LoopbackClient &client)
    {
        const std::string head = client.readExactly(2);
        if (head.size() != 2 || head[0] != '\x81')
            return "no text";
        if (head[1] != 126)
            return client.readExactly(static_cast<unsigned char>(head[1]));
        const std::string length = client.readExactly(2);
        return client.readExactly(static_cast<std::size_t>(static_cast<unsigned char>(length[0])) << 8 |
                                  static_cast<unsigned char>(length[1]));
    }
    static void upgrade(test::LoopbackClient &client, const std::string &fields = {})
    {
        client.send("GET /api/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                    fields + "\r\n");
        EXPECT_TRUE(client.readUntil("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    }

    TestCalls calls;
    std::unique_ptr<GrpcFace> face;
    std::unique_ptr<Door> door;
};

TEST_F(OnePortTest, RestAndGrpcAnswerTheSameInClear)
{
    open();
    GrpcClient grpc(grpc::CreateChannel(address(), grpc::InsecureChannelCredentials()));
    expectSameAnswers(grpc, [this](const std::string &path, const std::string &body) { return post(path, body); });
}

TEST_F(OnePortTest, RestAndGrpcAnswerTheSameByTls)
{
    const auto files = test::makeCertificate("one_port");
    auto loaded = net::TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const std::shared_ptr<net::TlsContext> tls = std::move(*loaded);
    open([&](http::FrontDoorOptions &options) { options.tls = tls; });

    std::ifstream chain(files.chain);
    grpc::SslCredentialsOptions trust;
    trust.pem_root_certs = std::string(std::istreambuf_iterator<char>(chain), {});
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    GrpcClient grpc(grpc::CreateCustomChannel(address(), grpc::SslCredentials(trust), arguments));
    expectSameAnswers(grpc, [this](const std::string &path, const std::string &body) {
        test::LoopbackClient client(door->port());
        EXPECT_TRUE(client.startTls(std::string_view("\x08http/1.1", 9)));
        client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
        return test::readReply(client);
    });
}

TEST_F(OnePortTest, ProblemsHaveTheirHeaders)
{
    open();
    const auto refused = post("/api/test/guarded", "{}");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused["Content-Type"], "application/problem+json");
    EXPECT_TRUE(refused["WWW-Authenticate"].starts_with("Bearer"));
    EXPECT_EQ(post("/api/test/guarded", "{}", "Authorization: Bearer admin-key\r\n").status, 200);
    EXPECT_EQ(post("/api/test/guarded", std::string(65, ' '), "Authorization: Bearer admin-key\r\n").status, 413);
    EXPECT_EQ(door->get("/api/test/echo/one").status, 405);
    EXPECT_EQ(door->get("/api/docs")["Content-Type"], "text/html; charset=utf-8");
    EXPECT_EQ(door->get("/api/openapi.json").status, 200);
}

TEST_F(OnePortTest, TheWebSocketSpeaksTheEnvelope)
{
    open();
    test::LoopbackClient client(door->port());
    upgrade(client);
    v1::ClientMessage message;
    message.mutable_authenticate()->set_api_key("admin-key");
    client.send(frame(2, message.SerializeAsString()));
    EXPECT_EQ(readMessage(client).authenticated().server_version(), "1.2.3");
    message.mutable_call()->set_id(7);
    message.mutable_call()->set_method("matinee.test.GoodService/Guarded");
    client.send(frame(2, message.SerializeAsString()));
    const auto answer = readMessage(client);
    EXPECT_EQ(answer.response().id(), 7u);
    EXPECT_EQ(answer.response().status().code(), "");
    EXPECT_EQ(calls.audit.entries().at(0).caller.face, "websocket");
    EXPECT_EQ(calls.audit.entries().at(0).caller.address, "127.0.0.1");

    client.send(frame(2, "\xff"));
    EXPECT_EQ(readMessage(client).goodbye().status().code(), "invalid_argument");
    const std::string close = client.readExactly(4);
    EXPECT_EQ(close.substr(0, 1), "\x88");
    EXPECT_EQ(static_cast<unsigned char>(close[2]) << 8 | static_cast<unsigned char>(close[3]), 1008);
}

TEST_F(OnePortTest, WhoeverWritesTextToTheWebSocketIsAnsweredInText)
{
    open();
    test::LoopbackClient client(door->port());
    upgrade(client);
    client.send(frame(1, R"({"ping": {"id": 5}})"));
    EXPECT_EQ(readText(client), R"({"pong":{"id":5}})");
    v1::ClientMessage message;
    message.mutable_ping()->set_id(6);
    client.send(frame(2, message.SerializeAsString()));
    EXPECT_EQ(readMessage(client).pong().id(), 6u);
    client.send(frame(1, R"({"subscribe": {"title": "x"}})"));
    EXPECT_THAT(readText(client), testing::HasSubstr("There is no field `title`."));
    EXPECT_EQ(client.readExactly(4).substr(0, 1), "\x88");
}

TEST_F(OnePortTest, TextOfAWebSocketThatIsNoJsonIsTheEndOfIt)
{
    open();
    test::LoopbackClient client(door->port());
    upgrade(client);
    client.send(frame(1, "text"));
    EXPECT_THAT(readText(client), testing::HasSubstr("A message is not valid JSON"));
    EXPECT_EQ(client.readExactly(4).substr(0, 1), "\x88");
}

TEST_F(OnePortTest, AWebSocketMayBringItsKeyInTheHandshake)
{
    open();
    test::LoopbackClient client(door->port());
    upgrade(client, "Authorization: Bearer reader-key\r\n");
    EXPECT_THAT(readMessage(client).authenticated().scopes(), testing::ElementsAre("public", "read_streams"));
}

TEST_F(OnePortTest, AWebSocketThatLeavesDuringItsCallIsNoHarm)
{
    open();
    {
        test::LoopbackClient client(door->port());
        upgrade(client);
        v1::ClientMessage message;
        message.mutable_call()->set_method("matinee.test.GoodService/Echo");
        message.mutable_call()->set_body("\x0a\x04wait");
        client.send(frame(2, message.SerializeAsString()));
        message.mutable_ping()->set_id(1);
        client.send(frame(2, message.SerializeAsString()));
        EXPECT_TRUE(readMessage(client).has_pong());
        client.reset();
    }
    std::promise<void> released;
    door->pool.at(0).post([&] {
        calls.release();
        released.set_value();
    });
    released.get_future().wait();
    EXPECT_EQ(post("/api/test/echo/one", "{}").status, 201);
}

TEST_F(OnePortTest, AConnectionThatClosesWhileItsCallRunsIsNoHarm)
{
    open();
    test::EchoRequest slow;
    slow.set_name("wait");
    for (int i = 0; i < 5; ++i) {
        GrpcClient grpc(grpc::CreateChannel(address(), grpc::InsecureChannelCredentials()));
        auto stream = grpc.stream("matinee.test.GoodService/Echo");
        ASSERT_TRUE(stream->write(slow));
        stream->context.TryCancel();
        EXPECT_FALSE(stream->finish(false).ok());
    }
    std::promise<void> released;
    door->pool.at(0).post([&] {
        calls.release();
        released.set_value();
    });
    released.get_future().wait();
    EXPECT_EQ(post("/api/test/echo/one", "{}").status, 201);
}

} // namespace

} // namespace matinee::api

// What strangers send to the port: each ends with an answer or a counted reason, and leaves everybody else alone.
#include "tests/unit/http/door_fixture.h"

#include <random>

using namespace matinee;
using namespace matinee::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kRequest = "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

void expectServed(Door &door)
{
    EXPECT_EQ(door.get("/alive").body, "/alive||");
}

} // namespace

TEST(BadInput, TruncatedAtEachByteItEndsAndNothingElseIsDisturbed)
{
    Door door(echoRoutes);
    LoopbackClient bystander(door.port());
    for (std::size_t length = 0; length < kRequest.size(); ++length) {
        LoopbackClient client(door.port());
        client.send(kRequest.substr(0, length));
        client.shutdownSend();
        EXPECT_EQ(client.readAll(), "") << length;
        EXPECT_TRUE(client.closed()) << length;
    }
    bystander.send("GET /still HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(bystander).body, "/still||");
    EXPECT_TRUE(door.counted("matinee_connections_closed_total{listener=\"http\",reason=\"closed\"} " + std::to_string(kRequest.size())));
}

TEST(BadInput, ARequestByteByByteIsServed)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    for (const char c : kRequest)
        client.send(std::string_view(&c, 1));
    EXPECT_EQ(readReply(client).body, "/small||abc");
}

TEST(BadInput, GarbageIsAnsweredOnceAndClosed)
{
    Door door(echoRoutes);
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::string garbage(1 + random() % 3000, '\0');
        for (char &c : garbage)
            c = static_cast<char>(random());
        LoopbackClient client(door.port());
        client.send(garbage);
        client.shutdownSend();
        const std::string answer = client.readAll();
        EXPECT_TRUE(client.closed());
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4")) << answer;
    }
    expectServed(door);
    EXPECT_TRUE(door.counted("reason=\"bad_request_line\"}"));
}

TEST(BadInput, ASlowHeadIsGivenItsTimeAndNoMore)
{
    Door door(echoRoutes, [](http::FrontDoorOptions &options) { options.headTimeout = 150ms; });
    LoopbackClient client(door.port());
    const auto began = std::chrono::steady_clock::now();
    client.send("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 20 && !client.closed(); ++i) { // A byte now and then must not extend it.
        if (!client.send("X"))
            break;
        std::this_thread::sleep_for(20ms);
    }
    const auto reply = readReply(client);
    EXPECT_EQ(reply.status, 408);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);
    client.readAll();
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(door.counted("reason=\"timed_out\"} 1"));
}

TEST(BadInput, ASilentConnectionIsClosedWithoutAnAnswer)
{
    Door door(echoRoutes, [](http::FrontDoorOptions &options) {
        options.headTimeout = 50ms;
        options.idleTimeout = 80ms;
    });
    LoopbackClient silent(door.port());
    EXPECT_EQ(silent.readAll(), "");
    EXPECT_TRUE(silent.closed());
    LoopbackClient idle(door.port());
    idle.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(idle).status, 200);
    EXPECT_EQ(idle.readAll(), "");
    EXPECT_TRUE(idle.closed());
    EXPECT_TRUE(door.counted("reason=\"timed_out\"} 2"));
}

TEST(BadInput, ATrickledBodyIsCut)
{
    Door door(echoRoutes, [](http::FrontDoorOptions &options) {
        options.bodyGrace = 100ms;
        options.bodyMinimumRate = 1000;
    });
    LoopbackClient client(door.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
        if (!client.send("x"))
            break;
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(readReply(client).status, 408);
    client.readAll();
    EXPECT_TRUE(client.closed());
}

TEST(BadInput, TooLargeIsSaidBeforeItIsRead)
{
    Door door(echoRoutes);
    EXPECT_EQ(door.ask("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n").status, 413);
    EXPECT_EQ(door.ask("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615\r\n\r\n").status, 413);
    EXPECT_EQ(door.ask("POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nx").status, 413);
    EXPECT_EQ(door.get("/" + std::string(9000, 'a')).status, 414);
    const auto head = door.get("/", "X: " + std::string(9000, 'a') + "\r\n");
    EXPECT_EQ(head.status, 431);
    EXPECT_EQ(head["Connection"], "close");
    std::string many;
    for (int i = 0; i < 120; ++i)
        many += "a:b\r\n";
    EXPECT_EQ(door.get("/", many).status, 431);
    EXPECT_TRUE(door.counted("reason=\"body_too_large\"} 3"));
    EXPECT_TRUE(door.counted("reason=\"head_too_large\"} 2"));
    expectServed(door);
}

TEST(BadInput, AnAnswerReachesAClientThatIsStillSending)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    client.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
    EXPECT_EQ(readReply(client).status, 413);
}

TEST(BadInput, SmugglingIsRefusedAndTheConnectionEnds)
{
    Door door(echoRoutes);
    for (const std::string fields : {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 4\r\nContent-Length: 5\r\n",
                                     "Transfer-Encoding: identity\r\n", "Transfer-Encoding : chunked\r\n", "Content-Length: 0x4\r\n",
                                     "X: y\r\n Content-Length: 4\r\n"}) {
        LoopbackClient client(door.port());
        client.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
        const std::string all = client.readAll();
        EXPECT_TRUE(client.closed());
        EXPECT_TRUE(all.starts_with("HTTP/1.1 400") || all.starts_with("HTTP/1.1 501")) << fields << all;
        EXPECT_EQ(all.find("smuggled"), std::string::npos) << fields;
    }
}

TEST(BadInput, ABodyThatNobodyReadsIsNotTheNextRequest)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    client.send("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 38\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string all = client.readAll();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 405")) << all;
    EXPECT_EQ(all.find("smuggled"), std::string::npos);
}

TEST(BadInput, TraversalIsRefused)
{
    Door door(echoRoutes);
    for (const char *path : {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc", "/a%5c..%5cb", "/a%00.html", "/%zz",
                             "/%c0%ae%c0%ae/", "/./x"})
        EXPECT_EQ(door.get(path).status, 400) << path;
    EXPECT_TRUE(door.counted("reason=\"bad_target\"} 8"));
}

TEST(BadInput, AReaderThatDoesNotReadIsCut)
{
    Door door(
        [](http::Router &router) {
            router.add(http::Method::Get, "/large", [](http::Exchange &exchange) -> Task<void> {
                http::Response response = http::text(200, "", "application/octet-stream");
                response.sharedBody = std::make_shared<const std::string>(32 << 20, 'x');
                co_await exchange.respond(std::move(response));
            });
        },
        [](http::FrontDoorOptions &options) { options.writeTimeout = 100ms; });
    LoopbackClient lazy(door.port(), 4096);
    lazy.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(door.counted("reason=\"timed_out\"} 1"));
    door.change([](http::FrontDoorOptions &options) { options.writeTimeout = 30s; });
    LoopbackClient eager(door.port());
    eager.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(eager).body.size(), std::size_t{32} << 20);
}

TEST(BadInput, AClientThatLeavesInTheMiddleOfAnAnswerHarmsNobody)
{
    Door door([](http::Router &router) {
        echoRoutes(router);
        router.add(http::Method::Get, "/large", [](http::Exchange &exchange) -> Task<void> {
            http::Response response = http::text(200, "", "application/octet-stream");
            response.sharedBody = std::make_shared<const std::string>(8 << 20, 'x');
            co_await exchange.respond(std::move(response));
        });
    });
    for (int i = 0; i < 20; ++i) {
        LoopbackClient client(door.port(), 4096);
        client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
        client.readExactly(100);
        client.reset();
    }
    expectServed(door);
    EXPECT_TRUE(door.counted("reason=\"reset\"} 20"));
}

TEST(BadInput, AClientHelloWithoutCertificateIsClosed)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    EXPECT_FALSE(client.startTls());
    EXPECT_TRUE(door.counted("reason=\"tls_without_certificate\"} 1"));
    expectServed(door);
}

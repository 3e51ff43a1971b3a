#include "http/websocket.h"

#include "tests/unit/http/door_fixture.h"

using namespace matinee;
using namespace matinee::test;
using namespace std::chrono_literals;
using http::Method;

namespace {

// Client side of RFC 6455, as little as the tests need.
std::string frame(unsigned opcode, std::string_view payload, bool final = true, bool masked = true)
{
    std::string bytes(1, static_cast<char>((final ? 0x80 : 0) | opcode));
    const char mask = masked ? '\x80' : '\0';
    if (payload.size() < 126) {
        bytes += static_cast<char>(mask | static_cast<char>(payload.size()));
    } else if (payload.size() < 65536) {
        bytes += static_cast<char>(mask | 126);
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size());
    } else {
        bytes += static_cast<char>(mask | 127);
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift);
    }
    if (!masked)
        return bytes.append(payload);
    constexpr std::string_view kMask = "\x11\x22\x33\x44";
    bytes += kMask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        bytes += static_cast<char>(payload[i] ^ kMask[i % 4]);
    return bytes;
}

struct Frame
{
    unsigned opcode = 0xff;
    std::string payload;
    [[nodiscard]] unsigned closeCode() const
    {
        return payload.size() < 2
                   ? 0
                   : static_cast<unsigned>(static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]));
    }
};

Frame readFrame(LoopbackClient &client)
{
    const std::string head = client.readExactly(2);
    if (head.size() < 2)
        return {};
    std::size_t length = static_cast<unsigned char>(head[1]) & 0x7f;
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (extra > 0) {
        length = 0;
        for (const char c : client.readExactly(extra))
            length = length << 8 | static_cast<unsigned char>(c);
    }
    return {static_cast<unsigned>(head[0]) & 0x0fU, client.readExactly(length)};
}

std::string upgrade(const std::string &fields = {})
{
    return "GET /ws HTTP/1.1\r\nHost: watch.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
           "13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           fields + "\r\n";
}

void echoSocket(http::Router &router)
{
    router.add(Method::Get, "/ws", [](http::Exchange &exchange) -> Task<void> {
        http::WebSocket *socket = co_await exchange.acceptWebSocket(100'000);
        while (socket) {
            auto message = co_await socket->read();
            if (!message)
                break;
            socket->send(std::move(message->data), message->binary);
        }
    });
}

} // namespace

TEST(WebSocket, EchoesTextAndBinaryOfAllLengths)
{
    Door door(echoSocket);
    LoopbackClient client(door.port());
    client.send(upgrade());
    const auto reply = readReply(client);
    EXPECT_EQ(reply.status, 101);
    EXPECT_EQ(reply["Sec-WebSocket-Accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") << "the example of RFC 6455 1.3";
    EXPECT_EQ(reply["X-Request-Id"].size(), 16U);
    for (const std::size_t length : {0, 1, 125, 126, 65535, 65536, 100'000}) {
        const std::string payload(length, 'm');
        client.send(frame(2, payload));
        const auto echoed = readFrame(client);
        EXPECT_EQ(echoed.opcode, 2U);
        EXPECT_EQ(echoed.payload, payload);
    }
    client.send(frame(1, "h\xc3\xa9llo"));
    EXPECT_EQ(readFrame(client).opcode, 1U);
    client.send(frame(1, "one ", false) + frame(9, "ping") + frame(0, "two"));
    const auto pong = readFrame(client);
    EXPECT_EQ(pong.opcode, 10U);
    EXPECT_EQ(pong.payload, "ping");
    EXPECT_EQ(readFrame(client).payload, "one two");
}

TEST(WebSocket, TakesFramesThatCameWithTheHandshake)
{
    Door door(echoSocket);
    LoopbackClient client(door.port());
    client.send(upgrade() + frame(2, "early"));
    EXPECT_EQ(readReply(client).status, 101);
    EXPECT_EQ(readFrame(client).payload, "early");
}

TEST(WebSocket, ClosesInOrderWhenTheClientCloses)
{
    Door door(echoSocket);
    LoopbackClient client(door.port());
    client.send(upgrade());
    readReply(client);
    client.send(frame(8, "\x03\xe8"));
    const auto close = readFrame(client);
    EXPECT_EQ(close.opcode, 8U);
    EXPECT_EQ(close.closeCode(), 1000U);
    client.readAll();
    EXPECT_TRUE(client.closed());
    for (int i = 0; i < 400 && door.door->activeSessions() > 0; ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_EQ(door.door->activeSessions(), 0U);
}

TEST(WebSocket, AMessageOverTheLimitIsClosedWith1009)
{
    Door door(echoSocket);
    LoopbackClient client(door.port());
    client.send(upgrade());
    readReply(client);
    client.send(frame(2, std::string(100'001, 'x')));
    const auto close = readFrame(client);
    EXPECT_EQ(close.opcode, 8U);
    EXPECT_EQ(close.closeCode(), 1009U);
    EXPECT_TRUE(door.counted("reason=\"protocol\"} 1"));
}

TEST(WebSocket, BrokenFramesEndItAlone)
{
    Door door(echoSocket);
    for (const std::string &bad : {frame(2, "unmasked", true, false), frame(3, "reserved opcode"), frame(1, "\xff\xfe"),
                                   frame(9, std::string(126, 'p')), frame(0, "no beginning"), std::string("\xf2\x80\x00\x00\x00\x00", 6),
                                   std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffmask", 14)}) {
        LoopbackClient client(door.port());
        client.send(upgrade());
        EXPECT_EQ(readReply(client).status, 101);
        client.send(bad);
        const auto close = readFrame(client);
        EXPECT_TRUE(close.opcode == 8 || close.opcode == 0xff) << close.opcode;
        client.readAll();
        EXPECT_TRUE(client.closed()) << static_cast<int>(bad[0]) << " " << bad.size();
    }
    EXPECT_TRUE(door.counted("reason=\"protocol\"} 7"));
}

TEST(WebSocket, AForeignOriginIsRefused)
{
    Door door(echoSocket);
    EXPECT_EQ(door.ask(upgrade("Origin: https://evil.example\r\n")).status, 403);
    EXPECT_EQ(door.ask(upgrade("Origin: https://watch.example\r\n")).status, 101);
    door.change([](http::FrontDoorOptions &options) { options.corsAllowedOrigins = {"https://friend.example"}; });
    EXPECT_EQ(door.ask(upgrade("Origin: https://friend.example\r\n")).status, 101);
    EXPECT_EQ(door.ask(upgrade("Origin: null\r\n")).status, 403);
}

TEST(WebSocket, AnOrdinaryRequestIsToldWhatIsMissing)
{
    Door door(echoSocket);
    const auto reply = door.get("/ws");
    EXPECT_EQ(reply.status, 426);
    EXPECT_EQ(reply["Upgrade"], "websocket");
    std::string old = upgrade();
    old.replace(old.find(": 13"), 4, ": 8");
    EXPECT_EQ(door.ask(old)["Sec-WebSocket-Version"], "13");
    std::string badKey = upgrade();
    badKey.replace(badKey.find("dGhl"), 4, "!!!!");
    EXPECT_EQ(door.ask(badKey).status, 400);
}

TEST(WebSocket, ChoosesOurSubprotocolAmongThoseOffered)
{
    Door door(echoSocket);
    EXPECT_EQ(door.ask(upgrade("Sec-WebSocket-Protocol: other, matinee.v1, matinee.v2\r\n"))["Sec-WebSocket-Protocol"], "matinee.v1");
    EXPECT_EQ(door.ask(upgrade("Sec-WebSocket-Protocol: other\r\n"))["Sec-WebSocket-Protocol"], "");
}

TEST(WebSocket, APeerThatDoesNotReadIsClosedAsTooSlow)
{
    Door door(
        [](http::Router &router) {
            router.add(Method::Get, "/ws", [](http::Exchange &exchange) -> Task<void> {
                http::WebSocket *socket = co_await exchange.acceptWebSocket(1000);
                for (int i = 0; socket && i < 2000; ++i)
                    socket->send(std::vector<std::uint8_t>(16'000, 'x'));
                for (bool open = socket != nullptr; open;)
                    open = (co_await socket->read()).has_value();
            });
        },
        [](http::FrontDoorOptions &options) { options.closeTimeout = 300ms; });
    LoopbackClient lazy(door.port(), 4096);
    lazy.send(upgrade());
    EXPECT_TRUE(door.counted("matinee_websocket_too_slow_total 1"));
    EXPECT_TRUE(door.counted("reason=\"too_slow\"} 1"));
    EXPECT_EQ(door.door->activeSessions(), 0U);
}

TEST(WebSocket, ASlowPeerThatWakesInTimeReadsTheReason)
{
    Door door([](http::Router &router) {
        router.add(Method::Get, "/ws", [](http::Exchange &exchange) -> Task<void> {
            http::WebSocket *socket = co_await exchange.acceptWebSocket(1000);
            for (int i = 0; socket && i < 2000; ++i)
                socket->send(std::vector<std::uint8_t>(16'000, 'x'));
            for (bool open = socket != nullptr; open;)
                open = (co_await socket->read()).has_value();
        });
    });
    LoopbackClient client(door.port(), 4096);
    client.send(upgrade());
    EXPECT_EQ(readReply(client).status, 101);
    Frame last;
    do
        last = readFrame(client);
    while (last.opcode == 2);
    EXPECT_EQ(last.opcode, 8U);
    EXPECT_EQ(last.closeCode(), 1013U);
}

TEST(WebSocket, TheServerClosesWithItsCodeAfterWhatIsQueued)
{
    Door door([](http::Router &router) {
        router.add(Method::Get, "/ws", [](http::Exchange &exchange) -> Task<void> {
            http::WebSocket *socket = co_await exchange.acceptWebSocket(1000);
            if (!socket)
                co_return;
            const auto shared = std::make_shared<const std::vector<std::uint8_t>>(5, 'q');
            socket->send(shared);
            socket->send(shared);
            socket->close(4001, "kicked");
            socket->send(shared);
        });
    });
    LoopbackClient client(door.port());
    client.send(upgrade());
    readReply(client);
    EXPECT_EQ(readFrame(client).payload, "qqqqq");
    EXPECT_EQ(readFrame(client).payload, "qqqqq");
    const auto close = readFrame(client);
    EXPECT_EQ(close.closeCode(), 4001U);
    EXPECT_EQ(close.payload.substr(2), "kicked");
    client.send(frame(8, "\x0f\xa1"));
    client.readAll();
    EXPECT_TRUE(client.closed());
}

TEST(WebSocket, ASilentPeerIsPingedAndThenGivenUp)
{
    Door door(echoSocket, [](http::FrontDoorOptions &options) { options.pingEvery = 60ms; });
    LoopbackClient client(door.port());
    client.send(upgrade());
    readReply(client);
    EXPECT_EQ(readFrame(client).opcode, 9U);
    const auto began = std::chrono::steady_clock::now();
    client.readAll();
    EXPECT_TRUE(client.closed());
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
    EXPECT_TRUE(door.counted("reason=\"timed_out\"} 1"));
}

TEST(WebSocket, AnAnsweredPingKeepsItOpen)
{
    Door door(echoSocket, [](http::FrontDoorOptions &options) { options.pingEvery = 60ms; });
    LoopbackClient client(door.port());
    client.send(upgrade());
    readReply(client);
    for (int i = 0; i < 5; ++i) {
        const auto ping = readFrame(client);
        ASSERT_EQ(ping.opcode, 9U);
        client.send(frame(10, ping.payload));
    }
    client.send(frame(2, "here"));
    EXPECT_EQ(readFrame(client).payload, "here");
}

TEST(WebSocket, DrainingSaysGoingAway)
{
    Door door(echoSocket);
    LoopbackClient client(door.port());
    client.send(upgrade());
    readReply(client);
    std::promise<std::size_t> drained;
    door.door->drain(5s, [&](std::size_t cut) { drained.set_value(cut); });
    const auto close = readFrame(client);
    EXPECT_EQ(close.opcode, 8U);
    EXPECT_EQ(close.closeCode(), 1001U);
    client.send(frame(8, "\x03\xe9"));
    EXPECT_EQ(drained.get_future().get(), 0U);
}

TEST(WebSocket, WorksBehindTls)
{
    const auto files = makeCertificate("websocket");
    auto tls = net::TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls);
    Door door(echoSocket, [&](http::FrontDoorOptions &options) { options.tls = std::move(*tls); });
    LoopbackClient client(door.port());
    ASSERT_TRUE(client.startTls());
    client.send(upgrade("Origin: https://watch.example\r\n"));
    EXPECT_EQ(readReply(client).status, 101);
    client.send(frame(2, std::string(50'000, 't')));
    EXPECT_EQ(readFrame(client).payload, std::string(50'000, 't'));
}

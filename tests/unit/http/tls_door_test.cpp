#include "tests/unit/http/door_fixture.h"

#include <sys/socket.h>
#include <unistd.h>

using namespace matinee;
using namespace matinee::test;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<net::TlsContext> makeTls(const std::string &name)
{
    const auto files = makeCertificate("door_" + name);
    auto tls = net::TlsContext::load({files.chain, files.key});
    EXPECT_TRUE(tls.has_value());
    return std::move(*tls);
}

constexpr std::string_view kBrowser{"\x02h2\x08http/1.1", 12};
constexpr std::string_view kGrpcClient{"\x02h2", 3};

} // namespace

TEST(TlsDoor, ServesHttpsWithKeepAliveAndLargeAnswers)
{
    const auto tls = makeTls("serve");
    Door door(
        [](http::Router &router) {
            echoRoutes(router);
            router.add(http::Method::Get, "/large", [](http::Exchange &exchange) -> Task<void> {
                co_await exchange.respond(
                    http::text(200, std::string(3 << 20, exchange.request().secure ? 's' : 'c'), "application/octet-stream"));
            });
        },
        [&](http::FrontDoorOptions &options) {
            options.tls = tls;
            options.hstsMaxAge = 1h;
        });
    LoopbackClient client(door.port());
    ASSERT_TRUE(client.startTls(kBrowser));
    EXPECT_EQ(client.alpn(), "http/1.1");
    client.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto first = readReply(client);
    EXPECT_EQ(first.body, "/a||");
    EXPECT_EQ(first["Strict-Transport-Security"], "max-age=3600");
    client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(readReply(client).body, std::string(3 << 20, 's'));
}

TEST(TlsDoor, ClearTextIsSentToHttps)
{
    const auto tls = makeTls("clear");
    Door door(echoRoutes, [&](http::FrontDoorOptions &options) { options.tls = tls; });
    const auto redirect = door.ask("GET /watch/x?y=1 HTTP/1.1\r\nHost: watch.example:8080\r\n\r\n");
    EXPECT_EQ(redirect.status, 308);
    EXPECT_EQ(redirect["Location"], "https://watch.example:8080/watch/x?y=1");
    EXPECT_EQ(door.ask("GET http://other.example HTTP/1.1\r\nHost: x\r\n\r\n")["Location"], "https://other.example/");
    const auto refused = door.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nsecret");
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.body.find("https_required"), std::string::npos);
}

TEST(TlsDoor, Http2BehindTlsGoesToGrpcWithEveryByte)
{
    const auto tls = makeTls("grpc");
    std::promise<int> handed;
    Door door(
        echoRoutes, [&](http::FrontDoorOptions &options) { options.tls = tls; },
        [&](int descriptor, const std::string &) { handed.set_value(descriptor); });
    LoopbackClient client(door.port());
    ASSERT_TRUE(client.startTls(kGrpcClient));
    EXPECT_EQ(client.alpn(), "h2");
    const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    client.send(preface.substr(0, 7));
    client.send(preface.substr(7));
    std::string frames(100'000, '\0');
    for (std::size_t i = 0; i < frames.size(); ++i)
        frames[i] = static_cast<char>(i * 17);
    for (std::size_t at = 0; at < frames.size(); at += 10'000)
        client.send(std::string_view(frames).substr(at, 10'000));
    const int descriptor = handed.get_future().get();
    std::string seen;
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (seen.size() < preface.size() + frames.size() && std::chrono::steady_clock::now() < deadline) {
        char buffer[8192];
        const auto count = ::recv(descriptor, buffer, sizeof buffer, 0);
        if (count > 0)
            seen.append(buffer, static_cast<std::size_t>(count));
        else
            std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(seen, preface + frames);
    std::string answer(50'000, 'r');
    EXPECT_EQ(::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL), static_cast<ssize_t>(answer.size()));
    ::close(descriptor);
    EXPECT_EQ(client.readAll(), answer);
}

TEST(TlsDoor, Http2InClearOnATlsPortIsRefused)
{
    const auto tls = makeTls("clear_h2");
    Door door(
        echoRoutes, [&](http::FrontDoorOptions &options) { options.tls = tls; },
        [](int descriptor, const std::string &) { ::close(descriptor); });
    LoopbackClient client(door.port());
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    client.readAll();
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(door.counted("reason=\"http2_refused\"} 1"));
}

TEST(TlsDoor, AHandshakeThatStallsTimesOut)
{
    const auto tls = makeTls("stall");
    Door door(echoRoutes, [&](http::FrontDoorOptions &options) {
        options.tls = tls;
        options.headTimeout = 100ms;
    });
    LoopbackClient client(door.port());
    client.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00", 7));
    client.readAll();
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(door.counted("reason=\"timed_out\"} 1"));
}

TEST(TlsDoor, ASilentClientAfterTheHandshakeTimesOut)
{
    const auto tls = makeTls("silent");
    Door door(echoRoutes, [&](http::FrontDoorOptions &options) {
        options.tls = tls;
        options.headTimeout = 200ms;
    });
    LoopbackClient client(door.port());
    ASSERT_TRUE(client.startTls());
    client.readAll();
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(door.counted("reason=\"timed_out\"} 1"));
}

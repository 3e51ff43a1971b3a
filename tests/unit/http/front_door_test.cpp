#include "tests/unit/http/door_fixture.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <unistd.h>

using namespace matinee;
using namespace matinee::test;
using namespace std::chrono_literals;
using http::Method;

TEST(FrontDoor, AnswersAndKeepsTheConnection)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /a%20b?q=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        const auto reply = readReply(client);
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, "/a b|q=1|");
        EXPECT_EQ(reply["Content-Type"], "text/plain; charset=utf-8");
        EXPECT_EQ(reply["X-Request-Id"].size(), 16U);
        EXPECT_EQ(reply["Connection"], "");
    }
    EXPECT_TRUE(door.counted("matinee_http_requests_total{method=\"GET\",status_class=\"2xx\"} 3"));
    EXPECT_TRUE(door.counted("matinee_http_request_duration_seconds_count{route=\"/{path...}\"} 3"));
}

TEST(FrontDoor, PipelinedRequestsAreAnsweredInOrder)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    std::string all;
    for (int i = 0; i < 50; ++i)
        all += "POST /echo?" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    client.send(all);
    for (int i = 0; i < 50; ++i)
        ASSERT_EQ(readReply(client).body, "/echo|" + std::to_string(i) + "|abc");
}

TEST(FrontDoor, ReadsBodiesOfBothFramings)
{
    Door door(echoRoutes);
    const std::string large(300'000, 'z');
    EXPECT_EQ(door.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + large).body, "/echo||" + large);
    EXPECT_EQ(door.ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n").body,
              "/echo||hello world");
}

TEST(FrontDoor, TellsAClientThatAsksToGoOnWithItsBody)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_EQ(readReply(client).body, "/echo||body");
    LoopbackClient refused(door.port());
    refused.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(readReply(refused).status, 413);
}

TEST(FrontDoor, HeadHasTheHeadersOfGetAndNoBody)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(client, true)["Content-Length"], "6");
    client.send("GET /def HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(client).body, "/def||");
}

TEST(FrontDoor, OldClientsAreServed)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    client.send("GET /old HTTP/1.0\r\n\r\n");
    const auto reply = readReply(client);
    EXPECT_EQ(reply.body, "/old||");
    EXPECT_EQ(reply["Connection"], "close");
    client.readAll();
    EXPECT_TRUE(client.closed());
    LoopbackClient keeping(door.port());
    keeping.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(readReply(keeping)["Connection"], "keep-alive");
    keeping.send("GET /b HTTP/1.0\r\n\r\n");
    EXPECT_EQ(readReply(keeping).body, "/b||");
}

TEST(FrontDoor, UnknownAddressesAndMethodsAreProblems)
{
    Door door([](http::Router &router) { router.add(Method::Get, "/here", echoHandler()); });
    const auto missing = door.get("/there");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing["Content-Type"], "application/problem+json");
    EXPECT_NE(missing.body.find("\"code\":\"not_found\""), std::string::npos);
    EXPECT_NE(missing.body.find(missing["X-Request-Id"]), std::string::npos);
    const auto wrong = door.ask("DELETE /here HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong["Allow"], "GET, HEAD, OPTIONS");
    EXPECT_EQ(door.ask("BREW /here HTTP/1.1\r\nHost: x\r\n\r\n").status, 501);
    const auto options = door.ask("OPTIONS /here HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options["Allow"], "GET, HEAD, OPTIONS");
}

TEST(FrontDoor, AHandlerThatThrowsIsA500WithTheRequestId)
{
    Door door([](http::Router &router) {
        router.add(Method::Get, "/throws", [](http::Exchange &) -> Task<void> {
            throw std::runtime_error("secret detail");
            co_return;
        });
        router.add(Method::Get, "/silent", [](http::Exchange &) -> Task<void> { co_return; });
        router.add(Method::Get, "/fine", echoHandler());
    });
    LoopbackClient client(door.port());
    client.send("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto reply = readReply(client);
    EXPECT_EQ(reply.status, 500);
    EXPECT_NE(reply.body.find(reply["X-Request-Id"]), std::string::npos);
    EXPECT_EQ(reply.body.find("secret"), std::string::npos);
    client.send("GET /silent HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(client).status, 500);
    client.send("GET /fine HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(client).status, 200);
}

TEST(FrontDoor, TextIsPackedForWhoAsks)
{
    Door door([](http::Router &router) {
        router.add(Method::Get, "/long", [](http::Exchange &exchange) -> Task<void> {
            auto response = http::text(200, std::string(5000, 'a'));
            response.headers.emplace_back("ETag", "\"v1\"");
            co_await exchange.respond(std::move(response));
        });
    });
    const auto packed = door.get("/long", "Accept-Encoding: gzip, br\r\n");
    EXPECT_EQ(packed["Content-Encoding"], "gzip");
    EXPECT_EQ(packed["ETag"], "W/\"v1\"");
    EXPECT_EQ(packed["Vary"], "Accept-Encoding");
    EXPECT_LT(packed.body.size(), 200U);
    const auto plain = door.get("/long");
    EXPECT_EQ(plain["Content-Encoding"], "");
    EXPECT_EQ(plain.body.size(), 5000U);
}

TEST(FrontDoor, TakesTheClientsAddressFromTrustedProxiesOnly)
{
    const auto routes = [](http::Router &router) {
        router.add(Method::Get, "/who", [](http::Exchange &exchange) -> Task<void> {
            const auto &request = exchange.request();
            co_await exchange.respond(
                http::text(200, request.clientAddress + (request.secure ? " secure " : " clear ") + request.requestId));
        });
    };
    const std::string claim = "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\nX-Request-Id: from-proxy\r\n";
    Door door(routes);
    const auto stranger = door.get("/who", claim);
    EXPECT_TRUE(stranger.body.starts_with("127.0.0.1 clear "));
    EXPECT_EQ(stranger.body.find("from-proxy"), std::string::npos);
    door.change([](http::FrontDoorOptions &options) {
        const std::vector<std::string> proxies{"127.0.0.1"};
        options.trustedProxies = *net::AddressList::parse(proxies);
        options.hstsMaxAge = 1h;
    });
    const auto proxied = door.get("/who", claim);
    EXPECT_EQ(proxied.body, "198.51.100.7 secure from-proxy");
    EXPECT_EQ(proxied["X-Request-Id"], "from-proxy");
    EXPECT_EQ(proxied["Strict-Transport-Security"], "max-age=3600");
    EXPECT_EQ(door.get("/who", "X-Request-Id: bad id\r\n").body.find("bad id"), std::string::npos);
}

TEST(FrontDoor, PreflightAndAnswersFollowTheListOfOrigins)
{
    Door door(
        [](http::Router &router) {
            http::RouteOptions open;
            open.cors = true;
            router.add(Method::Post, "/open", echoHandler(), open);
            router.add(Method::Post, "/closed", echoHandler());
        },
        [](http::FrontDoorOptions &options) { options.corsAllowedOrigins = {"https://ok.example"}; });
    const auto preflight = [&](const std::string &path, const std::string &origin) {
        return door.ask("OPTIONS " + path + " HTTP/1.1\r\nHost: x\r\nOrigin: " + origin +
                        "\r\nAccess-Control-Request-Method: POST\r\n\r\n");
    };
    const auto granted = preflight("/open", "https://ok.example");
    EXPECT_EQ(granted.status, 204);
    EXPECT_EQ(granted["Access-Control-Allow-Origin"], "https://ok.example");
    EXPECT_EQ(granted["Access-Control-Allow-Methods"], "POST");
    EXPECT_NE(granted["Access-Control-Allow-Headers"].find("Authorization"), std::string::npos);
    EXPECT_EQ(preflight("/open", "https://evil.example").status, 403);
    EXPECT_EQ(preflight("/closed", "https://ok.example").status, 403);
    const auto answer = door.ask("POST /open HTTP/1.1\r\nHost: x\r\nOrigin: https://ok.example\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(answer["Access-Control-Allow-Origin"], "https://ok.example");
    EXPECT_EQ(answer["Vary"], "Origin");
    EXPECT_EQ(
        door.ask(
            "POST /closed HTTP/1.1\r\nHost: x\r\nOrigin: https://ok.example\r\nContent-Length: 0\r\n\r\n")["Access-Control-Allow-Origin"],
        "");
}

TEST(FrontDoor, ARawAnswerStreamsUntilTheHandlerReturns)
{
    Door door([](http::Router &router) {
        router.add(Method::Get, "/live.flv", [](http::Exchange &exchange) -> Task<void> {
            auto head = http::text(200, "", "video/x-flv");
            net::Connection *connection = co_await exchange.respondRaw(std::move(head));
            for (int i = 0; connection && i < 100; ++i) {
                const std::string tag(1000, static_cast<char>('a' + i % 26));
                const std::array<asio::const_buffer, 1> piece{asio::buffer(tag)};
                if (const auto sent = co_await connection->write(piece, 5s); !sent)
                    co_return;
            }
        });
    });
    LoopbackClient client(door.port());
    client.send("GET /live.flv HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto reply = readReply(client);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply["Connection"], "close");
    EXPECT_EQ(reply["Content-Length"], "");
    EXPECT_EQ(client.readAll().size(), 100'000U);
    EXPECT_TRUE(client.closed());
    LoopbackClient head(door.port());
    head.send("HEAD /live.flv HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(head).status, 200);
    EXPECT_EQ(head.readAll(), "");
}

class Letters final : public http::Continuation
{
public:
    explicit Letters(int failAfter) : m_failAfter(failAfter) {}
    Task<void> run(net::Connection &connection) override
    {
        for (int i = 0; i < 100; ++i) {
            if (i == m_failAfter)
                throw std::runtime_error("no more letters");
            const std::string tag(1000, static_cast<char>('a' + i % 26));
            const std::array<asio::const_buffer, 1> piece{asio::buffer(tag)};
            if (const auto sent = co_await connection.write(piece, 5s); !sent)
                co_return;
        }
    }

private:
    const int m_failAfter;
};

TEST(FrontDoor, WhatAHandlerLeavesToGoOnStreamsAfterItHasReturned)
{
    std::atomic<int> returned = 0;
    Door door([&](http::Router &router) {
        const auto leave = [&](int failAfter) {
            return [&returned, failAfter](http::Exchange &exchange) -> Task<void> {
                auto head = http::text(200, "", "video/x-flv");
                net::Connection *connection = co_await exchange.respondRaw(std::move(head));
                if (connection)
                    exchange.continueWith(std::make_unique<Letters>(failAfter));
                ++returned;
            };
        };
        router.add(Method::Get, "/live.flv", leave(-1));
        router.add(Method::Get, "/torn.flv", leave(50));
    });
    LoopbackClient whole(door.port());
    whole.send("GET /live.flv HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(whole).status, 200);
    EXPECT_EQ(whole.readAll().size(), 100'000U);
    EXPECT_TRUE(whole.closed());
    LoopbackClient torn(door.port());
    torn.send("GET /torn.flv HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(torn).status, 200);
    EXPECT_LE(torn.readAll().size(), 50'000U);
    EXPECT_TRUE(torn.closed());
    EXPECT_EQ(returned, 2);
}

TEST(FrontDoor, AConnectionServesSoManyRequestsAndNoMore)
{
    Door door(echoRoutes, [](http::FrontDoorOptions &options) { options.maxRequestsPerConnection = 2; });
    LoopbackClient client(door.port());
    client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(client)["Connection"], "");
    EXPECT_EQ(readReply(client)["Connection"], "close");
    EXPECT_EQ(client.readAll(), "");
    EXPECT_TRUE(client.closed());
}

TEST(FrontDoor, DrainingEndsTheIdleAtOnceAndLetsTheBusyFinish)
{
    std::promise<void> release;
    auto released = release.get_future().share();
    Door door([released](http::Router &router) {
        router.add(Method::Get, "/slow", [released](http::Exchange &exchange) -> Task<void> {
            asio::steady_timer timer(exchange.worker().context());
            while (released.wait_for(0s) != std::future_status::ready) {
                timer.expires_after(5ms);
                boost::system::error_code ignored;
                co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            }
            co_await exchange.respond(http::text(200, "finished"));
        });
        router.add(Method::Get, "/quick", echoHandler());
    });
    LoopbackClient idle(door.port());
    idle.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(idle).status, 200);
    LoopbackClient busy(door.port());
    busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    while (door.door->activeSessions() < 2)
        std::this_thread::sleep_for(2ms);
    std::this_thread::sleep_for(30ms);
    std::promise<std::size_t> drained;
    door.door->drain(5s, [&](std::size_t cut) { drained.set_value(cut); });
    EXPECT_EQ(idle.readAll(), "");
    EXPECT_TRUE(idle.closed());
    LoopbackClient late(door.port());
    late.readAll();
    EXPECT_TRUE(late.closed());
    auto done = drained.get_future();
    EXPECT_EQ(done.wait_for(0s), std::future_status::timeout);
    release.set_value();
    const auto reply = readReply(busy);
    EXPECT_EQ(reply.body, "finished");
    EXPECT_EQ(reply["Connection"], "close");
    ASSERT_EQ(done.wait_for(5s), std::future_status::ready);
    EXPECT_EQ(done.get(), 0U);
}

TEST(FrontDoor, DrainingCutsWhatDoesNotEndInTime)
{
    Door door([](http::Router &router) {
        router.add(Method::Get, "/endless", [](http::Exchange &exchange) -> Task<void> {
            net::Connection *connection = co_await exchange.respondRaw(http::text(200, ""));
            if (connection)
                (void)co_await connection->waitReadable();
        });
    });
    LoopbackClient client(door.port());
    client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(client).status, 200);
    std::promise<std::size_t> drained;
    door.door->drain(50ms, [&](std::size_t cut) { drained.set_value(cut); });
    client.readAll();
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(drained.get_future().get(), 1U);
    EXPECT_EQ(door.door->activeSessions(), 0U);
}

TEST(FrontDoor, DrainingCutsWhatGoesOnAfterItsHandler)
{
    class Waiting final : public http::Continuation
    {
    public:
        Task<void> run(net::Connection &connection) override { (void)co_await connection.waitReadable(); }
    };
    Door door([](http::Router &router) {
        router.add(Method::Get, "/endless", [](http::Exchange &exchange) -> Task<void> {
            net::Connection *connection = co_await exchange.respondRaw(http::text(200, ""));
            if (connection)
                exchange.continueWith(std::make_unique<Waiting>());
        });
    });
    LoopbackClient client(door.port());
    client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readReply(client).status, 200);
    std::promise<std::size_t> drained;
    door.door->drain(50ms, [&](std::size_t cut) { drained.set_value(cut); });
    client.readAll();
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(drained.get_future().get(), 1U);
    EXPECT_EQ(door.door->activeSessions(), 0U);
}

TEST(FrontDoor, ClearHttp2GoesToGrpcWithEveryByte)
{
    std::promise<std::pair<int, std::string>> handed;
    Door door(echoRoutes, {}, [&](int descriptor, const std::string &address) { handed.set_value({descriptor, address}); });
    LoopbackClient client(door.port());
    const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for (const char c : preface) { // As slow as a network can be.
        client.send(std::string_view(&c, 1));
        std::this_thread::sleep_for(500us);
    }
    std::string frames;
    for (int i = 0; i < 200'000; ++i)
        frames.push_back(static_cast<char>(i * 31));
    client.send(frames);
    const auto [descriptor, address] = handed.get_future().get();
    EXPECT_EQ(address, "127.0.0.1");
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
    EXPECT_EQ(::send(descriptor, "answer", 6, MSG_NOSIGNAL), 6);
    ::close(descriptor); // What was sent before still arrives.
    EXPECT_EQ(client.readAll(), "answer");
    EXPECT_TRUE(client.closed());
}

TEST(FrontDoor, WhatOnlyBeginsLikeHttp2IsHttp1)
{
    Door door(echoRoutes, {}, [](int descriptor, const std::string &) { ::close(descriptor); });
    LoopbackClient client(door.port());
    client.send("P");
    std::this_thread::sleep_for(10ms);
    client.send("OST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    EXPECT_EQ(readReply(client).body, "/echo||x");
    EXPECT_EQ(door.ask("PRI * HTTP/2.1\r\n\r\n").status, 505);
}

TEST(FrontDoor, WithoutGrpcHttp2IsRefused)
{
    Door door(echoRoutes);
    LoopbackClient client(door.port());
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    client.readAll();
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(door.counted("reason=\"http2_refused\"} 1"));
}

#include "tests/unit/net/listener_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <set>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace matinee;
using namespace matinee::net;
using namespace matinee::test;

namespace {

Task<void> echo(std::unique_ptr<Connection> connection)
{
    std::array<std::uint8_t, 256> buffer;
    for (;;) {
        const auto count = co_await connection->readSome(buffer, std::chrono::seconds(5));
        if (!count)
            co_return;
        const std::array<asio::const_buffer, 1> piece{asio::buffer(buffer.data(), *count)};
        if (const auto sent = co_await connection->write(piece, std::chrono::seconds(5)); !sent)
            co_return;
    }
}

} // namespace

TEST(Listener, GivesConnectionsToTheWorkersInTurn)
{
    std::mutex mutex;
    std::set<std::size_t> seen;
    ListenerFixture fixture(
        [&](std::unique_ptr<Connection> connection) -> Task<void> {
            EXPECT_TRUE(connection->worker().isCurrent());
            {
                const std::lock_guard lock(mutex);
                seen.insert(connection->worker().index());
            }
            co_await echo(std::move(connection));
        },
        3);
    for (int i = 0; i < 6; ++i) {
        LoopbackClient client(fixture.port());
        client.send("x");
        EXPECT_EQ(client.readExactly(1), "x");
    }
    const std::lock_guard lock(mutex);
    EXPECT_EQ(seen.size(), 3U);
}

TEST(Listener, SetsNoDelayAndTellsTheAddressOfThePeer)
{
    std::promise<std::pair<bool, std::string>> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        asio::ip::tcp::no_delay option;
        connection->socket().get_option(option);
        seen.set_value({option.value(), connection->peerAddress()});
        co_return;
    });
    LoopbackClient client(fixture.port());
    const auto [noDelay, address] = within(seen.get_future());
    EXPECT_TRUE(noDelay);
    EXPECT_EQ(address, "127.0.0.1");
}

TEST(Listener, DualStackTakesIpv4AndNamesItPlainly)
{
    std::promise<std::string> seen;
    WorkerPool pool(1);
    Listener listener(pool, std::make_shared<ConnectionLimits>(), [&](std::unique_ptr<Connection> connection) -> Task<void> {
        seen.set_value(connection->peerAddress());
        co_return;
    });
    ASSERT_TRUE(listener.open({"http", "", 0}));
    pool.start();
    listener.start();
    LoopbackClient client(listener.port());
    EXPECT_EQ(within(seen.get_future()), "127.0.0.1");
    listener.stop();
    pool.stop();
}

TEST(Listener, AnOccupiedPortIsASentenceThatSaysWhatToDo)
{
    WorkerPool pool(1);
    const auto limits = std::make_shared<ConnectionLimits>();
    Listener first(pool, limits, echo);
    ASSERT_TRUE(first.open({"http", "127.0.0.1", 0}));
    Listener second(pool, limits, echo);
    const auto opened = second.open({"http", "127.0.0.1", first.port()});
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find(std::to_string(first.port())), std::string::npos);
    EXPECT_NE(opened.error().message.find("server.port"), std::string::npos);
    EXPECT_EQ(opened.error().field, "server.port");
    Listener third(pool, limits, echo);
    EXPECT_EQ(third.open({"rtmp", "", first.port()}).error().field, "livestream.rtmp_port");
}

TEST(Listener, AnAddressThatIsNotOursIsASentence)
{
    WorkerPool pool(1);
    Listener listener(pool, std::make_shared<ConnectionLimits>(), echo);
    EXPECT_NE(listener.open({"http", "192.0.2.1", 0}).error().message.find("192.0.2.1"), std::string::npos);
    EXPECT_NE(listener.open({"http", "not-an-address", 0}).error().message.find("no IP address"), std::string::npos);
}

TEST(Listener, OverTheLimitTheConnectionIsClosedAtOnce)
{
    ListenerFixture fixture(echo);
    fixture.limits->set(1, 0);
    LoopbackClient first(fixture.port());
    first.send("x");
    EXPECT_EQ(first.readExactly(1), "x");
    LoopbackClient second(fixture.port());
    EXPECT_EQ(second.readAll(), "");
    EXPECT_TRUE(second.closed());
    first.send("y");
    EXPECT_EQ(first.readExactly(1), "y");
}

TEST(Listener, StoppedItTakesNobodyAndTheOthersGoOn)
{
    ListenerFixture fixture(echo);
    LoopbackClient client(fixture.port());
    client.send("a");
    EXPECT_EQ(client.readExactly(1), "a");
    fixture.listener.stop();
    for (int i = 0; i < 100 && LoopbackClient(fixture.port()).connected(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_FALSE(LoopbackClient(fixture.port()).connected());
    client.send("b");
    EXPECT_EQ(client.readExactly(1), "b");
}

TEST(Listener, WithoutDescriptorsItWaitsAndThenGoesOn)
{
    ListenerFixture fixture(echo, 1);
    {
        LoopbackClient warm(fixture.port());
        warm.send("w");
        EXPECT_EQ(warm.readExactly(1), "w");
    }
    for (int i = 0; i < 500 && fixture.limits->active() > 0; ++i) // or its descriptor may come free below the limit
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    LoopbackClient waiting(fixture.port()); // Its own descriptor; the listener's for it must fail.
    std::unique_ptr<LoopbackClient> second;
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const int next = ::dup(0);
    ::close(next);
    second = std::make_unique<LoopbackClient>(fixture.port());
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(next); // Every new descriptor would be at least this.
    setrlimit(RLIMIT_NOFILE, &none);
    LoopbackClient starved(fixture.port());
    EXPECT_FALSE(starved.connected()) << "the limit is in force";
    rusage begin{};
    getrusage(RUSAGE_SELF, &begin);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    rusage end{};
    getrusage(RUSAGE_SELF, &end);
    setrlimit(RLIMIT_NOFILE, &before);
    const auto milliseconds = [](const rusage &usage) {
        return usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 + usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000;
    };
    EXPECT_LT(milliseconds(end) - milliseconds(begin), 150) << "it must not spin";
    LoopbackClient after(fixture.port());
    after.send("z");
    EXPECT_EQ(after.readExactly(1), "z");
}

TEST(Worker, TheOneThatAConnectionLivesOnIsCountedAsActive)
{
    observe::Metrics metrics;
    ListenerFixture fixture(echo, 1, &metrics);
    {
        LoopbackClient client(fixture.port());
        client.send("x");
        client.readExactly(1);
        EXPECT_EQ(fixture.limits->active(), 1U);
    }
    for (int i = 0; i < 200 && fixture.limits->active() > 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_NE(metrics.text().find("matinee_connections_closed_total{listener=\"http\",reason=\"closed\"} 1"), std::string::npos)
        << metrics.text();
}

#include "tests/unit/net/listener_fixture.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

using namespace matinee;
using namespace matinee::net;
using namespace matinee::test;
using namespace std::chrono_literals;

namespace {

using ReadResult = std::optional<IoError>; // None: bytes came.

ReadResult errorOf(const Result<std::size_t, IoError> &result)
{
    return result ? std::nullopt : ReadResult(result.error());
}

} // namespace

TEST(Connection, ReadTellsAnOrderlyEndFromABrokenOne)
{
    std::promise<ReadResult> first;
    std::promise<ReadResult> second;
    std::atomic<int> turn{0};
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        std::array<std::uint8_t, 16> buffer;
        const auto result = errorOf(co_await connection->readSome(buffer, 5s));
        (turn++ == 0 ? first : second).set_value(result);
    });
    LoopbackClient(fixture.port()).shutdownSend();
    EXPECT_EQ(within(first.get_future()), IoError::Closed);
    LoopbackClient(fixture.port()).reset();
    EXPECT_EQ(within(second.get_future()), IoError::Reset);
}

TEST(Connection, ASilentPeerTimesOutAndMayStillBeWrittenTo)
{
    std::promise<ReadResult> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        std::array<std::uint8_t, 16> buffer;
        const auto result = errorOf(co_await connection->readSome(buffer, 30ms));
        const std::array<asio::const_buffer, 1> farewell{asio::buffer("too slow", 8)};
        EXPECT_TRUE((co_await connection->write(farewell, 1s)).has_value());
        seen.set_value(result);
    });
    LoopbackClient client(fixture.port());
    EXPECT_EQ(client.readExactly(8), "too slow");
    EXPECT_EQ(within(seen.get_future()), IoError::TimedOut);
}

TEST(Connection, ALaterDeadlineDoesNotEndAnEarlierRead)
{
    std::promise<std::vector<ReadResult>> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        std::vector<ReadResult> results;
        std::array<std::uint8_t, 1> buffer;
        results.push_back(errorOf(co_await connection->readSome(buffer, 40ms))); // Comes at once; its deadline stays armed.
        results.push_back(errorOf(co_await connection->readSome(buffer, 5s)));   // Comes after 120 ms.
        results.push_back(errorOf(co_await connection->readSome(buffer, 20ms))); // Never comes.
        seen.set_value(results);
    });
    LoopbackClient client(fixture.port());
    client.send("a");
    std::this_thread::sleep_for(120ms);
    client.send("b");
    EXPECT_EQ(within(seen.get_future()), (std::vector<ReadResult>{std::nullopt, std::nullopt, IoError::TimedOut}));
}

TEST(Connection, AWriteTimeOutLeavesTheReadAlone)
{
    std::promise<std::pair<bool, ReadResult>> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        const std::vector<char> much(64 << 20, 'x');
        const std::array<asio::const_buffer, 1> piece{asio::buffer(much)};
        const auto written = co_await connection->write(piece, 50ms);
        std::array<std::uint8_t, 16> buffer;
        const auto read = errorOf(co_await connection->readSome(buffer, 5s));
        seen.set_value({!written && written.error() == IoError::TimedOut, read});
    });
    LoopbackClient client(fixture.port(), 4096);
    std::this_thread::sleep_for(100ms);
    client.send("still here");
    const auto [timedOut, read] = within(seen.get_future());
    EXPECT_TRUE(timedOut);
    EXPECT_EQ(read, std::nullopt);
}

TEST(Connection, WritesManyPiecesAsOneStream)
{
    std::string expected;
    std::vector<std::string> pieces;
    for (int i = 0; i < 1000; ++i) {
        pieces.push_back(std::string(static_cast<std::size_t>(i % 7) * 1000, static_cast<char>('a' + i % 26)));
        expected += pieces.back();
    }
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        std::vector<asio::const_buffer> buffers;
        for (const auto &piece : pieces)
            buffers.push_back(asio::buffer(piece));
        EXPECT_TRUE((co_await connection->write(buffers, 5s)).has_value());
        co_await connection->shutdown(1s);
    });
    LoopbackClient client(fixture.port(), 8192);
    EXPECT_EQ(client.readAll(), expected);
}

TEST(Connection, TrySendTakesWhatFitsAndWaitsForRoom)
{
    constexpr std::size_t kTotal = 8 << 20;
    std::promise<bool> filled;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        std::vector<char> block(256 * 1024, 'v');
        bool wasFull = false;
        for (std::size_t sent = 0; sent < kTotal;) {
            const iovec vector{block.data(), std::min(block.size(), kTotal - sent)};
            const auto count = connection->trySend(&vector, 1);
            if (!count)
                break;
            sent += *count;
            if (*count == 0) {
                wasFull = true;
                EXPECT_TRUE((co_await connection->waitWritable(5s)).has_value());
            }
        }
        filled.set_value(wasFull);
        co_await connection->shutdown(1s);
    });
    LoopbackClient client(fixture.port(), 8192);
    EXPECT_EQ(client.readAll().size(), kTotal);
    EXPECT_TRUE(within(filled.get_future()));
}

TEST(Connection, WaitReadableNoticesThatAViewerLeft)
{
    std::promise<std::pair<bool, std::optional<IoError>>> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        const auto first = co_await connection->waitReadable();
        std::array<std::uint8_t, 16> buffer;
        (void)co_await connection->readSome(buffer, 1s);
        const auto second = co_await connection->waitReadable();
        seen.set_value({first.has_value(), second ? std::nullopt : std::optional(second.error())});
    });
    LoopbackClient client(fixture.port());
    client.send("hi");
    std::this_thread::sleep_for(20ms);
    client.shutdownSend();
    const auto [sawBytes, end] = within(seen.get_future());
    EXPECT_TRUE(sawBytes);
    EXPECT_EQ(end, IoError::Closed);
}

TEST(Connection, CloseEndsWhatIsPending)
{
    std::promise<ReadResult> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        Connection *raw = connection.get();
        connection->worker().post([raw] {
            raw->close();
            raw->close();
        });
        std::array<std::uint8_t, 16> buffer;
        seen.set_value(errorOf(co_await connection->readSome(buffer, 5s)));
        EXPECT_EQ(errorOf(co_await connection->readSome(buffer, 5s)), IoError::Cancelled);
    });
    LoopbackClient client(fixture.port());
    EXPECT_EQ(within(seen.get_future()), IoError::Cancelled);
    EXPECT_EQ(client.readAll(), "");
    EXPECT_TRUE(client.closed());
}

TEST(Connection, UnreadBytesComeFirst)
{
    std::promise<std::string> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        std::string all;
        std::array<std::uint8_t, 4> buffer;
        auto count = co_await connection->readSome(buffer, 1s);
        connection->unread({buffer.data(), *count});
        while (all.size() < 8) {
            count = co_await connection->readSome({buffer.data(), 3}, 1s);
            if (!count)
                break;
            all.append(reinterpret_cast<char *>(buffer.data()), *count);
        }
        seen.set_value(all);
    });
    LoopbackClient client(fixture.port());
    client.send("abcdefgh");
    EXPECT_EQ(within(seen.get_future()), "abcdefgh");
}

TEST(Connection, GivesAwayItsDescriptorOpen)
{
    std::promise<int> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        const int descriptor = connection->releaseDescriptor();
        std::array<std::uint8_t, 4> buffer;
        EXPECT_EQ(errorOf(co_await connection->readSome(buffer, 1s)), IoError::Cancelled);
        EXPECT_EQ(connection->releaseDescriptor(), -1);
        connection.reset();
        seen.set_value(descriptor);
    });
    LoopbackClient client(fixture.port());
    const int descriptor = within(seen.get_future());
    ASSERT_GE(descriptor, 0);
    EXPECT_EQ(::send(descriptor, "ours", 4, MSG_NOSIGNAL), 4);
    EXPECT_EQ(client.readExactly(4), "ours");
    ::close(descriptor);
}

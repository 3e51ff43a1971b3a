#include "net/sealed_file.h"
#include "net/tls.h"
#include "tests/unit/net/listener_fixture.h"

#include <cstring>
#include <unistd.h>

using namespace matinee;
using namespace matinee::net;
using namespace matinee::test;
using namespace std::chrono_literals;

namespace {

std::string pattern(std::size_t size)
{
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>((i * 2654435761u) >> 13);
    return bytes;
}

} // namespace

TEST(SealedFile, HoldsTheBytesAndNobodyCanChangeThem)
{
    const auto bytes = pattern(300'000);
    const auto file = SealedFile::make(bytes);
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(file->size(), bytes.size());
    EXPECT_EQ(file->view(), bytes);
    EXPECT_LT(::pwrite(file->descriptor(), "x", 1, 0), 0);
    EXPECT_NE(::ftruncate(file->descriptor(), 0), 0);
}

TEST(SealedFile, OfNothingIsEmpty)
{
    const auto file = SealedFile::make("");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(file->view(), "");
}

TEST(Connection, SendsASealedFileBehindItsHeadToAReaderThatTakesItsTime)
{
    const auto bytes = pattern(3'000'000);
    std::promise<bool> written;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        auto file = SealedFile::make(bytes);
        const auto whole = co_await connection->write("head;", file, 0, bytes.size(), 5s);
        const auto middle = co_await connection->write("", file, 1000, 2000, 5s);
        file.reset(); // what is on its way stays
        written.set_value(whole.has_value() && middle.has_value());
        co_await connection->shutdown(1s);
    });
    LoopbackClient client(fixture.port(), 4096);
    EXPECT_EQ(client.readExactly(5), "head;");
    EXPECT_EQ(client.readExactly(bytes.size()), bytes);
    EXPECT_EQ(client.readExactly(2000), bytes.substr(1000, 2000));
    EXPECT_TRUE(within(written.get_future()));
}

TEST(Connection, ASealedFileThatNobodyTakesTimesOut)
{
    const auto bytes = pattern(64 << 20);
    std::promise<std::optional<IoError>> seen;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        const auto file = SealedFile::make(bytes);
        const auto written = co_await connection->write("", file, 0, bytes.size(), 50ms);
        seen.set_value(written ? std::nullopt : std::optional(written.error()));
    });
    const LoopbackClient client(fixture.port(), 4096);
    EXPECT_EQ(within(seen.get_future()), IoError::TimedOut);
}

TEST(Tls, SendsASealedFile)
{
    const auto files = makeCertificate("sealed");
    auto tls = TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls);
    const auto bytes = pattern(200'000);
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        if (const auto started = co_await connection->startTls((*tls)->current(), {}, 5s); !started)
            co_return;
        const auto file = SealedFile::make(bytes);
        EXPECT_TRUE((co_await connection->write("head;", file, 0, bytes.size(), 5s)).has_value());
        co_await connection->shutdown(1s);
    });
    LoopbackClient client(fixture.port());
    ASSERT_TRUE(client.startTls());
    EXPECT_EQ(client.readExactly(5), "head;");
    EXPECT_EQ(client.readExactly(bytes.size()), bytes);
}

#include "net/tls.h"
#include "tests/unit/net/listener_fixture.h"

#include <cstdio>
#include <fstream>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace matinee;
using namespace matinee::net;
using namespace matinee::test;
using namespace std::chrono_literals;

namespace {

// Reads the first bytes as the front door does, then speaks TLS and echoes.
Listener::Handler tlsEcho(TlsContext &tls)
{
    return [&tls](std::unique_ptr<Connection> connection) -> Task<void> {
        std::vector<std::uint8_t> buffer(4096);
        const auto sniffed = co_await connection->readSome({buffer.data(), 1}, 5s);
        if (!sniffed)
            co_return;
        const auto started = co_await connection->startTls(tls.current(), {buffer.data(), *sniffed}, 5s);
        if (!started)
            co_return;
        for (;;) {
            const auto count = co_await connection->readSome(buffer, 5s);
            if (!count)
                break;
            // In two pieces, as a head and a body are.
            const std::array<asio::const_buffer, 2> pieces{asio::buffer(buffer.data(), *count / 2),
                                                           asio::buffer(buffer.data() + *count / 2, *count - *count / 2)};
            if (const auto sent = co_await connection->write(pieces, 5s); !sent)
                break;
        }
        co_await connection->shutdown(500ms);
    };
}

} // namespace

TEST(Tls, EchoesThroughAConnectionThatWasSniffed)
{
    const auto files = makeCertificate("echo");
    auto tls = TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls) << tls.error().message;
    ListenerFixture fixture(tlsEcho(**tls));
    LoopbackClient client(fixture.port());
    ASSERT_TRUE(client.startTls());
    const std::string message(100'000, 'q');
    for (std::size_t at = 0; at < message.size(); at += 4000) {
        ASSERT_TRUE(client.send(std::string_view(message).substr(at, 4000)));
        ASSERT_EQ(client.readExactly(std::min<std::size_t>(4000, message.size() - at)), message.substr(at, 4000));
    }
}

TEST(Tls, WritesLargeAndManySmallPieces)
{
    const auto files = makeCertificate("large");
    auto tls = TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls);
    std::vector<std::string> pieces;
    std::string expected;
    for (int i = 0; i < 300; ++i) {
        pieces.push_back(std::string(i % 50 == 0 ? 40'000 : static_cast<std::size_t>(i), static_cast<char>('A' + i % 26)));
        expected += pieces.back();
    }
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        if (const auto started = co_await connection->startTls((*tls)->current(), {}, 5s); !started)
            co_return;
        EXPECT_FALSE(connection->isPlain());
        std::vector<asio::const_buffer> buffers;
        for (const auto &piece : pieces)
            buffers.push_back(asio::buffer(piece));
        EXPECT_TRUE((co_await connection->write(buffers, 5s)).has_value());
        co_await connection->shutdown(1s);
    });
    LoopbackClient client(fixture.port());
    ASSERT_TRUE(client.startTls());
    EXPECT_EQ(client.readAll(), expected);
}

TEST(Tls, WaitReadableSeesWhatIsDecryptedAlready)
{
    const auto files = makeCertificate("readable");
    auto tls = TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls);
    std::promise<std::string> seen;
    std::promise<std::optional<IoError>> end;
    ListenerFixture fixture([&](std::unique_ptr<Connection> connection) -> Task<void> {
        const auto started = co_await connection->startTls((*tls)->current(), {}, 5s);
        if (!started)
            co_return;
        // All of the client's records come in one segment; each read takes a piece, and what is left is nowhere in the socket.
        std::string all;
        std::array<std::uint8_t, 7> piece;
        while (all.size() < 2000) {
            const auto ready = co_await connection->waitReadable();
            if (!ready)
                break;
            const auto again = co_await connection->waitReadable(); // asking twice loses nothing
            if (!again)
                break;
            const auto count = co_await connection->readSome(piece, 5s);
            if (!count)
                break;
            all.append(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*count));
        }
        seen.set_value(all);
        const auto gone = co_await connection->waitReadable();
        end.set_value(gone ? std::nullopt : std::optional(gone.error()));
    });
    LoopbackClient client(fixture.port());
    ASSERT_TRUE(client.startTls());
    std::string expected;
    for (int i = 0; i < 200; ++i)
        expected += "record" + std::to_string(1000 + i);
    ASSERT_TRUE(client.send(expected.substr(0, 1000)));
    ASSERT_TRUE(client.send(expected.substr(1000)));
    EXPECT_EQ(within(seen.get_future()), expected);
    client.shutdownSend();
    EXPECT_EQ(within(end.get_future()), IoError::Closed);
}

TEST(Tls, BrowsersGetHttp1AndGrpcClientsHttp2)
{
    const auto files = makeCertificate("alpn");
    auto tls = TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls);
    ListenerFixture fixture(tlsEcho(**tls));
    const auto negotiated = [&](std::string_view offered) {
        LoopbackClient client(fixture.port());
        return client.startTls(offered) ? client.alpn() : std::string("refused");
    };
    EXPECT_EQ(negotiated(std::string_view("\x02h2\x08http/1.1", 12)), "http/1.1");
    EXPECT_EQ(negotiated(std::string_view("\x02h2", 3)), "h2");
    EXPECT_EQ(negotiated(std::string_view("\x08http/1.1", 9)), "http/1.1");
    EXPECT_EQ(negotiated({}), "");
    EXPECT_EQ(negotiated(std::string_view("\x02xy", 3)), "refused");
}

TEST(Tls, OldVersionsAreRefused)
{
    const auto files = makeCertificate("old");
    auto tls = TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls);
    EXPECT_EQ(SSL_CTX_get_min_proto_version((*tls)->current()->native_handle()), TLS1_2_VERSION);
}

TEST(Tls, GarbageInPlaceOfAHandshakeEndsTheConnectionOnly)
{
    const auto files = makeCertificate("garbage");
    auto tls = TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls);
    observe::Metrics metrics;
    ListenerFixture fixture(tlsEcho(**tls), 1, &metrics);
    LoopbackClient bad(fixture.port());
    bad.send(std::string_view("\x16\x03\x01\x00\x04quux", 9));
    bad.readAll();
    EXPECT_TRUE(bad.closed());
    LoopbackClient good(fixture.port());
    ASSERT_TRUE(good.startTls());
    good.send("ok");
    EXPECT_EQ(good.readExactly(2), "ok");
    EXPECT_NE(metrics.text().find("reason=\"protocol\"} 1"), std::string::npos) << metrics.text();
}

TEST(Tls, ReloadTakesTheNewCertificateAndKeepsConnections)
{
    observe::Metrics metrics;
    const auto files = makeCertificate("reload", 3600);
    auto tls = TlsContext::load({files.chain, files.key}, &metrics);
    ASSERT_TRUE(tls);
    const auto firstExpiry = (*tls)->expiry();
    EXPECT_NEAR(static_cast<double>(std::chrono::system_clock::to_time_t(firstExpiry)), static_cast<double>(std::time(nullptr) + 3600), 5);
    EXPECT_NE(metrics.text().find("matinee_tls_certificate_expiry_seconds"), std::string::npos);
    ListenerFixture fixture(tlsEcho(**tls));
    LoopbackClient old(fixture.port());
    ASSERT_TRUE(old.startTls());
    ASSERT_EQ(makeCertificate("reload", 7200).chain, files.chain); // the same file names
    ASSERT_TRUE((*tls)->reload());
    EXPECT_GT((*tls)->expiry(), firstExpiry + 1h - 5s);
    old.send("old");
    EXPECT_EQ(old.readExactly(3), "old");
    LoopbackClient fresh(fixture.port());
    ASSERT_TRUE(fresh.startTls());
    fresh.send("new");
    EXPECT_EQ(fresh.readExactly(3), "new");
}

TEST(Tls, AFailedReloadKeepsWhatIsInUse)
{
    const auto files = makeCertificate("keep");
    auto tls = TlsContext::load({files.chain, files.key});
    ASSERT_TRUE(tls);
    const auto before = (*tls)->current();
    std::ofstream(files.chain) << "not a certificate\n";
    const auto reloaded = (*tls)->reload();
    ASSERT_FALSE(reloaded);
    EXPECT_NE(reloaded.error().message.find(files.chain), std::string::npos);
    EXPECT_EQ((*tls)->current(), before);
}

TEST(Tls, EachWayToGetTheFilesWrongHasItsSentence)
{
    const auto one = makeCertificate("one");
    const auto two = makeCertificate("two");
    EXPECT_NE(TlsContext::load({one.chain, two.key}).error().message.find("does not belong to"), std::string::npos);
    EXPECT_NE(TlsContext::load({"/nowhere/x.crt", two.key}).error().message.find("/nowhere/x.crt cannot be read"), std::string::npos);
    EXPECT_NE(TlsContext::load({one.chain, "/nowhere/x.key"}).error().message.find("private key /nowhere/x.key cannot be read"),
              std::string::npos);
    EXPECT_NE(TlsContext::load({one.chain, one.chain}).error().message.find("no private key"), std::string::npos);
    EXPECT_NE(TlsContext::load({one.key, one.key}).error().message.find("no certificate"), std::string::npos);
}

// HTTP-FLV as viewers meet it: the route on a real port, a publisher in real time, ffmpeg and ffprobe as players.
#include "flv/handler.h"
#include "flv/wire/reader.h"
#include "net/tls.h"
#include "tests/protocol/hls/house.h"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <gmock/gmock.h>

namespace matinee {
namespace {

using namespace std::chrono_literals;
using house::eventually;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;

class FlvProtocol : public testing::Test
{
protected:
    void open(std::shared_ptr<net::TlsContext> tls = nullptr)
    {
        flv::addRoutes(m_house.router(), {m_house.registry(), m_house.gate(), house::callerOf, &m_metrics});
        m_house.open(std::move(tls));
    }

    static sample::Stream frames(const sample::Options &options) { return sample::parse(sample::encode(options)); }

    observe::Metrics m_metrics;
    house::House m_house;
};

TEST_F(FlvProtocol, PlaysWithoutADecodeErrorAndWithRisingTimes)
{
    open();
    const house::Publisher publisher(m_house, "cinema", frames({.seconds = 12, .bFrames = 2}));
    const auto errors =
        std::async(std::launch::async, [&] { return sample::decodeErrors(m_house.url("/flv/cinema.flv"), "-t 5"); }).share();
    const auto packets = sample::packetsOf(m_house.url("/flv/cinema.flv"), "-read_intervals %+5");
    EXPECT_EQ(errors.get(), "");
    sample::expectMonotonic(packets);
    EXPECT_GT(packets.size(), 300u);
}

TEST_F(FlvProtocol, PlaysOverTlsAsWell)
{
    const sample::Folder folder;
    const auto key = folder.write("key.pem", "");
    const auto certificate = folder.write("certificate.pem", "");
    sample::outputOf("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -keyout " +
                     key + " -out " + certificate + " 2>&1");
    auto tls = net::TlsContext::load({certificate, key});
    ASSERT_TRUE(tls) << tls.error().message;
    open(std::move(*tls));
    const house::Publisher publisher(m_house, "cinema", frames({.seconds = 8}));
    EXPECT_EQ(sample::decodeErrors(m_house.url("/flv/cinema.flv", "https"), "-t 3"), "");
}

TEST_F(FlvProtocol, SendsEverythingUpToTheEndAndThenCloses)
{
    open();
    auto stream = frames({.seconds = 3});
    const auto video = stream.count(media::Kind::Video);
    house::Publisher publisher(m_house, "cinema", std::move(stream));
    const auto answer = m_house.get("/flv/cinema.flv", "Origin: https://player.example\r\n");
    ASSERT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.has("content-type: video/x-flv")) << answer.head;
    EXPECT_TRUE(answer.has("cache-control: no-store")) << answer.head;
    EXPECT_TRUE(answer.has("access-control-allow-origin: https://player.example")) << answer.head;
    flv::Reader reader;
    const auto tags = reader.feed({reinterpret_cast<const std::uint8_t *>(answer.body.data()), answer.body.size()});
    ASSERT_TRUE(tags);
    EXPECT_TRUE(reader.atBoundary()) << "the last tag is whole";
    const auto count = [&](flv::TagType type) {
        return std::count_if(tags->begin(), tags->end(), [&](const auto &tag) { return tag.type == type; });
    };
    EXPECT_EQ(count(flv::TagType::Script), 1);
    EXPECT_EQ(count(flv::TagType::Video), static_cast<std::ptrdiff_t>(video) + 1) << "every frame and the sequence header";
    EXPECT_TRUE(
        eventually([&] { return m_metrics.text().find("matinee_flv_closed_total{reason=\"stream ended\"} 1") != std::string::npos; }));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_flv_viewers 0"));
}

class FlvProtocolOneTrack : public FlvProtocol, public testing::WithParamInterface<bool>
{
};

TEST_P(FlvProtocolOneTrack, BeginsWithinASecondAndNamesOnlyTheTrackThatThereIs)
{
    open();
    const bool video = GetParam();
    const house::Publisher publisher(m_house, "cinema", frames({.seconds = 5, .video = video, .audio = !video}));
    const auto begin = std::chrono::steady_clock::now();
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), m_house.port()});
    asio::write(socket, asio::buffer(std::string("GET /flv/cinema.flv HTTP/1.1\r\nHost: a\r\n\r\n")));
    std::string text;
    while (text.find("FLV\x01") == std::string::npos || text.size() < text.find("FLV\x01") + 5) {
        std::array<char, 4096> some;
        boost::system::error_code error;
        const auto count = socket.read_some(asio::buffer(some), error);
        ASSERT_FALSE(error) << error.message() << "\n" << text;
        text.append(some.data(), count);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1300ms);
    EXPECT_EQ(text[text.find("FLV\x01") + 4], video ? 1 : 4);
}

INSTANTIATE_TEST_SUITE_P(Tracks, FlvProtocolOneTrack, testing::Bool());

TEST_F(FlvProtocol, SaysThatAStreamIsNotLiveAndWhenToAskAgain)
{
    open();
    for (const char *method : {"GET", "HEAD"}) {
        const auto answer = m_house.request(method, "/flv/cinema.flv");
        EXPECT_EQ(answer.status, 404);
        EXPECT_TRUE(answer.has("retry-after: 2")) << answer.head;
    }
    EXPECT_THAT(m_house.get("/flv/cinema.flv").body, HasSubstr("cinema is not live"));
}

TEST_F(FlvProtocol, AnswersHeadWithoutAViewer)
{
    open();
    const house::Publisher publisher(m_house, "cinema", frames({.seconds = 3}));
    const auto answer = m_house.request("HEAD", "/flv/cinema.flv");
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.has("content-type: video/x-flv")) << answer.head;
    EXPECT_THAT(answer.body, IsEmpty());
    EXPECT_EQ(m_house.registry().find("cinema")->statistics.viewers["flv"], 0u);
}

TEST_F(FlvProtocol, GivesAPrivateStreamOnlyToWhoHasTheKey)
{
    open();
    const house::Publisher publisher(m_house, "private-cinema", frames({.seconds = 2}));
    EXPECT_EQ(m_house.get("/flv/private-cinema.flv").status, 404);
    EXPECT_EQ(m_house.get("/flv/private-cinema.flv?key=letmein").status, 200);
}

TEST_F(FlvProtocol, CutsOffWhoCameByAKeyThatWasRevoked)
{
    open();
    const house::Publisher publisher(m_house, "private-cinema", frames({.seconds = 10}));
    const auto viewers = [&] { return m_house.registry().find("private-cinema")->statistics.viewers["flv"]; };
    auto cut = std::async(std::launch::async, [&] { return m_house.get("/flv/private-cinema.flv?key=letmein"); });
    ASSERT_TRUE(eventually([&] { return viewers() == 1; }));
    m_house.gate().revoke();
    EXPECT_EQ(cut.get().status, 200);
    EXPECT_TRUE(m_house.registry().isLive("private-cinema")) << "it ended for the viewer, and its publisher knows nothing of it";
    EXPECT_TRUE(eventually([&] { return viewers() == 0; }));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_flv_closed_total{reason=\"revoked\"} 1"));
    EXPECT_EQ(m_house.get("/flv/private-cinema.flv?key=letmein").status, 404);
}

TEST_F(FlvProtocol, ForgetsAViewerThatLeft)
{
    open();
    const house::Publisher publisher(m_house, "cinema", frames({.seconds = 10}));
    const auto viewers = [&] { return m_house.registry().find("cinema")->statistics.viewers["flv"]; };
    {
        asio::io_context context;
        asio::ip::tcp::socket socket(context);
        socket.connect({asio::ip::address_v4::loopback(), m_house.port()});
        asio::write(socket, asio::buffer(std::string("GET /flv/cinema.flv HTTP/1.1\r\nHost: a\r\n\r\n")));
        ASSERT_TRUE(eventually([&] { return viewers() == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return viewers() == 0; }, 5s));
    EXPECT_TRUE(
        eventually([&] { return m_metrics.text().find("matinee_flv_closed_total{reason=\"viewer left\"} 1") != std::string::npos; }));
}

TEST_F(FlvProtocol, LateJoinersBeginWithAKeyFrame)
{
    open();
    house::Publisher publisher(m_house, "cinema", frames({.seconds = 5, .audio = false}));
    std::this_thread::sleep_for(2500ms);
    const auto answer = m_house.get("/flv/cinema.flv");
    const sample::Folder folder;
    const auto packets = sample::packetsOf(folder.write("late.flv", answer.body));
    ASSERT_FALSE(packets.empty());
    EXPECT_TRUE(packets.front().key);
    EXPECT_EQ(packets.size(), 90u) << "from the key frame at 2 s to the end at 5 s";
}

/// A WebSocket client of another make than the server's own code for this: Beast's.
class FlvMessages : public FlvProtocol
{
protected:
    using Stream = boost::beast::websocket::stream<asio::ip::tcp::socket>;

    std::unique_ptr<Stream> connect(const std::string &target)
    {
        auto stream = std::make_unique<Stream>(m_context);
        stream->next_layer().connect({asio::ip::address_v4::loopback(), m_house.port()});
        boost::beast::websocket::response_type answer;
        boost::system::error_code error;
        stream->handshake(answer, "127.0.0.1:" + std::to_string(m_house.port()), target, error);
        m_status = static_cast<int>(answer.result_int());
        return error ? nullptr : std::move(stream);
    }
    /// One message; empty at the end.
    std::string message(Stream &stream)
    {
        boost::beast::flat_buffer buffer;
        boost::system::error_code error;
        stream.read(buffer, error);
        if (error)
            return {};
        EXPECT_TRUE(stream.got_binary());
        return boost::beast::buffers_to_string(buffer.data());
    }

    asio::io_context m_context;
    int m_status = 0;
};

TEST_F(FlvMessages, CarryTheSameBytesAsHttpFlvTagByTag)
{
    open();
    auto stream = frames({.seconds = 3});
    const auto video = stream.count(media::Kind::Video);
    const house::Publisher publisher(m_house, "cinema", std::move(stream));
    auto plain = std::async(std::launch::async, [&] { return m_house.get("/flv/cinema.flv").body; });
    auto socket = connect("/flv/cinema");
    ASSERT_TRUE(socket) << m_status;
    std::string all;
    flv::Reader reader;
    std::size_t videoTags = 0;
    for (std::string text = message(*socket); !text.empty(); text = message(*socket)) {
        all += text;
        const auto tags = reader.feed({reinterpret_cast<const std::uint8_t *>(text.data()), text.size()});
        ASSERT_TRUE(tags);
        EXPECT_TRUE(reader.atBoundary()) << "a message ends where a tag ends";
        for (const auto &tag : *tags)
            videoTags += tag.type == flv::TagType::Video ? 1 : 0;
    }
    EXPECT_EQ(videoTags, video + 1) << "every frame and the sequence header";
    EXPECT_EQ(socket->reason().code, boost::beast::websocket::close_code::normal);
    EXPECT_TRUE(all == plain.get()) << "viewers of both get the same stream";
}

TEST_F(FlvMessages, AnswerPingsAndClose)
{
    open();
    const house::Publisher publisher(m_house, "cinema", frames({.seconds = 10}));
    auto socket = connect("/flv/cinema.flv");
    ASSERT_TRUE(socket) << m_status;
    std::string pong;
    socket->control_callback([&](boost::beast::websocket::frame_type type, boost::beast::string_view text) {
        if (type == boost::beast::websocket::frame_type::pong)
            pong = text;
    });
    socket->ping("still there?");
    for (int i = 0; i < 200 && pong.empty(); ++i)
        ASSERT_FALSE(message(*socket).empty());
    EXPECT_EQ(pong, "still there?");
    boost::system::error_code error;
    socket->close(boost::beast::websocket::close_code::normal, error);
    EXPECT_FALSE(error) << error.message();
    EXPECT_TRUE(eventually([&] { return m_house.registry().find("cinema")->statistics.viewers["flv_websocket"] == 0; }));
}

TEST_F(FlvMessages, RefuseWhatIsNoFrameOfAClient)
{
    open();
    const house::Publisher publisher(m_house, "cinema", frames({.seconds = 10}));
    auto socket = connect("/flv/cinema");
    ASSERT_TRUE(socket) << m_status;
    asio::write(socket->next_layer(), asio::buffer(std::string("\x82\x05hello"))); // not masked
    while (!message(*socket).empty()) { }
    EXPECT_EQ(socket->reason().code, boost::beast::websocket::close_code::protocol_error);
}

TEST_F(FlvMessages, EndWithASentenceWhenTheKeyWasRevoked)
{
    open();
    const house::Publisher publisher(m_house, "private-cinema", frames({.seconds = 10}));
    auto socket = connect("/flv/private-cinema?key=letmein");
    ASSERT_TRUE(socket) << m_status;
    for (int i = 0; i < 5; ++i)
        ASSERT_FALSE(message(*socket).empty());
    m_house.gate().revoke();
    while (!message(*socket).empty()) { }
    EXPECT_EQ(socket->reason().code, boost::beast::websocket::close_code::policy_error);
    EXPECT_THAT(std::string(socket->reason().reason.data(), socket->reason().reason.size()), HasSubstr("no longer"));
    EXPECT_TRUE(m_house.registry().isLive("private-cinema"));
}

TEST_F(FlvMessages, AreRefusedAsHttpFlvIs)
{
    open();
    const house::Publisher publisher(m_house, "private-cinema", frames({.seconds = 2}));
    EXPECT_FALSE(connect("/flv/nothing"));
    EXPECT_EQ(m_status, 404);
    EXPECT_FALSE(connect("/flv/private-cinema"));
    EXPECT_EQ(m_status, 404);
    EXPECT_TRUE(connect("/flv/private-cinema?key=letmein"));
    EXPECT_EQ(m_house.get("/flv/private-cinema?key=letmein").status, 426) << "without an upgrade it is not FLV";
}

} // namespace
} // namespace matinee

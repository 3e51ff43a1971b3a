#include "live/fan_out.h"

#include "net/worker.h"

#include "../frames.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <future>

namespace matinee::live {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

/// A viewer's own end of the connection, read by the test at its own pace.
struct Peer
{
    asio::io_context context;
    tcp::socket socket{context};

    std::string read(std::size_t count)
    {
        std::string text(count, '\0');
        boost::system::error_code error;
        text.resize(asio::read(socket, asio::buffer(text), error));
        return text;
    }
    std::string readAll()
    {
        std::string text;
        boost::system::error_code error;
        std::array<char, 65536> some;
        while (!error)
            text.append(some.data(), socket.read_some(asio::buffer(some), error));
        return text;
    }
};

struct Result
{
    FanOutEnd end = FanOutEnd::Stopped;
    std::uint64_t jumps = 0;
    std::uint64_t frames = 0;
};

class FanOutTest : public testing::Test
{
protected:
    template <class F> auto on(F f)
    {
        std::packaged_task<decltype(f())()> task(std::move(f));
        auto result = task.get_future();
        workers.at(0).post([&task] { task(); });
        return result.get();
    }

    FanOutTest()
    {
        workers.start();
        publication = on([this] {
            auto claimed = registry.publish("a", {"127.0.0.1", "test", "rtmp"}, workers.at(0), [](std::string) {});
            return claimed ? std::move(*claimed) : nullptr;
        });
    }
    ~FanOutTest() override
    {
        on([this] {
            publication.reset();
            return 0;
        });
        for (auto &viewer : viewers)
            viewer.wait_for(5s);
        workers.stop();
    }

    void write(std::vector<media::FramePtr> frames)
    {
        on([&] {
            publication->write(std::move(frames));
            return 0;
        });
    }
    void end()
    {
        on([this] {
            publication.reset();
            return 0;
        });
    }

    /// Connects `peer` and starts a fan-out to it; the answer comes when it ends.
    std::shared_future<Result> view(Peer &peer, FanOutLimits limits = {}, FanOut **out = nullptr, int sendBuffer = 0)
    {
        tcp::acceptor acceptor(peer.context, {asio::ip::address_v4::loopback(), 0});
        peer.socket.open(tcp::v4());
        if (sendBuffer != 0)
            peer.socket.set_option(tcp::socket::receive_buffer_size(sendBuffer));
        peer.socket.connect(acceptor.local_endpoint());
        tcp::socket accepted(workers.at(0).context());
        acceptor.accept(accepted);
        if (sendBuffer != 0)
            accepted.set_option(tcp::socket::send_buffer_size(sendBuffer));
        auto promise = std::make_shared<std::promise<Result>>();
        auto started = std::make_shared<std::promise<void>>();
        workers.at(0).spawn("viewer", run(std::move(accepted), limits, out, promise, started));
        started->get_future().wait();
        viewers.push_back(promise->get_future().share());
        return viewers.back();
    }
    Task<void> run(tcp::socket socket, FanOutLimits limits, FanOut **out, std::shared_ptr<std::promise<Result>> promise,
                   std::shared_ptr<std::promise<void>> started)
    {
        net::Connection connection(workers.at(0), std::move(socket));
        auto subscription = co_await registry.subscribe("a", "flv");
        {
            FanOut fanOut(connection, std::move(*subscription), format, {'P'}, limits);
            if (out)
                *out = &fanOut;
            workers.at(0).post([started] { started->set_value(); });
            const FanOutEnd end = co_await fanOut.run();
            promise->set_value({end, fanOut.jumps(), fanOut.framesSent()});
        }
        connection.close();
    }

    const media::TrackPtr video = videoTrack();
    const media::TrackPtr audio = audioTrack();
    PlainFormat format;
    net::WorkerPool workers{1};
    Registry registry{workers, {.replica = {.lag = 1s}, .streams = 2, .viewers = 10}};
    std::unique_ptr<Publication> publication;
    std::vector<std::shared_future<Result>> viewers;
};

TEST_F(FanOutTest, SendsPrefixThenEachTracksHeaderThenFramesUntilTheEnd)
{
    Peer peer;
    auto viewer = view(peer);
    write({frame(video, 0, true, 'a', 2), frame(audio, 0, true, 'b', 2)});
    write({frame(video, 40, false, 'c', 2)});
    end();
    EXPECT_EQ(viewer.get().end, FanOutEnd::PublisherLeft);
    EXPECT_EQ(peer.readAll(), std::string("P\1aa\2bbcc"));
}

TEST_F(FanOutTest, StopsAtOnceForAViewerWhoMayWatchNoLonger)
{
    Peer peer;
    FanOut *fanOut = nullptr;
    auto viewer = view(peer, {}, &fanOut);
    write({frame(video, 0, true, 'a', 2)});
    EXPECT_EQ(peer.read(4), std::string("P\1aa"));
    const bool isBetween = on([&] {
        fanOut->stop(FanOutEnd::Revoked);
        return fanOut->isBetweenMessages();
    });
    EXPECT_TRUE(isBetween);
    EXPECT_EQ(viewer.get().end, FanOutEnd::Revoked);
    write({frame(video, 40, false, 'b', 2)});
    EXPECT_EQ(peer.readAll(), "");
}

TEST_F(FanOutTest, StopsAtOnceForSuchAViewerWhoTakesNothing)
{
    Peer peer;
    FanOut *fanOut = nullptr;
    auto viewer = view(peer, {.stall = 60s}, &fanOut, 4096);
    std::vector<media::FramePtr> frames;
    for (int i = 0; i < 100; ++i)
        frames.push_back(frame(video, 5 * i, i == 0, 'x', 20000));
    write(std::move(frames));
    on([&] {
        fanOut->stop(FanOutEnd::Revoked);
        return 0;
    });
    ASSERT_EQ(viewer.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(viewer.get().end, FanOutEnd::Revoked);
}

TEST_F(FanOutTest, SharesOneEncodingAmongAllViewers)
{
    Peer first;
    Peer second;
    auto a = view(first);
    auto b = view(second);
    write({frame(video, 0, true, 'a'), frame(video, 40, false, 'b')});
    end();
    a.wait();
    b.wait();
    EXPECT_EQ(format.encodes, 2);
    EXPECT_EQ(first.readAll(), second.readAll());
}

TEST_F(FanOutTest, SendsANewHeaderWhenTheTrackChanges)
{
    Peer peer;
    auto viewer = view(peer);
    auto changed = std::make_shared<media::Track>(*video);
    changed->config = {7};
    write({frame(video, 0, true, 'a', 1), frame(changed, 40, true, 'b', 1), frame(changed, 80, false, 'c', 1)});
    end();
    viewer.wait();
    EXPECT_EQ(peer.readAll(), std::string("P\1a\7bc"));
}

TEST_F(FanOutTest, LetsAViewerThatReadsNothingJumpAndDisturbsNobody)
{
    Peer slow;
    Peer quick;
    auto slowViewer = view(slow, {}, nullptr, 16384);
    auto quickViewer = view(quick);
    std::size_t quickBytes = 0;
    // 10 s of video, 20 kB a frame, key frames each second: far more than the sockets hold.
    for (int i = 0; i < 250; ++i) {
        write({frame(video, i * 40, i % 25 == 0, static_cast<std::uint8_t>(i % 25 == 0 ? 'K' : 'd'), 20000)});
        quickBytes += quick.read(i == 0 ? 20002 : 20000).size(); // keeps up, with the head and a header first
    }
    auto quickText = std::async(std::launch::async, [&] { return quick.readAll(); });
    std::future<std::string> slowText = std::async(std::launch::async, [&] { return slow.readAll(); });
    // It reads again, and gets on with the newest.
    for (int i = 250; i < 260; ++i)
        write({frame(video, i * 40, i % 25 == 0, static_cast<std::uint8_t>(i % 25 == 0 ? 'K' : 'd'), 20000)});
    end();
    EXPECT_EQ(slowViewer.get().end, FanOutEnd::PublisherLeft);
    EXPECT_GE(slowViewer.get().jumps, 1U);
    EXPECT_EQ(quickViewer.get().end, FanOutEnd::PublisherLeft);
    EXPECT_EQ(quickViewer.get().jumps, 0U);
    EXPECT_EQ(quickBytes + quickText.get().size(), 2 + 260 * 20000U);
    const std::string text = slowText.get();
    EXPECT_LT(text.size(), 100 * 20000U);
    EXPECT_EQ((text.size() - 2) % 20000, 0U) << "only whole frames";
    // What follows the gap is a key frame.
    std::size_t inGroup = 0;
    for (std::size_t at = 2; at < text.size(); at += 20000) {
        EXPECT_EQ(std::string_view(text).substr(at, 20000).find_first_not_of(text[at]), std::string::npos);
        inGroup = text[at] == 'K' ? 0 : inGroup + 1;
        EXPECT_LT(inGroup, 25U);
    }
}

TEST_F(FanOutTest, NoticesThatAViewerLeftAlsoWhileItsSocketIsFull)
{
    Peer peer;
    auto viewer = view(peer);
    peer.socket.close();
    EXPECT_EQ(viewer.wait_for(5s), std::future_status::ready);
    EXPECT_EQ(viewer.get().end, FanOutEnd::ViewerLeft);

    Peer full;
    auto blocked = view(full, {}, nullptr, 16384);
    for (int i = 0; i < 100; ++i)
        write({frame(video, i * 40, i == 0, 'v', 50000)});
    EXPECT_NE(blocked.wait_for(0s), std::future_status::ready);
    full.socket.shutdown(tcp::socket::shutdown_send); // half closed: only a reader can tell
    EXPECT_EQ(blocked.wait_for(5s), std::future_status::ready);
    EXPECT_EQ(blocked.get().end, FanOutEnd::ViewerLeft);
}

TEST_F(FanOutTest, LetsGoOfAViewerThatTakesNothing)
{
    Peer peer;
    FanOutLimits limits;
    limits.stall = 200ms;
    auto viewer = view(peer, limits, nullptr, 16384);
    for (int i = 0; i < 100; ++i)
        write({frame(video, i * 40, i == 0, 'v', 50000)});
    EXPECT_EQ(viewer.wait_for(5s), std::future_status::ready);
    EXPECT_EQ(viewer.get().end, FanOutEnd::TooSlow);
}

TEST_F(FanOutTest, WaitsForTheRestOnlySoLongAfterTheEnd)
{
    Peer peer;
    FanOutLimits limits;
    limits.farewell = 200ms;
    auto viewer = view(peer, limits, nullptr, 16384);
    for (int i = 0; i < 100; ++i)
        write({frame(video, i * 40, i == 0, 'v', 50000)});
    end();
    EXPECT_EQ(viewer.wait_for(5s), std::future_status::ready);
}

TEST_F(FanOutTest, PutsProtocolMessagesBetweenFrames)
{
    Peer peer;
    FanOut *fanOut = nullptr;
    auto viewer = view(peer, {}, &fanOut);
    write({frame(video, 0, true, 'a', 3)});
    on([&] {
        fanOut->interject({'x', 'y'});
        return 0;
    });
    write({frame(video, 40, false, 'b', 3)});
    end();
    viewer.wait();
    EXPECT_EQ(peer.readAll(), std::string("P\1aaaxybbb"));
}

TEST_F(FanOutTest, BoundsProtocolMessagesForAViewerThatDoesNotRead)
{
    Peer peer;
    FanOut *fanOut = nullptr;
    auto viewer = view(peer, {}, &fanOut, 16384);
    for (int i = 0; i < 100; ++i)
        write({frame(video, i * 40, i == 0, 'v', 50000)});
    on([&] {
        for (int i = 0; i < 100; ++i)
            fanOut->interject(media::Bytes(1000));
        return 0;
    });
    EXPECT_EQ(viewer.get().end, FanOutEnd::TooSlow);
}

TEST_F(FanOutTest, SendsNothingWhilePausedAndThenGoesOn)
{
    Peer peer;
    FanOut *fanOut = nullptr;
    auto viewer = view(peer, {}, &fanOut);
    write({frame(video, 0, true, 'a', 1)});
    on([&] {
        fanOut->setPaused(true);
        return 0;
    });
    for (int i = 1; i <= 100; ++i) // 4 s: more than the replica's lag
        write({frame(video, i * 40, i % 25 == 0, i % 25 == 0 ? 'K' : 'd', 1)});
    on([&] {
        fanOut->setPaused(false);
        return 0;
    });
    write({frame(video, 4040, false, 'z', 1)});
    end();
    viewer.wait();
    EXPECT_EQ(peer.readAll(), std::string("P\1aKz"));
}

TEST_F(FanOutTest, GivesAJoinerItsFirstPictureAtOnceAndTheRestOfTheGroupAtAPace)
{
    for (int i = 0; i < 50; ++i) // 2 s in one group, all there before the viewer comes
        write({frame(video, i * 40, i == 0, 'v', 1000)});
    Peer peer;
    const auto begin = std::chrono::steady_clock::now();
    auto viewer = view(peer);
    EXPECT_EQ(peer.read(2 + 1000).size(), 1002u);
    EXPECT_EQ(peer.read(49 * 1000).size(), 49'000u) << "without another frame from the publisher";
    // Never sooner than the pace allows; later on a machine that is busy.
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 400ms);
    end();
    EXPECT_EQ(viewer.get().end, FanOutEnd::PublisherLeft);
    EXPECT_EQ(viewer.get().frames, 50u);
}

TEST_F(FanOutTest, SendsAudioWithTheNextPictureOrSoonByItself)
{
    Peer peer;
    auto viewer = view(peer);
    write({frame(video, 0, true, 'a', 1), frame(audio, 0, true, 'b', 1)});
    write({frame(audio, 20, true, 'c', 1)});
    EXPECT_EQ(peer.read(6), std::string("P\1a\2bc")) << "no picture comes, and it arrives all the same";
    write({frame(audio, 40, true, 'd', 1)});
    write({frame(video, 40, false, 'e', 1)});
    EXPECT_EQ(peer.read(2), "de");
    end();
    viewer.wait();
}

TEST_F(FanOutTest, GoesOnWhereASharedPieceWasCut)
{
    Peer peer;
    auto viewer = view(peer, {}, nullptr, 16384);
    write({frame(video, 0, true, 'a', 1)});
    std::string expected = "P\1a";
    std::vector<media::FramePtr> round; // all of one round, far more than the socket takes
    for (int i = 1; i <= 20; ++i) {
        round.push_back(frame(video, i * 40, false, static_cast<std::uint8_t>('a' + i), 30000));
        expected += std::string(30000, static_cast<char>('a' + i));
    }
    write(round);
    auto text = std::async(std::launch::async, [&] { return peer.readAll(); });
    end();
    EXPECT_EQ(viewer.get().end, FanOutEnd::PublisherLeft);
    EXPECT_TRUE(text.get() == expected);
    EXPECT_EQ(viewer.get().frames, 21u);
}

/// What the kernel keeps for the sockets of a process is not in its memory; the system tells it in pages (proc(5), sockstat).
std::size_t tcpPages()
{
    std::ifstream file("/proc/net/sockstat");
    for (std::string word; file >> word;) {
        if (word != "mem")
            continue;
        std::size_t pages = 0;
        file >> pages;
        return pages;
    }
    return 0;
}

TEST_F(FanOutTest, ViewersThatReadNothingHoldLittleAndDisturbNobody)
{
    constexpr std::size_t mute = 8; // one more stays within the limit of viewers
    std::vector<std::unique_ptr<Peer>> peers;
    std::vector<std::shared_future<Result>> gone;
    for (std::size_t i = 0; i < mute; ++i)
        gone.push_back(view(*peers.emplace_back(std::make_unique<Peer>())));
    Peer quick;
    auto quickViewer = view(quick);
    const auto pagesBefore = tcpPages();
    std::size_t quickBytes = 0;
    for (int i = 0; i < 500; ++i) { // 20 s, 25 MB
        write({frame(video, i * 40, i % 25 == 0, static_cast<std::uint8_t>(i % 25 == 0 ? 'K' : 'd'), 50000)});
        quickBytes += quick.read(i == 0 ? 50002 : 50000).size();
    }
    const auto pages = tcpPages();
    const std::size_t perViewer = pages > pagesBefore ? (pages - pagesBefore) * 4096 / mute : 0;
    EXPECT_LE(perViewer, std::size_t{8} << 20) << "in the kernel, both ends of the connection";
    end();
    EXPECT_EQ(quickBytes, 500 * 50000u + 2);
    EXPECT_EQ(quickViewer.get().jumps, 0u);
    for (auto &peer : peers)
        peer->socket.close();
    for (auto &one : gone)
        EXPECT_EQ(one.wait_for(5s), std::future_status::ready);
}

} // namespace
} // namespace matinee::live

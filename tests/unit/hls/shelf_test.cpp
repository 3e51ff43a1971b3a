#include "hls/shelf.h"

#include <gtest/gtest.h>

#include <future>

namespace matinee::hls {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{};

std::shared_ptr<const Snapshot> snapshot()
{
    Playlist playlist(3s, 3, {});
    return std::make_shared<const Snapshot>(Snapshot{playlist, std::make_shared<const std::string>(playlist.text())});
}

class HlsShelf : public testing::Test
{
protected:
    HlsShelf() { m_workers.start(); }
    ~HlsShelf() override { m_workers.stop(); }

    std::future<Shelf::Content> await(std::chrono::milliseconds timeout, std::size_t worker = 0)
    {
        auto promise = std::make_shared<std::promise<Shelf::Content>>();
        m_workers.at(worker).spawn("test", [](Shelf &shelf, auto timeout, auto promise) -> Task<void> {
            promise->set_value(co_await shelf.await(timeout));
        }(m_shelf, timeout, promise));
        return promise->get_future();
    }

    net::WorkerPool m_workers{2};
    Shelf m_shelf{kStart};
};

TEST_F(HlsShelf, WakesWaitersOfAllWorkersWithTheFirstSnapshot)
{
    auto one = await(60s, 0);
    auto two = await(60s, 1);
    const auto first = snapshot();
    m_shelf.publish(first);
    EXPECT_EQ(one.get().snapshot, first);
    EXPECT_EQ(two.get().snapshot, first);
    EXPECT_EQ(await(60s).get().snapshot, first) << "later ones do not wait at all";
}

TEST_F(HlsShelf, ReleasesWaitersWhenItCloses)
{
    auto waiting = await(60s);
    m_shelf.close();
    const auto content = waiting.get();
    EXPECT_TRUE(content.closed);
    EXPECT_EQ(content.snapshot, nullptr);
}

TEST_F(HlsShelf, ReleasesWaitersWithTheReason)
{
    auto waiting = await(60s);
    m_shelf.refuse(fail(ErrorCode::FailedPrecondition, "no"));
    EXPECT_EQ(waiting.get().failure->message, "no");
}

TEST_F(HlsShelf, GivesUpAtTheTimeout)
{
    const auto content = await(10ms).get();
    EXPECT_EQ(content.snapshot, nullptr);
    EXPECT_FALSE(content.closed);
}

TEST_F(HlsShelf, CountsDistinctViewersOfLate)
{
    m_shelf.seen("192.0.2.1", "a", kStart);
    m_shelf.seen("192.0.2.1", "a", kStart + 1s);
    m_shelf.seen("192.0.2.1", "b", kStart + 2s);
    m_shelf.seen("192.0.2.2", "a", kStart + 3s);
    EXPECT_EQ(m_shelf.lastAsked(), kStart + 3s);
    EXPECT_EQ(m_shelf.viewersSince(kStart), 3u);
    EXPECT_EQ(m_shelf.viewersSince(kStart + 2s), 2u);
    EXPECT_EQ(m_shelf.viewersSince(kStart), 2u) << "who was away too long is forgotten";
}

TEST_F(HlsShelf, BoundsTheViewersThatItRemembers)
{
    for (int i = 0; i < 30000; ++i)
        m_shelf.seen(std::to_string(i), "a", kStart);
    EXPECT_LE(m_shelf.viewersSince(kStart), 20000u);
}

} // namespace
} // namespace matinee::hls

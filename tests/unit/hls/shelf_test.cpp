#include "hls/shelf.h"

#include <gtest/gtest.h>

#include <future>

namespace matinee::hls {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{};

/// Segments up to `last`, and `parts` of the next.
std::shared_ptr<const Snapshot> snapshot(std::uint64_t last = 3, int parts = 0)
{
    Playlist playlist({.target = 2s, .length = 3, .partTarget = 500ms});
    for (std::uint64_t number = 1; number <= last; ++number) {
        Segment segment;
        segment.number = number;
        segment.duration = 2s;
        playlist.push(std::move(segment));
    }
    Segment open;
    open.number = last + 1;
    for (int i = 0; i < parts; ++i)
        open.parts.push_back({500ms, true, std::make_shared<const std::string>("x")});
    playlist.setOpen(std::make_shared<const Segment>(std::move(open)));
    return std::make_shared<const Snapshot>(playlist);
}

class HlsShelf : public testing::Test
{
protected:
    HlsShelf() { m_workers.start(); }
    ~HlsShelf() override { m_workers.stop(); }

    std::future<Shelf::Content> await(std::chrono::milliseconds timeout, std::size_t worker = 0, Reload reload = {}, Form form = Form::Main)
    {
        auto promise = std::make_shared<std::promise<Shelf::Content>>();
        m_workers.at(worker).spawn("test", [](Shelf &shelf, auto timeout, Form form, Reload reload, auto promise) -> Task<void> {
            auto content = co_await shelf.await(form, reload, timeout);
            promise->set_value(std::move(content));
        }(m_shelf, timeout, form, reload, promise));
        return promise->get_future();
    }

    net::WorkerPool m_workers{2};
    Shelf m_shelf{"secret", kStart};
};

TEST_F(HlsShelf, WakesWaitersOfAllWorkersWithTheFirstSnapshot)
{
    auto one = await(60s, 0);
    auto two = await(60s, 1);
    const auto first = snapshot();
    m_shelf.publish(Form::Main, first);
    EXPECT_EQ(one.get().snapshot, first);
    EXPECT_EQ(two.get().snapshot, first);
    EXPECT_EQ(await(60s).get().snapshot, first) << "later ones do not wait at all";
}

TEST_F(HlsShelf, WakesOnlyWhoGetsWhatHeAskedFor)
{
    m_shelf.publish(Form::Main, snapshot(3, 0));
    auto part = await(60s, 0, {4, 1, false});
    auto segment = await(60s, 1, {4, std::nullopt, false});
    m_shelf.publish(Form::Main, snapshot(3, 1));
    m_shelf.publish(Form::Ts, snapshot(9, 3));
    EXPECT_EQ(part.wait_for(50ms), std::future_status::timeout);
    m_shelf.publish(Form::Main, snapshot(3, 2));
    EXPECT_EQ(part.get().snapshot->playlist.openParts(), 2u);
    EXPECT_EQ(segment.wait_for(50ms), std::future_status::timeout);
    m_shelf.publish(Form::Main, snapshot(4, 0));
    EXPECT_EQ(segment.get().snapshot->playlist.nextNumber(), 5u);
}

TEST_F(HlsShelf, ReleasesWaitersWhenItCloses)
{
    auto waiting = await(60s);
    m_shelf.close();
    const auto content = waiting.get();
    EXPECT_TRUE(content.closed);
    EXPECT_EQ(content.snapshot, nullptr);
}

TEST_F(HlsShelf, IsNotGivenUpWhileSomebodyWaits)
{
    auto waiting = await(60s, 0, {}, Form::Audio);
    while (!m_shelf.isAskedFor(kStart + 1h)) // until the waiter is there
        std::this_thread::yield();
    EXPECT_TRUE(m_shelf.askedSince(kStart + 1h)[static_cast<std::size_t>(Form::Audio)]);
    EXPECT_FALSE(m_shelf.isAskedFor(SteadyTime::max())) << "save where the stream is over";
    m_shelf.close();
    (void)waiting.get();
}

TEST_F(HlsShelf, ReleasesWhoWaitsForAPartWhenItCloses)
{
    m_shelf.publish(Form::Main, snapshot(3, 0));
    auto waiting = await(60s, 0, {4, 0, false});
    m_shelf.close();
    EXPECT_TRUE(waiting.get().closed);
}

TEST_F(HlsShelf, ReleasesWaitersWithTheReason)
{
    auto waiting = await(60s);
    m_shelf.refuse(Form::Main, fail(ErrorCode::FailedPrecondition, "no"));
    EXPECT_EQ(waiting.get().failure->message, "no");
}

TEST_F(HlsShelf, GivesUpAtTheTimeout)
{
    const auto content = await(10ms).get();
    EXPECT_EQ(content.snapshot, nullptr);
    EXPECT_FALSE(content.closed);
}

TEST_F(HlsShelf, RemembersWhichFormsAreAskedFor)
{
    EXPECT_EQ(m_shelf.askedSince(kStart).to_ulong(), 0u);
    m_shelf.touch(Form::Main, kStart);
    m_shelf.seen(Form::Ts, "192.0.2.1", "a", kStart + 5s);
    EXPECT_EQ(m_shelf.askedSince(kStart).to_ulong(), 0b101u);
    EXPECT_EQ(m_shelf.askedSince(kStart + 1s).to_ulong(), 0b100u);
}

TEST_F(HlsShelf, CountsDistinctViewersOfLate)
{
    m_shelf.seen(Form::Main, "192.0.2.1", "a", kStart);
    m_shelf.seen(Form::Main, "192.0.2.1", "a", kStart + 1s);
    m_shelf.seen(Form::Main, "192.0.2.1", "b", kStart + 2s);
    m_shelf.seen(Form::Ts, "192.0.2.2", "a", kStart + 3s);
    EXPECT_TRUE(m_shelf.isAskedFor(kStart + 2s));
    EXPECT_FALSE(m_shelf.isAskedFor(kStart + 3s));
    EXPECT_EQ(m_shelf.viewersSince(kStart), 3u);
    EXPECT_EQ(m_shelf.viewersSince(kStart + 2s), 2u);
    EXPECT_EQ(m_shelf.viewersSince(kStart), 2u) << "who was away too long is forgotten";
}

TEST_F(HlsShelf, BoundsTheViewersThatItRemembers)
{
    for (int i = 0; i < 30000; ++i)
        m_shelf.seen(Form::Main, std::to_string(i), "a", kStart);
    EXPECT_LE(m_shelf.viewersSince(kStart), 20000u);
}

TEST_F(HlsShelf, MakesEachTextOnceForAll)
{
    const auto made = snapshot();
    EXPECT_EQ(made->text(false), made->text(false)) << "the same bytes";
    EXPECT_EQ(*made->text(false), made->playlist.text());
    EXPECT_EQ(made->compressed(false), nullptr) << "too short to be worth it";
}

TEST_F(HlsShelf, TellsRenditionsWhereItsSegmentsBegan)
{
    const WallTime noon{};
    const auto lead = [&](media::MediaTime time) { return m_shelf.leadAt(time, noon); };
    m_shelf.broadcast(noon);
    EXPECT_TRUE(lead(10s).present);
    EXPECT_FALSE(lead(10s).passed) << "nothing yet";
    m_shelf.began({10s, {7, 1}, noon});
    m_shelf.began({12s, {8, 1}, noon + 2s});
    m_shelf.reached(12500ms);
    EXPECT_FALSE(lead(13s).passed);
    EXPECT_TRUE(lead(12s).begins);
    EXPECT_TRUE(lead(12001ms).begins) << "rounded to milliseconds on the way";
    EXPECT_TRUE(lead(11999ms).begins);
    EXPECT_EQ(lead(11999ms).segment->numbers.media, 8u);
    EXPECT_FALSE(lead(11s).begins);
    EXPECT_EQ(lead(11s).segment->numbers.media, 7u);
    EXPECT_FALSE(lead(9s).segment) << "before what it remembers";
    m_shelf.close();
    EXPECT_FALSE(lead(12s).present);
}

TEST_F(HlsShelf, TellsARenditionOfANewBroadcastNothingOfTheOneBefore)
{
    const WallTime first{}, second = first + 60s;
    m_shelf.broadcast(first);
    m_shelf.began({0s, {7, 1}, first});
    m_shelf.began({2s, {8, 1}, first + 2s});
    m_shelf.reached(3s);
    EXPECT_TRUE(m_shelf.leadAt(0s, first).begins);
    const auto early = m_shelf.leadAt(0s, second);
    EXPECT_TRUE(early.present);
    EXPECT_FALSE(early.passed) << "its stream has not got so far";
    EXPECT_FALSE(early.segment);

    m_shelf.broadcast(second);
    EXPECT_FALSE(m_shelf.leadAt(0s, second).passed);
    m_shelf.began({0s, {9, 2}, second});
    m_shelf.reached(0s);
    ASSERT_TRUE(m_shelf.leadAt(0s, second).begins);
    EXPECT_EQ(m_shelf.leadAt(0s, second).segment->begins, second);
    EXPECT_FALSE(m_shelf.leadAt(2s, first).passed) << "a rendition that is behind learns nothing of the next broadcast";
    m_shelf.broadcast(second); // said again, as after a break
    EXPECT_TRUE(m_shelf.leadAt(0s, second).begins);
}

} // namespace
} // namespace matinee::hls

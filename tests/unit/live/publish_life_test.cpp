// Publishers that come, go, are lost, return and take over, on two workers, with a viewer that sees it through.
#include "live/registry.h"

#include "frames.h"

#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>

#include <condition_variable>
#include <future>

namespace matinee::live {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kHome = 0;
constexpr std::size_t kOther = 1;

class PublishLife : public testing::Test
{
protected:
    PublishLife()
    {
        registry.onEvent([this](const std::string &name, StreamEvent event) {
            const std::lock_guard lock(mutex);
            events.emplace_back(name, event);
            changed.notify_all();
        });
        workers.start();
    }
    ~PublishLife() override
    {
        on(kHome, [this] { first.reset(), second.reset(); });
        on(kOther, [this] { viewer.reset(); });
        settle();
        workers.stop();
    }

    template <class F> void on(std::size_t worker, F f)
    {
        std::promise<void> done;
        workers.at(worker).post([&] {
            f();
            done.set_value();
        });
        done.get_future().get();
    }
    /// What was posted has run on both workers.
    void settle()
    {
        for (int i = 0; i < 3; ++i) {
            on(kHome, [] {});
            on(kOther, [] {});
        }
    }
    std::unique_ptr<Publication> publish(std::size_t worker, const std::string &name = "a", PublishOptions options = {})
    {
        std::unique_ptr<Publication> publication;
        on(worker, [&] {
            auto claimed = registry.publish(
                name, {"192.0.2.1", "test", "rtmp"}, workers.at(worker), [this](std::string why) { told.push_back(std::move(why)); },
                options);
            if (claimed)
                publication = std::move(*claimed);
            else
                refusal = claimed.error().message;
        });
        settle();
        return publication;
    }
    void write(std::size_t worker, Publication &publication, std::vector<media::FramePtr> frames)
    {
        on(worker, [&] { publication.write(std::move(frames)); });
        settle();
    }
    void lose(std::size_t worker, std::unique_ptr<Publication> &publication)
    {
        on(worker, [&] {
            publication->lost();
            publication.reset();
        });
        settle();
    }
    std::unique_ptr<Subscription> subscribe(const std::string &name)
    {
        std::promise<std::unique_ptr<Subscription>> got;
        workers.at(kOther).spawn("test", [](Registry &registry, std::string name, auto &got, std::string &refusal) -> Task<void> {
            auto answer = co_await registry.subscribe(name, "flv");
            if (!answer)
                refusal = answer.error().message;
            got.set_value(answer ? std::move(*answer) : nullptr);
        }(registry, name, got, refusal));
        return got.get_future().get();
    }
    /// "120" or, at a discontinuity, "120!".
    std::vector<std::string> seen()
    {
        std::vector<std::string> times;
        on(kOther, [&] {
            while (const auto *frame = viewer->replica().next(cursor).frame)
                times.push_back(std::to_string(frame->dts.count() / 1000) + (frame->discontinuity ? "!" : ""));
        });
        return times;
    }
    bool awaitEvent(StreamEvent event)
    {
        std::unique_lock lock(mutex);
        return changed.wait_for(
            lock, 5s, [&] { return std::any_of(events.begin(), events.end(), [&](const auto &e) { return e.second == event; }); });
    }

    net::WorkerPool workers{2};
    RegistryLimits limits{.replica = {}, .streams = 10, .viewers = 10, .wantedWait = 5s};
    Registry registry{workers, limits, {.grace = 60s}};
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::pair<std::string, StreamEvent>> events; // mutex
    std::vector<std::string> told;
    std::string refusal;
    std::unique_ptr<Publication> first, second;
    std::unique_ptr<Subscription> viewer;
    Cursor cursor;
    const media::TrackPtr video = videoTrack();
};

TEST_F(PublishLife, ViewersStayOverTheLossOfThePublisherAndItsReturnOnAnotherWorker)
{
    first = publish(kHome);
    write(kHome, *first, {frame(video, 0, true), frame(video, 40, false)});
    viewer = subscribe("a");
    ASSERT_TRUE(viewer);
    EXPECT_THAT(seen(), ElementsAre("0", "40"));
    lose(kHome, first);
    ASSERT_TRUE(registry.find("a"));
    EXPECT_TRUE(registry.find("a")->statistics.interrupted);
    EXPECT_FALSE(viewer->replica().ended());

    const auto again = videoTrack();
    auto returned = publish(kOther);
    ASSERT_TRUE(returned);
    write(kOther, *returned, {frame(again, 9000, false), frame(again, 9040, true), frame(again, 9080, false)});
    EXPECT_THAT(seen(), ElementsAre("80!", "120"));
    const auto state = registry.find("a");
    EXPECT_FALSE(state->statistics.interrupted);
    EXPECT_EQ(state->statistics.interruptions, 1U);
    EXPECT_EQ(state->statistics.frames, 4U) << "totals run on";
    EXPECT_EQ(state->statistics.viewers.at("flv"), 1U);
    EXPECT_THAT(state->statistics.tracks, ElementsAre(again));
    on(kOther, [&] { returned.reset(); });
    settle();
    EXPECT_TRUE(viewer->replica().ended()) << "a proper end ends at once";
    EXPECT_FALSE(registry.isLive("a"));
    EXPECT_THAT(events, ElementsAre(std::pair("a", StreamEvent::Began), std::pair("a", StreamEvent::Interrupted),
                                    std::pair("a", StreamEvent::Returned), std::pair("a", StreamEvent::Ended)));
}

TEST_F(PublishLife, TheStreamEndsWhenNobodyReturnsInTime)
{
    registry.setPolicy({.grace = 30ms});
    first = publish(kHome);
    write(kHome, *first, {frame(video, 0, true)});
    viewer = subscribe("a");
    lose(kHome, first);
    EXPECT_TRUE(awaitEvent(StreamEvent::Ended));
    settle();
    EXPECT_TRUE(viewer->replica().ended());
    EXPECT_FALSE(registry.isLive("a"));
}

TEST_F(PublishLife, APublisherThatNeverSentAFrameIsNotWaitedFor)
{
    first = publish(kHome);
    lose(kHome, first);
    EXPECT_FALSE(registry.isLive("a"));
}

TEST_F(PublishLife, AViewerMayJoinWhileThePublisherIsAway)
{
    first = publish(kHome);
    write(kHome, *first, {frame(video, 0, true), frame(video, 40, false)});
    lose(kHome, first);
    viewer = subscribe("a");
    ASSERT_TRUE(viewer);
    EXPECT_THAT(seen(), ElementsAre("0", "40"));
    second = publish(kHome);
    write(kHome, *second, {frame(videoTrack(), 0, true)});
    EXPECT_THAT(seen(), ElementsAre("80!"));
}

TEST_F(PublishLife, AKickEndsTheStreamAlsoWhileItWaits)
{
    first = publish(kHome);
    write(kHome, *first, {frame(video, 0, true)});
    viewer = subscribe("a");
    lose(kHome, first);
    EXPECT_TRUE(registry.kick("a", "enough"));
    settle();
    EXPECT_TRUE(viewer->replica().ended());
    EXPECT_FALSE(registry.isLive("a"));
    EXPECT_TRUE(publish(kHome)) << "a new stream of the name";
}

TEST_F(PublishLife, ReplaceTellsTheFirstAndGoesOnWithTheSecond)
{
    registry.setPolicy({.onConflict = OnConflict::Replace});
    first = publish(kHome);
    write(kHome, *first, {frame(video, 0, true)});
    viewer = subscribe("a");
    (void)seen();
    second = publish(kHome);
    ASSERT_TRUE(second);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(told[0], HasSubstr("livestream.on_conflict"));
    write(kHome, *first, {frame(video, 40, true)}); // not closed yet
    write(kHome, *second, {frame(videoTrack(), 500, true)});
    EXPECT_THAT(seen(), ElementsAre("33!"));
    on(kHome, [this] { first.reset(); });
    settle();
    EXPECT_TRUE(registry.isLive("a"));
}

TEST_F(PublishLife, ABackupTakesOverAtOnceFromItsNewestKeyFrame)
{
    first = publish(kHome);
    write(kHome, *first, {frame(video, 0, true), frame(video, 40, false)});
    viewer = subscribe("a");
    (void)seen();
    const auto other = videoTrack();
    auto backup = publish(kOther, "a", {.backup = true});
    ASSERT_TRUE(backup);
    EXPECT_TRUE(backup->standsBy());
    EXPECT_TRUE(registry.find("a")->statistics.backup);
    on(kOther, [&] { backup->setTracks({other}); });
    write(kOther, *backup, {frame(other, 7000, true), frame(other, 7040, false), frame(other, 8000, true), frame(other, 8040, false)});
    EXPECT_TRUE(seen().empty());
    lose(kHome, first);
    EXPECT_THAT(seen(), ElementsAre("80!", "120"));
    EXPECT_FALSE(backup->standsBy());
    EXPECT_FALSE(registry.find("a")->statistics.interrupted);
    write(kOther, *backup, {frame(other, 8080, false)});
    EXPECT_THAT(seen(), ElementsAre("160"));
    EXPECT_TRUE(awaitEvent(StreamEvent::BackupTookOver));
    on(kOther, [&] { backup.reset(); });
}

TEST_F(PublishLife, APictureThatIsTooLargeIsToldAndNotShown)
{
    registry.setPolicy({.maxHeight = 720});
    first = publish(kHome);
    auto large = std::make_shared<media::Track>(*video);
    large->width = 1920;
    large->height = 1080;
    on(kHome, [&] { first->setTracks({large}); });
    write(kHome, *first, {frame(large, 0, true)});
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(told[0], HasSubstr("1920x1080"));
    EXPECT_EQ(registry.find("a")->statistics.frames, 0U);
}

TEST_F(PublishLife, AWantedStreamIsAwaitedUntilItsFirstFrames)
{
    std::promise<void> asked;
    registry.onWanted([](const std::string &) { return false; });
    registry.onWanted([&](const std::string &name) {
        if (name == "pulled")
            asked.set_value();
        return name == "pulled";
    });
    auto later = std::async(std::launch::async, [this] { return subscribe("pulled"); });
    asked.get_future().get();
    first = publish(kHome, "pulled");
    EXPECT_NE(later.wait_for(0s), std::future_status::ready);
    write(kHome, *first, {frame(video, 0, true)});
    viewer = later.get();
    ASSERT_TRUE(viewer);
    EXPECT_THAT(seen(), ElementsAre("0"));
    EXPECT_EQ(subscribe("nothing"), nullptr);
    EXPECT_THAT(refusal, HasSubstr("not live"));
}

class PublishLifeImpatient : public PublishLife
{
protected:
    Registry impatient{workers, {.wantedWait = 20ms}};
};

TEST_F(PublishLifeImpatient, AWantedStreamThatDoesNotComeIsUnavailable)
{
    impatient.onWanted([](const std::string &) { return true; });
    std::promise<ErrorCode> got;
    workers.at(kOther).spawn("test", [](Registry &registry, auto &got) -> Task<void> {
        auto answer = co_await registry.subscribe("never", "flv");
        got.set_value(answer ? ErrorCode::Internal : answer.error().code);
    }(impatient, got));
    EXPECT_EQ(got.get_future().get(), ErrorCode::Unavailable);
}

TEST_F(PublishLife, ARenditionIsNeitherCountedNorWaitedFor)
{
    first = publish(kHome, "a@720p", {.internal = true});
    write(kHome, *first, {frame(video, 0, true)});
    EXPECT_EQ(registry.liveCount(), 0U);
    EXPECT_TRUE(registry.isLive("a@720p"));
    EXPECT_EQ(baseName("a@720p"), "a");
    lose(kHome, first);
    EXPECT_FALSE(registry.isLive("a@720p"));
}

TEST_F(PublishLife, DrainingEndsAllAndRefusesTheRest)
{
    first = publish(kHome);
    write(kHome, *first, {frame(video, 0, true)});
    viewer = subscribe("a");
    registry.drain();
    settle();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_TRUE(viewer->replica().ended());
    EXPECT_FALSE(publish(kHome));
    EXPECT_THAT(refusal, HasSubstr("shutting down"));
}

TEST_F(PublishLife, TenLossesAndReturnsAreOneStream)
{
    viewer = nullptr;
    std::vector<std::string> all;
    for (int round = 0; round < 10; ++round) {
        auto publisher = publish(round % 2 == 0 ? kHome : kOther);
        ASSERT_TRUE(publisher) << refusal;
        const auto track = videoTrack();
        write(round % 2 == 0 ? kHome : kOther, *publisher, {frame(track, 100 * round, true), frame(track, 100 * round + 40, false)});
        if (!viewer)
            viewer = subscribe("a");
        for (auto &time : seen())
            all.push_back(std::move(time));
        lose(round % 2 == 0 ? kHome : kOther, publisher);
    }
    ASSERT_EQ(all.size(), 20U);
    EXPECT_EQ(all.front(), "0");
    EXPECT_EQ(all[1], "40");
    EXPECT_EQ(all[2], "80!");
    EXPECT_EQ(all.back(), "760");
    EXPECT_EQ(registry.find("a")->statistics.interruptions, 10U);
}

} // namespace
} // namespace matinee::live

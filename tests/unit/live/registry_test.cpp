#include "live/registry.h"

#include "frames.h"

#include <gtest/gtest.h>

#include <future>

namespace matinee::live {
namespace {

class RegistryTest : public testing::Test
{
protected:
    RegistryTest() { workers.start(); }
    ~RegistryTest() override { workers.stop(); }

    /// Runs `f` on that worker and gives back what it returned.
    template <class F>
    auto on(std::size_t worker, F f)
    {
        std::packaged_task<decltype(f())()> task(std::move(f));
        auto result = task.get_future();
        workers.at(worker).post([&task] { task(); });
        return result.get();
    }

    std::unique_ptr<Subscription> subscribe(std::size_t worker, const std::string &name)
    {
        std::promise<std::unique_ptr<Subscription>> got;
        workers.at(worker).spawn("test", [](Registry &registry, std::string name, auto &got) -> Task<void> {
            auto answer = co_await registry.subscribe(name, "flv");
            got.set_value(answer ? std::move(*answer) : nullptr);
        }(registry, name, got));
        return got.get_future().get();
    }

    net::WorkerPool workers{2};
    Registry registry{workers, {.replica = {}, .streams = 2, .viewers = 3}};
    std::atomic<int> kicks{0};

    Result<std::unique_ptr<Publication>> publish(const std::string &name)
    {
        return on(0, [&] { return registry.publish(name, {"127.0.0.1", "test", "rtmp"}, workers.at(0), [this](std::string) { ++kicks; }); });
    }
};

TEST_F(RegistryTest, ASecondPublisherOfOneNameIsRefused)
{
    auto first = publish("a");
    ASSERT_TRUE(first);
    auto second = publish("a");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
    on(0, [&] { first->reset(); return 0; });
    EXPECT_FALSE(registry.isLive("a"));
    auto again = publish("a");
    EXPECT_TRUE(again);
    on(0, [&] { again->reset(); return 0; });
}

TEST_F(RegistryTest, MoreStreamsThanTheLimitAreRefusedWithItsName)
{
    auto a = publish("a"), b = publish("b"), c = publish("c");
    ASSERT_FALSE(c);
    EXPECT_NE(c.error().message.find("livestream.max_streams"), std::string::npos);
    on(0, [&] { a->reset(); b->reset(); return 0; });
}

TEST_F(RegistryTest, AViewerOnAnotherWorkerJoinsAtTheKeyFrameAndGetsWhatFollows)
{
    auto publication = publish("a");
    ASSERT_TRUE(publication);
    const auto video = videoTrack();
    on(0, [&] { (*publication)->write({frame(video, 0, true), frame(video, 40, false)}); return 0; });
    auto subscription = subscribe(1, "a");
    ASSERT_TRUE(subscription);
    on(0, [&] { (*publication)->write({frame(video, 80, false)}); return 0; });
    const auto times = on(1, [&] {
        std::vector<long> times;
        PlainFormat format;
        Cursor cursor;
        while (const auto *next = subscription->replica().next(cursor, format).frame)
            times.push_back(next->dts.count() / 1000);
        return times;
    });
    EXPECT_EQ(times, (std::vector<long>{0, 40, 80}));
    EXPECT_EQ(registry.find("a")->statistics.viewers.at("flv"), 1u);
    on(1, [&] { subscription.reset(); return 0; });
    EXPECT_EQ(registry.find("a")->statistics.viewers.at("flv"), 0u);
    on(0, [&] { publication->reset(); return 0; });
}

TEST_F(RegistryTest, WatchingWhatIsNotLiveIsNotFound) { EXPECT_EQ(subscribe(0, "nothing"), nullptr); }

TEST_F(RegistryTest, MoreViewersThanTheLimitAreRefused)
{
    auto publication = publish("a");
    std::vector<std::unique_ptr<Subscription>> viewers;
    for (int i = 0; i < 3; ++i)
        viewers.push_back(subscribe(1, "a"));
    EXPECT_EQ(subscribe(1, "a"), nullptr);
    on(1, [&] { viewers.clear(); return 0; });
    on(0, [&] { publication->reset(); return 0; });
}

TEST_F(RegistryTest, AKickReachesThePublisherOnItsWorker)
{
    auto publication = publish("a");
    EXPECT_TRUE(registry.kick("a", "because"));
    EXPECT_FALSE(registry.kick("b", "because"));
    on(0, [] { return 0; });
    on(0, [] { return 0; });
    EXPECT_EQ(kicks.load(), 1);
    on(0, [&] { publication->reset(); return 0; });
}

} // namespace
} // namespace matinee::live

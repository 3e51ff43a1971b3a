// An illustrator for tests: makes pictures of words at once, or when it is told to.
#pragma once

#include "live/registry.h"
#include "pictures/illustrator.h"
#include "tests/unit/live/frames.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace matinee::pictures {

class WordIllustrator final : public Illustrator
{
public:
    Task<Result<Picture>> draw(Drawing drawing, Urgency urgency) override
    {
        ++drawn;
        if (urgency == Urgency::Background)
            ++background;
        co_await hold(held);
        if (fails)
            co_return Result<Picture>(fail(ErrorCode::FailedPrecondition, "There is no decoder for this."));
        const auto mark = drawing.keyFrame->payload.front();
        co_return Result<Picture>(
            Picture{{drawing.most.width, 90}, std::make_shared<const std::string>("picture " + std::to_string(mark))});
    }
    Task<Result<Picture>> assemble(Assembly assembly, Urgency) override
    {
        ++assembled;
        co_await hold(sheetsHeld);
        std::string all;
        for (const auto &jpeg : assembly.jpegs)
            all += *jpeg + ";";
        co_return Result<Picture>(Picture{assembly.tile, std::make_shared<const std::string>(std::move(all))});
    }

    Task<Result<Picture>> portray(Portrait portrait, Urgency) override
    {
        co_return Result<Picture>(Picture{{portrait.side, portrait.side}, portrait.file});
    }

    std::atomic<int> drawn{0};
    std::atomic<int> background{0};
    std::atomic<int> assembled{0};
    std::atomic<bool> fails{false};
    std::atomic<bool> held{false};
    std::atomic<bool> sheetsHeld{false};

private:
    Task<void> hold(const std::atomic<bool> &flag)
    {
        asio::steady_timer timer(co_await asio::this_coro::executor);
        while (flag) {
            timer.expires_after(std::chrono::milliseconds(2));
            (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
};

/// Two workers, a registry, one publisher's hand on worker 0.
class PictureTest : public testing::Test
{
protected:
    PictureTest()
    {
        registry.onChange([this](const std::string &name, bool live) {
            if (changed)
                changed(name, live);
        });
        workers.start();
    }
    ~PictureTest() override { workers.stop(); }

    template <class F> auto on(std::size_t worker, F f)
    {
        std::packaged_task<decltype(f())()> task(std::move(f));
        auto result = task.get_future();
        workers.at(worker).post([&task] { task(); });
        return result.get();
    }
    template <class T> static Task<void> keep(Task<T> task, std::shared_ptr<std::promise<T>> into)
    {
        into->set_value(co_await std::move(task));
    }
    /// The coroutine runs on that worker; its answer may be waited for.
    template <class T> std::future<T> begin(Task<T> task, std::size_t worker = 1)
    {
        auto promise = std::make_shared<std::promise<T>>();
        auto future = promise->get_future();
        workers.at(worker).spawn("test", keep(std::move(task), std::move(promise)));
        return future;
    }
    template <class T> T await(Task<T> task, std::size_t worker = 1) { return begin(std::move(task), worker).get(); }

    void publish(const std::string &name)
    {
        publication = on(0, [&] {
            auto claimed = registry.publish(name, {"127.0.0.1", "test", "rtmp"}, workers.at(0), [](const std::string &) {});
            return claimed ? std::move(*claimed) : nullptr;
        });
        ASSERT_TRUE(publication);
    }
    void write(std::vector<media::FramePtr> frames)
    {
        on(0, [&] {
            publication->write(std::move(frames));
            return 0;
        });
    }
    void key(int ms, std::uint8_t mark) { write({live::frame(video, ms, true, mark), live::frame(video, ms + 40, false, 99)}); }
    void stopPublishing()
    {
        on(0, [&] {
            publication.reset();
            return 0;
        });
    }
    template <class Condition> static bool eventually(Condition condition)
    {
        for (int i = 0; i < 2000; ++i) {
            if (condition())
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }

    net::WorkerPool workers{2};
    live::Registry registry{workers, {}};
    media::TrackPtr video = live::videoTrack();
    std::unique_ptr<live::Publication> publication;
    std::shared_ptr<WordIllustrator> illustrator = std::make_shared<WordIllustrator>();
    std::function<void(const std::string &, bool)> changed; ///< Set before the first stream.
};

} // namespace matinee::pictures

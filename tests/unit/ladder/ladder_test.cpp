// The ladder with processes that the test makes up: they send back what they are fed.
#include "ladder/ladder.h"

#include "tests/unit/mux/sample_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>

#include <future>
#include <set>
#include <thread>

namespace matinee::ladder {
namespace {

namespace wire = relay::wire;
using namespace std::chrono_literals;
using media::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// What the made-up processes do, and which there are. Any thread.
struct World
{
    std::atomic<int> started{0};
    std::atomic<bool> stillborn{false};   ///< They end as soon as they have begun.
    std::atomic<bool> unsupported{false}; ///< They say that they cannot.
    std::mutex mutex;
    std::vector<wire::Job> jobs;
    std::function<void()> kill; ///< The newest one falls. Call on its worker.
    net::Worker *worker = nullptr;
};

class EchoProcess final : public Process
{
public:
    EchoProcess(net::Worker &worker, World &world) : m_wake(std::make_shared<asio::steady_timer>(worker.context()))
    {
        m_over = world.stillborn;
        if (world.unsupported)
            m_out.emplace_back(wire::Failure{wire::Reason::Unsupported, "There is no encoder.\n"});
        const std::lock_guard lock(world.mutex);
        world.worker = &worker;
        world.kill = [over = m_fallen, wake = m_wake] {
            *over = true;
            wake->cancel();
        };
    }
    Task<Result<std::vector<wire::Message>>> receive() override
    {
        while (m_out.empty() && !m_over && !*m_fallen) {
            m_wake->expires_after(1h);
            (void)co_await m_wake->async_wait(asio::as_tuple(asio::use_awaitable));
        }
        using Answer = Result<std::vector<wire::Message>>;
        if (m_out.empty() || *m_fallen)
            co_return Answer(fail(ErrorCode::Unavailable, "The process ended."));
        co_return Answer(std::exchange(m_out, {}));
    }
    Task<bool> send(std::span<const media::SharedBytes> parts) override
    {
        for (const auto &part : parts) {
            auto messages = m_reader.feed(*part);
            EXPECT_TRUE(messages);
            for (auto &message : *messages)
                m_out.push_back(std::move(message));
        }
        m_out.emplace_back(wire::Progress{.bytes = 0, .frames = 0, .dropped = ++m_sends});
        m_wake->cancel();
        const bool takes = !m_over && !*m_fallen;
        co_return takes;
    }
    void hangUp() override
    {
        m_over = true;
        m_wake->cancel();
    }
    Task<void> finish() override { co_return; }

private:
    const std::shared_ptr<asio::steady_timer> m_wake;
    const std::shared_ptr<bool> m_fallen = std::make_shared<bool>(false);
    wire::Reader m_reader;
    std::vector<wire::Message> m_out;
    std::uint64_t m_sends = 0;
    bool m_over = false;
};

class LadderTest : public testing::Test
{
protected:
    template <class F> auto on(std::size_t worker, F f)
    {
        std::packaged_task<decltype(f())()> task(std::move(f));
        auto result = task.get_future();
        m_workers.at(worker).post([&task] { task(); });
        return result.get();
    }

    LadderTest() : m_stream(sample::parse(sample::encode({.seconds = 8}))) {}
    ~LadderTest() override
    {
        if (m_ladder)
            m_ladder->drain();
        on(0, [&] { m_publication.reset(); });
        m_registry.drain();
        EXPECT_TRUE(eventually([&] { return !m_ladder || m_ladder->active() == 0; })) << "drained";
        m_workers.stop();
        m_world.kill = nullptr; // it holds a timer of theirs
    }

    void open(LadderOptions options = {})
    {
        if (options.rungs.empty())
            options.rungs = parseRungs("720p@2500, 144p@200, 96p@100");
        if (options.idle == 10000ms)
            options.idle = 200ms;
        options.retry = [](std::chrono::milliseconds) { return 10ms; };
        options.start = [this](net::Worker &worker, const wire::Job &job, const std::string &) -> Result<std::unique_ptr<Process>> {
            ++m_world.started;
            {
                const std::lock_guard lock(m_world.mutex);
                m_world.jobs.push_back(job);
            }
            return std::unique_ptr<Process>(std::make_unique<EchoProcess>(worker, m_world));
        };
        m_ladder.emplace(m_workers, m_registry, std::move(options), &m_metrics);
        m_workers.start();
    }

    template <class Condition> static bool eventually(Condition condition)
    {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end)
                return false;
            std::this_thread::sleep_for(5ms);
        }
        return true;
    }

    void publish()
    {
        on(0, [&] {
            auto made = m_registry.publish("show", {"127.0.0.1", "test", "rtmp"}, m_workers.at(0), [](const std::string &) {});
            EXPECT_TRUE(made);
            m_publication = std::move(*made);
            m_publication->setTracks(m_stream.tracks);
        });
        m_next = 0;
    }

    /// Of the stream, up to that time.
    void play(media::MediaTime until)
    {
        on(0, [&] {
            std::vector<media::FramePtr> frames;
            while (m_next < m_stream.frames.size() && m_stream.frames[m_next]->dts < until)
                frames.push_back(m_stream.frames[m_next++]);
            m_publication->write(std::move(frames));
        });
    }

    Result<std::unique_ptr<live::Subscription>> subscribe(const std::string &name)
    {
        std::promise<Result<std::unique_ptr<live::Subscription>>> got;
        m_workers.at(1).spawn("test", [](live::Registry &registry, std::string name, auto &got) -> Task<void> {
            auto answer = co_await registry.subscribe(std::move(name), "flv");
            got.set_value(std::move(answer));
        }(m_registry, name, got));
        return got.get_future().get();
    }

    struct Viewer
    {
        std::unique_ptr<live::Subscription> subscription;
        live::Cursor cursor;
        std::vector<media::Frame> frames;
        [[nodiscard]] std::vector<media::MediaTime> keys() const
        {
            std::vector<media::MediaTime> times;
            for (const auto &frame : frames) {
                if (frame.isVideo() && frame.key)
                    times.push_back(frame.pts);
            }
            return times;
        }
        [[nodiscard]] media::MediaTime newest() const { return frames.empty() ? media::MediaTime::min() : frames.back().dts; }
    };

    void look(Viewer &viewer)
    {
        on(1, [&] {
            while (const auto *const frame = viewer.subscription->replica().next(viewer.cursor).frame)
                viewer.frames.push_back(*frame);
        });
    }

    [[nodiscard]] bool sees(Viewer &viewer, media::MediaTime time)
    {
        return eventually([&] {
            look(viewer);
            return viewer.newest() > time;
        });
    }
    /// Plays on to that time while the viewer takes what comes: who looks only in the end joins at the newest key frame, or has to jump.
    /// `shift`: how much later than the stream's own its times have become.
    [[nodiscard]] bool follow(Viewer &viewer, media::MediaTime until, media::MediaTime shift = {})
    {
        bool all = true;
        for (auto time = media::MediaTime(1s); all && time <= until; time += 1s) {
            play(time);
            all = sees(viewer, time - 100ms + shift);
        }
        return all;
    }

    void leave(Viewer &viewer)
    {
        on(1, [&] { viewer.subscription.reset(); });
    }

    Viewer watch(const std::string &name)
    {
        auto subscription = subscribe(name);
        EXPECT_TRUE(subscription) << (subscription ? "" : subscription.error().message);
        return {subscription ? std::move(*subscription) : nullptr, {}, {}};
    }

    void fall()
    {
        std::function<void()> kill;
        net::Worker *worker = nullptr;
        {
            const std::lock_guard lock(m_world.mutex);
            kill = m_world.kill;
            worker = m_world.worker;
        }
        on(worker->index(), kill);
    }

    std::vector<std::string> offered() const
    {
        std::vector<std::string> names;
        for (const auto &offer : m_ladder->offered("show"))
            names.push_back(offer.name);
        return names;
    }
    std::string state(const std::string &name) const
    {
        for (const auto &status : m_ladder->states("show")) {
            if (status.name == name)
                return std::string(rungStateName(status.state));
        }
        return "none";
    }

    World m_world;
    observe::Metrics m_metrics;
    net::WorkerPool m_workers{2};
    live::Registry m_registry{m_workers, {.wantedWait = 2000ms}};
    std::optional<Ladder> m_ladder;
    sample::Stream m_stream; // 320x180, a key frame a second
    std::size_t m_next = 0;
    std::unique_ptr<live::Publication> m_publication;
};

TEST_F(LadderTest, ARenditionIsMadeForWhoAsksAndEndsAWhileAfterTheLastViewer)
{
    open();
    publish();
    play(1500ms);
    EXPECT_THAT(offered(), ElementsAre("show@144p", "show@96p")) << "what is smaller than the stream itself";
    EXPECT_EQ(state("show@96p"), "offered");
    EXPECT_EQ(m_world.started, 0) << "nobody has asked";
    auto viewer = watch("show@96p");
    ASSERT_TRUE(viewer.subscription);
    EXPECT_EQ(m_world.jobs.at(0).kind, wire::JobKind::Ladder);
    EXPECT_EQ(m_world.jobs.at(0).rung.height, 96u);
    EXPECT_EQ(m_world.jobs.at(0).rung.videoKbps, 100u);
    EXPECT_TRUE(sees(viewer, 1400ms));
    EXPECT_TRUE(follow(viewer, 5s));
    std::set<media::MediaTime> keys;
    for (const auto &frame : m_stream.frames) {
        if (frame->isVideo() && frame->key)
            keys.insert(frame->pts);
    }
    EXPECT_GE(viewer.keys().size(), 4u);
    for (const auto time : viewer.keys())
        EXPECT_TRUE(keys.contains(time)) << "key frames are where the stream has them";
    EXPECT_TRUE(std::any_of(viewer.frames.begin(), viewer.frames.end(), [](const auto &frame) { return !frame.isVideo(); }));
    EXPECT_EQ(state("show@96p"), "running");
    EXPECT_EQ(m_ladder->states("show").at(1).viewers, 1u);
    EXPECT_EQ(m_registry.find("show")->statistics.viewers.at("flv"), 1u) << "counted with the stream, once";
    EXPECT_EQ(m_registry.liveCount(), 1u) << "a rendition is no stream of its own";
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_ladder_processes 1"));
    EXPECT_THAT(m_metrics.text(), testing::ContainsRegex("matinee_ladder_dropped_frames_total [1-9]"));
    leave(viewer);
    EXPECT_TRUE(eventually([&] { return !m_registry.isLive("show@96p") && m_ladder->active() == 0; }));
    EXPECT_EQ(state("show@96p"), "offered");
    EXPECT_EQ(m_registry.find("show")->statistics.holders, 0u);
}

TEST_F(LadderTest, WhatTheLadderDoesNotHaveIsNotFound)
{
    open();
    publish();
    play(1500ms);
    for (const char *name : {"show@720p", "show@100p", "show@", "show@96p@144p", "other@96p"}) {
        const auto answer = subscribe(name);
        ASSERT_FALSE(answer) << name;
        EXPECT_EQ(answer.error().code, ErrorCode::NotFound) << name;
    }
    EXPECT_THAT(subscribe("show@720p").error().message, HasSubstr("not larger than 720p"));
    EXPECT_EQ(m_world.started, 0);
    EXPECT_THAT(m_ladder->offered("other"), IsEmpty());
    EXPECT_THAT(m_ladder->states("show@96p"), IsEmpty()) << "there are no renditions of renditions";
}

TEST_F(LadderTest, TheLimitOfProcessesIsToldByItsName)
{
    open({.maxProcesses = 1});
    publish();
    play(1500ms);
    auto viewer = watch("show@96p");
    EXPECT_THAT(offered(), ElementsAre("show@96p")) << "the one that runs";
    EXPECT_EQ(state("show@144p"), "full");
    const auto refused = subscribe("show@144p");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("livestream.ladder_max_processes: 1"));
    leave(viewer);
    EXPECT_TRUE(eventually([&] { return offered().size() == 2; })) << "its place is free again";
}

TEST_F(LadderTest, AProcessThatFallsIsStartedAgainUnderItsViewers)
{
    open();
    publish();
    play(1500ms);
    auto viewer = watch("show@96p");
    ASSERT_TRUE(viewer.subscription);
    EXPECT_TRUE(sees(viewer, 1400ms));
    fall();
    EXPECT_TRUE(eventually([&] { return m_world.started == 2; }));
    for (const auto time : {3s, 4s, 5s, 6s}) { // a key frame has come by the first of them
        play(time);
        EXPECT_TRUE(sees(viewer, time - 100ms));
    }
    EXPECT_FALSE(viewer.subscription->replica().ended());
    std::array<media::MediaTime, 2> last{-1h, -1h};
    std::set<const media::Track *> tracks;
    bool decodable = true;
    for (const auto &frame : viewer.frames) {
        auto &before = last[static_cast<std::size_t>(frame.track->kind)];
        EXPECT_GT(frame.dts, before);
        if (frame.isVideo() && frame.dts - before > 50ms)
            decodable = decodable && frame.key;
        before = frame.dts;
        tracks.insert(frame.track.get());
        EXPECT_FALSE(frame.discontinuity) << "time goes on";
    }
    EXPECT_TRUE(decodable) << "after the hole it goes on with a key frame";
    EXPECT_THAT(tracks, SizeIs(2)) << "the same configuration is no new track";
    EXPECT_EQ(viewer.cursor.jumps(), 0u);
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_ladder_restarts_total 1"));
    leave(viewer);
}

TEST_F(LadderTest, ThreeFallsWithinAMinuteAreEnough)
{
    open();
    m_world.stillborn = true;
    publish();
    play(1500ms);
    const auto answer = subscribe("show@96p");
    EXPECT_FALSE(answer);
    EXPECT_EQ(m_world.started, 3);
    EXPECT_TRUE(eventually([&] { return state("show@96p") == "failed"; }));
    EXPECT_THAT(offered(), ElementsAre("show@144p"));
    const auto again = subscribe("show@96p");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(again.error().message, HasSubstr("failed again and again"));
    EXPECT_EQ(m_world.started, 3) << "it is left alone for a while";
}

TEST_F(LadderTest, ASystemWithoutAnEncoderOffersNothingAndSaysSo)
{
    open();
    m_world.unsupported = true;
    publish();
    play(1500ms);
    EXPECT_FALSE(m_ladder->warning("show"));
    EXPECT_FALSE(subscribe("show@96p"));
    ASSERT_TRUE(eventually([&] { return m_ladder->warning("show").has_value(); }));
    EXPECT_EQ(m_ladder->warning("show")->code, "no_renditions");
    EXPECT_THAT(m_ladder->warning("show")->message, testing::EndsWith("There is no encoder.?")) << "printable";
    EXPECT_EQ(m_world.started, 1) << "trying again would not help";
    EXPECT_THAT(offered(), IsEmpty());
    EXPECT_THAT(m_ladder->states("show"), IsEmpty());
    const auto again = subscribe("show@144p");
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().message, HasSubstr("There is no encoder"));
    on(0, [&] { m_publication.reset(); });
    EXPECT_TRUE(eventually([&] { return !m_ladder->warning("show"); })) << "another broadcast is another matter";
}

TEST_F(LadderTest, ABreakOfTheStreamIsHandedOnAndEndsNothing)
{
    open();
    publish();
    play(1500ms);
    auto viewer = watch("show@96p");
    ASSERT_TRUE(viewer.subscription);
    EXPECT_TRUE(sees(viewer, 1400ms));
    on(0, [&] {
        m_publication->lost();
        m_publication.reset();
    });
    EXPECT_TRUE(m_registry.find("show")->statistics.interrupted);
    m_stream = sample::parse(sample::encode({.seconds = 8}));
    publish();
    EXPECT_TRUE(follow(viewer, 3s, 1400ms));
    EXPECT_EQ(m_world.started, 1) << "the same process";
    EXPECT_FALSE(viewer.subscription->replica().ended());
    std::set<const media::Track *> before, after;
    int breaks = 0;
    for (const auto &frame : viewer.frames) {
        if (frame.discontinuity) {
            ++breaks;
            EXPECT_TRUE(frame.isVideo() && frame.key);
        }
        (breaks == 0 ? before : after).insert(frame.track.get());
    }
    EXPECT_EQ(breaks, 1);
    EXPECT_THAT(before, SizeIs(2));
    EXPECT_THAT(after, SizeIs(2));
    for (const auto *const track : after)
        EXPECT_FALSE(before.contains(track)) << "all tracks are new";
    leave(viewer);
}

TEST_F(LadderTest, ARenditionEndsWithItsStream)
{
    open();
    publish();
    play(1500ms);
    auto viewer = watch("show@96p");
    ASSERT_TRUE(viewer.subscription);
    on(0, [&] { m_publication.reset(); });
    EXPECT_TRUE(eventually([&] { return on(1, [&] { return viewer.subscription->replica().ended(); }); }));
    EXPECT_TRUE(eventually([&] { return m_ladder->active() == 0; }));
    EXPECT_FALSE(m_registry.isLive("show@96p"));
    leave(viewer);
}

TEST_F(LadderTest, WhoComesWhileARenditionEndsGetsTheNextOne)
{
    open({.idle = 50ms});
    publish();
    play(1500ms);
    for (int round = 0; round < 10; ++round) {
        auto subscription = subscribe("show@96p");
        if (!subscription) { // it ended between being found and being joined
            EXPECT_EQ(subscription.error().code, ErrorCode::NotFound);
        } else {
            on(1, [&] { subscription->reset(); });
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20 * round));
    }
    EXPECT_TRUE(eventually([&] { return m_ladder->active() == 0; }));
    auto viewer = watch("show@96p");
    leave(viewer);
}

} // namespace
} // namespace matinee::ladder

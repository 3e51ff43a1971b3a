#include "live/replica.h"

#include "frames.h"

#include <gtest/gtest.h>

namespace matinee::live {
namespace {

using std::chrono::milliseconds;

class ReplicaTest : public testing::Test
{
protected:
    /// Video at 25 fps with a key frame each `gop` frames, and audio each 20 ms, from `fromMs` up to `toMs`.
    void pushSeconds(int fromMs, int toMs, int gop = 25)
    {
        for (int ms = fromMs; ms < toMs; ms += 20) {
            if (ms % 40 == 0)
                replica.push({frame(video, ms, (ms / 40) % gop == 0)});
            replica.push({frame(audio, ms, true)});
        }
    }

    std::vector<media::Frame> drain(Cursor &cursor)
    {
        std::vector<media::Frame> frames;
        while (auto next = replica.next(cursor, format).frame)
            frames.push_back(*next);
        return frames;
    }

    media::TrackPtr video = videoTrack();
    media::TrackPtr audio = audioTrack();
    PlainFormat format;
    ReplicaLimits limits{.lag = milliseconds(2000), .ringBytes = 1 << 20, .history = milliseconds(6000)};
    std::shared_ptr<std::atomic<std::uint64_t>> jumps = std::make_shared<std::atomic<std::uint64_t>>(0);
    Replica replica{"x", limits, jumps};
};

TEST_F(ReplicaTest, ANewViewerBeginsAtTheNewestKeyFrame)
{
    pushSeconds(0, 2500);
    Cursor cursor;
    const auto frames = drain(cursor);
    ASSERT_FALSE(frames.empty());
    EXPECT_TRUE(frames.front().isVideo());
    EXPECT_TRUE(frames.front().key);
    EXPECT_EQ(frames.front().dts, milliseconds(2000));
}

TEST_F(ReplicaTest, AViewerThatComesBeforeAnyKeyFrameGetsNoVideoUntilOneComes)
{
    replica.push({frame(video, 0, false), frame(audio, 5, true), frame(video, 40, false)});
    Cursor cursor;
    for (const auto &got : drain(cursor))
        EXPECT_FALSE(got.isVideo());
    replica.push({frame(video, 80, false), frame(video, 120, true), frame(video, 160, false)});
    const auto frames = drain(cursor);
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].dts, milliseconds(120));
}

TEST_F(ReplicaTest, AnAudioOnlyViewerBeginsAtTheNewestSecond)
{
    for (int ms = 0; ms < 3000; ms += 20)
        replica.push({frame(audio, ms, true)});
    Cursor cursor;
    const auto frames = drain(cursor);
    ASSERT_FALSE(frames.empty());
    EXPECT_EQ(frames.front().dts, milliseconds(1980));
}

TEST_F(ReplicaTest, AFrameIsEncodedOnceForAllViewers)
{
    pushSeconds(0, 1000);
    Cursor one, two;
    const auto count = drain(one).size();
    drain(two);
    EXPECT_EQ(format.encodes, static_cast<int>(count));
}

TEST_F(ReplicaTest, ASlowViewerJumpsToTheNewestKeyFrameAndKeepsItsAudio)
{
    pushSeconds(0, 1040);
    Cursor cursor;
    ASSERT_TRUE(replica.next(cursor, format).frame);
    pushSeconds(1040, 5000);
    int videoBefore4s = 0, audio = 0;
    bool jumped = false;
    milliseconds firstVideo{-1};
    while (true) {
        const auto next = replica.next(cursor, format);
        if (!next.frame)
            break;
        jumped |= next.jumped;
        if (!next.frame->isVideo()) {
            ++audio;
        } else if (firstVideo.count() < 0) {
            firstVideo = std::chrono::duration_cast<milliseconds>(next.frame->dts);
            EXPECT_TRUE(next.frame->key);
        } else if (next.frame->dts < milliseconds(4000)) {
            ++videoBefore4s;
        }
    }
    EXPECT_EQ(firstVideo, milliseconds(4000));
    EXPECT_EQ(videoBefore4s, 0);
    EXPECT_EQ(audio, 200); // each 20 ms from 1,000 to 4,980
    EXPECT_TRUE(jumped);
    EXPECT_EQ(cursor.jumps(), 1u);
    EXPECT_EQ(jumps->load(), 1u);
}

TEST_F(ReplicaTest, AViewerThatTheRingLeftBehindGoesOnFromAKeyFrame)
{
    pushSeconds(0, 1000);
    Cursor cursor;
    ASSERT_TRUE(replica.next(cursor, format).frame);
    pushSeconds(1000, 20000);
    const auto frames = drain(cursor);
    const auto firstVideo = std::find_if(frames.begin(), frames.end(), [](const auto &f) { return f.isVideo(); });
    ASSERT_NE(firstVideo, frames.end());
    EXPECT_TRUE(firstVideo->key);
    EXPECT_EQ(firstVideo->dts, milliseconds(19000));
}

TEST_F(ReplicaTest, TheRingIsBoundedInBytesEvenInsideOneKeyFrameGroup)
{
    replica.push({frame(video, 0, true)});
    for (int ms = 40; ms < 4000; ms += 40)
        replica.push({frame(video, ms, false, 0, 100'000)});
    Cursor cursor;
    EXPECT_EQ(drain(cursor).size(), 0u); // its key frame is gone, so nothing can be decoded
}

TEST_F(ReplicaTest, ANewConfigurationIsToldBeforeItsFirstFrame)
{
    replica.push({frame(video, 0, true)});
    Cursor cursor;
    EXPECT_TRUE(replica.next(cursor, format).trackChanged);
    replica.push({frame(video, 40, false)});
    EXPECT_FALSE(replica.next(cursor, format).trackChanged);
    replica.push({frame(videoTrack(), 80, true)});
    EXPECT_TRUE(replica.next(cursor, format).trackChanged);
}

TEST_F(ReplicaTest, AllWhoAreUpToDateGetTheSamePieceOfMemory)
{
    replica.push({frame(video, 0, true, 'a', 2), frame(audio, 0, true, 'b', 2)});
    Cursor one, two;
    EXPECT_EQ(replica.batch(one, format), nullptr) << "a new viewer needs headers";
    drain(one);
    drain(two);
    EXPECT_EQ(replica.batch(one, format), nullptr) << "nothing is new";
    replica.push({frame(audio, 20, true, 'c', 2)});
    replica.push({frame(video, 40, false, 'd', 3)});
    const auto *batch = replica.batch(one, format);
    ASSERT_NE(batch, nullptr);
    EXPECT_EQ(std::string(batch->bytes.begin(), batch->bytes.end()), "ccddd");
    EXPECT_EQ(batch->frames(), 2u);
    EXPECT_EQ(replica.batch(two, format), batch);
    replica.pass(one, *batch);
    EXPECT_EQ(replica.batch(one, format), nullptr);
    EXPECT_EQ(drain(one).size(), 0u);
    EXPECT_EQ(drain(two).size(), 2u) << "the other may go on frame by frame";
    EXPECT_EQ(format.encodes, 4);
}

TEST_F(ReplicaTest, WhoNeedsAHeaderOrAKeyFrameGetsNoSharedPiece)
{
    replica.push({frame(audio, 0, true)});
    Cursor waiting; // for the first key frame
    drain(waiting);
    replica.push({frame(video, 40, false)});
    EXPECT_EQ(replica.batch(waiting, format), nullptr);
    replica.push({frame(video, 80, true)});
    drain(waiting);
    replica.push({frame(video, 120, false)});
    EXPECT_NE(replica.batch(waiting, format), nullptr);
    replica.push({frame(videoTrack(), 160, true)});
    EXPECT_EQ(replica.batch(waiting, format), nullptr) << "the configuration changes in between";
    Cursor late; // joins at the key frame of the new configuration
    drain(late);
    replica.push({frame(videoTrack(), 200, true)});
    EXPECT_EQ(replica.batch(late, format), nullptr) << "the configuration is not the viewer's";
    pushSeconds(200, 4000, 1000);
    EXPECT_EQ(replica.batch(late, format), nullptr) << "too far behind";
}

TEST_F(ReplicaTest, AViewerMayBeHeldBack)
{
    pushSeconds(0, 1000, 100);
    Cursor cursor;
    const auto group = replica.enter(cursor);
    ASSERT_TRUE(group);
    EXPECT_EQ(group->first, milliseconds(0));
    EXPECT_EQ(group->second, milliseconds(980));
    milliseconds last{-1};
    while (const auto *got = replica.next(cursor, format, milliseconds(300)).frame)
        last = std::chrono::duration_cast<milliseconds>(got->dts);
    EXPECT_EQ(last, milliseconds(300));
    ASSERT_NE(replica.next(cursor, format).frame, nullptr) << "nothing was lost";
}

struct Viewer : Subscriber
{
    void onFrames() override
    {
        ++told;
        if (leave)
            leave->detach(*this);
    }
    void onEnd(EndReason) override { ++ended; }
    int told = 0;
    int ended = 0;
    Replica *leave = nullptr;
};

TEST_F(ReplicaTest, AViewerMayLeaveWhileItIsTold)
{
    Viewer a, b;
    a.leave = &replica;
    replica.attach(a);
    replica.attach(b);
    replica.push({frame(video, 0, true)});
    replica.push({frame(video, 40, false)});
    EXPECT_EQ(a.told, 1);
    EXPECT_EQ(b.told, 2);
    replica.end(EndReason::PublisherLeft);
    EXPECT_EQ(a.ended, 0);
    EXPECT_EQ(b.ended, 1);
    EXPECT_TRUE(replica.ended());
}

TEST_F(ReplicaTest, ViewersMayComeAndGoInAnyOrder)
{
    std::vector<std::unique_ptr<Viewer>> viewers;
    for (int i = 0; i < 50; ++i)
        replica.attach(*viewers.emplace_back(std::make_unique<Viewer>()));
    for (int i = 0; i < 50; i += 3)
        replica.detach(*viewers[static_cast<std::size_t>(i)]);
    for (int i = 0; i < 50; i += 7)
        viewers[static_cast<std::size_t>(i)]->leave = &replica;
    replica.push({frame(video, 0, true)});
    replica.push({frame(video, 40, false)});
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(viewers[static_cast<std::size_t>(i)]->told, i % 3 == 0 ? 0 : i % 7 == 0 ? 1 : 2) << i;
    for (auto &viewer : viewers)
        replica.detach(*viewer);
    replica.end(EndReason::PublisherLeft);
    for (auto &viewer : viewers)
        EXPECT_EQ(viewer->ended, 0);
}

} // namespace
} // namespace matinee::live

// What a ladder's process decides, without a process.
#include "relay/audio_hold.h"
#include "relay/backlog.h"
#include "relay/source_queue.h"

#include <gtest/gtest.h>

namespace matinee::relay {
namespace {

using media::MediaTime;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Backlog, LeavesNothingOutWhileItKeepsUp)
{
    Backlog backlog;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(backlog.judge(milliseconds(500), seconds(i)), Pace::Every);
}

TEST(Backlog, TakesABurstForWhatItIs)
{
    Backlog backlog;
    EXPECT_EQ(backlog.judge(seconds(10), milliseconds(0)), Pace::Every);
    EXPECT_EQ(backlog.judge(seconds(5), milliseconds(400)), Pace::Every);
    EXPECT_EQ(backlog.judge(milliseconds(100), milliseconds(900)), Pace::Every);
    EXPECT_EQ(backlog.judge(seconds(10), milliseconds(1500)), Pace::Every); // and begins anew
    EXPECT_EQ(backlog.judge(seconds(9), milliseconds(2400)), Pace::Every);
}

TEST(Backlog, LeavesOutEverySecondPictureWhenItStaysBehind)
{
    Backlog backlog;
    EXPECT_EQ(backlog.judge(milliseconds(600), milliseconds(0)), Pace::Every);
    EXPECT_EQ(backlog.judge(milliseconds(700), milliseconds(999)), Pace::Every);
    EXPECT_EQ(backlog.judge(milliseconds(700), milliseconds(1000)), Pace::EverySecond);
    EXPECT_EQ(backlog.judge(milliseconds(2900), seconds(60)), Pace::EverySecond);
    EXPECT_EQ(backlog.judge(milliseconds(400), seconds(61)), Pace::Every);
}

TEST(Backlog, WaitsForTheNextKeyFrameWhenThatDoesNotHelp)
{
    Backlog backlog;
    EXPECT_EQ(backlog.judge(milliseconds(3100), seconds(0)), Pace::Every);
    EXPECT_EQ(backlog.judge(milliseconds(3100), seconds(2)), Pace::EverySecond);
    EXPECT_EQ(backlog.judge(milliseconds(3100), seconds(3)), Pace::NextKey);
    EXPECT_EQ(backlog.judge(milliseconds(3100), seconds(4)), Pace::EverySecond); // once, and then it is seen what it did
    EXPECT_EQ(backlog.judge(milliseconds(3100), seconds(7)), Pace::NextKey);
}

TEST(Backlog, LetsALongBurstBeMadeUpFor)
{
    Backlog backlog;
    EXPECT_EQ(backlog.judge(seconds(12), seconds(0)), Pace::Every);
    EXPECT_EQ(backlog.judge(seconds(9), seconds(3)), Pace::EverySecond);
    EXPECT_EQ(backlog.judge(seconds(6), seconds(6)), Pace::EverySecond);
    EXPECT_EQ(backlog.judge(milliseconds(5500), seconds(9)), Pace::NextKey); // and no further
}

wire::Frame sound(MediaTime dts)
{
    return {1, true, dts, dts, {1}};
}

std::vector<MediaTime> pop(AudioHold &hold, std::optional<MediaTime> shown)
{
    std::vector<MediaTime> times;
    while (const auto message = hold.pop(shown)) {
        const auto *const frame = std::get_if<wire::Frame>(&*message);
        times.push_back(frame ? frame->dts : MediaTime(-1));
    }
    return times;
}

TEST(AudioHold, LetsSoundGoWhenThePictureOfItsTimeHasComeOut)
{
    AudioHold hold;
    for (const int at : {0, 20, 40, 60})
        hold.push(sound(milliseconds(at)));
    EXPECT_TRUE(pop(hold, std::nullopt).empty());
    EXPECT_EQ(pop(hold, milliseconds(40)), (std::vector<MediaTime>{milliseconds(0), milliseconds(20), milliseconds(40)}));
    EXPECT_TRUE(pop(hold, milliseconds(40)).empty());
    EXPECT_EQ(pop(hold, milliseconds(70)), (std::vector<MediaTime>{milliseconds(60)}));
}

TEST(AudioHold, LetsItGoAfterASecondAnyhow)
{
    AudioHold hold;
    for (int at = 0; at <= 1500; at += 500)
        hold.push(sound(milliseconds(at)));
    EXPECT_EQ(pop(hold, std::nullopt), (std::vector<MediaTime>{milliseconds(0)}));
}

TEST(AudioHold, KeepsATrackInItsPlace)
{
    AudioHold hold;
    hold.push(wire::Track{1, media::Codec::Aac, 0, 0, 48000, 2, {0x11, 0x90}});
    hold.push(sound(milliseconds(10)));
    hold.push(wire::Track{1, media::Codec::Aac, 0, 0, 44100, 2, {0x12, 0x10}});
    hold.push(sound(milliseconds(30)));
    EXPECT_EQ(pop(hold, std::nullopt), (std::vector<MediaTime>{MediaTime(-1)}));
    EXPECT_EQ(pop(hold, milliseconds(10)), (std::vector<MediaTime>{milliseconds(10), MediaTime(-1)}));
}

TEST(AudioHold, HasABound)
{
    AudioHold hold;
    for (std::size_t i = 0; i < AudioHold::kMost + 5; ++i)
        hold.push(sound(MediaTime(0)));
    EXPECT_EQ(pop(hold, std::nullopt).size(), 5U);
}

wire::Frame picture(MediaTime dts, bool key, std::size_t bytes = 1, std::uint8_t track = 0)
{
    return {track, key, dts, dts, media::Bytes(bytes)};
}

TEST(SourceQueue, KnowsHowFarBehindItsFirstPictureIs)
{
    SourceQueue queue;
    EXPECT_FALSE(queue.pop());
    queue.push(wire::Track{1, media::Codec::Aac, 0, 0, 48000, 2, {}});
    queue.push(wire::Track{2, media::Codec::Hevc, 640, 360, 0, 0, {}});
    queue.push(wire::Track{3, media::Codec::H264, 640, 360, 0, 0, {}}); // a second one, left alone
    queue.push(wire::State{});
    EXPECT_EQ(queue.video(), 2);
    queue.push(picture(milliseconds(0), true, 1, 2));
    queue.push(picture(milliseconds(40), false, 1, 2));
    queue.push(picture(milliseconds(900), false, 1, 1));
    queue.push(picture(milliseconds(900), true, 1, 3));
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(std::holds_alternative<wire::Track>(*queue.pop()));
    EXPECT_TRUE(queue.holdsKey());
    const auto first = queue.pop();
    EXPECT_EQ(queue.behind(std::get<wire::Frame>(*first)), milliseconds(40));
    EXPECT_FALSE(queue.holdsKey());
    EXPECT_FALSE(queue.empty());
}

TEST(SourceQueue, IsFullAtItsBound)
{
    SourceQueue queue;
    queue.push(wire::Track{});
    while (!queue.full())
        queue.push(picture(milliseconds(0), false, std::size_t{8} << 20));
    std::size_t count = 0;
    while (queue.pop())
        ++count;
    EXPECT_EQ(count, 9U); // the track, and eight times 8 MiB
    EXPECT_FALSE(queue.full());
    for (std::size_t i = 0; i < SourceQueue::kMost; ++i)
        queue.push(picture(milliseconds(0), false));
    EXPECT_TRUE(queue.full());
}

} // namespace
} // namespace matinee::relay

// What people ask of a room, at once and too late.
#include "rooms/sync/room_sync.h"

#include <gtest/gtest.h>

#include <limits>

namespace matinee::rooms {

namespace {

ServerTime at(double ms)
{
    return ServerTime(Millis(ms));
}

class Commands : public testing::Test
{
protected:
    Commands() { EXPECT_TRUE(room.apply(ChangeMedia{.mediaId = "film", .duration = MediaTime(100'000)}, 0, at(1000))); }
    std::uint64_t version() const { return room.present().version; }
    RoomSync room;
};

} // namespace

TEST_F(Commands, areScheduledAheadAtThePositionThatWillBeReachedThen)
{
    EXPECT_EQ(room.present().since, at(1050));
    const auto paused = room.apply(Pause{}, version(), at(5000));
    ASSERT_TRUE(paused);
    EXPECT_EQ((*paused).since, at(5050));
    EXPECT_DOUBLE_EQ((*paused).position.count(), 4000);
    EXPECT_TRUE(room.timeline().at(at(5049)).moves());
    EXPECT_FALSE(room.timeline().at(at(5050)).moves());
}

TEST_F(Commands, leadFollowsTheDelaysOfThosePresent)
{
    room.join(1, at(1000));
    room.report(1, {.version = version(), .ready = true, .downDelay = Millis(180)}, at(1100));
    EXPECT_EQ((*room.apply(Pause{}, version(), at(5000))).since, at(5200));
}

TEST_F(Commands, neverOvertakeEachOther)
{
    room.join(1, at(1000));
    room.report(1, {.ready = true, .downDelay = Millis(700)}, at(1100));
    const auto paused = room.apply(Pause{}, version(), at(5000));
    room.leave(1);
    const auto played = room.apply(Play{}, version(), at(5010));
    EXPECT_GE((*played).since, (*paused).since);
}

TEST_F(Commands, twoWhoPauseAtOnceBothHaveTheirWay)
{
    const auto seen = version();
    const auto first = room.apply(Pause{}, seen, at(5000));
    const auto second = room.apply(Pause{}, seen, at(5020));
    ASSERT_TRUE(first && second);
    EXPECT_EQ((*first).version, (*second).version);
}

TEST_F(Commands, twoWhoPressNextSkipOneItem)
{
    const auto seen = version();
    const auto first = room.apply(ChangeMedia{.mediaId = "second film"}, seen, at(5000));
    const auto second = room.apply(ChangeMedia{.mediaId = "second film"}, seen, at(5020));
    ASSERT_TRUE(first && second);
    EXPECT_EQ((*first).version, (*second).version);
    EXPECT_EQ(room.apply(ChangeMedia{.mediaId = "third film"}, seen, at(5030)).error(), Refusal::Stale);
}

TEST_F(Commands, aStalePauseIsNotUndoneByASeekOrARate)
{
    const auto seen = version();
    ASSERT_TRUE(room.apply(Seek{MediaTime(50'000)}, seen, at(5000)));
    ASSERT_TRUE(room.apply(SetRate{1.25}, seen, at(5010)));
    const auto paused = room.apply(Pause{}, seen, at(5020));
    ASSERT_TRUE(paused);
    EXPECT_FALSE((*paused).playing);
    EXPECT_NEAR((*paused).position.count(), 50'000, 100);
}

TEST_F(Commands, aStalePauseOfAnotherFilmIsRefused)
{
    const auto seen = version();
    ASSERT_TRUE(room.apply(ChangeMedia{.mediaId = "second film"}, seen, at(5000)));
    EXPECT_EQ(room.apply(Pause{}, seen, at(5020)).error(), Refusal::Stale);
    EXPECT_EQ(room.apply(Seek{MediaTime(1000)}, seen, at(5020)).error(), Refusal::Stale);
}

TEST_F(Commands, aPlayThatDidNotSeeThePauseAfterItIsRefused)
{
    const auto seen = version();
    ASSERT_TRUE(room.apply(Pause{}, seen, at(5000)));
    const auto between = version();
    ASSERT_TRUE(room.apply(Play{}, between, at(6000)));
    EXPECT_EQ(room.apply(Pause{}, between, at(6010)).error(), Refusal::Stale);
    ASSERT_TRUE(room.apply(Play{}, between, at(6020))); // it plays already
}

TEST_F(Commands, ofTwoSeeksTheFirstCountsUnlessTheyMeanTheSameSpot)
{
    const auto seen = version();
    ASSERT_TRUE(room.apply(Seek{MediaTime(50'000)}, seen, at(5000)));
    const auto after = version();
    EXPECT_EQ(room.apply(Seek{MediaTime(20'000)}, seen, at(5020)).error(), Refusal::Stale);
    ASSERT_TRUE(room.apply(Seek{MediaTime(50'300)}, seen, at(5020)));
    EXPECT_EQ(version(), after);
    ASSERT_TRUE(room.apply(Seek{MediaTime(20'000)}, after, at(5030)));
}

TEST_F(Commands, ofAnotherLifeOfTheRoomAreRefused)
{
    EXPECT_EQ(room.apply(Pause{}, version() + 1, at(5000)).error(), Refusal::UnknownVersion);
}

TEST_F(Commands, thatMakeNoSenseAreRefusedByName)
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    const auto refusal = [&](const Command &command) { return room.apply(command, version(), at(5000)).error(); };
    for (const double position : {nan, -1.0, 100'001.0, infinite, -infinite})
        EXPECT_EQ(refusal(Seek{MediaTime(position)}), Refusal::BadPosition);
    for (const double rate : {nan, 0.0, 0.2, 4.1, -1.0, infinite})
        EXPECT_EQ(refusal(SetRate{rate}), Refusal::BadRate);
    EXPECT_EQ(refusal(SetLatency{Millis(2000)}), Refusal::OnlyOfLive);
    EXPECT_EQ(refusal(ChangeMedia{.mediaId = std::string(129, 'x')}), Refusal::BadMedia);
    EXPECT_EQ(refusal(ChangeMedia{.mediaId = "x", .duration = MediaTime(nan)}), Refusal::BadMedia);
    EXPECT_EQ(refusal(ChangeMedia{.mediaId = "x", .from = MediaTime(11), .duration = MediaTime(10)}), Refusal::BadPosition);
    EXPECT_EQ(refusal(ChangeMedia{.mediaId = "x", .live = true, .targetLatency = Millis(nan)}), Refusal::BadLatency);
    EXPECT_EQ(room.present().version, 1U);
    EXPECT_EQ(RoomSync().apply(Play{}, 0, at(0)).error(), Refusal::NothingChosen);
    EXPECT_EQ(RoomSync().apply(Seek{MediaTime(0)}, 0, at(0)).error(), Refusal::NothingChosen);
}

TEST_F(Commands, playAtTheEndBeginsAgain)
{
    ASSERT_TRUE(room.apply(Pause{}, version(), at(900'000)));
    EXPECT_DOUBLE_EQ(room.present().position.count(), 100'000);
    ASSERT_TRUE(room.apply(Play{}, version(), at(901'000)));
    EXPECT_DOUBLE_EQ(room.present().position.count(), 0);
}

TEST_F(Commands, liveGoesOnAtItsDistanceAfterAPauseAndKeepsTheOneThatASeekMade)
{
    ASSERT_TRUE(room.apply(ChangeMedia{.mediaId = "concert", .live = true, .targetLatency = Millis(3000)}, version(), at(50'000)));
    EXPECT_EQ(room.apply(SetRate{2}, version(), at(50'000)).error(), Refusal::NotOfLive);
    EXPECT_DOUBLE_EQ(room.present().latencyAt(at(60'000)).count(), 3000);
    ASSERT_TRUE(room.apply(Pause{}, version(), at(60'000)));
    ASSERT_TRUE(room.apply(Play{}, version(), at(90'000)));
    EXPECT_DOUBLE_EQ(room.present().latencyAt(at(99'000)).count(), 3000);
    ASSERT_TRUE(room.apply(Seek{MediaTime(80'000)}, version(), at(100'000)));
    EXPECT_DOUBLE_EQ(room.present().latencyAt(at(120'000)).count(), 20'050);
    EXPECT_DOUBLE_EQ(room.present().targetLatency.count(), 20'050);
    EXPECT_EQ(room.apply(Seek{MediaTime(200'000)}, version(), at(120'000)).error(), Refusal::BadPosition);
}

} // namespace matinee::rooms

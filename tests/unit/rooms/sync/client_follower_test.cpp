// A member's decisions, each looked at by itself. Here both clocks are one, and the player is a number.
#include "rooms/sync/client_follower.h"

#include <gtest/gtest.h>

namespace matinee::rooms {

namespace {

class Follower : public testing::Test
{
protected:
    Follower()
    {
        for (int i = 0; i < 4; ++i)
            tick();
        conditions.loaded = "film";
        follower.set(conditions, local());
        truth = {.version = 1, .placed = 1, .mediaId = "film", .position = MediaTime(10'000), .since = server(), .playing = true};
        follower.timeline().add(truth);
    }
    LocalTime local() const { return LocalTime(Millis(now)); }
    ServerTime server() const { return ServerTime(Millis(now)); }
    void tick()
    {
        follower.clock().add({local(), server(), server(), local()});
        now += 50;
    }
    /// Frames for `ms`, played at `rate`, `ahead` of the truth at the end.
    void frames(double ms, double ahead, double rate = 1)
    {
        now += ms;
        const double end = follower.timeline().at(server()).positionAt(server()).count() + ahead;
        for (double back = ms; back >= 0; back -= 1000.0 / 30)
            follower.player().sample(LocalTime(Millis(now - back)), MediaTime(end - rate * back));
    }
    /// Arrived and measured, exactly where it should be.
    void inStep()
    {
        auto orders = follower.decide(local());
        now += 200;
        if (orders.seekTo)
            follower.player().seeked(local());
        (void)follower.decide(local());
        now += 200;
        frames(500, 0);
        (void)follower.decide(local());
        now += 200;
        frames(500, 0);
        ASSERT_EQ(follower.decide(local()).state, State::InStep);
        for (int i = 0; i < 2; ++i, (void)follower.decide(local()))
            now += 2000; // settled
        frames(500, 0);
        ASSERT_EQ(follower.decide(local()).state, State::InStep);
    }
    Truth change(const Truth &next)
    {
        truth = next;
        ++truth.version;
        follower.timeline().add(truth);
        return truth;
    }
    const Orders &decide() { return follower.decide(local()); }

    ClientFollower follower;
    Conditions conditions;
    Truth truth;
    double now = 1000;
};

} // namespace

TEST_F(Follower, seeksToWhereTheRoomWillBeWhenTheSeekHasCome)
{
    const auto orders = decide();
    EXPECT_EQ(orders.state, State::Seeking);
    ASSERT_TRUE(orders.seekTo);
    EXPECT_DOUBLE_EQ(orders.seekTo->count(), 10'200); // what seeks usually take
    EXPECT_TRUE(orders.play);
    EXPECT_FALSE(decide().seekTo);
}

TEST_F(Follower, leavesAloneWhatNobodySees)
{
    inStep();
    for (const double ahead : {16.0, -16.0, 8.0}) {
        frames(1000, ahead);
        const auto orders = decide();
        EXPECT_EQ(orders.state, State::InStep) << ahead;
        EXPECT_DOUBLE_EQ(orders.rate, 1);
        EXPECT_NEAR(orders.skew.count(), ahead, 1e-6);
    }
}

TEST_F(Follower, playsSmallErrorsAwayBothWaysForAPlannedTime)
{
    inStep();
    frames(1000, -50);
    auto orders = decide();
    EXPECT_EQ(orders.state, State::Nudging);
    EXPECT_NEAR(orders.rate, 1.05, 1e-6);
    now += 999.5;
    EXPECT_EQ(decide().state, State::Nudging);
    now += 1;
    orders = decide();
    EXPECT_EQ(orders.state, State::InStep);
    EXPECT_DOUBLE_EQ(orders.rate, 1);
    now += 150;
    frames(1000, 30);
    orders = decide();
    EXPECT_NEAR(orders.rate, 0.97, 1e-6);
}

TEST_F(Follower, neverLeavesTheTenthAroundTheChosenRate)
{
    inStep();
    auto next = truth.continuedAt(server());
    next.pace = 0.95;
    change(next);
    decide();
    now += 200;
    frames(1000, 300, 0.95);
    const auto orders = decide();
    EXPECT_EQ(orders.state, State::Nudging);
    EXPECT_DOUBLE_EQ(orders.rate, 0.9);
}

TEST_F(Follower, jumpsOverWhatWouldTakeMoreThanEightSeconds)
{
    inStep();
    frames(1000, -780);
    EXPECT_EQ(decide().state, State::Nudging);
    EXPECT_NEAR(follower.decide(local()).rate, 1.1, 1e-9);
    for (int i = 0; i < 4; ++i, decide())
        now += 2000;
    now += 150;
    frames(1000, -820);
    EXPECT_TRUE(decide().seekTo);
}

TEST_F(Follower, doesNotSeekAgainAndAgainWhereSeeksDoNotHelp)
{
    inStep();
    int seeks = 0;
    const double until = now + 60'000;
    while (now < until) {
        frames(250, -5000);
        if (decide().seekTo) {
            ++seeks;
            now += 100;
            follower.player().seeked(local());
        }
    }
    EXPECT_LE(seeks, 8);
}

TEST_F(Follower, learnsHowLongSeeksTakeHere)
{
    auto orders = decide();
    now += 600; // the usual would have been 200
    follower.player().seeked(local());
    decide();
    const double arrived = orders.seekTo->count();
    now += 500;
    for (int i = 0; i < 15; ++i)
        follower.player().sample(LocalTime(Millis(now - 400 + 25 * i)), MediaTime(arrived + 100 + 25 * i));
    decide();
    EXPECT_NEAR(follower.player().seekLatency().count(), 600, 1e-6);
}

TEST_F(Follower, beginsToPlaySoMuchEarlierAsPlayersAreLate)
{
    auto paused = truth;
    paused.playing = false;
    change(paused);
    decide();
    follower.player().seeked(local());
    decide();
    auto next = truth;
    next.playing = true;
    next.since = server() + Millis(200);
    change(next);
    auto orders = decide();
    EXPECT_FALSE(orders.play);
    EXPECT_NEAR(orders.next.count(), 170, 1e-6);
    now += 170.001;
    EXPECT_TRUE(decide().play);
}

TEST_F(Follower, doesNotFightTheUsersOwnSeek)
{
    inStep();
    conditions.userSeeks = true;
    follower.set(conditions, local());
    frames(1000, 5000);
    EXPECT_FALSE(decide().seekTo);
    conditions.userSeeks = false;
    follower.set(conditions, local());
    frames(1000, 5000);
    EXPECT_FALSE(decide().seekTo); // the room has not answered
    auto next = truth.continuedAt(server());
    next.position = next.position + MediaTime(5000);
    next.placed = truth.version + 1;
    change(next);
    frames(300, 20);
    const auto orders = decide();
    EXPECT_FALSE(orders.seekTo); // it is there
    EXPECT_EQ(orders.state, State::Nudging);
}

TEST_F(Follower, goesBackWhereTheUsersSeekWasNotGranted)
{
    inStep();
    conditions.userSeeks = true;
    follower.set(conditions, local());
    conditions.userSeeks = false;
    follower.set(conditions, local());
    frames(1000, 5000);
    decide();
    frames(1100, 5000);
    EXPECT_TRUE(decide().seekTo);
}

TEST_F(Follower, standsAtThePictureOfAllOthers)
{
    inStep();
    auto next = truth.continuedAt(server());
    next.playing = false;
    change(next);
    EXPECT_FALSE(decide().play);
    for (int i = 0; i < 20; ++i) {
        now += 30;
        follower.player().sample(local(), next.position + MediaTime(60));
    }
    const auto orders = decide();
    ASSERT_TRUE(orders.seekTo);
    EXPECT_DOUBLE_EQ(orders.seekTo->count(), next.position.count());
}

TEST_F(Follower, inFreeModeIsLeftAloneAndOneStepBack)
{
    inStep();
    conditions.free = true;
    follower.set(conditions, local());
    frames(1000, 60'000);
    auto orders = decide();
    EXPECT_EQ(orders.state, State::Free);
    EXPECT_FALSE(orders.seekTo);
    EXPECT_EQ(follower.report(Millis(0)).mode, Mode::Free);
    conditions.free = false;
    follower.set(conditions, local());
    frames(1000, 60'000);
    EXPECT_TRUE(decide().seekTo);
}

TEST_F(Follower, startsMutedWhereTheBrowserWantsATapAndAsksForIt)
{
    inStep();
    conditions.autoplay = Autoplay::NeedsMute;
    follower.set(conditions, local());
    auto orders = decide();
    EXPECT_TRUE(orders.play && orders.muted && orders.askTap);
    conditions.autoplay = Autoplay::NeedsTap;
    follower.set(conditions, local());
    orders = decide();
    EXPECT_EQ(orders.state, State::Blocked);
    EXPECT_FALSE(orders.play);
    EXPECT_TRUE(orders.askTap);
    EXPECT_EQ(follower.report(Millis(0)).mode, Mode::Blocked);
    conditions.autoplay = Autoplay::Allowed;
    follower.set(conditions, local());
    orders = decide();
    EXPECT_TRUE(orders.play);
    EXPECT_FALSE(orders.muted || orders.askTap);
}

TEST_F(Follower, asleepNothingIsNudgedBecauseTimersComeLate)
{
    inStep();
    frames(1000, -50);
    ASSERT_EQ(decide().state, State::Nudging);
    conditions.hidden = true;
    follower.set(conditions, local());
    const auto orders = decide();
    EXPECT_EQ(orders.state, State::Asleep);
    EXPECT_DOUBLE_EQ(orders.rate, 1);
    EXPECT_EQ(follower.report(Millis(0)).mode, Mode::Asleep);
}

TEST_F(Follower, waitsWithoutCorrectionsWhileThereIsNoData)
{
    inStep();
    conditions.stalled = true;
    follower.set(conditions, local());
    now += 3000;
    const auto orders = decide();
    EXPECT_EQ(orders.state, State::Waiting);
    EXPECT_TRUE(orders.play);
    EXPECT_FALSE(orders.seekTo);
    EXPECT_FALSE(follower.report(Millis(0)).ready);
}

TEST_F(Follower, playsAheadByItsOwnOffset)
{
    inStep();
    follower.setOwnOffset(MediaTime(120));
    frames(1000, 120);
    EXPECT_NEAR(decide().skew.count(), 0, 1e-6);
    frames(1000, 0);
    const auto orders = decide();
    EXPECT_EQ(orders.state, State::Nudging);
    EXPECT_GT(orders.rate, 1);
}

TEST_F(Follower, asksTheClockAgainAfterTheMachineSlept)
{
    inStep();
    now += 60'000;
    decide();
    EXPECT_EQ(follower.clock().nextExchange(), Millis(50));
}

TEST_F(Follower, correctsAlsoAfterItsOwnClockWasSetBack)
{
    inStep();
    const double day = 86'400'000;
    now += 250;
    const auto earlier = [&]() { return LocalTime(Millis(now - day)); };
    EXPECT_EQ(follower.decide(earlier()).state, State::Waiting);
    for (int i = 0; i < 4; ++i, now += 50)
        follower.clock().add({earlier(), server(), server(), earlier()});
    for (int i = 0; i < 15; ++i, now += 33)
        follower.player().sample(earlier(), truth.positionAt(server()) - MediaTime(50));
    const auto orders = follower.decide(earlier());
    EXPECT_EQ(orders.state, State::Nudging);
    EXPECT_NEAR(orders.skew.count(), -50, 1e-3);
}

TEST_F(Follower, isReadyOnlyForWhereTheRoomIs)
{
    inStep();
    EXPECT_TRUE(follower.report(Millis(5000)).ready);
    auto next = truth.continuedAt(server());
    next.position = MediaTime(90'000);
    next.placed = truth.version + 1;
    next.held = true;
    change(next);
    const auto orders = decide();
    ASSERT_TRUE(orders.seekTo);
    EXPECT_EQ(orders.seekTo->count(), 90'000);
    EXPECT_FALSE(follower.report(Millis(5000)).ready);
    now += 200;
    follower.player().seeked(local());
    EXPECT_EQ(decide().state, State::Waiting);
    const auto report = follower.report(Millis(5000));
    EXPECT_TRUE(report.ready);
    EXPECT_EQ(report.version, truth.version);
}

TEST_F(Follower, afterAStallIsReadyWithTwoSecondsAhead)
{
    inStep();
    EXPECT_FALSE(follower.report(Millis(1000)).ready); // it has just come
    EXPECT_TRUE(follower.report(Millis(2000)).ready);
    EXPECT_TRUE(follower.report(Millis(100)).ready);
    conditions.stalled = true;
    follower.set(conditions, local());
    EXPECT_FALSE(follower.report(Millis(5000)).ready);
    conditions.stalled = false;
    follower.set(conditions, local());
    EXPECT_FALSE(follower.report(Millis(1999)).ready);
    EXPECT_TRUE(follower.report(kAllBuffered).ready);
}

TEST_F(Follower, staysReadyWhileItCatchesUpByASeekOfItsOwn)
{
    inStep();
    frames(1000, -2000);
    ASSERT_TRUE(decide().seekTo);
    EXPECT_TRUE(follower.report(Millis(5000)).ready);
}

TEST_F(Follower, beginsAnewWithARoomOfAnotherLife)
{
    inStep();
    follower.restart();
    EXPECT_EQ(decide().state, State::Waiting);
    EXPECT_FALSE(follower.report(Millis(5000)).ready);
    for (int i = 0; i < 4; ++i)
        tick();
    auto next = truth.continuedAt(server());
    next.version = 1; // counted from the beginning again
    next.placed = 1;
    follower.timeline().add(next);
    frames(500, 0);
    EXPECT_EQ(decide().state, State::InStep);
}

} // namespace matinee::rooms

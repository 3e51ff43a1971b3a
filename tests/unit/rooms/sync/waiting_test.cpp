// For whom a room waits, and what it costs. Also what those gain who abuse it.
#include "rooms/sync/room_sync.h"

#include <gtest/gtest.h>

#include <map>

namespace matinee::rooms {

namespace {

/// A room at a time of its own, looked at as often as it wants, reports twice a second.
class Waiting : public testing::Test
{
protected:
    void begin(WaitPolicy policy, std::size_t members)
    {
        room.setPolicy(policy);
        for (MemberId id = 0; id < members; ++id) {
            room.join(id, time());
            says[id] = {.ready = true, .buffered = Millis(30'000)};
        }
        run(1);
        EXPECT_TRUE(room.apply(ChangeMedia{.mediaId = "film", .duration = MediaTime(7.2e6)}, room.present().version, time()));
        run(20);
    }
    void run(double seconds)
    {
        const double until = now + seconds * 1000;
        while (now < until) {
            if (now - reported >= 500)
                report();
            const double step = room.nextLook().count();
            now += step;
            heldMs += room.present().held ? step : 0;
            slowMs += room.present().pace < 1 ? step : 0;
            if (room.advance(time()))
                ++changes;
        }
    }
    void report()
    {
        reported = now;
        for (auto &[id, report] : says) {
            report.version = room.present().version;
            room.report(id, report, time());
        }
    }
    ServerTime time() const { return ServerTime(Millis(now)); }

    RoomSync room;
    std::map<MemberId, Report> says;
    double now = 1000;
    double reported = 0;
    double heldMs = 0;
    double slowMs = 0;
    std::size_t changes = 0;
};

} // namespace

TEST_F(Waiting, aRoomThatGoesOnWaitsForNobody)
{
    begin(WaitPolicy::goOn(), 3);
    says[0].ready = false;
    says[0].buffered = Millis(0);
    run(60);
    EXPECT_EQ(heldMs, 0);
    EXPECT_EQ(slowMs, 0);
}

TEST_F(Waiting, everyoneIsWaitedForByNameAndThenAllGoOn)
{
    begin(WaitPolicy::everyone(Millis(10'000)), 3);
    heldMs = 0;
    says[1].ready = false;
    run(2);
    EXPECT_TRUE(room.present().held);
    EXPECT_EQ(room.waitedFor(), std::vector<MemberId>{1});
    says[1].ready = true;
    run(1);
    EXPECT_FALSE(room.present().held);
    EXPECT_TRUE(room.waitedFor().empty());
    EXPECT_TRUE(room.present().moves());
}

TEST_F(Waiting, aSeekBeginsWhenAllAreThere)
{
    begin(WaitPolicy::everyone(Millis(10'000)), 3);
    const auto before = room.present().version;
    report();
    ASSERT_TRUE(room.apply(Seek{MediaTime(60'000)}, before, time()));
    EXPECT_TRUE(room.present().held);
    now += 300;
    for (const MemberId id : {0, 1, 2}) // ready, but for the place of before
        room.report(id, {.version = before, .ready = true, .buffered = Millis(30'000)}, time());
    EXPECT_FALSE(room.advance(time()));
    report();
    const auto going = room.advance(time());
    ASSERT_TRUE(going);
    EXPECT_TRUE(going->moves());
    EXPECT_DOUBLE_EQ(going->position.count(), 60'000);
}

TEST_F(Waiting, aQuorumIsEnough)
{
    begin(WaitPolicy::quorum(60, Millis(10'000)), 5);
    heldMs = 0;
    says[0].ready = says[1].ready = false;
    run(30);
    EXPECT_EQ(heldMs, 0);
    says[2].ready = false;
    run(2);
    EXPECT_TRUE(room.present().held);
    says[0].ready = true;
    run(1);
    EXPECT_FALSE(room.present().held);
}

TEST_F(Waiting, whoNeverBecomesReadyCostsTheLimitOnce)
{
    begin(WaitPolicy::everyone(Millis(5000)), 3);
    heldMs = 0;
    says[2].ready = false;
    run(600);
    EXPECT_GE(heldMs, 4900);
    EXPECT_LE(heldMs, 5300);
    heldMs = 0;
    ASSERT_TRUE(room.apply(Seek{MediaTime(60'000)}, room.present().version, time()));
    run(10);
    EXPECT_LE(heldMs, 600); // for the two others
}

TEST_F(Waiting, whoFlapsHoldsTheOthersForASmallShareOfTheTime)
{
    begin(WaitPolicy::everyone(Millis(5000)), 3);
    heldMs = 0;
    for (int i = 0; i < 600; ++i) {
        says[2].ready = i % 2 == 0;
        run(1);
    }
    std::printf("  one flaps for 10 min: held %.1f s\n", heldMs / 1000);
    EXPECT_LE(heldMs, 600'000 * 0.12);
}

TEST_F(Waiting, whoLeavesAndReturnsHasNoNewCredit)
{
    begin(WaitPolicy::everyone(Millis(5000)), 3);
    heldMs = 0;
    says[2].ready = false;
    run(10);
    room.leave(2);
    run(1);
    room.join(2, time());
    run(25);
    EXPECT_LE(heldMs, 5300);
}

TEST_F(Waiting, manyNewcomersInTurnHoldAtMostHalfOfTheTime)
{
    begin(WaitPolicy::everyone(Millis(5000)), 2);
    heldMs = 0;
    MemberId next = 100;
    for (int i = 0; i < 300; ++i) { // each second somebody new who is never ready
        room.join(next, time());
        says[next] = {.ready = false};
        if (next >= 130)
            says.erase(next - 30), room.leave(next - 30);
        ++next;
        run(1);
    }
    std::printf("  crowds that come to be waited for, 5 min: held %.1f s\n", heldMs / 1000);
    EXPECT_LE(heldMs, 151'000);
}

TEST_F(Waiting, newcomersAreNotWaitedForWhileTheyLoad)
{
    begin(WaitPolicy::everyone(Millis(5000)), 2);
    heldMs = 0;
    room.join(7, time());
    says[7] = {.ready = false};
    run(9);
    EXPECT_EQ(heldMs, 0);
}

TEST_F(Waiting, whoComesBackIsNotWaitedForWhileItCatchesUp)
{
    begin(WaitPolicy::everyone(Millis(5000)), 3);
    heldMs = 0;
    says[1].mode = Mode::Free;
    run(5);
    says[1].mode = Mode::InStep;
    says[1].ready = false;
    run(9);
    EXPECT_EQ(heldMs, 0);
}

TEST_F(Waiting, whoIsFreeAsleepBlockedOrSilentIsNotWaitedFor)
{
    begin(WaitPolicy::everyone(Millis(5000)), 5);
    heldMs = 0;
    for (const MemberId id : {1, 2, 3})
        says[id].ready = false;
    says[1].mode = Mode::Free;
    says[2].mode = Mode::Asleep;
    says[3].mode = Mode::Blocked;
    run(20);
    EXPECT_EQ(heldMs, 0);
    says[4].ready = false;
    now += 1;
    report(); // its last: after this its line is dead
    says.erase(4);
    for (int i = 0; i < 11; ++i) {
        now += 1000;
        report();
    }
    EXPECT_FALSE(room.present().held); // nobody looked meanwhile
    run(20);
    EXPECT_EQ(heldMs, 0);
}

TEST_F(Waiting, aPauseEndsTheWaitAndPlayBeginsItAgainWhereSomebodyIsLate)
{
    begin(WaitPolicy::everyone(Millis(5000)), 3);
    says[1].ready = false;
    run(1);
    ASSERT_TRUE(room.present().held);
    ASSERT_TRUE(room.apply(Pause{}, room.present().version, time()));
    EXPECT_FALSE(room.present().held);
    EXPECT_TRUE(room.waitedFor().empty());
    ASSERT_TRUE(room.apply(Play{}, room.present().version, time()));
    EXPECT_TRUE(room.present().held);
    says[1].ready = true;
    run(1);
    EXPECT_TRUE(room.present().moves());
}

TEST_F(Waiting, theRoomSlowsBeforeItStallsAndReturnsByItself)
{
    begin(WaitPolicy::everyone(Millis(10'000)), 3);
    says[1].buffered = Millis(1500);
    run(1);
    EXPECT_DOUBLE_EQ(room.present().pace, 0.95);
    EXPECT_FALSE(room.present().held);
    const auto decided = room.present().version;
    EXPECT_TRUE(room.apply(SetRate{1.25}, decided - 1, time())); // what the room does itself makes nobody's command stale
    says[1].buffered = Millis(3000);
    run(1);
    EXPECT_DOUBLE_EQ(room.present().pace, 0.95);
    says[1].buffered = Millis(4500);
    run(1);
    EXPECT_DOUBLE_EQ(room.present().pace, 1);
}

TEST_F(Waiting, whoClaimsToRunOutForEverSlowsTheRoomForAThirdOfTheTime)
{
    begin(WaitPolicy::everyone(Millis(10'000)), 3);
    slowMs = 0;
    says[1].buffered = Millis(0);
    run(270);
    EXPECT_GE(slowMs, 29'000);
    EXPECT_LE(slowMs, 92'000);
}

TEST_F(Waiting, aSlowedLiveRoomCatchesUpAgain)
{
    room.setPolicy(WaitPolicy::everyone(Millis(10'000)));
    for (const MemberId id : {0, 1}) {
        room.join(id, time());
        says[id] = {.ready = true, .buffered = Millis(2500)};
    }
    ASSERT_TRUE(room.apply(ChangeMedia{.mediaId = "concert", .live = true, .targetLatency = Millis(3000)}, 0, time()));
    run(20);
    const double latency = room.present().latencyAt(time()).count();
    says[0].buffered = Millis(300);
    run(10);
    EXPECT_NEAR(room.present().latencyAt(time()).count(), latency + 450, 100);
    says[0].buffered = Millis(2500);
    run(1);
    EXPECT_DOUBLE_EQ(room.present().pace, 1.05);
    run(20);
    EXPECT_DOUBLE_EQ(room.present().pace, 1);
    EXPECT_NEAR(room.present().latencyAt(time()).count(), 3000, 30);
}

TEST_F(Waiting, theSkewIsCountedAndNobodyCountsTwice)
{
    begin(WaitPolicy::goOn(), 2);
    const auto before = room.skew().total();
    for (int i = 0; i < 100; ++i) {
        now += 10;
        room.report(0, {.version = room.present().version, .ready = true, .skew = Millis(1e9)}, time());
    }
    EXPECT_LE(room.skew().total() - before, 3U);
    EXPECT_FALSE(room.report(99, {}, time()));
}

} // namespace matinee::rooms

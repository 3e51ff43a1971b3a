// What goes wrong in rooms: stalls, sleep, clocks that are set, liars, people who all press at once. What it costs the others, and how soon
// it is over.
#include "simulator.h"

#include <gtest/gtest.h>

namespace matinee::rooms::test {

namespace {

Simulator roomOf(std::size_t members, WaitPolicy policy, unsigned seed, NetworkTraits network = {20, 10, 20, 10})
{
    Simulator world(seed, policy);
    for (std::size_t i = 0; i < members; ++i) {
        MemberTraits traits;
        traits.network = network;
        traits.driftPpm = 50.0 * static_cast<double>(i % 5) - 100;
        traits.clockMs = 1e5 * static_cast<double>(i);
        traits.player.refreshPhaseMs = static_cast<double>(i);
        world.join(traits);
    }
    world.run(1);
    EXPECT_TRUE(world.command(ChangeMedia{.mediaId = "film", .duration = MediaTime(7.2e6)}));
    world.run(14);
    return world;
}

} // namespace

TEST(TroubleScenarios, oneWhoStallsCatchesUpAndTheOthersDoNotNotice)
{
    auto world = roomOf(4, WaitPolicy::goOn(), 21);
    const auto truths = world.truths();
    world.stall(0, 4);
    world.run(8);
    EXPECT_EQ(world.truths(), truths);
    EXPECT_LE(world.seeksOf(1), 2U);
    EXPECT_LE(world.secondsUntilWithin(80, 19, 4), 3);
}

TEST(TroubleScenarios, everyoneWaitsForOneWhoStallsAndAllGoOnTogether)
{
    auto world = roomOf(4, WaitPolicy::everyone(Millis(10'000)), 22);
    world.stall(0, 3);
    world.run(1);
    EXPECT_TRUE(world.room.present().held);
    EXPECT_EQ(world.room.waitedFor(), std::vector<MemberId>{0});
    EXPECT_EQ(world.orders(1).state, State::Waiting);
    world.run(7);
    EXPECT_FALSE(world.room.present().held);
    EXPECT_LE(world.secondsUntilWithin(80, 19, 4), 3);
}

TEST(TroubleScenarios, aClockThatIsSetMovesNobodyElseAndItsOwnerIsBackInStep)
{
    for (const double step : {-86'400'000.0, -700.0, 60.0, 700.0, 86'400'000.0}) {
        double most = 0;
        double longest = 0;
        for (const double phase : {0.0, 0.3, 0.6, 0.9}) { // of the exchanges with the server
            auto world = roomOf(4, WaitPolicy::goOn(), 23);
            world.run(phase);
            const auto truths = world.truths();
            const double from = world.now() / 1000;
            world.stepClock(0, step);
            world.run(15);
            EXPECT_EQ(world.truths(), truths);
            most = std::max(most, world.skew(from, from + 8, 250).mostMs);
            longest = std::max(longest, world.secondsUntilWithin(80, from, 14));
            EXPECT_LE(world.skew(from + 10, from + 15).p95Ms, 40);
        }
        std::printf("  own clock set by %.0f ms: at most %.1f ms apart, within 80 ms after %.2f s\n", step, most, longest);
        EXPECT_LE(longest, 5);
    }
}

TEST(TroubleScenarios, aLaptopThatSleptIsBackInStep)
{
    for (const bool clockStops : {false, true}) {
        auto world = roomOf(4, WaitPolicy::everyone(Millis(5000)), 24);
        world.sleep(0, 60, clockStops);
        world.run(75);
        const double woke = 75;
        const double after = world.secondsUntilWithin(80, woke, 14);
        std::printf("  slept for a minute, own clock %s: back within 80 ms after %.2f s\n", clockStops ? "stood" : "ran", after);
        EXPECT_LE(after, 5);
    }
}

TEST(TroubleScenarios, inTheBackgroundAMemberIsNotWaitedForAndReturns)
{
    auto world = roomOf(4, WaitPolicy::everyone(Millis(5000)), 25);
    world.condition(0, [](Conditions &c) { c.hidden = true; });
    world.run(2);
    world.stall(0, 20);
    world.run(10);
    EXPECT_FALSE(world.room.present().held);
    world.run(12);
    world.condition(0, [](Conditions &c) { c.hidden = false; });
    world.run(5);
    EXPECT_EQ(world.orders(0).state, State::InStep);
    EXPECT_LE(world.skew(43, 44).mostMs, 40);
}

TEST(TroubleScenarios, whoIsFreeIsNotPulledAndReturnsByOneButton)
{
    auto world = roomOf(3, WaitPolicy::everyone(Millis(5000)), 26);
    world.condition(0, [](Conditions &c) { c.free = true; });
    world.run(1);
    ASSERT_TRUE(world.command(Seek{MediaTime(600'000)}));
    world.run(5);
    EXPECT_LT(world.positionOf(0), 60'000);
    EXPECT_GT(world.positionOf(1), 600'000);
    const auto truths = world.truths();
    world.condition(0, [](Conditions &c) { c.free = false; });
    const double from = world.now() / 1000;
    world.run(5);
    EXPECT_EQ(world.truths(), truths); // nobody waited
    EXPECT_LE(world.secondsUntilWithin(80, from, 5), 3);
}

TEST(TroubleScenarios, liarsMoveNobody)
{
    auto world = roomOf(10, WaitPolicy::everyone(Millis(3000)), 27);
    world.lie(
        0, [](const Report &) { return Report{.ready = false, .buffered = Millis(0), .downDelay = Millis(1e12), .skew = Millis(-1e12)}; });
    world.lie(1, [turn = 0](const Report &r) mutable {
        auto lie = r;
        lie.ready = turn++ % 2 == 0;
        lie.version = ~0ULL;
        return lie;
    });
    double held = 0;
    for (int i = 0; i < 600; ++i) {
        world.run(0.1);
        held += world.room.present().held ? 0.1 : 0;
    }
    std::printf("  two liars for a minute: held %.1f s\n", held);
    EXPECT_LE(held, 9);
    const auto skew = world.skew(60, 75);
    print("10 members, two of whom lie", skew);
    EXPECT_LE(skew.p95Ms, 60); // a wait may have ended within
}

TEST(TroubleScenarios, tenSecondsOfEverybodyPressingEverythingEndInStep)
{
    auto world = roomOf(8, WaitPolicy::quorum(50, Millis(2000)), 28);
    std::mt19937 random(28);
    for (int i = 0; i < 200; ++i) {
        const auto seen = world.room.present().version - std::min<std::uint64_t>(random() % 3, world.room.present().version);
        const double spot = static_cast<double>(random() % 7'000'000);
        Command command = Pause{};
        switch (random() % 4) {
        case 0:
            command = Play{};
            break;
        case 1:
            command = Seek{MediaTime(spot)};
            break;
        case 2:
            command = SetRate{0.5 + static_cast<double>(random() % 4) / 2};
            break;
        default:
            break;
        }
        if (seen == world.room.present().version)
            (void)world.command(command);
        else
            (void)world.room.apply(Pause{}, seen + 9, world.serverNow()); // of another life: refused
        world.run(0.05);
    }
    ASSERT_TRUE(world.command(SetRate{1.0}));
    ASSERT_TRUE(world.command(Seek{MediaTime(1'000'000)}));
    ASSERT_TRUE(world.command(Play{}));
    const double from = world.now() / 1000;
    world.run(10);
    for (MemberId id = 0; id < 8; ++id)
        EXPECT_EQ(world.follower(id).timeline().newest(), world.room.present());
    EXPECT_LE(world.secondsUntilWithin(80, from, 8), 5);
}

TEST(TroubleScenarios, whoJoinsIsInStepWithinThreeSecondsAndHoldsNobody)
{
    auto world = roomOf(4, WaitPolicy::everyone(Millis(5000)), 29, {100, 50, 70, 30});
    const auto truths = world.truths();
    MemberTraits late;
    late.network = {100, 50, 70, 30};
    late.clockMs = -5e5;
    const auto id = world.join(late);
    const double from = world.now() / 1000;
    world.run(6);
    EXPECT_EQ(world.truths(), truths);
    EXPECT_GT(world.positionOf(id), 10'000);
    EXPECT_LE(world.secondsUntilWithin(80, from, 6), 4);
}

} // namespace matinee::rooms::test

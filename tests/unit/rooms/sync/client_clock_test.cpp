#include "rooms/sync/client_clock.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace matinee::rooms {

namespace {

/// A server and a client whose clocks differ, and a line between them. True time is the server's.
class World
{
public:
    double upMs = 20;
    double downMs = 20;
    double jitterMs = 0;
    double aheadMs = 1e6; ///< Of the client's clock.
    double drift = 0;     ///< Gain of the server's per unit of the client's.
    double now = 5000;
    ClientClock clock;

    LocalTime local(double t) const { return LocalTime(Millis(t / (1 + drift) + aheadMs)); }
    void exchange()
    {
        const double sent = now;
        const double received = sent + upMs + random();
        const double back = received + downMs + random();
        EXPECT_TRUE(clock.add({local(sent), ServerTime(Millis(received)), ServerTime(Millis(received)), local(back)}));
        now = back + clock.nextExchange().count();
    }
    void exchangeFor(double seconds)
    {
        const double until = now + seconds * 1000;
        while (now < until)
            exchange();
    }
    double error() const { return (clock.toServer(local(now)).time_since_epoch() - Millis(now)).count(); }

private:
    double random() { return jitterMs * static_cast<double>(m_random()) / static_cast<double>(std::mt19937::max()); }
    std::mt19937 m_random{1};
};

} // namespace

TEST(ClientClock, oneExchangeOverAnEvenLineTellsTheOffset)
{
    World world;
    world.exchange();
    EXPECT_NEAR(world.clock.offset().count(), -1e6, 1e-6);
    EXPECT_NEAR(world.clock.bound().count(), 20, 1e-6);
    EXPECT_FALSE(world.clock.known());
}

TEST(ClientClock, jitterOfFiftyMillisecondsLeavesAFewAfterFiveSeconds)
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        World world;
        world.upMs = world.downMs = 100;
        world.jitterMs = 50;
        world.now += seed * 7.3;
        world.exchangeFor(5 + 0.37 * seed);
        EXPECT_LE(std::abs(world.error()), 12) << seed;
        EXPECT_GE(world.clock.bound().count(), std::abs(world.error()));
    }
}

TEST(ClientClock, asymmetryIsAnErrorOfHalfOfItWithinTheBoundItStates)
{
    World world;
    world.upMs = 120;
    world.downMs = 60;
    world.exchangeFor(60);
    EXPECT_NEAR(world.error(), 30, 1);
    EXPECT_GE(world.clock.bound().count(), 30);
    EXPECT_LE(world.clock.dispersion().count(), 1); // which it cannot know of
}

TEST(ClientClock, driftIsFoundAndCarriedOn)
{
    World world;
    world.jitterMs = 10;
    world.drift = 500e-6;
    world.exchangeFor(120);
    EXPECT_NEAR(world.clock.drift(), 500e-6, 3 * world.clock.wander());
    world.now += 60'000;
    EXPECT_LE(std::abs(world.error()), 5);
}

TEST(ClientClock, anotherDayOnTheWallClockIsNothing)
{
    World world;
    world.aheadMs = -86'400'000;
    world.exchangeFor(5);
    EXPECT_NEAR(world.error(), 0, 0.01);
    const auto there = world.clock.toServer(world.local(world.now));
    EXPECT_NEAR((world.clock.toLocal(there) - world.local(world.now)).count(), 0, 1e-6);
}

TEST(ClientClock, aStepOfEitherClockBeginsAnew)
{
    for (const double step : {-86'400'000.0, -300'000.0, -500.0, 500.0, 300'000.0, 86'400'000.0}) {
        World world;
        world.exchangeFor(60);
        ASSERT_EQ(world.clock.restarts(), 0U);
        world.aheadMs += step;
        world.exchange();
        EXPECT_NEAR(world.error(), 0, 1) << step;
        EXPECT_LT(world.clock.nextExchange(), Millis(1000));
    }
}

TEST(ClientClock, aStepBelowTheDelayIsSeenAfterFourExchanges)
{
    World world;
    world.upMs = world.downMs = 100;
    world.exchangeFor(60);
    world.aheadMs += 40;
    world.clock.doubt();
    for (int i = 0; i < 4; ++i)
        world.exchange();
    EXPECT_NEAR(world.error(), 0, 1);
}

TEST(ClientClock, aLineThatBecomesLongerIsNoStep)
{
    World world;
    world.exchangeFor(60);
    world.upMs += 200;
    world.exchangeFor(60);
    EXPECT_EQ(world.clock.restarts(), 0U);
    EXPECT_LE(std::abs(world.error()), 2);
}

TEST(ClientClock, whatCannotBeTrueIsNotTaken)
{
    ClientClock clock;
    const auto local = [](double ms) { return LocalTime(Millis(ms)); };
    const auto server = [](double ms) { return ServerTime(Millis(ms)); };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    EXPECT_FALSE(clock.add({local(100), server(0), server(0), local(50)}));
    EXPECT_FALSE(clock.add({local(0), server(50), server(0), local(100)}));
    EXPECT_FALSE(clock.add({local(0), server(0), server(500), local(100)}));
    EXPECT_FALSE(clock.add({local(0), server(0), server(0), local(6000)}));
    for (const double bad : {nan, infinite, -infinite}) {
        EXPECT_FALSE(clock.add({local(bad), server(0), server(0), local(1)}));
        EXPECT_FALSE(clock.add({local(0), server(bad), server(0), local(1)}));
        EXPECT_FALSE(clock.add({local(0), server(0), server(bad), local(1)}));
        EXPECT_FALSE(clock.add({local(0), server(0), server(0), local(bad)}));
        EXPECT_FALSE(clock.add({local(bad), server(bad), server(bad), local(bad)}));
    }
    EXPECT_FALSE(clock.known());
}

TEST(ClientClock, asksOftenWhileUnsureAndSeldomLater)
{
    World world;
    EXPECT_EQ(world.clock.nextExchange(), Millis(50));
    world.exchangeFor(2);
    EXPECT_LE(world.clock.nextExchange(), Millis(1000));
    world.exchangeFor(60);
    EXPECT_EQ(world.clock.nextExchange(), Millis(5000));
    world.clock.doubt();
    EXPECT_EQ(world.clock.nextExchange(), Millis(50));
}

TEST(ClientClock, knowsHowLongMessagesTakeToArrive)
{
    World world;
    world.upMs = world.downMs = 80;
    world.jitterMs = 20;
    world.exchangeFor(30);
    EXPECT_NEAR(world.clock.downDelay().count(), 98, 6);
}

} // namespace matinee::rooms

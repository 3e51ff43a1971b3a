#include "live/take_overs.h"

#include <gtest/gtest.h>

namespace matinee::live {
namespace {

using namespace std::chrono_literals;

class TakeOversTest : public testing::Test
{
protected:
    /// Takes over from whoever is there, where it may.
    bool takes(const std::string &who)
    {
        if (takeOvers.refuse(who, now))
            return false;
        takeOvers.note(live, who, now);
        live = who;
        return true;
    }

    TakeOvers takeOvers;
    TakeOvers::Time now{std::chrono::hours(1)};
    std::string live = "first";
};

TEST_F(TakeOversTest, WhoWasReplacedStaysOutWhileItKeepsTrying)
{
    EXPECT_TRUE(takes("second"));
    for (auto pause = 2000ms; now < TakeOvers::Time(std::chrono::hours(5));
         pause = std::min<std::chrono::milliseconds>(pause * 3 / 2, 15min)) {
        now += pause; // as encoders do: further and further apart
        EXPECT_FALSE(takes("first")) << pause.count() << " ms later";
    }
    EXPECT_EQ(live, "second");
}

TEST_F(TakeOversTest, AfterAQuietMinuteItMay)
{
    EXPECT_TRUE(takes("second"));
    now += 60s;
    EXPECT_TRUE(takes("first"));
    now += 1s;
    EXPECT_FALSE(takes("second")) << "now it is the other that was replaced";
    EXPECT_EQ(takeOvers.refuse("second", now + 10s), 80s) << "it has to wait longer than it did";
}

TEST_F(TakeOversTest, AThirdOneIsNotMeant)
{
    EXPECT_TRUE(takes("second"));
    now += 1s;
    EXPECT_TRUE(takes("third"));
    now += 1s;
    EXPECT_FALSE(takes("first"));
    EXPECT_FALSE(takes("second"));
}

TEST_F(TakeOversTest, AnEncoderThatReconnectsTakesTheStreamFromItself)
{
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(takes("first")) << i;
        now += 21s;
    }
}

TEST_F(TakeOversTest, TwoThatCannotBeToldApartStopAfterThree)
{
    int taken = 0;
    for (int i = 0; i < 100; ++i) {
        taken += takes("first") ? 1 : 0;
        now += 2s;
    }
    EXPECT_EQ(taken, 3);
    now += 60s;
    EXPECT_TRUE(takes("first"));
}

TEST_F(TakeOversTest, ThousandsOfAddressesAreNotRemembered)
{
    for (int i = 0; i < 10000; ++i) {
        now += 61s;
        EXPECT_TRUE(takes(std::to_string(i)));
    }
    EXPECT_FALSE(takes("9998")) << "the last that was replaced still is";
}

} // namespace
} // namespace matinee::live

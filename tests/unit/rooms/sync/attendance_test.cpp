#include "rooms/sync/attendance.h"

#include <gtest/gtest.h>

#include <limits>

namespace matinee::rooms {

namespace {

ServerTime at(double ms)
{
    return ServerTime(Millis(ms));
}

} // namespace

TEST(Attendance, creditIsSpentByBeingWaitedForAndComesBackByBeingReady)
{
    Attendance attendance;
    attendance.join(1, at(0));
    const Truth truth;
    attendance.report(1, {.ready = false}, truth, at(0));
    attendance.charge({1}, 1);
    EXPECT_EQ(attendance.call(truth, at(0), at(1)).present, 0U);
    attendance.credit(Millis(60'000));
    EXPECT_EQ(attendance.call(truth, at(0), at(1)).present, 0U); // it was not ready
    attendance.report(1, {.ready = true}, truth, at(1));
    attendance.credit(Millis(29'000));
    EXPECT_EQ(attendance.call(truth, at(0), at(1)).present, 0U);
    attendance.credit(Millis(1100));
    EXPECT_EQ(attendance.call(truth, at(0), at(1)).present, 1U);
}

TEST(Attendance, numbersThatAreNoneDoNoHarm)
{
    Attendance attendance;
    attendance.join(1, at(0));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    attendance.report(1, {.ready = true, .buffered = Millis(nan), .downDelay = Millis(nan)}, {}, at(0));
    EXPECT_EQ(attendance.downDelays(at(0)), std::vector<Millis>{Millis(0)});
    attendance.report(1, {.ready = true, .buffered = Millis(-1e300), .downDelay = Millis(1e300)}, {}, at(0));
    EXPECT_EQ(attendance.downDelays(at(0)), std::vector<Millis>{Millis(750)});
}

TEST(Attendance, whatIsKeptOfThoseWhoLeftIsBoundedAndForgotten)
{
    Attendance attendance;
    for (MemberId id = 0; id < 5000; ++id) {
        attendance.join(id, at(0));
        attendance.charge({id}, 1);
        attendance.leave(id);
        attendance.leave(id);
    }
    EXPECT_EQ(attendance.size(), 0U);
    EXPECT_FALSE(attendance.report(3, {}, {}, at(0)));
    attendance.join(3, at(0));
    EXPECT_EQ(attendance.size(), 1U);
    attendance.credit(Millis(60'000));
    attendance.leave(3);
    EXPECT_EQ(attendance.size(), 0U);
}

} // namespace matinee::rooms

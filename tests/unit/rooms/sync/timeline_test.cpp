#include "rooms/sync/timeline.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace matinee::rooms {

namespace {

ServerTime at(double ms)
{
    return ServerTime(Millis(ms));
}

Truth truth(std::uint64_t version, double since, double position, bool playing)
{
    return {.version = version, .mediaId = "film", .position = MediaTime(position), .since = at(since), .playing = playing};
}

} // namespace

TEST(Truth, movesAtItsRateFromItsInstantOnAndNeverPastTheEnd)
{
    auto t = truth(1, 1000, 500, true);
    t.rate = 2;
    t.pace = 0.95;
    t.duration = MediaTime(5000);
    EXPECT_DOUBLE_EQ(t.positionAt(at(0)).count(), 500);
    EXPECT_DOUBLE_EQ(t.positionAt(at(2000)).count(), 2400);
    EXPECT_DOUBLE_EQ(t.positionAt(at(1e9)).count(), 5000);
    t.held = true;
    EXPECT_DOUBLE_EQ(t.positionAt(at(2000)).count(), 500);
}

TEST(Truth, ofALiveStreamKeepsItsDistance)
{
    Truth t{.mediaId = "concert", .live = true, .position = MediaTime(8000), .since = at(10'000), .playing = true};
    EXPECT_DOUBLE_EQ(t.latencyAt(at(10'000)).count(), 2000);
    EXPECT_DOUBLE_EQ(t.latencyAt(at(99'000)).count(), 2000);
}

TEST(Timeline, holdsWhatHoldsNowAndWhatFollows)
{
    Timeline timeline;
    EXPECT_TRUE(timeline.add(truth(1, 0, 0, true)));
    EXPECT_TRUE(timeline.add(truth(2, 100, 100, false)));
    EXPECT_TRUE(timeline.add(truth(3, 150, 100, true)));
    EXPECT_EQ(timeline.at(at(99)).version, 1U);
    EXPECT_EQ(timeline.at(at(100)).version, 2U);
    EXPECT_EQ(timeline.at(at(500)).version, 3U);
    EXPECT_EQ(timeline.nextChange(at(100)), at(150));
    EXPECT_FALSE(timeline.nextChange(at(150)));
    timeline.prune(at(120));
    EXPECT_EQ(timeline.truths().size(), 2U);
}

TEST(Timeline, doesNotTakeWhatItHasOrWhatIsOlder)
{
    Timeline timeline;
    timeline.add(truth(5, 0, 0, true));
    EXPECT_FALSE(timeline.add(truth(5, 10, 0, false)));
    EXPECT_FALSE(timeline.add(truth(4, 10, 0, false)));
    EXPECT_EQ(timeline.newest().version, 5U);
}

TEST(Timeline, whatWasScheduledForLaterIsVoidAndThereIsABound)
{
    Timeline timeline;
    timeline.add(truth(1, 0, 0, true));
    timeline.add(truth(2, 500, 0, false));
    timeline.add(truth(3, 400, 0, true));
    EXPECT_EQ(timeline.truths().size(), 2U);
    for (std::uint64_t version = 4; version < 1000; ++version)
        timeline.add(truth(version, 400 + static_cast<double>(version), 0, true));
    EXPECT_EQ(timeline.truths().size(), Timeline::kMost);
    EXPECT_EQ(timeline.newest().version, 999U);
}

} // namespace matinee::rooms

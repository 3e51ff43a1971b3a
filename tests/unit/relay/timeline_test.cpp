#include "relay/wire/flv_times.h"
#include "relay/wire/timeline.h"

#include "flv/wire/tag.h"

#include <gtest/gtest.h>

namespace matinee::relay::wire {
namespace {

using namespace std::chrono_literals;
using media::MediaTime;

MediaTime ms(std::int64_t value)
{
    return std::chrono::milliseconds(value);
}

TEST(Timeline, BeginsAtZeroAndKeepsTracksTogether)
{
    Timeline line;
    EXPECT_EQ(line.place(0, ms(90'000), ms(90'080)).dts, 0ms);
    EXPECT_EQ(line.place(1, ms(90'010), ms(90'010)).dts, 10ms);
    const auto third = line.place(0, ms(90'040), ms(90'120));
    EXPECT_EQ(third.dts, 40ms);
    EXPECT_EQ(third.pts, 120ms);
}

TEST(Timeline, ATrackNeverStepsBack)
{
    Timeline line;
    (void)line.place(0, ms(1000), ms(1000));
    (void)line.place(0, ms(1040), ms(1040));
    EXPECT_EQ(line.place(0, ms(1000), ms(1000)).dts, 41ms);
    EXPECT_EQ(line.place(1, ms(1000), ms(1000)).dts, 0ms) << "the other track is not concerned";
}

TEST(Timeline, ALeapIsAnotherTimelineAndGoesOnWhereThisOneWas)
{
    for (const auto leap : {ms(-500'000), ms(500'000)}) {
        Timeline line;
        (void)line.place(0, ms(600'000), ms(600'000));
        (void)line.place(0, ms(600'040), ms(600'040));
        const auto after = line.place(0, ms(600'080) + leap, ms(600'120) + leap);
        EXPECT_EQ(after.dts, 60ms);
        EXPECT_EQ(after.pts, 100ms);
        EXPECT_EQ(line.place(1, ms(600'090) + leap, ms(600'090) + leap).dts, 70ms) << "all tracks leap together";
    }
}

TEST(Timeline, MissingTimesAreTakenFromWhatIsThere)
{
    Timeline line;
    EXPECT_EQ(line.place(0, std::nullopt, ms(100)).dts, 0ms);
    EXPECT_EQ(line.place(0, ms(140), std::nullopt).pts, 40ms);
    EXPECT_EQ(line.place(0, std::nullopt, std::nullopt).dts, 41ms);
    EXPECT_EQ(line.place(1, std::nullopt, std::nullopt).dts, 41ms);
}

TEST(Timeline, UnbelievableTimesNeitherOverflowNorComeThrough)
{
    Timeline line;
    const MediaTime least(std::numeric_limits<std::int64_t>::min()), most(std::numeric_limits<std::int64_t>::max());
    MediaTime last(-1);
    for (const auto &[dts, pts] :
         {std::pair(ms(0), ms(0)), std::pair(most, least), std::pair(least, most), std::pair(most, most), std::pair(least, least)}) {
        const auto placed = line.place(0, dts, pts);
        EXPECT_GT(placed.dts, last);
        EXPECT_GE(placed.pts, placed.dts);
        EXPECT_LE(placed.pts - placed.dts, Timeline::kMaxComposition);
        last = placed.dts;
    }
    EXPECT_LT(last, 1s);
}

TEST(Pacer, HandsOnOneSecondASecondAfterItsLead)
{
    Pacer pacer(1s);
    EXPECT_EQ(pacer.delay(0ms, 70s), 0ms);
    EXPECT_EQ(pacer.delay(1000ms, 70s), 0ms) << "within the lead";
    EXPECT_EQ(pacer.delay(3000ms, 70s), 2s);
    EXPECT_EQ(pacer.delay(3000ms, 72s), 0ms);
}

TEST(Pacer, ASourceThatWasAwayDoesNotCatchUpAllAtOnce)
{
    Pacer pacer(1s);
    (void)pacer.delay(0ms, 0s);
    EXPECT_EQ(pacer.delay(1s, 60s), 0ms);
    EXPECT_EQ(pacer.delay(10s, 60s), 8s) << "time begins anew at the frame that was late";
}

TEST(FlvTimes, BeginAtZeroAndScriptsKeepTheirs)
{
    FlvTimes times;
    const media::Bytes body{1, 2, 3};
    auto bytes = flv::tag(flv::TagType::Script, 0, {body});
    for (const auto time : {0x01234567U, 0x01234600U, 0x01234567U + 40}) {
        const auto more = flv::tag(flv::TagType::Video, time, {body});
        bytes.insert(bytes.end(), more.begin(), more.end());
    }
    ASSERT_TRUE(times.rebase(bytes));
    media::Bytes expected;
    for (const auto &[type, time] : {std::pair(flv::TagType::Script, 0U), std::pair(flv::TagType::Video, 0U),
                                     std::pair(flv::TagType::Video, 153U), std::pair(flv::TagType::Video, 40U)}) {
        const auto more = flv::tag(type, time, {body});
        expected.insert(expected.end(), more.begin(), more.end());
    }
    EXPECT_EQ(bytes, expected);
}

TEST(FlvTimes, RunOverTheEndOfTheirThirtyTwoBitsAndNeverBelowZero)
{
    FlvTimes times;
    auto first = flv::tag(flv::TagType::Audio, 0xfffffff0, {});
    auto wrapped = flv::tag(flv::TagType::Audio, 0x00000010, {});
    auto before = flv::tag(flv::TagType::Audio, 0xffffff00, {});
    ASSERT_TRUE(times.rebase(first) && times.rebase(wrapped) && times.rebase(before));
    EXPECT_EQ(wrapped, flv::tag(flv::TagType::Audio, 0x20, {}));
    EXPECT_EQ(before, flv::tag(flv::TagType::Audio, 0, {}));
}

TEST(FlvTimes, TagsCutAnywhereAreRefused)
{
    const media::Bytes body{1, 2, 3};
    const auto whole = flv::tag(flv::TagType::Video, 5, {body});
    for (std::size_t size = 1; size < whole.size(); ++size) {
        auto cut = whole;
        cut.resize(size);
        EXPECT_FALSE(FlvTimes().rebase(cut)) << size;
    }
}

} // namespace
} // namespace matinee::relay::wire

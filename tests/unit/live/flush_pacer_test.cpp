#include "live/flush_pacer.h"
#include "net/busy_meter.h"

#include <gtest/gtest.h>

namespace matinee::live {
namespace {

using namespace std::chrono_literals;

const Instant kBegin{1h};

TEST(FlushPacer, APictureIsDueAtOnce)
{
    FlushPacer pacer;
    EXPECT_FALSE(pacer.due(0ms));
    pacer.add(kBegin, true);
    EXPECT_EQ(pacer.due(0ms), kBegin);
    pacer.begin(kBegin);
    EXPECT_FALSE(pacer.due(0ms));
}

TEST(FlushPacer, AudioWaitsForAPictureButNotLongerThanFortyMilliseconds)
{
    FlushPacer pacer;
    pacer.add(kBegin, false);
    pacer.add(kBegin + 21ms, false);
    EXPECT_EQ(pacer.due(0ms), kBegin + 40ms) << "counted from the oldest that waits";
    pacer.add(kBegin + 33ms, true);
    EXPECT_EQ(pacer.due(0ms), kBegin + 33ms);
    pacer.begin(kBegin + 33ms);
    pacer.add(kBegin + 50ms, false);
    EXPECT_EQ(pacer.due(0ms), kBegin + 90ms);
}

TEST(FlushPacer, UnderLoadARoundComesNoSoonerThanTheMergeAfterTheLast)
{
    FlushPacer pacer;
    pacer.add(kBegin, true);
    pacer.begin(kBegin);
    pacer.add(kBegin + 33ms, true);
    EXPECT_EQ(pacer.due(100ms), kBegin + 100ms);
    pacer.add(kBegin + 66ms, true);
    EXPECT_EQ(pacer.due(100ms), kBegin + 100ms);
    EXPECT_EQ(pacer.due(0ms), kBegin + 33ms) << "at once, when there is time again";
    pacer.begin(kBegin + 100ms);
    pacer.add(kBegin + 300ms, true);
    EXPECT_EQ(pacer.due(100ms), kBegin + 300ms) << "nothing is held back after a pause";
}

TEST(MergeWindow, StaysAtNothingWhileTheWorkerHasTime)
{
    MergeWindow window(350ms);
    for (const double busy : {0.0, 0.5, 0.89})
        window.update(busy);
    EXPECT_EQ(window.value(), 0ms);
}

TEST(MergeWindow, GrowsToItsLimitWithinThreeSecondsAndNotBeyond)
{
    MergeWindow window(350ms);
    int readings = 0;
    for (; window.value() < 350ms && readings < 100; ++readings)
        window.update(1.0);
    EXPECT_LE(readings * MergeWindow::kReadEvery, 3s);
    window.update(1.0);
    EXPECT_EQ(window.value(), 350ms);
}

TEST(MergeWindow, ComesBackToNothingWhenTheLoadGoes)
{
    MergeWindow window(350ms);
    for (int i = 0; i < 20; ++i)
        window.update(1.0);
    for (int i = 0; i < 20; ++i)
        window.update(0.1);
    EXPECT_EQ(window.value(), 0ms);
}

TEST(MergeWindow, NeverMergesWhereThatIsTurnedOff)
{
    MergeWindow window(0ms);
    window.update(1.0);
    EXPECT_EQ(window.value(), 0ms);
}

/// What merging does to the load of a worker: a part for each byte, a part for each round.
double loadAt(std::chrono::milliseconds merge, double viewers, double pictures)
{
    const double rounds = merge == 0ms ? pictures : std::min(pictures, 1000.0 / static_cast<double>(merge.count()));
    return std::min(1.0, viewers * (20e-6 + rounds * 5.5e-6));
}

TEST(MergeWindow, SettlesForAnyNumberOfViewersInsteadOfSwinging)
{
    for (const double pictures : {25.0, 30.0, 60.0}) {
        for (int viewers = 500; viewers <= 16000; viewers += 250) {
            MergeWindow window(350ms);
            for (int i = 0; i < 40; ++i)
                window.update(loadAt(window.value(), viewers, pictures));
            const auto settled = window.value();
            for (int i = 0; i < 10; ++i) {
                window.update(loadAt(window.value(), viewers, pictures));
                EXPECT_EQ(window.value(), settled) << viewers << " viewers at " << pictures << " pictures a second";
            }
            if (settled < 350ms) {
                EXPECT_LT(loadAt(settled, viewers, pictures), MergeWindow::kFull) << viewers << " viewers";
            }
        }
    }
}

TEST(JoinPace, LetsTheFirstPictureGoAtOnceAndTheRestFasterThanItPlays)
{
    const JoinPace pace(kBegin, 10s, 11900ms);
    EXPECT_GE(pace.limit(kBegin), 10s);
    EXPECT_LT(pace.limit(kBegin), 10500ms) << "not the whole group";
    EXPECT_EQ(pace.limit(kBegin + 100ms) - pace.limit(kBegin), 400ms);
}

TEST(JoinPace, CatchesUpWithinAboutASecondHoweverLongTheGroupIs)
{
    for (const media::MediaTime group : {500ms, 2000ms, 10000ms, 60000ms}) {
        const JoinPace pace(kBegin, 0s, group);
        EXPECT_GE(pace.limit(kBegin + 1200ms), group + 1s) << group.count();
    }
}

TEST(BusyMeter, CountsWaitingForAProcessorAsWork)
{
    net::BusyMeter meter;
    EXPECT_TRUE(meter.isDue(kBegin, 500ms));
    EXPECT_FALSE(meter.isRecent(kBegin, 500ms));
    EXPECT_EQ(meter.read(kBegin, {100ms, 50ms}), 0.0);
    EXPECT_FALSE(meter.isDue(kBegin + 499ms, 500ms));
    EXPECT_TRUE(meter.isRecent(kBegin + 499ms, 500ms));
    EXPECT_DOUBLE_EQ(meter.read(kBegin + 1s, {400ms, 250ms}), 0.5);
    EXPECT_DOUBLE_EQ(meter.read(kBegin + 2s, {1900ms, 250ms}), 1.0) << "never above";
}

} // namespace
} // namespace matinee::live

#include "live/stream_meter.h"

#include "frames.h"

#include <gtest/gtest.h>

namespace matinee::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(StreamMeter, RatesAreThoseOfTheLastFourSeconds)
{
    StreamMeter meter;
    const auto video = videoTrack();
    const StreamMeter::Clock::time_point start{seconds(1000)};
    for (int ms = 0; ms < 10'000; ms += 40)
        meter.add(*frame(video, ms, ms % 2000 == 0, 0, 5000), start + milliseconds(ms));
    const auto reading = meter.read(start + seconds(10));
    EXPECT_EQ(reading.frames, 250u);
    EXPECT_EQ(reading.bytes, 250u * 5000);
    EXPECT_NEAR(reading.bitrateKbps, 1000, 20);
    EXPECT_NEAR(reading.fps, 25, 0.5);
    EXPECT_DOUBLE_EQ(reading.keyFrameIntervalSeconds, 2.0);
}

TEST(StreamMeter, RatesFallToZeroWhenNothingComes)
{
    StreamMeter meter;
    const auto video = videoTrack();
    const StreamMeter::Clock::time_point start{seconds(1000)};
    for (int ms = 0; ms < 3000; ms += 40)
        meter.add(*frame(video, ms, true), start + milliseconds(ms));
    EXPECT_GT(meter.read(start + seconds(3)).fps, 0);
    EXPECT_EQ(meter.read(start + seconds(9)).fps, 0);
}

} // namespace
} // namespace matinee::live

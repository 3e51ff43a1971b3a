#include "live/publish_policy.h"

#include <gmock/gmock.h>

namespace matinee::live {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

media::Track picture(std::uint32_t width, std::uint32_t height)
{
    media::Track track;
    track.width = width;
    track.height = height;
    return track;
}

TEST(PublishPolicy, WithoutLimitsNothingIsTooMuch)
{
    const auto huge = picture(8192, 8192);
    EXPECT_THAT(excessOf({}, &huge, {.bitrateKbps = 1'000'000, .seconds = 4}, 1000h), IsEmpty());
}

TEST(PublishPolicy, NamesTheSizeTheLimitAndTheSetting)
{
    const PublishPolicy policy{.maxWidth = 1920, .maxHeight = 1080};
    const auto fits = picture(1920, 1080), wide = picture(1921, 1080), high = picture(1080, 1920);
    EXPECT_THAT(excessOf(policy, &fits, {}, 0s), IsEmpty());
    EXPECT_THAT(excessOf(policy, nullptr, {}, 0s), IsEmpty());
    EXPECT_THAT(excessOf(policy, &wide, {}, 0s), AllOf(HasSubstr("1921x1080"), HasSubstr("1920x1080"), HasSubstr("livestream.max_width")));
    EXPECT_THAT(excessOf(policy, &high, {}, 0s), HasSubstr("1080x1920"));
    EXPECT_THAT(excessOf({.maxHeight = 720}, &wide, {}, 0s), HasSubstr("anyx720"));
}

TEST(PublishPolicy, JudgesTheBitrateOverFourSeconds)
{
    const PublishPolicy policy{.maxKbps = 6000};
    EXPECT_THAT(excessOf(policy, nullptr, {.bitrateKbps = 9000, .seconds = 3}, 0s), IsEmpty());
    EXPECT_THAT(excessOf(policy, nullptr, {.bitrateKbps = 6000, .seconds = 4}, 0s), IsEmpty());
    EXPECT_THAT(excessOf(policy, nullptr, {.bitrateKbps = 6001, .seconds = 4}, 0s),
                AllOf(HasSubstr("6001"), HasSubstr("max_bitrate_kbps")));
}

TEST(PublishPolicy, EndsWhatLastsTooLong)
{
    const PublishPolicy policy{.maxDuration = 60s};
    EXPECT_THAT(excessOf(policy, nullptr, {}, 60s), IsEmpty());
    EXPECT_THAT(excessOf(policy, nullptr, {}, 61s), HasSubstr("livestream.max_duration_seconds"));
}

} // namespace
} // namespace matinee::live

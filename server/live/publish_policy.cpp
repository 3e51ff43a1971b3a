#include "live/publish_policy.h"

namespace matinee::live {

namespace {

constexpr std::uint32_t kWholeWindow = 4; // seconds; before, one key frame counts for too much

std::string limitOf(std::uint32_t limit)
{
    return limit > 0 ? std::to_string(limit) : "any";
}

} // namespace

std::string excessOf(const PublishPolicy &policy, const media::Track *video, const StreamMeter::Reading &reading,
                     std::chrono::steady_clock::duration published)
{
    const bool wide = video && policy.maxWidth > 0 && video->width > policy.maxWidth;
    const bool high = video && policy.maxHeight > 0 && video->height > policy.maxHeight;
    if (wide || high)
        return "The picture has " + std::to_string(video->width) + "x" + std::to_string(video->height) + "; this server takes " +
               limitOf(policy.maxWidth) + "x" + limitOf(policy.maxHeight) +
               " at most (livestream.max_width, livestream.max_height). Choose a smaller output resolution in the encoder.";
    if (policy.maxKbps > 0 && reading.seconds >= kWholeWindow && reading.bitrateKbps > policy.maxKbps)
        return "The encoder sent " + std::to_string(reading.bitrateKbps) + " kbit/s over 4 s; this server takes " +
               std::to_string(policy.maxKbps) + " at most (livestream.max_bitrate_kbps). Choose a lower bitrate in the encoder.";
    if (policy.maxDuration.count() > 0 && published > policy.maxDuration)
        return "The stream has been live for " + std::to_string(policy.maxDuration.count()) +
               " s, as long as this server allows (livestream.max_duration_seconds).";
    return {};
}

} // namespace matinee::live

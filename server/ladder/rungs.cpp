#include "ladder/rungs.h"

#include "common/settings/ladder_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace matinee::ladder {

namespace {

// Small pictures are for weak lines and weak devices: there, bits are better spent on each picture than on more of them.
constexpr std::uint32_t kSmallBelow = 720;
constexpr double kSmallFps = 30;
constexpr double kMostFps = 60;
constexpr double kMeasured = 1.05; // a rate that is measured is not exact

// The encoder's buffer holds one second: a segment may take more than its share, and the container takes some.
constexpr double kPeak = 1.3;
constexpr double kAverage = 1.03;

// Times kPeak it is still less than one: even the fullest segment of a rung takes less than the source does.
constexpr double kStep = 0.75;
constexpr std::uint32_t kLeastKbps = 50;

struct Level
{
    std::uint8_t idc;
    std::uint32_t frame;       // macroblocks
    std::uint64_t rate;        // macroblocks a second
    std::uint32_t kbps;        // main profile
    std::uint32_t bufferKbits; // coded picture buffer
};
constexpr Level kLevels[] = {
    {10, 99, 1485, 64, 175},
    {11, 396, 3000, 192, 500},
    {12, 396, 6000, 384, 1000},
    {13, 396, 11880, 768, 2000},
    {20, 396, 11880, 2000, 2000},
    {21, 792, 19800, 4000, 4000},
    {22, 1620, 20250, 4000, 4000},
    {30, 1620, 40500, 10000, 10000},
    {31, 3600, 108000, 14000, 14000},
    {32, 5120, 216000, 20000, 20000},
    {40, 8192, 245760, 20000, 25000},
    {41, 8192, 245760, 50000, 62500},
    {42, 8704, 522240, 50000, 62500},
    {50, 22080, 589824, 135000, 135000},
    {51, 36864, 983040, 240000, 240000},
    {52, 36864, 2073600, 240000, 240000},
    {60, 139264, 4177920, 240000, 240000},
    {61, 139264, 8355840, 480000, 480000},
    {62, 139264, 16711680, 800000, 800000},
};

/// One of few values, so that what is told beforehand does not change with each measurement.
double ceilingFor(const Rung &rung, double sourceFps)
{
    const double most = rung.height < kSmallBelow ? kSmallFps : kMostFps;
    return sourceFps > 0 && sourceFps <= kSmallFps * kMeasured ? kSmallFps : most;
}

} // namespace

std::vector<Rung> parseRungs(std::string_view setting)
{
    std::vector<Rung> rungs;
    if (const auto entries = settings::parseLadder(setting)) {
        for (const auto &entry : *entries)
            rungs.push_back({entry.height, entry.videoKbps});
    }
    return rungs;
}

std::optional<Rung> rungOf(std::string_view rendition, std::span<const Rung> rungs)
{
    const auto at = rendition.find('@');
    if (at == std::string_view::npos)
        return std::nullopt;
    const auto label = rendition.substr(at + 1);
    const auto found = std::find_if(rungs.begin(), rungs.end(), [&](const Rung &rung) { return rung.label() == label; });
    return found == rungs.end() ? std::nullopt : std::optional(*found);
}

media::TrackPtr videoOf(std::span<const media::TrackPtr> tracks)
{
    const auto found = std::find_if(tracks.begin(), tracks.end(), [](const auto &track) { return track->kind == media::Kind::Video; });
    return found == tracks.end() ? nullptr : *found;
}

bool fits(const Rung &rung, const media::Track &source)
{
    return source.kind == media::Kind::Video && source.width > 0 && rung.height < source.height;
}

std::uint32_t widthFor(std::uint32_t height, const media::Track &source)
{
    if (source.height == 0)
        return 2;
    const auto half = (std::uint64_t{source.width} * height + source.height) / (std::uint64_t{2} * source.height); // rounded
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(half, 1) * 2);
}

std::uint8_t levelFor(std::uint32_t width, std::uint32_t height, double fps, std::uint32_t kbps)
{
    const std::uint64_t across = (width + 15) / 16;
    const std::uint64_t down = (height + 15) / 16;
    for (const auto &level : kLevels) {
        const auto side = std::uint64_t{8} * level.frame; // neither side may be longer than its root (A.3.1)
        if (across * down <= level.frame && across * across <= side && down * down <= side &&
            static_cast<double>(across * down) * fps <= static_cast<double>(level.rate) && kbps <= level.kbps && kbps <= level.bufferKbits)
            return level.idc;
    }
    return std::rbegin(kLevels)->idc;
}

double shareOf(const Rung &rung, std::span<const Rung> rungs, const media::Track &source)
{
    const auto above =
        std::count_if(rungs.begin(), rungs.end(), [&](const Rung &other) { return fits(other, source) && other.height > rung.height; });
    return std::pow(kStep, 1 + above);
}

relay::wire::Rung jobOf(const Rung &rung, const Source &source)
{
    const auto fps = ceilingFor(rung, source.fps);
    const auto width = widthFor(rung.height, *source.video);
    return {.height = rung.height,
            .videoKbps = rung.videoKbps,
            .level = levelFor(width, rung.height, fps, rung.videoKbps),
            .maxFps = fps,
            .sourceShare = source.share,
            .sourceKbps = source.peakKbps};
}

Forecast forecastOf(const Rung &rung, const Source &source)
{
    const auto job = jobOf(rung, source);
    Forecast forecast;
    forecast.width = widthFor(rung.height, *source.video);
    forecast.height = rung.height;
    if (source.fps > 0)
        forecast.fps =
            source.fps / std::max(1.0, std::ceil(source.fps / (job.maxFps * kMeasured))); // every second one is left out, or more
    char codec[16];
    std::snprintf(codec, sizeof codec, "avc1.4d40%02x", job.level); // main profile, constraint_set1_flag (RFC 6381, 3.3)
    forecast.codec = codec;
    const double ceiling = source.peakKbps > 0 ? std::max<double>(source.peakKbps * source.share, kLeastKbps) : rung.videoKbps;
    const double kbps = std::min<double>(rung.videoKbps, ceiling);
    forecast.averageBits = static_cast<std::uint64_t>(kbps * 1000.0 * kAverage);
    forecast.peakBits = static_cast<std::uint64_t>(kbps * 1000.0 * kPeak);
    return forecast;
}

} // namespace matinee::ladder

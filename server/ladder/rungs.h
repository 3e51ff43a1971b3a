// Rungs of the ladder: what livestream.ladder lists, which of them a source can be given, and what a rendition will be like before it is
// made. Values and pure functions; any thread.
#pragma once

#include "media/frame.h"
#include "relay/wire/message.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::ladder {

struct Rung
{
    std::uint32_t height = 0;
    std::uint32_t videoKbps = 0;
    [[nodiscard]] std::string label() const { return std::to_string(height) + "p"; } ///< "720p"
    friend bool operator==(const Rung &, const Rung &) = default;
};

/// livestream.ladder, highest first. Empty where it is not as its rule wants it: that was refused when it was loaded.
[[nodiscard]] std::vector<Rung> parseRungs(std::string_view setting);

[[nodiscard]] inline std::string renditionName(std::string_view stream, const Rung &rung)
{
    return std::string(stream) + "@" + rung.label();
}
/// The rung of "show@720p"; nothing where the ladder has none of that name.
[[nodiscard]] std::optional<Rung> rungOf(std::string_view rendition, std::span<const Rung> rungs);

/// Null where there is no picture.
[[nodiscard]] media::TrackPtr videoOf(std::span<const media::TrackPtr> tracks);
/// Whether a picture of this height can be made smaller to that of the rung.
[[nodiscard]] bool fits(const Rung &rung, const media::Track &source);

/// A source's picture and the frame rate that is measured; 0 while nothing is.
struct Source
{
    media::TrackPtr video;
    double fps = 0;
    std::uint32_t peakKbps = 0; ///< The most that it takes, measured; 0 while nothing is.
    /// Of that a rung may take, see shareOf().
    double share = 1;
};

/// A rung is for who cannot take the source, so it takes less: three quarters of the source's own picture at most, the next rung three
/// quarters of that, whatever livestream.ladder says.
[[nodiscard]] double shareOf(const Rung &rung, std::span<const Rung> rungs, const media::Track &source);

/// What the process is to make of that source. It goes on measuring by itself: a source changes.
[[nodiscard]] relay::wire::Rung jobOf(const Rung &rung, const Source &source);

/// What a player is told before there is a single frame.
struct Forecast
{
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    double fps = 0;             ///< 0: not known yet.
    std::string codec;          ///< "avc1.4d401f"
    std::uint64_t peakBits = 0; ///< Of the picture in any segment, a second.
    std::uint64_t averageBits = 0;
};
[[nodiscard]] Forecast forecastOf(const Rung &rung, const Source &source);

/// The lowest level of H.264 (level_idc, Table A-1) for the main profile with a buffer of one second; 62 where there is none.
[[nodiscard]] std::uint8_t levelFor(std::uint32_t width, std::uint32_t height, double fps, std::uint32_t kbps);
/// By the shape of the source, even, at least 2.
[[nodiscard]] std::uint32_t widthFor(std::uint32_t height, const media::Track &source);

} // namespace matinee::ladder

// What a fragmented MP4 file (ISO/IEC 14496-12) says about itself, read from the headers of its boxes: tracks, fragments, times.
// Pure: bytes come in, values go out; every number in them is hostile until checked. Any thread.
#pragma once

#include "common/protocol/result.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace matinee::record {

using MediaTime = std::chrono::duration<std::int64_t, std::micro>;

enum class BoxError
{
    Truncated, ///< The bytes end within a box: of a file, its torn tail.
    Size,      ///< A box smaller than its header, or larger than what holds it.
    TooLarge,  ///< More tracks, samples or fragments than any recording of ours has.
    Malformed, ///< Fields that contradict each other, or a fragment of a track that the file does not have.
    NoTracks,  ///< No moov box with a track before the first fragment.
    Read,      ///< The bytes could not be had.
};
[[nodiscard]] std::string_view boxErrorText(BoxError error); ///< "a box is cut short"

[[nodiscard]] constexpr std::uint32_t boxType(const char (&name)[5])
{
    return std::uint32_t(std::uint8_t(name[0])) << 24 | std::uint32_t(std::uint8_t(name[1])) << 16 |
           std::uint32_t(std::uint8_t(name[2])) << 8 | std::uint8_t(name[3]);
}

inline constexpr std::size_t kMostBoxHeader = 16;

struct BoxHeader
{
    std::uint32_t type = 0;
    std::uint64_t size = 0;        ///< Header and all.
    std::uint32_t headerBytes = 0; ///< 8 or 16.
};
/// `left`: bytes up to the end of what holds the box, which may be more than `bytes` has. A box "to the end of the file" (size 0) is
/// refused.
[[nodiscard]] Result<BoxHeader, BoxError> readBoxHeader(std::span<const std::uint8_t> bytes, std::uint64_t left);

struct TrackTiming
{
    std::uint32_t id = 0;
    std::uint32_t timescale = 0; ///< Never 0.
    bool video = false;
    std::uint32_t defaultDuration = 0;
    std::uint32_t defaultFlags = 0;
};
/// `payload` of moov.
[[nodiscard]] Result<std::vector<TrackTiming>, BoxError> readMovie(std::span<const std::uint8_t> payload);

/// One track's share of a fragment.
struct TrackRun
{
    std::uint32_t trackId = 0;
    std::uint64_t begins = 0;   ///< In the track's timescale.
    std::uint64_t duration = 0; ///< In the track's timescale.
    bool beginsWithKey = false;
    std::uint32_t samples = 0;
};
/// `payload` of moof.
[[nodiscard]] Result<std::vector<TrackRun>, BoxError> readFragment(std::span<const std::uint8_t> payload,
                                                                   std::span<const TrackTiming> tracks);

/// A move of one track's fragments in time, in its timescale.
struct TrackShift
{
    std::uint32_t trackId = 0;
    std::int64_t by = 0;
};
/// Renumbers and moves a whole moof in place. Malformed where a time would be negative or not fit into its field.
[[nodiscard]] Result<void, BoxError> moveFragment(std::span<std::uint8_t> payload, std::uint32_t sequence,
                                                  std::span<const TrackShift> shifts);

[[nodiscard]] Result<MediaTime, BoxError> toMediaTime(std::uint64_t ticks, std::uint32_t timescale);
[[nodiscard]] std::int64_t toTicks(MediaTime time, std::uint32_t timescale);

} // namespace matinee::record

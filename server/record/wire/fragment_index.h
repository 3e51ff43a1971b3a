// Where the fragments of a recording lie and what time each covers, found by walking the headers of its boxes. The tail that a crash tore
// off is not in it. Pure: the caller reads the file. Any thread.
#pragma once

#include "record/wire/boxes.h"

#include <cstddef>
#include <functional>
#include <string>

namespace matinee::record {

struct FragmentEntry
{
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    MediaTime begins{}; ///< On the file's own timeline. That of the video where the fragment has some.
    MediaTime duration{};
    bool independent = false; ///< Decoding can start here.
};

struct FragmentIndex
{
    std::uint64_t initBytes = 0; ///< ftyp and moov.
    std::uint64_t end = 0;       ///< Behind the last whole fragment.
    std::vector<TrackTiming> tracks;
    std::vector<FragmentEntry> fragments;

    [[nodiscard]] MediaTime begins() const { return fragments.empty() ? MediaTime{} : fragments.front().begins; }
    [[nodiscard]] MediaTime ends() const { return fragments.empty() ? MediaTime{} : fragments.back().begins + fragments.back().duration; }
    [[nodiscard]] MediaTime duration() const { return ends() - begins(); }
};

/// Puts bytes of the file from `offset` into `into`; gives how many there were, which is less at its end only.
using ReadAt = std::function<Result<std::size_t, BoxError>(std::uint64_t offset, std::span<std::uint8_t> into)>;

/// Goes on from `index.end`, so that a growing file costs only what is new. Whatever error comes back, the index is good up to its `end`;
/// Truncated is the ordinary end of a file that is being written or was torn.
[[nodiscard]] Result<void, BoxError> extendIndex(FragmentIndex &index, const ReadAt &read, std::uint64_t fileBytes);

/// A sidx box (ISO/IEC 14496-12, 8.16.3) over all fragments, padded with a free box to exactly `room` bytes, to go directly before the
/// first fragment: with it a player knows the length and can seek. A mere free box where there is nothing to tell.
[[nodiscard]] std::vector<std::uint8_t> segmentIndexBox(const FragmentIndex &index, std::size_t room);

} // namespace matinee::record

// The small alphabet of playlists: numbers, durations, dates, addresses. Pure; any thread.
#pragma once

#include "hls/wire/playlist.h"

#include <string>
#include <string_view>

namespace matinee::hls {

void appendNumber(std::string &out, std::uint64_t value, std::size_t width = 0);
/// In seconds, to the microsecond.
void appendSeconds(std::string &out, Microseconds duration);
/// ISO 8601, to the millisecond.
void appendDate(std::string &out, WallTime time);
/// An address with the query behind it, where there is one.
void appendUri(std::string &out, std::string_view uri, std::string_view query);
/// One path segment of an address.
[[nodiscard]] std::string percentEncoded(std::string_view text);

} // namespace matinee::hls

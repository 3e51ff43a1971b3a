// Where a recording's file goes: recording.pattern filled in. Pure; any thread. What a pattern may be stands in common/settings/rules.h.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace matinee::record {

struct NameParts
{
    std::string_view stream;
    std::string_view id;
    std::chrono::system_clock::time_point at; ///< Told in UTC: local time has an hour twice.
    bool clip = false;                        ///< "-clip" before the ".mp4".
};

/// "cinema/2026-11-21/14-05-29.mp4". `pattern` has passed rules::isRecordingPattern. `attempt` above 0 puts "-1", "-2" before the ".mp4".
[[nodiscard]] std::string fileName(std::string_view pattern, const NameParts &parts, unsigned attempt = 0);

/// Whether a path from the database stays below the folder: relative, no empty, "." or ".." part, safe characters only.
[[nodiscard]] bool isSafePath(std::string_view path);

} // namespace matinee::record

// How long something lasts, as people type it. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace matinee::cli {

/// Seconds of "30d", "12h", "90m", "2w", "1y", at most ten years; 0 for "never"; nothing for anything else.
[[nodiscard]] std::optional<std::uint32_t> lifetime(std::string_view text);

} // namespace matinee::cli

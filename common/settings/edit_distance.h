// How many typing mistakes apart two words are. Pure function; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace matinee::settings {

/// Insertions, deletions, substitutions and swapped neighbours (optimal string alignment). For short words: O(a * b).
[[nodiscard]] std::size_t editDistance(std::string_view a, std::string_view b);

} // namespace matinee::settings

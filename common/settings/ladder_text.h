// What livestream.ladder says: "720p@2500, 480p@1200", heights with kilobits a second of the picture. Pure functions; any thread.
#pragma once

#include "common/settings/value.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace matinee::settings {

struct LadderEntry
{
    std::uint32_t height = 0;
    std::uint32_t videoKbps = 0;
    friend bool operator==(const LadderEntry &, const LadderEntry &) = default;
};

inline constexpr std::size_t kMaxLadderEntries = 6;

/// Highest first. Nothing in an empty text. Fails with what is wrong in which entry.
[[nodiscard]] Result<std::vector<LadderEntry>, Wrong> parseLadder(std::string_view text);

} // namespace matinee::settings

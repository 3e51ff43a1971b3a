// When a mail that could not be delivered is tried again. Pure; any thread.
#pragma once

#include <chrono>
#include <optional>

namespace matinee::mail {

inline constexpr std::chrono::hours kGiveUpAfter{24}; ///< Since the mail was queued.

/// After the `attempts`th try (from 1) failed at `now`: 1, 5, 15, 60 minutes, 2 hours, then every 4 hours.
/// Nothing where that would be too late for it: after kGiveUpAfter, or after it expires.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> nextTry(int attempts, std::chrono::system_clock::time_point now,
                                                                           std::chrono::system_clock::time_point createdAt,
                                                                           std::chrono::system_clock::time_point expiresAt);

} // namespace matinee::mail

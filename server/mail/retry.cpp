#include "mail/retry.h"

#include <algorithm>
#include <array>

namespace matinee::mail {

std::optional<std::chrono::system_clock::time_point> nextTry(int attempts, std::chrono::system_clock::time_point now,
                                                             std::chrono::system_clock::time_point createdAt,
                                                             std::chrono::system_clock::time_point expiresAt)
{
    using std::chrono::minutes;
    constexpr std::array<minutes, 6> waits{minutes(1), minutes(5), minutes(15), minutes(60), minutes(120), minutes(240)};
    const auto step = static_cast<std::size_t>(std::clamp(attempts, 1, static_cast<int>(waits.size())) - 1);
    const auto next = now + waits[step];
    if (next > createdAt + kGiveUpAfter || next >= expiresAt)
        return std::nullopt;
    return next;
}

} // namespace matinee::mail

#include "mail/retry.h"

#include <gtest/gtest.h>

namespace matinee::mail {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::system_clock::time_point;

TEST(MailRetry, WaitsLongerEachTimeForADay)
{
    const Time created{std::chrono::hours(480'000)};
    Time now = created;
    std::vector<int> waits;
    for (int attempt = 1;; ++attempt) {
        const auto next = nextTry(attempt, now, created, Time::max());
        if (!next)
            break;
        waits.push_back(static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(*next - now).count()));
        now = *next;
    }
    EXPECT_EQ(waits, (std::vector<int>{1, 5, 15, 60, 120, 240, 240, 240, 240, 240}));
    EXPECT_LE(now - created, 24h);
}

TEST(MailRetry, IsNotForWhatExpiresBefore)
{
    const Time created{std::chrono::hours(480'000)};
    EXPECT_FALSE(nextTry(2, created + 6min, created, created + 11min));
    EXPECT_TRUE(nextTry(2, created + 6min, created, created + 12min));
}

} // namespace
} // namespace matinee::mail

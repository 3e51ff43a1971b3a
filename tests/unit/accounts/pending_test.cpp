#include "accounts/pending.h"

#include <gtest/gtest.h>

#include <memory>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

const auto kNow = std::chrono::system_clock::time_point(1'790'000'000s);

TEST(Pending, IsTakenOnce)
{
    Pending<std::unique_ptr<int>> pending(10, 60s);
    const std::string id = pending.add(std::make_unique<int>(7), kNow);
    EXPECT_EQ(id.size(), 26U);
    EXPECT_FALSE(pending.take("another", kNow));
    const auto taken = pending.take(id, kNow + 59s);
    ASSERT_TRUE(taken);
    EXPECT_EQ(**taken, 7);
    EXPECT_FALSE(pending.take(id, kNow + 59s));
    EXPECT_EQ(pending.size(), 0U);
}

TEST(Pending, IsForgottenAfterItsTime)
{
    Pending<int> pending(10, 60s);
    const std::string id = pending.add(1, kNow);
    EXPECT_FALSE(pending.take(id, kNow + 60s));
    pending.add(2, kNow + 1s);
    pending.add(3, kNow + 120s);
    EXPECT_EQ(pending.size(), 1U);
}

TEST(Pending, GivesTheOldestUpWhenThereAreTooMany)
{
    Pending<int> pending(3, 60s);
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i)
        ids.push_back(pending.add(i, kNow));
    EXPECT_TRUE(pending.take(ids[0], kNow));
    ids.push_back(pending.add(3, kNow)); // there is room: nobody goes
    EXPECT_EQ(pending.size(), 3U);
    ids.push_back(pending.add(4, kNow));
    EXPECT_EQ(pending.size(), 3U);
    EXPECT_FALSE(pending.take(ids[1], kNow));
    EXPECT_EQ(pending.take(ids[2], kNow), 2);
    EXPECT_EQ(pending.take(ids[4], kNow), 4);
}

TEST(Pending, StaysBoundedWhateverIsTakenAndAdded)
{
    Pending<int> pending(100, 60s);
    for (int i = 0; i < 10'000; ++i) {
        const std::string id = pending.add(i, kNow + std::chrono::milliseconds(i));
        if (i % 3 == 0) {
            EXPECT_EQ(pending.take(id, kNow + std::chrono::milliseconds(i)), i);
        }
        ASSERT_LE(pending.size(), 100U);
    }
}

TEST(Pending, AClockThatIsPutBackLosesNothing)
{
    Pending<int> pending(10, 60s);
    const std::string id = pending.add(1, kNow);
    EXPECT_EQ(pending.take(id, kNow - 1h), 1);
}

} // namespace
} // namespace matinee::accounts

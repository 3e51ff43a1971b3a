#include "rooms/sync/lead.h"

#include <gtest/gtest.h>

namespace matinee::rooms {

TEST(Lead, isWhatNineOfTenNeedWithinBounds)
{
    EXPECT_EQ(leadFor({}), kLeastLead);
    EXPECT_EQ(leadFor({Millis(0.3)}), kLeastLead);
    EXPECT_EQ(leadFor({Millis(100), Millis(180)}), Millis(200));
    EXPECT_EQ(leadFor({Millis(5000)}), kMostLead);
}

TEST(Lead, ofALargeRoomIsNotLedByOneInTen)
{
    std::vector<Millis> delays(90, Millis(100));
    delays.insert(delays.end(), 10, Millis(750));
    EXPECT_EQ(leadFor(delays), Millis(120));
    delays.push_back(Millis(750));
    EXPECT_EQ(leadFor(delays), kMostLead);
}

} // namespace matinee::rooms

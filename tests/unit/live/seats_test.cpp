#include "live/seats.h"

#include <gmock/gmock.h>

namespace matinee::live {
namespace {

using Claim = Seats::Claim;
using Left = Seats::Left;

class SeatsTest : public testing::Test
{
protected:
    Result<Claim> claim(SourceId id, OnConflict onConflict = OnConflict::Refuse, bool backup = false, std::string address = {})
    {
        PublisherInfo info;
        info.address = std::move(address);
        return seats.claim("show", {.id = id, .info = std::move(info), .backup = backup, .worker = nullptr, .kick = {}}, onConflict, now);
    }
    Left leave(SourceId id, bool lost, bool grace = true) { return seats.leave(id, lost, grace, now); }
    [[nodiscard]] SourceId live() const { return seats.live() ? seats.live()->id : 0; }
    [[nodiscard]] SourceId standby() const { return seats.standby() ? seats.standby()->id : 0; }

    Seats seats;
    Seats::Time now{std::chrono::hours(1)};
};

TEST_F(SeatsTest, ASecondPublisherIsRefusedWithAHint)
{
    EXPECT_EQ(*claim(1), Claim::Live);
    const auto second = claim(2);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
    EXPECT_THAT(second.error().message, testing::HasSubstr("Stop that encoder"));
    EXPECT_EQ(live(), 1U);
}

TEST_F(SeatsTest, AProperEndEndsAndALossWaits)
{
    (void)claim(1);
    EXPECT_EQ(leave(1, true), Left::Interrupted);
    EXPECT_TRUE(seats.interrupted());
    EXPECT_EQ(seats.interruptedAt(), now);
    EXPECT_EQ(*claim(2), Claim::Returned);
    EXPECT_FALSE(seats.interrupted());
    EXPECT_EQ(leave(2, false), Left::Ended);
    EXPECT_TRUE(seats.ended());
}

TEST_F(SeatsTest, WithoutGraceALossEnds)
{
    (void)claim(1);
    EXPECT_EQ(leave(1, true, false), Left::Ended);
}

TEST_F(SeatsTest, TheGraceTimeOfAnEarlierInterruptionEndsNothing)
{
    (void)claim(1);
    (void)leave(1, true);
    (void)claim(2);
    (void)leave(2, true);
    EXPECT_EQ(seats.interruptions(), 2U);
    EXPECT_FALSE(seats.expire(1));
    EXPECT_TRUE(seats.expire(2));
    EXPECT_TRUE(seats.ended());
}

TEST_F(SeatsTest, ReplaceGivesTheSeatToTheSecondAndForgetsTheFirst)
{
    (void)claim(1);
    EXPECT_EQ(*claim(2, OnConflict::Replace), Claim::Replaced);
    EXPECT_EQ(seats.takeEvicted()->id, 1U);
    EXPECT_FALSE(seats.takeEvicted());
    EXPECT_EQ(leave(1, false), Left::Nobody) << "the one that was replaced ends nothing";
    EXPECT_EQ(live(), 2U);
}

TEST_F(SeatsTest, OneThatWasReplacedDoesNotTakeTheSeatBackByComingAgain)
{
    (void)claim(1, OnConflict::Replace, false, "192.0.2.1");
    EXPECT_EQ(*claim(2, OnConflict::Replace, false, "192.0.2.2"), Claim::Replaced);
    seats.setEncoder(2, "OBS 31");
    now += std::chrono::seconds(2);
    const auto again = claim(3, OnConflict::Replace, false, "192.0.2.1");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::RateLimited);
    EXPECT_THAT(again.error().message, testing::HasSubstr("Another encoder took over show"));
    EXPECT_THAT(again.error().message, testing::HasSubstr("has not tried for 64 s."));
    EXPECT_EQ(live(), 2U);
    EXPECT_EQ(leave(2, true), Left::Interrupted);
    EXPECT_EQ(*claim(4, OnConflict::Replace, false, "192.0.2.1"), Claim::Returned) << "there is nobody to take it from";
}

TEST_F(SeatsTest, ABackupStandsByAndTakesOver)
{
    (void)claim(1);
    EXPECT_EQ(*claim(2, OnConflict::Refuse, true), Claim::StandsBy);
    EXPECT_EQ(standby(), 2U);
    EXPECT_FALSE(claim(3, OnConflict::Refuse, true)) << "there is a backup already";
    EXPECT_EQ(leave(1, true), Left::TookOver);
    EXPECT_EQ(live(), 2U);
    EXPECT_FALSE(seats.interrupted());
    EXPECT_EQ(seats.interruptions(), 1U);
}

TEST_F(SeatsTest, ThePublisherThatReturnsWhileItsBackupIsLiveStandsBy)
{
    (void)claim(1);
    (void)claim(2, OnConflict::Refuse, true);
    (void)leave(1, true);
    EXPECT_EQ(*claim(3), Claim::StandsBy);
    EXPECT_EQ(leave(2, false), Left::TookOver);
    EXPECT_EQ(live(), 3U);
}

TEST_F(SeatsTest, ABackupWithoutAPublisherPublishes)
{
    EXPECT_EQ(*claim(1, OnConflict::Refuse, true), Claim::Live);
    (void)leave(1, true);
    EXPECT_EQ(*claim(2, OnConflict::Refuse, true), Claim::Returned);
}

TEST_F(SeatsTest, ABackupThatLeavesChangesNothing)
{
    (void)claim(1);
    (void)claim(2, OnConflict::Backup);
    EXPECT_EQ(leave(2, true), Left::Standby);
    EXPECT_EQ(leave(1, true), Left::Interrupted);
}

TEST_F(SeatsTest, ClosingTellsBoth)
{
    (void)claim(1);
    (void)claim(2, OnConflict::Backup);
    EXPECT_EQ(seats.close().size(), 2U);
    EXPECT_TRUE(seats.ended());
    EXPECT_EQ(leave(1, true), Left::Nobody);
    EXPECT_FALSE(seats.interrupted());
}

} // namespace
} // namespace matinee::live

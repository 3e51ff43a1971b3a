#include "rtmp/wire/aggregate.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

using test::hex;

namespace {
// audio at 1000, video at 1040, in an aggregate at 5000
const char *const kTwo = "08 000002 0003e8 00 000000 af01 0000000d  09 000003 000410 00 000000 270100 0000000e";
} // namespace

TEST(Aggregate, MovesTheTimesOfItsPartsToItsOwn)
{
    std::vector<Message> parts;
    ASSERT_TRUE(splitAggregate({MessageType::Aggregate, 1, 5000, hex(kTwo)}, parts));
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].type, MessageType::Audio);
    EXPECT_EQ(parts[0].timestamp, 5000U);
    EXPECT_EQ(parts[1].type, MessageType::Video);
    EXPECT_EQ(parts[1].timestamp, 5040U);
    EXPECT_EQ(parts[1].payload, hex("270100"));
    EXPECT_EQ(parts[1].streamId, 1U);
}

TEST(Aggregate, TakesTheHighByteOfATimeFromBehind)
{
    std::vector<Message> parts;
    ASSERT_TRUE(
        splitAggregate({MessageType::Aggregate, 1, 0, hex("08 000001 ffffff 00 000000 aa 00000000 08 000001 000001 01 000000 bb")}, parts));
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[1].timestamp, 2U);
}

TEST(Aggregate, RefusesPartsThatAreCutNestedOrTooMany)
{
    const auto whole = hex(kTwo);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        std::vector<Message> parts;
        const bool atPartEnd = (size >= 13 && size <= 17) || size >= whole.size() - 4; // the back pointer may be missing
        EXPECT_EQ(static_cast<bool>(
                      splitAggregate({MessageType::Aggregate, 1, 0, {whole.begin(), whole.begin() + static_cast<long>(size)}}, parts)),
                  atPartEnd)
            << size;
    }
    std::vector<Message> parts;
    EXPECT_EQ(splitAggregate({MessageType::Aggregate, 1, 0, hex("16 000000 000000 00 000000 00000000")}, parts).error(),
              AggregateError::Nested);
    media::Bytes many;
    for (std::size_t i = 0; i <= kMaxAggregateParts; ++i) {
        const auto one = hex("08 000000 000000 00 000000 0000000b");
        many.insert(many.end(), one.begin(), one.end());
    }
    parts.clear();
    EXPECT_EQ(splitAggregate({MessageType::Aggregate, 1, 0, many}, parts).error(), AggregateError::TooMany);
}

} // namespace matinee::rtmp

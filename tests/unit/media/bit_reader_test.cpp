#include "media/codec/bit_reader.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::media {

using test::hex;

TEST(BitReader, ReadsBitsMostSignificantFirst)
{
    const auto bytes = hex("a5ff01");
    BitReader bits(bytes);
    EXPECT_EQ(bits.bits(1), 1U);
    EXPECT_EQ(bits.bits(3), 2U);
    EXPECT_EQ(bits.bits(12), 0x5ffU);
    EXPECT_EQ(bits.left(), 8U);
    EXPECT_TRUE(bits.ok());
}

TEST(BitReader, ReadsExpGolombCodes)
{
    // 1 | 010 | 011 | 00100 | 00101 then padding
    const auto bytes = hex("a64280");
    BitReader bits(bytes);
    EXPECT_EQ(bits.unsignedGolomb(), 0U);
    EXPECT_EQ(bits.unsignedGolomb(), 1U);
    EXPECT_EQ(bits.unsignedGolomb(), 2U);
    EXPECT_EQ(bits.unsignedGolomb(), 3U);
    EXPECT_EQ(bits.signedGolomb(), -2); // code 4
    EXPECT_TRUE(bits.ok());
}

TEST(BitReader, TurnsBadPastItsEndAndStaysSo)
{
    const auto bytes = hex("ff");
    BitReader bits(bytes);
    EXPECT_EQ(bits.bits(9), 0U);
    EXPECT_FALSE(bits.ok());
    EXPECT_EQ(bits.bits(1), 0U);
    EXPECT_FALSE(bits.ok());
}

TEST(BitReader, RefusesCodesLongerThanThirtyTwoBits)
{
    const auto bytes = hex("0000000000000000ffffffffffffffff");
    BitReader bits(bytes);
    EXPECT_EQ(bits.unsignedGolomb(), 0U);
    EXPECT_FALSE(bits.ok());
}

} // namespace matinee::media

#include "rtmp/wire/enhanced.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

using media::Kind;
using test::hex;

namespace {

media::Bytes bytesOf(std::span<const std::uint8_t> view)
{
    return {view.begin(), view.end()};
}

} // namespace

TEST(Enhanced, ReadsPacketTypeAndFourCc)
{
    const auto body = hex("90 68766331 aabb");
    const auto read = readEnhanced(body, Kind::Video);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->packet, PacketType::SequenceStart);
    EXPECT_EQ(read->code, kHevcCode);
    EXPECT_EQ(bytesOf(read->payload), hex("aabb"));
    EXPECT_FALSE(read->empty);
}

TEST(Enhanced, PassesOverModifiersOfAnySize)
{
    // Nanoseconds of the time, then a modifier of 3 bytes that nobody knows; a coded frame follows.
    const auto body = hex("97 02 0f4240 07 02 aabbcc 71 68766331 000000 11");
    const auto read = readEnhanced(body, Kind::Video);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->packet, PacketType::CodedFrames);
    EXPECT_EQ(bytesOf(read->payload), hex("000000 11"));
    auto longOne = hex("97 ff 0102"); // 256 is the mark of a size of 16 bits: 259 bytes
    longOne.insert(longOne.end(), 259, 0x55);
    const auto rest = hex("03 61763031 22");
    longOne.insert(longOne.end(), rest.begin(), rest.end());
    const auto longRead = readEnhanced(longOne, Kind::Video);
    ASSERT_TRUE(longRead);
    EXPECT_EQ(longRead->packet, PacketType::CodedFramesX);
    EXPECT_EQ(bytesOf(longRead->payload), hex("22"));
    const auto audio = readEnhanced(hex("97 02 0f4240 01 4f707573 33"), Kind::Audio);
    ASSERT_TRUE(audio);
    EXPECT_EQ(audio->code, kOpusCode);
}

TEST(Enhanced, CommandsHaveNoFourCcAndMetadataHasOne)
{
    const auto command = readEnhanced(hex("d1 00"), Kind::Video);
    ASSERT_TRUE(command);
    EXPECT_TRUE(command->empty);
    const auto metadata = readEnhanced(hex("d4 61763031 0200"), Kind::Video);
    ASSERT_TRUE(metadata);
    EXPECT_EQ(metadata->packet, PacketType::Metadata);
    EXPECT_EQ(metadata->code, kAv1Code);
}

TEST(Enhanced, TakesTrackZeroWhereverItStands)
{
    const auto body = hex("96 21 78787878 01 000001 aa 68766331 00 000002 bbcc 61763031 02 000000");
    const auto read = readEnhanced(body, Kind::Video);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->code, kHevcCode);
    EXPECT_EQ(bytesOf(read->payload), hex("bbcc"));
    EXPECT_EQ(read->otherTracks, 2U);
    const auto others = readEnhanced(hex("96 11 68766331 01 000001 aa"), Kind::Video);
    ASSERT_TRUE(others);
    EXPECT_TRUE(others->empty);
    EXPECT_EQ(others->otherTracks, 1U);
}

TEST(Enhanced, IsNothingWhenCutAnywhereInItsHeader)
{
    const auto plain = hex("91 68766331 aabb");
    for (std::size_t size = 0; size < 5; ++size)
        EXPECT_FALSE(readEnhanced(std::span(plain).first(size), Kind::Video)) << size;
    const auto modified = hex("97 02 0f4240 01 68766331 aabb");
    for (std::size_t size = 0; size < 10; ++size)
        EXPECT_FALSE(readEnhanced(std::span(modified).first(size), Kind::Video)) << size;
    const auto tracks = hex("96 11 68766331 00 000002 aabb 01 000002 ccdd");
    for (std::size_t size = 0; size < tracks.size(); ++size) {
        const bool whole = size == 6 || size == 12; // between tracks
        EXPECT_EQ(readEnhanced(std::span(tracks).first(size), Kind::Video).has_value(), whole) << size;
    }
    EXPECT_FALSE(readEnhanced(hex("96 16 68766331"), Kind::Video));
    EXPECT_FALSE(readEnhanced(hex("95 15 4f707573"), Kind::Audio));
}

} // namespace matinee::rtmp

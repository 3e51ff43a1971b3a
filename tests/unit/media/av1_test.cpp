// Golden records were written by SVT-AV1 and libaom through ffmpeg 5.1.
#include "media/codec/av1.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::media::av1 {

using test::hex;

namespace {

const Bytes kSvt = hex("81000c00 0a0b000000043d06d402f80040");
const Bytes kTenBits = hex("81054c00 0a0b0000002d4d01b45daf9404");
const Bytes kTwelveBitsFullChroma = hex("81406000 0a0b400000043d06d4daf96040");

} // namespace

TEST(Av1, ReadsProfileAndSizeOfRealEncoders)
{
    const auto track = makeTrack(kSvt);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->codecString, "av01.0.00M.08");
    EXPECT_EQ((*track)->width, 322U);
    EXPECT_EQ((*track)->height, 182U);
    EXPECT_EQ((*track)->codec, Codec::Av1);
    EXPECT_EQ((*track)->config, kSvt);
    const auto tenBits = makeTrack(kTenBits);
    ASSERT_TRUE(tenBits);
    EXPECT_EQ((*tenBits)->codecString, "av01.0.05M.10");
    EXPECT_EQ((*tenBits)->width, 1282U);
    EXPECT_EQ((*tenBits)->height, 722U);
    const auto twelveBits = makeTrack(kTwelveBitsFullChroma);
    ASSERT_TRUE(twelveBits);
    EXPECT_EQ((*twelveBits)->codecString, "av01.2.00M.12");
}

TEST(Av1, WritesCodecStringsWithTwoDigits)
{
    SequenceHeader header;
    header.level = 4;
    EXPECT_EQ(header.codecString(), "av01.0.04M.08");
    header.level = 13;
    header.highTier = true;
    header.bitDepth = 10;
    EXPECT_EQ(header.codecString(), "av01.0.13H.10");
}

TEST(Av1, PassesOverTimingOperatingPointsAndDecoderModel)
{
    // Everything that may come before the size does: timing with equal intervals, a decoder model, display delays, two operating points
    // (the first of level 9 in the high tier); afterwards frame ids, order hints and forced screen content tools.
    const Bytes whole = hex("0400000fa40003a98258c0000001d29840013ab72000421e7f673403bc00");
    const auto header = parseSequenceHeader(whole);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->codecString(), "av01.0.09H.08");
    EXPECT_EQ(header->width, 320U);
    EXPECT_EQ(header->height, 180U);
    for (std::size_t size = 0; size + 1 < whole.size(); ++size)
        EXPECT_EQ(parseSequenceHeader(std::span(whole).first(size)).error(), ParseError::Truncated) << size;
}

TEST(Av1, ReadsAReducedHeader)
{
    const auto header = parseSequenceHeader(hex("1961e7f66000"));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->level, 5);
    EXPECT_EQ(header->width, 320U);
    EXPECT_EQ(header->height, 180U);
}

TEST(Av1, RefusesARecordCutAnywhere)
{
    for (const Bytes *record : {&kSvt, &kTenBits, &kTwelveBitsFullChroma}) {
        for (std::size_t size = 0; size < record->size(); ++size)
            EXPECT_FALSE(makeTrack(std::span(*record).first(size))) << size;
    }
    const auto payload = std::span(kSvt).subspan(6);
    for (std::size_t size = 0; size < 9; ++size)
        EXPECT_EQ(parseSequenceHeader(payload.first(size)).error(), ParseError::Truncated) << size;
}

TEST(Av1, RefusesWhatIsNotARecord)
{
    EXPECT_EQ(makeTrack(hex("01000c00 0a0b000000043d06d402f80040")).error(), ParseError::UnsupportedVersion);
    EXPECT_EQ(makeTrack(hex("81000c00")).error(), ParseError::NoSequenceHeader);
    EXPECT_EQ(makeTrack(hex("81000c00 8a0b000000043d06d402f80040")).error(), ParseError::BadObu);
    EXPECT_EQ(makeTrack(hex("81000c00 0aff000000043d06d402f80040")).error(), ParseError::BadObu);
    EXPECT_EQ(makeTrack(Bytes(kMaxConfigBytes + 1, 0x81)).error(), ParseError::TooLarge);
    EXPECT_EQ(makeTrack(hex("81600c00 0a0be00000043d06d402f80040")).error(), ParseError::BadSequenceHeader); // profile 7
}

TEST(Av1, LeavesOutTemporalDelimitersOnly)
{
    EXPECT_EQ(*withoutTemporalDelimiters(hex("1200 0a0b000000043d06d402f80040 3202aabb")), hex("0a0b000000043d06d402f80040 3202aabb"));
    EXPECT_EQ(*withoutTemporalDelimiters(hex("3202aabb")), hex("3202aabb"));
    EXPECT_EQ(*withoutTemporalDelimiters(hex("1200 30aabbcc")), hex("30aabbcc")); // the last one may come without its size
    EXPECT_TRUE(withoutTemporalDelimiters(hex("1200"))->empty());
    EXPECT_EQ(withoutTemporalDelimiters(hex("3205aabb")).error(), ParseError::BadObu);
    EXPECT_EQ(withoutTemporalDelimiters(hex("32ffffffffffffffffffff")).error(), ParseError::BadObu);
    EXPECT_EQ(withoutTemporalDelimiters(hex("36")).error(), ParseError::BadObu);
    Bytes many;
    for (std::size_t i = 0; i <= kMaxObus; ++i)
        many.insert(many.end(), {0x32, 0});
    EXPECT_EQ(withoutTemporalDelimiters(many).error(), ParseError::TooManyObus);
}

TEST(Av1, TakesTheSequenceHeaderOfAKeyFrameWhereTheRecordHasNone)
{
    const Bytes keyFrame = hex("1200 0a0b000000043d06d402f80040 3202aabb");
    const auto record = withSequenceHeader(hex("81000c00"), keyFrame);
    ASSERT_TRUE(record);
    EXPECT_EQ(*record, kSvt);
    EXPECT_EQ(withSequenceHeader(hex("81000c00"), hex("3202aabb")).error(), ParseError::NoSequenceHeader);
    EXPECT_EQ(withSequenceHeader(hex("81000c"), keyFrame).error(), ParseError::Truncated);
}

} // namespace matinee::media::av1

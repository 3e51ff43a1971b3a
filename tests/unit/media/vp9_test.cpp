// Golden bytes were written by libvpx through ffmpeg 5.1.
#include "media/codec/vp9.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::media::vp9 {

using test::hex;

namespace {

const Bytes kBoxed = hex("01000000 000b820202020000");
const Bytes kBare = hex("000b820202020000");
const Bytes kTenBits = hex("01000000 031fa40202020000");
const Bytes kKeyFrame = hex("824983420014100b560638241c184a");
const Bytes kTenBitKeyFrame = hex("b124c1a102027f8167b031c120e0c2c0");
const Bytes kInterFrame = hex("86004092f1214000");

} // namespace

TEST(Vp9, ReadsTheRecordWithAndWithoutItsBoxHeader)
{
    for (const Bytes &record : {kBoxed, kBare}) {
        const auto track = makeTrack(record, 322, 182);
        ASSERT_TRUE(track);
        EXPECT_EQ((*track)->config, kBare);
        EXPECT_EQ((*track)->codecString, "vp09.00.11.08");
        EXPECT_EQ((*track)->codec, Codec::Vp9);
        EXPECT_EQ((*track)->width, 322U);
        EXPECT_EQ((*track)->height, 182U);
    }
    EXPECT_EQ((*makeTrack(kTenBits, 1280, 720))->codecString, "vp09.03.31.10");
}

TEST(Vp9, FindsALevelWhereTheRecordHasNone)
{
    EXPECT_EQ(codecString({0, 0, 8}, 320, 180), "vp09.00.11.08");
    EXPECT_EQ(codecString({0, 0, 8}, 1280, 720), "vp09.00.31.08");
    EXPECT_EQ(codecString({0, 0, 8}, 1920, 1080), "vp09.00.40.08");
    EXPECT_EQ(codecString({2, 0, 10}, 3840, 2160), "vp09.02.50.10");
}

TEST(Vp9, ReadsTheSizeFromKeyFrames)
{
    const auto key = parseFrameHeader(kKeyFrame);
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->key);
    EXPECT_EQ(key->profile, 0);
    EXPECT_EQ(key->width, 322U);
    EXPECT_EQ(key->height, 182U);
    const auto tenBits = parseFrameHeader(kTenBitKeyFrame);
    ASSERT_TRUE(tenBits);
    EXPECT_TRUE(tenBits->key);
    EXPECT_EQ(tenBits->profile, 3);
    EXPECT_EQ(tenBits->bitDepth, 10);
    EXPECT_EQ(tenBits->width, 1280U);
    EXPECT_EQ(tenBits->height, 720U);
    const auto inter = parseFrameHeader(kInterFrame);
    ASSERT_TRUE(inter);
    EXPECT_FALSE(inter->key);
}

TEST(Vp9, RefusesWhatIsCutOrIsNone)
{
    for (std::size_t size = 0; size < kBare.size(); ++size)
        EXPECT_EQ(parseCodecConfig(std::span(kBare).first(size)).error(), ParseError::Truncated) << size;
    for (std::size_t size = 0; size < 9; ++size)
        EXPECT_EQ(parseFrameHeader(std::span(kKeyFrame).first(size)).error(), ParseError::Truncated) << size;
    EXPECT_TRUE(parseFrameHeader(std::span(kKeyFrame).first(9)));
    EXPECT_EQ(parseFrameHeader(hex("024983420014100b56")).error(), ParseError::BadFrame);
    EXPECT_EQ(parseFrameHeader(hex("824983430014100b56")).error(), ParseError::BadFrame);
    EXPECT_EQ(parseFrameHeader(hex("b8")).error(), ParseError::BadFrame);
    EXPECT_EQ(parseCodecConfig(hex("040b820202020000")).error(), ParseError::BadConfiguration);
    EXPECT_EQ(parseCodecConfig(hex("000b920202020000")).error(), ParseError::BadConfiguration);
    EXPECT_EQ(parseCodecConfig(Bytes(kMaxConfigBytes + 1)).error(), ParseError::TooLarge);
}

} // namespace matinee::media::vp9

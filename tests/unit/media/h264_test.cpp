// Golden records were written by x264 through ffmpeg 5.1.
#include "media/codec/h264.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::media::h264 {

using test::hex;

namespace {

const Bytes kHigh = hex("0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000668ebe3cb22c0fdf8f800");
const Bytes kBaselineCropped = hex("0142c00dffe100186742c00dd901519e226c0440000003004000000c83c50a9201000568cb83cb20");
const Bytes kHigh444 = hex("01f4001effe1001b67f4001e919b281405ff1380880000030008000003019078b16cb001000668ebe3c44844fff8f800");
const Bytes kInterlaced1080 = hex("01640028ffe1001a67640028acd94078044fde0220000003002000000643e2c5b2c001000668fba3cb22c0fdf8f800");
const Bytes kScalingMatrix = hex("0164000dffe100196764000dacd94141fb011000000300100000030320f142996001000768ebe3cb3002c0fdf8f800");

} // namespace

TEST(H264, ReadsProfileAndSizeOfRealEncoders)
{
    const auto track = makeTrack(kHigh);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->codecString, "avc1.64000c");
    EXPECT_EQ((*track)->width, 320U);
    EXPECT_EQ((*track)->height, 180U);
    EXPECT_EQ((*track)->kind, Kind::Video);
    EXPECT_EQ((*track)->config, kHigh);
    EXPECT_FALSE((*track)->interlaced);
}

TEST(H264, AppliesCropping)
{
    const auto track = makeTrack(kBaselineCropped);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->codecString, "avc1.42c00d");
    EXPECT_EQ((*track)->width, 322U);
    EXPECT_EQ((*track)->height, 182U);
}

TEST(H264, CountsFieldsAndChromaWhenItCrops)
{
    const auto interlaced = makeTrack(kInterlaced1080);
    ASSERT_TRUE(interlaced);
    EXPECT_EQ((*interlaced)->width, 1920U);
    EXPECT_EQ((*interlaced)->height, 1080U);
    EXPECT_TRUE((*interlaced)->interlaced);
    const auto fullChroma = makeTrack(kHigh444);
    ASSERT_TRUE(fullChroma);
    EXPECT_EQ((*fullChroma)->width, 640U);
    EXPECT_EQ((*fullChroma)->height, 360U);
}

TEST(H264, PassesOverScalingMatrices)
{
    const auto track = makeTrack(kScalingMatrix);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->width, 320U);
    EXPECT_EQ((*track)->height, 240U);
}

TEST(H264, RefusesARecordCutAnywhere)
{
    for (const Bytes *record : {&kHigh, &kBaselineCropped, &kHigh444, &kInterlaced1080}) {
        const auto whole = parseDecoderConfig(*record);
        ASSERT_TRUE(whole);
        // What follows the last PPS is optional.
        std::size_t needed = 7;
        for (const Bytes &set : whole->sps)
            needed += 2 + set.size();
        for (const Bytes &set : whole->pps)
            needed += 2 + set.size();
        for (std::size_t size = 0; size < needed; ++size)
            EXPECT_FALSE(makeTrack(std::span(*record).first(size))) << size;
        for (std::size_t size = needed; size <= record->size(); ++size)
            EXPECT_TRUE(makeTrack(std::span(*record).first(size))) << size;
    }
}

TEST(H264, RefusesAParameterSetCutAnywhere)
{
    const auto config = parseDecoderConfig(kHigh);
    ASSERT_TRUE(config);
    const Bytes &sps = config->sps.front();
    EXPECT_TRUE(parseSps(sps));
    for (std::size_t size = 0; size < 9; ++size) // VUI and what follows it are not looked at
        EXPECT_FALSE(parseSps(std::span(sps).first(size))) << size;
}

TEST(H264, RefusesWhatIsNotARecord)
{
    Bytes bad = kHigh;
    bad[0] = 0;
    EXPECT_EQ(makeTrack(bad).error(), ParseError::UnsupportedVersion);
    bad = kHigh;
    bad[4] = 0xfe;
    EXPECT_EQ(makeTrack(bad).error(), ParseError::BadLengthSize);
    bad = kHigh;
    bad[8] = 0x68;
    EXPECT_EQ(makeTrack(bad).error(), ParseError::BadParameterSet);
    EXPECT_EQ(makeTrack(hex("0164000cffe000")).error(), ParseError::NoParameterSet);
    EXPECT_EQ(makeTrack(Bytes(kMaxConfigBytes + 1, 1)).error(), ParseError::TooManyParameterSets);
}

TEST(H264, RefusesPicturesLargerThanAnyDecoderTakes)
{
    // Baseline, level 4.0, ids 0, 1088 by 1088 macroblocks of 16: 17408 pixels.
    EXPECT_EQ(parseSps(hex("6742c028da001100008819")).error(), ParseError::BadParameterSet);
}

TEST(H264, SplitsNalUnitsAndLeavesOutEmptyOnes)
{
    const Bytes payload = hex("00000002 0910 00000000 00000003 65aabb");
    const auto nals = splitNals(payload);
    ASSERT_TRUE(nals);
    ASSERT_EQ(nals->size(), 2U);
    EXPECT_EQ(nalType((*nals)[1][0]), IdrSlice);
    EXPECT_EQ((*nals)[1].size(), 3U);
    for (std::size_t size = 1; size < payload.size(); ++size) {
        if (size != 6 && size != 10) {
            EXPECT_EQ(splitNals(std::span(payload).first(size)).error(), ParseError::BadNalLength) << size;
        }
    }
    EXPECT_EQ(splitNals(hex("ffffffff65")).error(), ParseError::BadNalLength);
    EXPECT_EQ(splitNals(Bytes(4 * (kMaxNalsPerFrame + 1))).error(), ParseError::TooManyNals);
}

TEST(H264, WidensShortNalLengths)
{
    EXPECT_EQ(*withFourByteLengths(hex("02 65aa 01 41"), 1), hex("00000002 65aa 00000001 41"));
    EXPECT_EQ(*withFourByteLengths(hex("0002 65aa"), 2), hex("00000002 65aa"));
    Bytes record = kHigh;
    record[4] = 0xfd;
    EXPECT_EQ((*makeTrack(record))->config[4], 0xff); // the record follows its frames
}

TEST(H264, WritesAnnexBWithParameterSetsBeforeKeyFrames)
{
    const auto config = parseDecoderConfig(kBaselineCropped);
    ASSERT_TRUE(config);
    const Bytes sps = hex("00000001 6742c00dd901519e226c0440000003004000000c83c50a92");
    const Bytes pps = hex("00000001 68cb83cb20");
    Bytes expected = hex("00000001 09f0");
    expected.insert(expected.end(), sps.begin(), sps.end());
    expected.insert(expected.end(), pps.begin(), pps.end());
    const Bytes slice = hex("00000001 65aabb");
    expected.insert(expected.end(), slice.begin(), slice.end());
    EXPECT_EQ(*toAnnexB(hex("00000002 09f0 00000003 65aabb"), *config, true), expected);
    EXPECT_EQ(*toAnnexB(hex("00000003 41aabb"), *config, false), hex("00000001 09f0 00000001 41aabb"));
    // An SPS in band and no PPS: that of the configuration follows it.
    EXPECT_EQ(*toAnnexB(hex("00000002 6742 00000002 65aa"), *config, true), hex("00000001 09f0 00000001 6742 00000001 68cb83cb20 00000001 65aa"));
}

} // namespace matinee::media::h264

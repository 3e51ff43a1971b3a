// Golden records were written by x265 through ffmpeg 5.1.
#include "media/codec/hevc.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::media::hevc {

using test::hex;

namespace {

const Bytes kMainCropped =
    hex("0101600000009000000000003cf000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003003c9594092100010"
        "02c42010101600000030090000003000003003ca00a880c1c44d965654a4c2f016808000003000800000300c84022000100064401c073c1"
        "89");
const Bytes kHighTier1080 =
    hex("01222000000090000000000099f000fcfdfafa00001303200001001c40010c02ffff22200000030090000003000003009900009594aca04821"
        "0001002f4201022220000003009000000300000300990000a003c0801107cad965652b2a5261780b404000000300400000078222000100064"
        "401c073c189");
const Bytes kFullChroma =
    hex("0104080000009e08000000003ff000fcfff8f800000f03200001001740010c01ffff0408000003009e0800000300003f9594092100010"
        "02c42010104080000"
        "03009e0800000300003f9000a4402e38f8bcb2b2a5261780b404000003000400000300642022000100084401c07318301890");

} // namespace

TEST(Hevc, ReadsProfileAndSizeOfRealEncoders)
{
    const auto track = makeTrack(kMainCropped);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->codecString, "hvc1.1.6.L60.90");
    EXPECT_EQ((*track)->width, 322U);
    EXPECT_EQ((*track)->height, 182U);
    EXPECT_EQ((*track)->kind, Kind::Video);
    EXPECT_EQ((*track)->codec, Codec::Hevc);
    EXPECT_EQ((*track)->config, kMainCropped);
}

TEST(Hevc, ReadsHighTierAndTemporalLayers)
{
    const auto track = makeTrack(kHighTier1080);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->codecString, "hvc1.2.4.H153.90");
    EXPECT_EQ((*track)->width, 1920U);
    EXPECT_EQ((*track)->height, 1080U);
}

TEST(Hevc, CropsInUnitsOfChroma)
{
    const auto track = makeTrack(kFullChroma);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->codecString, "hvc1.4.10.L63.9E.8");
    EXPECT_EQ((*track)->width, 642U);
    EXPECT_EQ((*track)->height, 358U);
}

TEST(Hevc, WritesCodecStringsAsTheStandardDoes)
{
    Profile profile;
    profile.idc = 1;
    profile.compatibility = 0x60000000;
    profile.level = 93;
    profile.constraints = {0xb0};
    EXPECT_EQ(profile.codecString(), "hvc1.1.6.L93.B0");
    profile.space = 1;
    profile.highTier = true;
    profile.constraints = {0xb0, 0, 0x23};
    EXPECT_EQ(profile.codecString(), "hvc1.A1.6.H93.B0.0.23");
    profile.constraints = {};
    EXPECT_EQ(profile.codecString(), "hvc1.A1.6.H93");
}

TEST(Hevc, RefusesARecordCutAnywhere)
{
    for (const Bytes *record : {&kMainCropped, &kHighTier1080, &kFullChroma}) {
        for (std::size_t size = 0; size < record->size(); ++size)
            EXPECT_FALSE(makeTrack(std::span(*record).first(size))) << size;
        EXPECT_TRUE(makeTrack(*record));
    }
}

TEST(Hevc, RefusesAParameterSetCutAnywhere)
{
    const auto config = parseDecoderConfig(kMainCropped);
    ASSERT_TRUE(config);
    const Bytes &sps = config->sps.front();
    EXPECT_TRUE(parseSps(sps));
    std::size_t needed = 0; // up to the conformance window; what follows is not looked at
    while (needed < sps.size() && !parseSps(std::span(sps).first(needed)))
        ++needed;
    EXPECT_GE(needed, 24U);
    for (std::size_t size = needed; size <= sps.size(); ++size)
        EXPECT_TRUE(parseSps(std::span(sps).first(size))) << size;
}

TEST(Hevc, RefusesWhatIsNotARecord)
{
    Bytes bad = kMainCropped;
    bad[0] = 2;
    EXPECT_EQ(makeTrack(bad).error(), ParseError::UnsupportedVersion);
    bad = kMainCropped;
    bad[21] = 0x0e;
    EXPECT_EQ(makeTrack(bad).error(), ParseError::BadLengthSize);
    bad = kMainCropped;
    bad[22] = 2; // no PPS any more
    EXPECT_EQ(makeTrack(bad).error(), ParseError::NoParameterSet);
    EXPECT_EQ(makeTrack(Bytes(kMaxConfigBytes + 1, 1)).error(), ParseError::TooManyParameterSets);
    Bytes many = hex("0101600000009000000000003cf000fcfdf8f800000f 01 20 00ff");
    many.resize(many.size() + std::size_t{2} * 255);
    EXPECT_EQ(makeTrack(many).error(), ParseError::TooManyParameterSets);
    EXPECT_EQ(parseSps(hex("6742c028da")).error(), ParseError::BadParameterSet);
}

TEST(Hevc, ARecordFollowsItsFramesToFourByteLengths)
{
    Bytes record = kMainCropped;
    record[21] = 0x0d;
    ASSERT_TRUE(parseDecoderConfig(record));
    EXPECT_EQ(parseDecoderConfig(record)->nalLengthSize, 2U);
    EXPECT_EQ((*makeTrack(record))->config[21], 0x0f);
}

TEST(Hevc, KnowsThePicturesWhereDecodingCanStart)
{
    EXPECT_TRUE(isIrap(0x26));  // IDR_W_RADL
    EXPECT_TRUE(isIrap(0x2a));  // CRA
    EXPECT_FALSE(isIrap(0x02)); // TRAIL_R
    EXPECT_FALSE(isIrap(0x40)); // VPS
}

} // namespace matinee::media::hevc

// Golden parameter sets were written by x264 and x265 through ffmpeg 5.1.
#include "relay/wire/elementary.h"

#include "media/codec/h264.h"
#include "media/codec/hevc.h"
#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::relay::wire {

using media::Codec;
using test::hex;

namespace {

const media::Bytes kSps = hex("6764000cacd941419f9f011000000300100000030320f1429960");
const media::Bytes kPps = hex("68ebe3cb22c0");
const media::Bytes kAvcC = hex("0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000668ebe3cb22c0fdf8f800");
const media::Bytes kHevcVps = hex("40010c01ffff01600000030090000003000003003c959409");
const media::Bytes kHevcSps = hex("42010101600000030090000003000003003ca00a080c1f3e595952930bc05a020000030002000003000a10");
const media::Bytes kHevcPps = hex("4401c073c189");

media::Bytes annexB(std::initializer_list<media::Bytes> nals, bool shortCodes = false)
{
    media::Bytes out;
    for (const auto &nal : nals) {
        const auto code = hex(shortCodes ? "000001" : "00000001");
        out.insert(out.end(), code.begin(), code.end());
        out.insert(out.end(), nal.begin(), nal.end());
    }
    return out;
}

} // namespace

TEST(AnnexB, SplitsAtStartCodesOfBothLengthsAndDropsTrailingZeros)
{
    const auto bytes = hex("00000001 6701 000001 68 00 00 00000001 6501020300 00");
    const auto nals = splitAnnexB(bytes);
    ASSERT_EQ(nals.size(), 3U);
    EXPECT_EQ(media::Bytes(nals[0].begin(), nals[0].end()), hex("6701"));
    EXPECT_EQ(media::Bytes(nals[1].begin(), nals[1].end()), hex("68"));
    EXPECT_EQ(media::Bytes(nals[2].begin(), nals[2].end()), hex("65010203"));
    EXPECT_TRUE(splitAnnexB(hex("0000")).empty());
    EXPECT_TRUE(splitAnnexB(hex("00000001")).empty());
    EXPECT_TRUE(splitAnnexB(hex("6501020304")).empty()) << "nothing before the first start code";
}

TEST(AnnexB, MakesTheRecordThatAnMp4Has)
{
    EXPECT_EQ(avcConfig({{}, {kSps}, {kPps}}), kAvcC);
    EXPECT_FALSE(avcConfig({{}, {kSps}, {}}));
    EXPECT_FALSE(avcConfig({{}, {}, {kPps}}));
}

TEST(AnnexB, MakesTheHevcRecordThatAnMp4Has)
{
    const auto record = hevcConfig({{kHevcVps}, {kHevcSps}, {kHevcPps}});
    ASSERT_TRUE(record);
    EXPECT_EQ(*record, hex("01 01600000009000000000003c f000 fc fd f8 f8 0000 0f 03"
                           "a0 0001 0018 40010c01ffff01600000030090000003000003003c959409"
                           "a1 0001 002b 42010101600000030090000003000003003ca00a080c1f3e595952930bc05a020000030002000003000a10"
                           "a2 0001 0006 4401c073c189"));
    const auto track = media::hevc::makeTrack(*record);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->width, 320U);
    EXPECT_EQ((*track)->height, 180U);
}

TEST(AnnexB, CutParameterSetsMakeNoRecordThatCannotBeRead)
{
    for (std::size_t size = 0; size < kSps.size(); ++size) {
        const auto record = avcConfig({{}, {media::Bytes(kSps.begin(), kSps.begin() + static_cast<std::ptrdiff_t>(size))}, {kPps}});
        if (record) // the SPS is only looked into as far as the record needs it
            (void)media::h264::makeTrack(*record);
    }
    for (std::size_t size = 0; size < 20; ++size)
        EXPECT_FALSE(
            hevcConfig({{kHevcVps}, {media::Bytes(kHevcSps.begin(), kHevcSps.begin() + static_cast<std::ptrdiff_t>(size))}, {kHevcPps}}))
            << size;
}

TEST(Elementary, LengthPrefixedVideoPassesWithFourByteLengths)
{
    auto record = kAvcC;
    record[4] = 0xfd; // two bytes
    Elementary elementary(Codec::H264, record);
    EXPECT_EQ(elementary.config(), kAvcC);
    const auto piece = elementary.take(hex("0003 650102 0001 06"));
    ASSERT_TRUE(piece);
    EXPECT_FALSE(piece->config);
    EXPECT_EQ(piece->payload, hex("00000003 650102 00000001 06"));
    EXPECT_EQ(elementary.take(hex("0004 650102")).error(), ElementaryError::Damaged);
}

TEST(Elementary, AByteStreamBecomesLengthPrefixedAndLosesItsParameterSets)
{
    Elementary elementary(Codec::H264, {});
    EXPECT_FALSE(elementary.config());
    EXPECT_EQ(elementary.take(annexB({hex("410102")})).error(), ElementaryError::NoConfig);
    const auto first = elementary.take(annexB({hex("0910"), kSps, kPps, hex("650102")}));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->config, kAvcC);
    EXPECT_EQ(first->payload, hex("00000003 650102"));
    const auto second = elementary.take(annexB({hex("0910"), kSps, kPps, hex("650103")}, true));
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->config) << "the same again is nothing new";
    EXPECT_EQ(second->payload, hex("00000003 650103"));
}

TEST(Elementary, ANewSpsInTheStreamIsANewConfiguration)
{
    Elementary elementary(Codec::H264, annexB({kSps, kPps}));
    EXPECT_EQ(elementary.config(), kAvcC);
    auto other = kSps;
    other[3] = 0x0d; // level
    const auto piece = elementary.take(annexB({other, kPps, hex("650102")}));
    ASSERT_TRUE(piece);
    ASSERT_TRUE(piece->config);
    EXPECT_EQ((*piece->config)[3], 0x0d);
}

TEST(Elementary, APpsByItselfTakesThePlaceOfTheOneWithItsId)
{
    Elementary elementary(Codec::H264, annexB({kSps, kPps}));
    const auto piece = elementary.take(annexB({hex("68ebe3cb22c1"), hex("650102")}));
    ASSERT_TRUE(piece);
    ASSERT_TRUE(piece->config);
    const auto config = media::h264::parseDecoderConfig(*piece->config);
    ASSERT_TRUE(config);
    ASSERT_EQ(config->pps.size(), 1U);
    EXPECT_EQ(config->pps.front(), hex("68ebe3cb22c1"));
}

TEST(Elementary, HevcOfAByteStream)
{
    Elementary elementary(Codec::Hevc, {});
    const auto piece = elementary.take(annexB({hex("460150"), kHevcVps, kHevcSps, kHevcPps, hex("2801ac93")}));
    ASSERT_TRUE(piece);
    ASSERT_TRUE(piece->config);
    EXPECT_TRUE(media::hevc::makeTrack(*piece->config));
    EXPECT_EQ(piece->payload, hex("00000004 2801ac93"));
}

TEST(Elementary, AdtsIsTakenOff)
{
    // 44.1 kHz stereo LC, 7-byte header, 11 bytes in all.
    Elementary elementary(Codec::Aac, {});
    const auto piece = elementary.take(hex("fff150800 17ffc 21001000"));
    ASSERT_TRUE(piece);
    EXPECT_EQ(piece->config, hex("1210"));
    EXPECT_EQ(piece->payload, hex("21001000"));
}

TEST(Elementary, RawAacPassesAndNeedsItsConfiguration)
{
    EXPECT_EQ(Elementary(Codec::Aac, {}).take(hex("21001000")).error(), ElementaryError::NoConfig);
    Elementary elementary(Codec::Aac, hex("1190"));
    const auto piece = elementary.take(hex("21001000"));
    ASSERT_TRUE(piece);
    EXPECT_FALSE(piece->config);
    EXPECT_EQ(piece->payload, hex("21001000"));
}

TEST(Elementary, AdtsThatLiesAboutItsLengthIsNotAdts)
{
    EXPECT_EQ(Elementary(Codec::Aac, {}).take(hex("fff150800 1dffc 21001000")).error(), ElementaryError::NoConfig);
    const auto whole = hex("fff150800 17ffc 21001000");
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(Elementary(Codec::Aac, {}).take(std::span(whole).first(size))) << size;
}

TEST(Elementary, OpusWithoutAHeaderGetsTheOneOfItsChannels)
{
    const Elementary mono(Codec::Opus, {}, 1);
    EXPECT_EQ(mono.config(), hex("4f70757348656164 01 01 3801 80bb0000 0000 00"));
    const Elementary given(Codec::Opus, hex("4f70757348656164 01 02 0000 80bb0000 0000 00"), 1);
    EXPECT_EQ((*given.config())[9], 2);
}

} // namespace matinee::relay::wire

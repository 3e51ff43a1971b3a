// Golden headers were written by libopus through ffmpeg.
#include "media/codec/opus.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::media::opus {

using test::hex;

namespace {

const Bytes kStereo = hex("4f70757348656164 01 02 3801 80bb0000 0000 00");
const Bytes kSurround = hex("4f70757348656164 01 06 3801 80bb0000 0000 01 0402 000401020305");

} // namespace

TEST(Opus, ReadsWhatEncodersSend)
{
    const auto track = makeTrack(kStereo);
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->codecString, "opus");
    EXPECT_EQ((*track)->sampleRate, 48000U);
    EXPECT_EQ((*track)->channels, 2U);
    EXPECT_EQ((*track)->kind, Kind::Audio);
    EXPECT_EQ((*track)->codec, Codec::Opus);
    EXPECT_EQ((*track)->config, kStereo);
    EXPECT_EQ(parseHead(kStereo)->preSkip, 312);
    ASSERT_TRUE(makeTrack(kSurround));
    EXPECT_EQ((*makeTrack(kSurround))->channels, 6U);
}

TEST(Opus, RefusesAHeaderCutAnywhere)
{
    for (const Bytes *head : {&kStereo, &kSurround}) {
        for (std::size_t size = 0; size < head->size(); ++size)
            EXPECT_EQ(parseHead(std::span(*head).first(size)).error(), ParseError::Truncated) << size;
    }
}

TEST(Opus, RefusesWhatCannotBe)
{
    const auto changed = [](const Bytes &head, std::size_t at, std::uint8_t to) {
        Bytes bad = head;
        bad[at] = to;
        return parseHead(bad).error();
    };
    EXPECT_EQ(changed(kStereo, 0, 'o'), ParseError::NotOpus);
    EXPECT_EQ(changed(kStereo, 8, 0x10), ParseError::UnsupportedVersion);
    EXPECT_EQ(changed(kStereo, 9, 0), ParseError::BadChannels);
    EXPECT_EQ(changed(kStereo, 9, 3), ParseError::BadChannels);
    EXPECT_EQ(changed(kSurround, 19, 0), ParseError::BadChannels); // no streams
    EXPECT_EQ(changed(kSurround, 20, 5), ParseError::BadChannels); // more coupled ones than there are
    EXPECT_EQ(changed(kSurround, 21, 6), ParseError::BadChannels); // a channel from a stream that is not
    EXPECT_EQ(parseHead(Bytes(kMaxConfigBytes + 1)).error(), ParseError::TooLarge);
}

TEST(Opus, KnowsHowLongAPacketLasts)
{
    EXPECT_EQ(samplesOf(hex("fc")), 960U);           // CELT, 20 ms, one frame
    EXPECT_EQ(samplesOf(hex("e1")), 240U);           // CELT, 2.5 ms, two frames
    EXPECT_EQ(samplesOf(hex("1802")), 2880U);        // SILK, 60 ms
    EXPECT_EQ(samplesOf(hex("0b06")), 5760U);        // SILK, 20 ms, six frames: as long as a packet may be
    EXPECT_EQ(samplesOf(hex("68")), 960U);           // hybrid, 20 ms
    EXPECT_EQ(samplesOf(hex("fb30")), std::nullopt); // 48 frames of 20 ms
    EXPECT_EQ(samplesOf(hex("fb00")), std::nullopt);
    EXPECT_EQ(samplesOf(hex("fb")), std::nullopt);
    EXPECT_EQ(samplesOf({}), std::nullopt);
}

} // namespace matinee::media::opus

// The first header was written by LAME through ffmpeg.
#include "media/codec/mp3.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::media::mp3 {

using test::hex;

TEST(Mp3, ReadsTheHeadersOfItsThreeGenerations)
{
    const auto lame = parseFrameHeader(hex("fffb90640000026b"));
    ASSERT_TRUE(lame);
    EXPECT_EQ(lame->sampleRate, 44100U);
    EXPECT_EQ(lame->channels, 2U);
    EXPECT_EQ(lame->samplesPerFrame, 1152U);
    EXPECT_EQ(parseFrameHeader(hex("fffb94c4"))->sampleRate, 48000U);
    EXPECT_EQ(parseFrameHeader(hex("fffb94c4"))->channels, 1U);
    EXPECT_EQ(parseFrameHeader(hex("fff390c4"))->sampleRate, 22050U); // MPEG-2
    EXPECT_EQ(parseFrameHeader(hex("fff390c4"))->samplesPerFrame, 576U);
    EXPECT_EQ(parseFrameHeader(hex("ffe398c4"))->sampleRate, 8000U); // MPEG-2.5
}

TEST(Mp3, RefusesWhatIsNone)
{
    for (const char *text :
         {"", "ff", "fffb", "fffb90", "fefb9064", "ffdb9064", "fffd9064", "fff99064", "fffbf064", "fffb9c64", "ffeb9064"})
        EXPECT_FALSE(parseFrameHeader(hex(text))) << text;
}

TEST(Mp3, MakesATrackWithoutConfiguration)
{
    const auto track = makeTrack({44100, 2, 1152});
    EXPECT_EQ(track->codecString, "mp4a.40.34");
    EXPECT_EQ(track->kind, Kind::Audio);
    EXPECT_EQ(track->codec, Codec::Mp3);
    EXPECT_EQ(track->sampleRate, 44100U);
    EXPECT_EQ(track->channels, 2U);
    EXPECT_TRUE(track->config.empty());
}

} // namespace matinee::media::mp3

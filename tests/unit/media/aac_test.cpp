#include "media/codec/aac.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::media::aac {

using test::hex;

TEST(Aac, ReadsWhatEncodersSend)
{
    const auto plain = parseAudioConfig(hex("1190"));
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->objectType, 2U);
    EXPECT_EQ(plain->sampleRate, 48000U);
    EXPECT_EQ(plain->channels, 2U);
    EXPECT_EQ(plain->samplesPerFrame, 1024U);
    EXPECT_EQ(plain->codecString(), "mp4a.40.2");

    const auto ffmpeg = parseAudioConfig(hex("121056e500")); // says that there is no SBR
    ASSERT_TRUE(ffmpeg);
    EXPECT_EQ(ffmpeg->sampleRate, 44100U);
    EXPECT_FALSE(ffmpeg->sbr);
    EXPECT_EQ(ffmpeg->codecString(), "mp4a.40.2");
}

TEST(Aac, ReadsHeAacSignalledEitherWay)
{
    const auto hierarchical = parseAudioConfig(hex("2b92 0800")); // SBR 22050 -> 44100, core LC
    ASSERT_TRUE(hierarchical);
    EXPECT_EQ(hierarchical->objectType, 2U);
    EXPECT_EQ(hierarchical->sampleRate, 22050U);
    EXPECT_EQ(hierarchical->outputSampleRate, 44100U);
    EXPECT_EQ(hierarchical->codecString(), "mp4a.40.5");

    const auto compatible = parseAudioConfig(hex("131056e59d48 80")); // LC 24000, then SBR 48000, then parametric stereo
    ASSERT_TRUE(compatible);
    EXPECT_EQ(compatible->sampleRate, 24000U);
    EXPECT_EQ(compatible->outputSampleRate, 48000U);
    EXPECT_TRUE(compatible->sbr);
}

TEST(Aac, CountsTwoChannelsForParametricStereo)
{
    const auto config = parseAudioConfig(hex("eb8a 0800")); // type 29, 22050, mono, SBR 44100
    ASSERT_TRUE(config);
    EXPECT_TRUE(config->parametricStereo);
    EXPECT_EQ(config->channels, 2U);
    EXPECT_EQ(config->codecString(), "mp4a.40.29");
}

TEST(Aac, ReadsRatesAndTypesThatNeedTheirEscape)
{
    // type 2, rate 15 = explicit 48000 (0x00bb80), stereo, flags 0
    const auto config = parseAudioConfig(hex("17805dc0 10"));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->sampleRate, 48000U);
    EXPECT_EQ(config->channels, 2U);
    // type 31 + 6 bits: 42 is xHE-AAC, which browsers do not take from streams
    EXPECT_EQ(parseAudioConfig(hex("f9464000")).error(), ParseError::UnsupportedObjectType);
}

TEST(Aac, CountsChannelsOfAProgramConfigElement)
{
    // LC, 48000, configuration 0: one front pair, one back pair, one LFE, no coupling, no comment
    // 00010 0011 0000 0 0 0 | tag 0000 type 01 rate 0011 front 0001 side 0000 back 0001 lfe 01 data 000 coupling 0000 mix 0 0 0
    // front: 1 0000, back: 1 0001, lfe: 0000
    const auto config = parseAudioConfig(hex("118004c405002110"));
    ASSERT_TRUE(config) << describe(config.error());
    EXPECT_EQ(config->channelConfig, 0U);
    EXPECT_EQ(config->channels, 5U);
}

TEST(Aac, RefusesAConfigurationCutAnywhere)
{
    for (const Bytes &whole : {hex("1190"), hex("2b920800"), hex("17805dc010")}) {
        for (std::size_t size = 0; size + 1 < whole.size(); ++size)
            EXPECT_FALSE(parseAudioConfig(std::span(whole).first(size))) << size;
    }
    // A sync extension that is cut says nothing, and the core stands.
    EXPECT_TRUE(parseAudioConfig(hex("121056")));
}

TEST(Aac, RefusesReservedValues)
{
    EXPECT_EQ(parseAudioConfig(hex("1690")).error(), ParseError::BadSampleRate);       // index 13
    EXPECT_EQ(parseAudioConfig(hex("11c0")).error(), ParseError::BadChannels);         // configuration 8
    EXPECT_EQ(parseAudioConfig(hex("1780000210")).error(), ParseError::BadSampleRate); // 4 Hz
    EXPECT_EQ(parseAudioConfig(Bytes(kMaxConfigBytes + 1)).error(), ParseError::TooLarge);
    EXPECT_EQ(parseAudioConfig(hex("0190")).error(), ParseError::UnsupportedObjectType); // 0
}

TEST(Aac, MakesATrackWithTheRateThatFramesLastBy)
{
    const auto track = makeTrack(hex("2b920800"));
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->sampleRate, 22050U);
    EXPECT_EQ((*track)->kind, Kind::Audio);
    EXPECT_EQ((*track)->codec, Codec::Aac);
}

TEST(Aac, WritesAdtsHeaders)
{
    const auto config = parseAudioConfig(hex("1190"));
    ASSERT_TRUE(config);
    const auto header = adtsHeader(*config, 371);
    ASSERT_TRUE(header);
    EXPECT_EQ(Bytes(header->begin(), header->end()), hex("fff14c802f5ffc"));
    EXPECT_TRUE(adtsHeader(*config, 8184));
    EXPECT_FALSE(adtsHeader(*config, 8185));
    EXPECT_FALSE(adtsHeader(*config, std::size_t(-3)));
}

} // namespace matinee::media::aac

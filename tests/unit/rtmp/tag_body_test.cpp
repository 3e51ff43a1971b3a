#include "rtmp/wire/tag_body.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

using namespace std::chrono_literals;
using test::hex;

namespace {

media::Bytes bytesOf(std::span<const std::uint8_t> view)
{
    return {view.begin(), view.end()};
}

media::TrackPtr track(media::Kind kind)
{
    auto made = std::make_shared<media::Track>();
    made->kind = kind;
    made->codec = kind == media::Kind::Video ? media::Codec::H264 : media::Codec::Aac;
    made->config = hex(kind == media::Kind::Video ? "0164001f" : "1190");
    return made;
}

} // namespace

TEST(TagBody, ReadsVideo)
{
    const auto body = hex("17 00 000000 0164001f");
    const auto header = parseVideoBody(body);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->kind, BodyKind::SequenceHeader);
    EXPECT_TRUE(header->key);
    EXPECT_EQ(bytesOf(header->payload), hex("0164001f"));
    const auto key = parseVideoBody(hex("17 01 000042 00000001 65"));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->kind, BodyKind::Frame);
    EXPECT_TRUE(key->key);
    EXPECT_EQ(key->compositionOffset, 66ms);
    const auto other = parseVideoBody(hex("27 01 ffffff 00000001 41"));
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->key);
    EXPECT_EQ(other->compositionOffset, -1ms);
}

TEST(TagBody, ReadsAudio)
{
    const auto body = hex("af 00 1190");
    const auto header = parseAudioBody(body);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->kind, BodyKind::SequenceHeader);
    EXPECT_EQ(bytesOf(header->payload), hex("1190"));
    EXPECT_EQ(parseAudioBody(hex("af 01 21"))->kind, BodyKind::Frame);
}

TEST(TagBody, PassesOverBodiesThatHoldNothing)
{
    for (const char *text : {"", "17", "17 02", "17 02 000000", "17 01 000000", "27 05 000000 aa", "57 00", "52 00"})
        EXPECT_EQ(parseVideoBody(hex(text))->kind, BodyKind::Nothing) << text;
    for (const char *text : {"", "af", "af 01", "af 00", "af 02 aa"})
        EXPECT_EQ(parseAudioBody(hex(text))->kind, BodyKind::Nothing) << text;
}

TEST(TagBody, RefusesABodyCutInItsHeader)
{
    for (const char *text : {"17 01", "17 01 00", "17 01 0000", "27 00 0000"})
        EXPECT_EQ(parseVideoBody(hex(text)).error(), TagError::Truncated) << text;
}

TEST(TagBody, NamesTheCodecsThatItDoesNotTake)
{
    EXPECT_EQ(parseVideoBody(hex("12 00 00")).error(), TagError::UnsupportedCodec);
    EXPECT_EQ(videoCodecInWords(hex("12")), "Sorenson H.263");
    EXPECT_EQ(parseVideoBody(hex("1c 00 000000")).error(), TagError::UnsupportedCodec);
    EXPECT_EQ(videoCodecInWords(hex("1c")), "H.265 (HEVC)");
    const auto enhanced = hex("90 68766331 00");
    EXPECT_EQ(parseVideoBody(enhanced).error(), TagError::UnsupportedCodec);
    EXPECT_EQ(videoCodecInWords(enhanced), "H.265 (HEVC)");
    EXPECT_EQ(videoCodecInWords(hex("90 61763031")), "AV1");
    EXPECT_EQ(videoCodecInWords(hex("90")), "an enhanced RTMP codec");
    EXPECT_EQ(parseAudioBody(hex("2f ff")).error(), TagError::UnsupportedCodec);
    EXPECT_EQ(audioCodecInWords(hex("2f")), "MP3");
    EXPECT_EQ(audioCodecInWords(hex("b2")), "Speex");
}

TEST(TagBody, WritesGoldenBytes)
{
    media::Frame frame;
    frame.track = track(media::Kind::Video);
    frame.dts = 1000ms;
    frame.pts = 1066ms;
    frame.key = true;
    frame.payload = hex("00000001 65");
    EXPECT_EQ(videoBody(frame), hex("17 01 000042 00000001 65"));
    frame.key = false;
    frame.pts = frame.dts;
    EXPECT_EQ(videoBody(frame), hex("27 01 000000 00000001 65"));
    EXPECT_EQ(videoHeaderBody(*frame.track), hex("17 00 000000 0164001f"));
    frame.track = track(media::Kind::Audio);
    EXPECT_EQ(audioBody(frame), hex("af 01 00000001 65"));
    EXPECT_EQ(audioHeaderBody(*frame.track), hex("af 00 1190"));
}

TEST(TagBody, ReadsBackCompositionOffsets)
{
    media::Frame frame;
    frame.track = track(media::Kind::Video);
    frame.payload = hex("00000001 41");
    for (const auto offset : {0ms, 1ms, 33ms, 4000ms, 8388607ms, -1ms, -40ms}) {
        frame.dts = 123456ms;
        frame.pts = frame.dts + offset;
        EXPECT_EQ(parseVideoBody(videoBody(frame))->compositionOffset, offset);
    }
    // Rounded at both ends, and not as a difference: 0.9 ms to 1.1 ms is 0 to 1.
    frame.dts = 900us;
    frame.pts = 1100us;
    EXPECT_EQ(parseVideoBody(videoBody(frame))->compositionOffset, 1ms);
}

} // namespace matinee::rtmp

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

TEST(TagBody, ReadsHevcUnderTheNumberOfOldObs)
{
    const auto header = parseVideoBody(hex("1c 00 000000 0101"));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->codec, media::Codec::Hevc);
    EXPECT_EQ(header->kind, BodyKind::SequenceHeader);
    const auto frame = parseVideoBody(hex("2c 01 ffffd8 00000001 02"));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->kind, BodyKind::Frame);
    EXPECT_EQ(frame->compositionOffset, -40ms);
}

TEST(TagBody, ReadsEnhancedVideo)
{
    const struct
    {
        const char *body;
        media::Codec codec;
        BodyKind kind;
        bool key;
        std::chrono::milliseconds offset;
        const char *payload;
    } cases[] = {
        {"90 68766331 01", media::Codec::Hevc, BodyKind::SequenceHeader, true, 0ms, "01"},
        {"91 68766331 000042 00000001 26", media::Codec::Hevc, BodyKind::Frame, true, 66ms, "00000001 26"},
        {"a1 68766331 ffffff 00000001 02", media::Codec::Hevc, BodyKind::Frame, false, -1ms, "00000001 02"},
        {"a3 68766331 00000001 02", media::Codec::Hevc, BodyKind::Frame, false, 0ms, "00000001 02"},
        {"91 61766331 000001 00000001 65", media::Codec::H264, BodyKind::Frame, true, 1ms, "00000001 65"},
        {"90 61763031 81000c00", media::Codec::Av1, BodyKind::SequenceHeader, true, 0ms, "81000c00"},
        {"91 61763031 0a0b", media::Codec::Av1, BodyKind::Frame, true, 0ms, "0a0b"},
        {"a1 76703039 8600", media::Codec::Vp9, BodyKind::Frame, false, 0ms, "8600"},
    };
    for (const auto &expected : cases) {
        const auto body = hex(expected.body);
        const auto video = parseVideoBody(body);
        ASSERT_TRUE(video) << expected.body;
        EXPECT_EQ(video->codec, expected.codec) << expected.body;
        EXPECT_EQ(video->kind, expected.kind) << expected.body;
        EXPECT_EQ(video->key, expected.key) << expected.body;
        EXPECT_EQ(video->compositionOffset, expected.offset) << expected.body;
        EXPECT_EQ(bytesOf(video->payload), hex(expected.payload)) << expected.body;
    }
}

TEST(TagBody, ReadsEnhancedAudio)
{
    const auto body = hex("90 4f707573 4f70757348656164");
    const auto header = parseAudioBody(body);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->codec, media::Codec::Opus);
    EXPECT_EQ(header->kind, BodyKind::SequenceHeader);
    EXPECT_EQ(bytesOf(header->payload), hex("4f70757348656164"));
    EXPECT_EQ(parseAudioBody(hex("91 4f707573 fc"))->kind, BodyKind::Frame);
    EXPECT_EQ(parseAudioBody(hex("91 6d703461 21"))->codec, media::Codec::Aac);
    EXPECT_EQ(parseAudioBody(hex("91 2e6d7033 fffb9064"))->codec, media::Codec::Mp3);
    EXPECT_EQ(parseAudioBody(hex("2f fffb9064"))->codec, media::Codec::Mp3);
    EXPECT_EQ(parseAudioBody(hex("e2 ffe398c4"))->codec, media::Codec::Mp3);
    for (const char *text : {"92 4f707573", "94 4f707573 01", "91 4f707573", "9f 4f707573 aa", "2f"})
        EXPECT_EQ(parseAudioBody(hex(text))->kind, BodyKind::Nothing) << text;
}

TEST(TagBody, PassesOverEnhancedPacketsThatHoldNothing)
{
    // End of sequence, HDR values, a command, an empty sequence start as ffmpeg sends it for libaom, a packet type of the future.
    for (const char *text : {"92 68766331", "d4 61763031 020009", "d1 00", "90 61763031", "91 68766331", "9e 68766331 00"})
        EXPECT_EQ(parseVideoBody(hex(text))->kind, BodyKind::Nothing) << text;
}

TEST(TagBody, NamesTheCodecsThatItDoesNotTake)
{
    const auto nameOfVideo = [](const char *text) {
        EXPECT_EQ(parseVideoBody(hex(text)).error(), TagError::UnsupportedCodec) << text;
        return videoCodecInWords(hex(text));
    };
    EXPECT_EQ(nameOfVideo("12 00 00"), "Sorenson H.263");
    EXPECT_EQ(nameOfVideo("90 76703038 00"), "VP8");
    EXPECT_EQ(nameOfVideo("91 76766331 00"), "H.266 (VVC)");
    EXPECT_EQ(nameOfVideo("91 78787878 00"), "an unknown codec of enhanced RTMP");
    EXPECT_EQ(nameOfVideo("95 61763031 00"), "video in the form of MPEG-2 TS");
    EXPECT_EQ(nameOfVideo("91 4f707573 00"), "Opus"); // no video
    EXPECT_EQ(videoCodecInWords(hex("90")), "an unknown codec of enhanced RTMP");
    EXPECT_EQ(parseAudioBody(hex("b2 ff")).error(), TagError::UnsupportedCodec);
    EXPECT_EQ(audioCodecInWords(hex("b2")), "Speex");
    EXPECT_EQ(parseAudioBody(hex("91 61632d33 00")).error(), TagError::UnsupportedCodec);
    EXPECT_EQ(audioCodecInWords(hex("91 61632d33 00")), "AC-3");
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

TEST(TagBody, WritesNewCodecsInTheEnhancedForm)
{
    auto made = std::make_shared<media::Track>();
    made->config = hex("aabb");
    media::Frame frame;
    frame.track = made;
    frame.dts = 1000ms;
    frame.pts = 1066ms;
    frame.key = true;
    frame.payload = hex("11");
    made->codec = media::Codec::Hevc;
    EXPECT_EQ(videoBody(frame), hex("91 68766331 000042 11"));
    EXPECT_EQ(videoHeaderBody(*made), hex("90 68766331 aabb"));
    made->codec = media::Codec::Av1;
    frame.pts = frame.dts;
    frame.key = false;
    EXPECT_EQ(videoBody(frame), hex("a1 61763031 11"));
    EXPECT_EQ(videoHeaderBody(*made), hex("90 61763031 aabb"));
    made->codec = media::Codec::Vp9;
    EXPECT_EQ(videoBody(frame), hex("a1 76703039 11"));
    EXPECT_EQ(videoHeaderBody(*made), hex("90 76703039 01000000 aabb"));
    made->kind = media::Kind::Audio;
    made->codec = media::Codec::Opus;
    EXPECT_EQ(audioBody(frame), hex("91 4f707573 11"));
    EXPECT_EQ(audioHeaderBody(*made), hex("90 4f707573 aabb"));
}

TEST(TagBody, WritesMp3AsItEverWas)
{
    auto made = std::make_shared<media::Track>();
    made->kind = media::Kind::Audio;
    made->codec = media::Codec::Mp3;
    made->channels = 2;
    media::Frame frame;
    frame.track = made;
    frame.payload = hex("fffb9064");
    const std::pair<std::uint32_t, const char *> flags[] = {{48000, "2f"}, {44100, "2f"}, {22050, "2b"}, {11025, "27"}, {8000, "e3"}};
    for (const auto &[rate, first] : flags) {
        made->sampleRate = rate;
        EXPECT_EQ(audioBody(frame), hex(std::string(first) + "fffb9064")) << rate;
    }
    made->channels = 1;
    made->sampleRate = 44100;
    EXPECT_EQ(audioBody(frame), hex("2e fffb9064"));
    EXPECT_TRUE(audioHeaderBody(*made).empty());
}

TEST(TagBody, ReadsBackWhatItWritesOfEveryCodec)
{
    for (const auto codec : {media::Codec::H264, media::Codec::Hevc, media::Codec::Av1, media::Codec::Vp9}) {
        auto made = std::make_shared<media::Track>();
        made->codec = codec;
        made->config = hex("01");
        media::Frame frame;
        frame.track = made;
        frame.key = true;
        frame.payload = hex("00000001 65");
        const auto body = videoBody(frame);
        const auto video = parseVideoBody(body);
        ASSERT_TRUE(video);
        EXPECT_EQ(video->codec, codec);
        EXPECT_EQ(video->kind, BodyKind::Frame);
        EXPECT_TRUE(video->key);
        EXPECT_EQ(bytesOf(video->payload), frame.payload);
        EXPECT_EQ(parseVideoBody(videoHeaderBody(*made))->kind, BodyKind::SequenceHeader);
    }
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

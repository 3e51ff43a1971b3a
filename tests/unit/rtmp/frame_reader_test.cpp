#include "rtmp/wire/frame_reader.h"

#include "rtmp/wire/chunk_reader.h"

#include "capture.h"
#include "tests/support/hex.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace matinee::rtmp {

using namespace std::chrono_literals;
using media::Kind;
using test::hex;

namespace {

const char *const kVideoHeader =
    "17 00 000000 0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000668ebe3cb22c0fdf8f800";
const char *const kSmallerVideoHeader = "17 00 000000 0142c00dffe100186742c00dd901519e226c0440000003004000000c83c50a9201000568cb83cb20";
const char *const kAudioHeader = "af 00 1190";

Message video(std::string_view body, std::uint32_t timestamp = 0)
{
    return {MessageType::Video, 1, timestamp, hex(body)};
}
Message audio(std::string_view body, std::uint32_t timestamp = 0)
{
    return {MessageType::Audio, 1, timestamp, hex(body)};
}

const std::string kHvcc = "0101600000009000000000003cf000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003003c959409210001"
                          "002c42010101600000030090000003000003003ca00a880c1c44d965654a4c2f016808000003000800000300c84022000100064401c0"
                          "73c189";
const std::string kAv1c = "81000c00 0a0b000000043d06d402f80040";
const std::string kVp9KeyFrame = "824983420014100b560638";

} // namespace

TEST(FrameReader, MakesTracksFromSequenceHeadersAndFramesFromTheRest)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    EXPECT_TRUE(reader.tracks().empty());
    ASSERT_TRUE(reader.read(video(kVideoHeader), frames));
    ASSERT_TRUE(reader.read(audio(kAudioHeader), frames));
    EXPECT_TRUE(reader.takeTracksChanged());
    EXPECT_FALSE(reader.takeTracksChanged());
    ASSERT_EQ(reader.tracks().size(), 2U);
    EXPECT_EQ(reader.tracks()[0]->kind, Kind::Video);
    EXPECT_EQ(reader.tracks()[0]->width, 320U);
    EXPECT_EQ(reader.tracks()[1]->sampleRate, 48000U);
    ASSERT_TRUE(reader.read(video("17 01 000042 00000001 65", 1000), frames));
    ASSERT_TRUE(reader.read(audio("af 01 2122", 1010), frames));
    ASSERT_TRUE(reader.read(video("27 01 000000 00000001 41", 1033), frames));
    ASSERT_EQ(frames.size(), 3U);
    EXPECT_EQ(frames[0]->dts, 1000ms);
    EXPECT_EQ(frames[0]->pts, 1066ms);
    EXPECT_TRUE(frames[0]->key);
    EXPECT_EQ(frames[0]->track, reader.tracks()[0]);
    EXPECT_EQ(frames[1]->payload, hex("2122"));
    EXPECT_EQ(frames[1]->track, reader.tracks()[1]);
    EXPECT_FALSE(frames[2]->key);
}

TEST(FrameReader, MakesANewTrackOfANewSequenceHeaderAndOfNoRepetition)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    ASSERT_TRUE(reader.read(video(kVideoHeader), frames));
    const auto first = reader.tracks()[0];
    ASSERT_TRUE(reader.read(video(kVideoHeader), frames));
    EXPECT_EQ(reader.tracks()[0], first);
    (void)reader.takeTracksChanged();
    ASSERT_TRUE(reader.read(video("17 01 000000 00000001 65"), frames));
    ASSERT_TRUE(reader.read(video(kSmallerVideoHeader), frames));
    EXPECT_TRUE(reader.takeTracksChanged());
    EXPECT_EQ(reader.tracks()[0]->width, 322U);
    ASSERT_TRUE(reader.read(video("17 01 000000 00000001 65", 40), frames));
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0]->track, first);
    EXPECT_EQ(frames[1]->track, reader.tracks()[0]);
}

TEST(FrameReader, LeavesOutFramesBeforeTheirHeaderAndMalformedOnes)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    ASSERT_TRUE(reader.read(video("17 01 000000 00000001 65"), frames));
    ASSERT_TRUE(reader.read(audio("af 01 21"), frames));
    ASSERT_TRUE(reader.read(video(kVideoHeader), frames));
    ASSERT_TRUE(reader.read(video("17 01 000000 000000ff 65"), frames)); // NAL unit past the end
    ASSERT_TRUE(reader.read(video("17 01 00"), frames));
    EXPECT_TRUE(frames.empty());
    EXPECT_EQ(reader.framesLeftOut(), 4U);
    // Empty bodies and empty NAL units are no mistake.
    ASSERT_TRUE(reader.read(video(""), frames));
    ASSERT_TRUE(reader.read(video("17 01 000000 00000000"), frames));
    ASSERT_TRUE(reader.read(video("17 02 000000"), frames));
    EXPECT_EQ(reader.framesLeftOut(), 4U);
}

TEST(FrameReader, GivesUpOnAnEncoderThatSendsNothingUsable)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    for (unsigned i = 1; i < FrameReader::kMaxBadFrames; ++i)
        ASSERT_TRUE(reader.read(video("17 01 000000 00000001 65"), frames));
    EXPECT_EQ(reader.read(video("17 01 000000 00000001 65"), frames).error().error, FrameError::TooManyBadFrames);
}

TEST(FrameReader, SaysWhatItDoesNotTake)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    const auto vp8 = reader.read(video("90 76703038 01"), frames);
    ASSERT_FALSE(vp8);
    EXPECT_EQ(vp8.error().error, FrameError::UnsupportedCodec);
    EXPECT_NE(vp8.error().description.find("sends VP8."), std::string::npos);
    EXPECT_EQ(reader.read(audio("b2 ff"), frames).error().error, FrameError::UnsupportedCodec);
    for (const char *header : {"17 00 000000 02", "1c 00 000000 01", "90 68766331 01", "90 61763031 01", "90 76703039 01"})
        EXPECT_EQ(reader.read(video(header), frames).error().error, FrameError::BadConfiguration) << header;
    for (const char *header : {"af 00 ff", "90 4f707573 01", "90 6d703461 ff"})
        EXPECT_EQ(reader.read(audio(header), frames).error().error, FrameError::BadConfiguration) << header;
}

TEST(FrameReader, RewritesShortNalLengths)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    Message header = video(kVideoHeader);
    header.payload[5 + 4] = 0xfd; // two bytes
    ASSERT_TRUE(reader.read(header, frames));
    ASSERT_TRUE(reader.read(video("17 01 000000 0002 65aa 0000 0001 06"), frames));
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0]->payload, hex("00000002 65aa 00000001 06"));
    EXPECT_EQ(reader.tracks()[0]->config[4], 0xff);
}

TEST(FrameReader, KnowsAKeyFrameThatIsMarkedWrong)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    ASSERT_TRUE(reader.read(video(kVideoHeader), frames));
    ASSERT_TRUE(reader.read(video("27 01 000000 00000001 06 00000001 65"), frames));
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_TRUE(frames[0]->key);
}

TEST(FrameReader, MovesDecodeTimesBackWhereAnEncoderSendsNegativeOffsets)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    ASSERT_TRUE(reader.read(video(kVideoHeader), frames));
    // Decode times of an encoder that counts pictures as they come in: I P B B P B B at 40 ms, shown at 0 120 40 80 240 160 200.
    const std::pair<std::uint32_t, const char *> sent[] = {{1000, "17 01 000000 00000001 65"}, {1040, "27 01 000050 00000001 41"},
                                                           {1080, "27 01 ffffd8 00000001 01"}, {1120, "27 01 ffffd8 00000001 01"},
                                                           {1160, "27 01 000050 00000001 41"}, {1200, "27 01 ffffd8 00000001 01"},
                                                           {1240, "27 01 ffffd8 00000001 01"}};
    for (const auto &[time, body] : sent)
        ASSERT_TRUE(reader.read(video(body, time), frames));
    ASSERT_EQ(frames.size(), 7U);
    const std::chrono::milliseconds shown[] = {1000ms, 1120ms, 1041ms, 1080ms, 1240ms, 1160ms, 1200ms}; // one by 1 ms: it was the first
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(frames[i]->pts, shown[i]) << i;
        EXPECT_GE(frames[i]->pts, frames[i]->dts) << i;
        EXPECT_TRUE(i == 0 || frames[i]->dts > frames[i - 1]->dts) << i;
    }
    EXPECT_EQ(frames[6]->dts, 1200ms);
}

TEST(FrameReader, DoesNotBelieveAbsurdCompositionOffsets)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    ASSERT_TRUE(reader.read(video(kVideoHeader), frames));
    ASSERT_TRUE(reader.read(video("27 01 7fffff 00000001 41", 0), frames));
    ASSERT_TRUE(reader.read(video("27 01 ffffff 00000001 41", 40), frames));
    for (const auto &frame : frames)
        EXPECT_EQ(frame->pts, frame->dts);
}

TEST(FrameReader, TakesHevcHoweverItIsMarked)
{
    for (const std::string start : {"90 68766331 ", "1c 00 000000 ", "17 00 000000 "}) {
        FrameReader reader;
        std::vector<media::FramePtr> frames;
        ASSERT_TRUE(reader.read(video(start + kHvcc), frames)) << start;
        ASSERT_EQ(reader.tracks().size(), 1U);
        EXPECT_EQ(reader.tracks()[0]->codec, media::Codec::Hevc);
        EXPECT_EQ(reader.tracks()[0]->width, 322U);
        const bool enhanced = start[0] == '9';
        const std::string old = start.substr(1, 1);
        const std::string marked = enhanced ? "91 68766331 000028 " : "1" + old + " 01 000028 ";
        const std::string unmarked = enhanced ? "a3 68766331 " : "2" + old + " 01 000000 ";
        ASSERT_TRUE(reader.read(video(marked + "00000002 2601", 0), frames));
        ASSERT_TRUE(reader.read(video(unmarked + "00000002 0201", 40), frames));
        ASSERT_TRUE(reader.read(video(unmarked + "00000002 2a01", 80), frames)); // CRA that is not marked as a key frame
        ASSERT_TRUE(reader.read(video(unmarked + "000000ff 0201", 120), frames));
        ASSERT_EQ(frames.size(), 3U) << start;
        EXPECT_EQ(frames[0]->pts - frames[0]->dts, 40ms);
        EXPECT_TRUE(frames[0]->key);
        EXPECT_FALSE(frames[1]->key);
        EXPECT_TRUE(frames[2]->key);
        EXPECT_EQ(reader.framesLeftOut(), 1U);
    }
}

TEST(FrameReader, TakesH264InTheEnhancedForm)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    ASSERT_TRUE(reader.read(video("90 61766331 " + std::string(kVideoHeader).substr(13)), frames));
    ASSERT_EQ(reader.tracks().size(), 1U);
    EXPECT_EQ(reader.tracks()[0]->codec, media::Codec::H264);
    ASSERT_TRUE(reader.read(video("91 61766331 000000 00000001 65"), frames));
    EXPECT_EQ(frames.size(), 1U);
}

TEST(FrameReader, TakesAv1WithAndWithoutSequenceHeaderInItsRecord)
{
    for (const std::string &record : {kAv1c, std::string("81000c00")}) {
        FrameReader reader;
        std::vector<media::FramePtr> frames;
        ASSERT_TRUE(reader.read(video("90 61763031"), frames)); // as ffmpeg begins with libaom
        ASSERT_TRUE(reader.read(video("90 61763031" + record), frames));
        ASSERT_TRUE(reader.read(video("a1 61763031 3202aabb", 0), frames));
        ASSERT_TRUE(reader.read(video("91 61763031 1200 0a0b000000043d06d402f80040 3202aabb", 40), frames));
        ASSERT_TRUE(reader.read(video("a1 61763031 1200 3202ccdd", 80), frames));
        ASSERT_TRUE(reader.read(video("a1 61763031 3209ccdd", 120), frames)); // longer than it is
        ASSERT_EQ(reader.tracks().size(), 1U);
        EXPECT_EQ(reader.tracks()[0]->config, hex(kAv1c));
        EXPECT_EQ(reader.tracks()[0]->width, 322U);
        ASSERT_EQ(frames.size(), record == kAv1c ? 3U : 2U);
        EXPECT_EQ(frames[frames.size() - 2]->payload, hex("0a0b000000043d06d402f80040 3202aabb"));
        EXPECT_TRUE(frames[frames.size() - 2]->key);
        EXPECT_EQ(frames.back()->payload, hex("3202ccdd"));
        EXPECT_EQ(frames.back()->track, reader.tracks()[0]);
    }
}

TEST(FrameReader, KnowsAVp9StreamFromItsKeyFrames)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    ASSERT_TRUE(reader.read(video("90 76703039 01000000 000b820202020000"), frames));
    EXPECT_TRUE(reader.tracks().empty());
    ASSERT_TRUE(reader.read(video("a1 76703039 8600", 0), frames));
    EXPECT_TRUE(frames.empty());
    ASSERT_TRUE(reader.read(video("91 76703039" + kVp9KeyFrame, 40), frames));
    ASSERT_EQ(reader.tracks().size(), 1U);
    const auto first = reader.tracks()[0];
    EXPECT_EQ(first->width, 322U);
    EXPECT_EQ(first->config, hex("000b820202020000"));
    ASSERT_TRUE(reader.read(video("91 76703039" + kVp9KeyFrame, 80), frames));
    EXPECT_EQ(reader.tracks()[0], first);
    ASSERT_TRUE(reader.read(video("91 76703039 82498342000a000596 0638", 120), frames)); // smaller from here on
    ASSERT_TRUE(reader.read(video("a1 76703039 8600", 160), frames));
    EXPECT_NE(reader.tracks()[0], first);
    EXPECT_EQ(reader.tracks()[0]->width, 161U);
    ASSERT_EQ(frames.size(), 4U);
    EXPECT_EQ(frames[2]->track, reader.tracks()[0]);
    EXPECT_TRUE(frames[2]->key);
    EXPECT_FALSE(frames[3]->key);
}

TEST(FrameReader, TakesOpusAndMp3)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    ASSERT_TRUE(reader.read(audio("91 4f707573 fcaa"), frames)); // before its header
    ASSERT_TRUE(reader.read(audio("90 4f707573 4f70757348656164 01 02 3801 80bb0000 0000 00"), frames));
    ASSERT_TRUE(reader.read(audio("91 4f707573 fcaa", 20), frames));
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0]->track->codec, media::Codec::Opus);
    EXPECT_EQ(frames[0]->payload, hex("fcaa"));
    // Another codec from here on, then another rate: a new track each time.
    ASSERT_TRUE(reader.read(audio("2f fffb9064aa", 40), frames));
    const auto mp3 = reader.tracks()[0];
    EXPECT_EQ(mp3->codec, media::Codec::Mp3);
    EXPECT_EQ(mp3->sampleRate, 44100U);
    ASSERT_TRUE(reader.read(audio("91 2e6d7033 fffb9064bb", 66), frames));
    EXPECT_EQ(reader.tracks()[0], mp3);
    ASSERT_TRUE(reader.read(audio("2f fffb9464bb", 92), frames));
    EXPECT_EQ(reader.tracks()[0]->sampleRate, 48000U);
    ASSERT_TRUE(reader.read(audio("2f 000000000000", 118), frames));
    EXPECT_EQ(frames.size(), 4U);
    EXPECT_EQ(reader.framesLeftOut(), 2U);
}

TEST(FrameReader, TakesTheFirstOfSeveralTracksAndCountsTheOthers)
{
    FrameReader reader;
    std::vector<media::FramePtr> frames;
    const auto size = [](const std::string &payload) {
        const auto bytes = hex(payload).size();
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (int shift = 20; shift >= 0; shift -= 4)
            text.push_back(digits[bytes >> shift & 15]);
        return text;
    };
    const std::string avcc = std::string(kVideoHeader).substr(13);
    // Two tracks of two codecs in one body, each with its size: the second is of a codec that nobody knows.
    ASSERT_TRUE(reader.read(video("96 20 78787878 01 000002 aabb 61766331 00" + size(avcc) + avcc), frames));
    EXPECT_EQ(reader.tracks().size(), 1U);
    EXPECT_EQ(reader.otherTracks(), 1U);
    // Many tracks of one codec; then one track alone, the first and another.
    ASSERT_TRUE(reader.read(video("96 11 61766331 00 000008 000000 00000001 65 01 000008 000000 00000001 65", 0), frames));
    ASSERT_TRUE(reader.read(video("a6 03 61766331 00 00000001 41", 40), frames));
    ASSERT_TRUE(reader.read(video("a6 03 61766331 02 00000001 41", 40), frames));
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_TRUE(frames[0]->key);
    EXPECT_EQ(reader.otherTracks(), 3U);
    // Sound alike; and a way of bundling tracks that does not exist yet.
    ASSERT_TRUE(reader.read(audio("95 00 6d703461 01 1190"), frames));
    ASSERT_TRUE(reader.read(audio("95 00 6d703461 00 1190"), frames));
    ASSERT_TRUE(reader.read(audio("95 71 6d703461"), frames));
    EXPECT_EQ(reader.tracks().size(), 2U);
    EXPECT_EQ(reader.otherTracks(), 5U);
    EXPECT_EQ(reader.framesLeftOut(), 0U);
    // Tracks within tracks, and sizes past the end, are left out and no more.
    ASSERT_TRUE(reader.read(video("a6 06 61766331 00"), frames));
    ASSERT_TRUE(reader.read(video("a6 11 61766331 00 0000ff 00"), frames));
    EXPECT_EQ(reader.framesLeftOut(), 2U);
}

TEST(FrameReader, ReadsWhatRealEncodersSend)
{
    for (const char *name : {"ffmpeg_publish.bin", "gstreamer_publish.bin"}) {
        ChunkReader chunks;
        std::vector<Message> messages;
        ASSERT_TRUE(chunks.feed(test::capture(name), messages));
        FrameReader reader;
        std::vector<media::FramePtr> frames;
        for (const Message &message : messages)
            ASSERT_TRUE(reader.read(message, frames));
        ASSERT_EQ(reader.tracks().size(), 2U) << name;
        EXPECT_EQ(reader.tracks()[0]->width, 32U);
        EXPECT_EQ(reader.tracks()[1]->sampleRate, 44100U);
        EXPECT_GE(frames.size(), 8U);
        EXPECT_EQ(reader.framesLeftOut(), 0U);
        EXPECT_EQ(reader.times().jumps(), 0U);
        media::MediaTime last[2]{media::MediaTime(-1), media::MediaTime(-1)};
        for (const auto &frame : frames) {
            EXPECT_GT(frame->dts, last[static_cast<int>(frame->track->kind)]);
            last[static_cast<int>(frame->track->kind)] = frame->dts;
        }
    }
}

TEST(FrameReader, ReadsWhatFfmpegSendsByEnhancedRtmp)
{
    const struct
    {
        const char *capture;
        media::Codec codec;
        const char *codecString;
        std::uint32_t width;
        std::size_t frames;
    } cases[] = {{"ffmpeg71_hevc_publish.bin", media::Codec::Hevc, "hvc1.4.10.L30.9E.8", 64, 4},
                 {"ffmpeg71_av1_publish.bin", media::Codec::Av1, "av01.1.00M.08", 64, 4},
                 {"ffmpeg71_vp9_publish.bin", media::Codec::Vp9, "vp09.01.10.08", 64, 4},
                 {"ffmpeg71_mp3_publish.bin", media::Codec::Mp3, "mp4a.40.34", 0, 15}};
    for (const auto &expected : cases) {
        ChunkReader chunks;
        std::vector<Message> messages;
        ASSERT_TRUE(chunks.feed(test::capture(expected.capture), messages));
        FrameReader reader;
        std::vector<media::FramePtr> frames;
        for (const Message &message : messages)
            ASSERT_TRUE(reader.read(message, frames)) << expected.capture;
        ASSERT_FALSE(reader.tracks().empty()) << expected.capture;
        const auto &track = *reader.tracks()[0];
        EXPECT_EQ(track.codec, expected.codec);
        EXPECT_EQ(track.codecString, expected.codecString);
        EXPECT_EQ(track.width, expected.width);
        EXPECT_EQ(reader.framesLeftOut(), 0U) << expected.capture;
        const auto count = std::count_if(frames.begin(), frames.end(), [&](const auto &frame) { return frame->track->kind == track.kind; });
        EXPECT_GE(static_cast<std::size_t>(count), expected.frames) << expected.capture;
        EXPECT_TRUE(frames[0]->key);
        for (const auto &frame : frames)
            EXPECT_GE(frame->pts, frame->dts);
    }
}

} // namespace matinee::rtmp

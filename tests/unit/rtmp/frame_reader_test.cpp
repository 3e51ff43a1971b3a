#include "rtmp/wire/frame_reader.h"

#include "rtmp/wire/chunk_reader.h"

#include "capture.h"
#include "tests/support/hex.h"

#include <gtest/gtest.h>

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
    const auto hevc = reader.read(video("1c 00 000000 01"), frames);
    ASSERT_FALSE(hevc);
    EXPECT_EQ(hevc.error().error, FrameError::UnsupportedCodec);
    EXPECT_NE(hevc.error().description.find("H.265 (HEVC)"), std::string::npos);
    EXPECT_EQ(reader.read(audio("2f ff"), frames).error().error, FrameError::UnsupportedCodec);
    EXPECT_EQ(reader.read(video("17 00 000000 02"), frames).error().error, FrameError::BadConfiguration);
    EXPECT_EQ(reader.read(audio("af 00 ff"), frames).error().error, FrameError::BadConfiguration);
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

} // namespace matinee::rtmp

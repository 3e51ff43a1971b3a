#include "rtmp/egress.h"

#include "rtmp/wire/chunk_reader.h"
#include "rtmp/wire/chunk_writer.h"
#include "rtmp/wire/tag_body.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

using namespace std::chrono_literals;
using test::hex;

namespace {

media::Frame frame(media::Kind kind, media::MediaTime dts, std::size_t bytes)
{
    auto track = std::make_shared<media::Track>();
    track->kind = kind;
    track->codec = kind == media::Kind::Video ? media::Codec::H264 : media::Codec::Aac;
    track->config = hex("0164001f");
    media::Frame made;
    made.track = std::move(track);
    made.dts = made.pts = dts;
    made.payload = media::Bytes(bytes, 0x42);
    return made;
}

std::vector<Message> readAtOurChunkSize(const media::Bytes &bytes)
{
    media::Bytes all = hex("02 000000 000004 01 00000000 00010000");
    all.insert(all.end(), bytes.begin(), bytes.end());
    ChunkReader reader;
    std::vector<Message> messages;
    EXPECT_TRUE(reader.feed(all, messages));
    EXPECT_EQ(reader.chunkSize(), kOurChunkSize);
    return messages;
}

} // namespace

TEST(RtmpEgress, WritesGoldenBytes)
{
    const MessageFormat format;
    EXPECT_EQ(format.encode(frame(media::Kind::Audio, 1000ms, 2)), hex("04 0003e8 000004 08 01000000 af014242"));
    EXPECT_EQ(format.encode(frame(media::Kind::Video, 4660s, 2)), hex("06 471b20 000007 09 01000000 2701000000 4242"));
    EXPECT_EQ(format.header(frame(media::Kind::Video, 16777215ms, 2)), hex("06 ffffff 000009 09 01000000 00ffffff 1700000000 0164001f"));
}

TEST(RtmpEgress, WritesNewCodecsInTheEnhancedFormAndNoHeaderForMp3)
{
    const MessageFormat format;
    auto hevc = std::make_shared<media::Track>();
    hevc->codec = media::Codec::Hevc;
    hevc->config = hex("0102");
    media::Frame made = frame(media::Kind::Video, 1000ms, 1);
    made.track = hevc;
    made.pts = 1040ms;
    EXPECT_EQ(format.encode(made), hex("06 0003e8 000009 09 01000000 a168766331000028 42"));
    EXPECT_EQ(format.header(made), hex("06 0003e8 000007 09 01000000 9068766331 0102"));
    auto mp3 = std::make_shared<media::Track>();
    mp3->kind = media::Kind::Audio;
    mp3->codec = media::Codec::Mp3;
    mp3->sampleRate = 44100;
    mp3->channels = 2;
    made.track = mp3;
    EXPECT_EQ(format.encode(made), hex("04 0003e8 000002 08 01000000 2f42"));
    EXPECT_TRUE(format.header(made).empty());
}

TEST(RtmpEgress, IsReadBackWithFramesLargerThanAChunkAndTimesBeyondTheWrap)
{
    const MessageFormat format;
    for (const media::MediaTime dts : {media::MediaTime(0ms), media::MediaTime(16777214ms), media::MediaTime(16777215ms),
                                       media::MediaTime(4294967295ms), media::MediaTime(4294967297ms)}) {
        for (const std::size_t bytes : {std::size_t{1}, std::size_t{65531}, std::size_t{65532}, std::size_t{300000}}) {
            const auto video = frame(media::Kind::Video, dts, bytes);
            const auto messages = readAtOurChunkSize(format.encode(video));
            ASSERT_EQ(messages.size(), 1U);
            EXPECT_EQ(messages[0].timestamp, static_cast<std::uint32_t>(dts / 1ms));
            EXPECT_EQ(messages[0].streamId, kMediaStreamId);
            EXPECT_EQ(messages[0].payload, videoBody(video));
        }
    }
}

} // namespace matinee::rtmp

#include "rtmp/wire/chunk_reader.h"

#include "rtmp/wire/chunk_writer.h"

#include "capture.h"
#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

using test::hex;

namespace {

std::vector<Message> readAll(std::string_view text, ChunkReader reader = ChunkReader())
{
    std::vector<Message> messages;
    const auto fed = reader.feed(hex(text), messages);
    EXPECT_TRUE(fed) << chunkErrorName(fed.error());
    return messages;
}

ChunkError errorOf(std::string_view text, ChunkLimits limits = {})
{
    ChunkReader reader(limits);
    std::vector<Message> messages;
    const auto fed = reader.feed(hex(text), messages);
    EXPECT_FALSE(fed);
    return fed ? ChunkError{} : fed.error();
}

void expectSame(const std::vector<Message> &a, const std::vector<Message> &b)
{
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].type, b[i].type);
        EXPECT_EQ(a[i].timestamp, b[i].timestamp);
        EXPECT_EQ(a[i].streamId, b[i].streamId);
        EXPECT_EQ(a[i].payload, b[i].payload);
    }
}

/// A message of 130 bytes on chunk stream 6 with an extended timestamp: two chunks, the second of 2 bytes after a type 3 header.
media::Bytes extendedMessage(std::uint32_t timestamp, bool repeated)
{
    media::Bytes bytes;
    appendMessage(bytes, {kVideoChunks, MessageType::Video, 1, timestamp}, media::Bytes(130, 0x17), kInitialChunkSize);
    if (!repeated && timestamp >= 0xffffff)
        bytes.erase(bytes.end() - 6, bytes.end() - 2);
    return bytes;
}

} // namespace

TEST(ChunkReader, ReadsOneMessage)
{
    const auto messages = readAll("04 000010 000003 08 01000000 af0121");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].type, MessageType::Audio);
    EXPECT_EQ(messages[0].streamId, 1U);
    EXPECT_EQ(messages[0].timestamp, 16U);
    EXPECT_EQ(messages[0].payload, hex("af0121"));
}

TEST(ChunkReader, KnowsAllFormsOfTheChunkStreamId)
{
    // 2 bytes: 64 + 0x0a; 3 bytes: 64 + 1 + 256 * 2, continued by the same id and no other
    EXPECT_EQ(readAll("00 0a 000000 000001 08 00000000 aa  c0 0a bb").size(), 2U);
    EXPECT_EQ(readAll("01 01 02 000000 000001 08 00000000 aa  c1 01 02 bb").size(), 2U);
    EXPECT_EQ(errorOf("01 01 02 000000 000001 08 00000000 aa  c1 02 01 bb"), ChunkError::NoHeaderYet);
    // 74 in the long form is the same stream as in the short one
    EXPECT_EQ(readAll("00 0a 000000 000001 08 00000000 aa  c1 0a 00 bb").size(), 2U);
}

TEST(ChunkReader, AddsDeltasAndAppliesThemAgainWhereType3BeginsAMessage)
{
    const auto messages = readAll("04 0003e8 000001 08 01000000 a1" // 1000
                                  "44 000014 000001 08 a2"          // +20
                                  "84 000015 a3"                    // +21
                                  "c4 a4"                           // +21 again
                                  "44 000000 000001 08 a5");        // +0
    ASSERT_EQ(messages.size(), 5U);
    EXPECT_EQ(messages[1].timestamp, 1020U);
    EXPECT_EQ(messages[2].timestamp, 1041U);
    EXPECT_EQ(messages[3].timestamp, 1062U);
    EXPECT_EQ(messages[4].timestamp, 1062U);
    for (const Message &message : messages)
        EXPECT_EQ(message.streamId, 1U);
}

TEST(ChunkReader, TakesTheTimeOfType0AsDeltaOfTheType3ThatFollows)
{
    const auto messages = readAll("04 000017 000001 08 01000000 a1 c4 a2"); // 5.3.1.2.4
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[1].timestamp, 46U);
}

TEST(ChunkReader, WrapsTimeAtThirtyTwoBits)
{
    const auto messages = readAll("04 ffffff 000001 08 01000000 fffffff0 a1 84 000020 a2");
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].timestamp, 0xfffffff0U);
    EXPECT_EQ(messages[1].timestamp, 0x10U);
}

TEST(ChunkReader, ReadsExtendedTimesWithAndWithoutTheRepeatedBytes)
{
    for (const std::uint32_t timestamp : {0xffffffU, 0x1000000U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        for (const bool repeated : {true, false}) {
            media::Bytes bytes = extendedMessage(timestamp, repeated);
            const media::Bytes next = extendedMessage(timestamp + 40, repeated);
            bytes.insert(bytes.end(), next.begin(), next.end());
            for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{7}, bytes.size()}) {
                ChunkReader reader;
                std::vector<Message> messages;
                for (std::size_t from = 0; from < bytes.size(); from += piece)
                    ASSERT_TRUE(reader.feed(std::span(bytes).subspan(from, std::min(piece, bytes.size() - from)), messages));
                ASSERT_EQ(messages.size(), 2U) << timestamp << repeated << piece;
                EXPECT_EQ(messages[0].timestamp, timestamp);
                EXPECT_EQ(messages[0].payload, media::Bytes(130, 0x17));
                EXPECT_EQ(messages[1].payload, media::Bytes(130, 0x17));
            }
        }
    }
}

TEST(ChunkReader, WaitsForTheNextByteWhereTheEndOfAMessageLooksLikeTheRepeatedField)
{
    const media::Bytes bytes = extendedMessage(0x17171700, false); // its last chunk is 17 17
    ChunkReader reader;
    std::vector<Message> messages;
    ASSERT_TRUE(reader.feed(bytes, messages));
    EXPECT_TRUE(messages.empty());
    ASSERT_TRUE(reader.feed(hex("04"), messages)); // the next message begins
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].payload, media::Bytes(130, 0x17));
    ASSERT_TRUE(reader.feed(hex("000000 000001 08 01000000 aa"), messages));
    EXPECT_EQ(messages.size(), 2U);
}

TEST(ChunkReader, AppliesAnExtendedDeltaAgain)
{
    const auto messages = readAll("04 000001 000001 08 01000000 a1"
                                  "84 ffffff 01000000 a2" // + 2^24
                                  "c4 01000000 a3"        // again, with the bytes
                                  "c4 a4");               // again, without
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(messages[1].timestamp, 0x1000001U);
    EXPECT_EQ(messages[2].timestamp, 0x2000001U);
    EXPECT_EQ(messages[2].payload, hex("a3"));
    EXPECT_EQ(messages[3].timestamp, 0x3000001U);
    EXPECT_EQ(messages[3].payload, hex("a4"));
}

TEST(ChunkReader, NeverMistakesALowByteOfPayloadForTheRepeatedField)
{
    // Payload begins with the first three bytes of the extended time and differs in the fourth.
    media::Bytes bytes = hex("06 ffffff 000085 09 01000000 01020304");
    bytes.insert(bytes.end(), 128, 0x55);
    const media::Bytes rest = hex("c6 01020399 77");
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, bytes.size()}) {
        ChunkReader reader;
        std::vector<Message> messages;
        for (std::size_t from = 0; from < bytes.size(); from += piece)
            ASSERT_TRUE(reader.feed(std::span(bytes).subspan(from, std::min(piece, bytes.size() - from)), messages));
        ASSERT_EQ(messages.size(), 1U) << piece;
        EXPECT_EQ(messages[0].payload.size(), 133U);
        EXPECT_EQ(media::Bytes(messages[0].payload.end() - 5, messages[0].payload.end()), hex("0102039977"));
    }
}

TEST(ChunkReader, PutsInterleavedMessagesTogether)
{
    std::string text = "06 000000 000082 09 01000000 "; // video, 130 bytes
    for (int i = 0; i < 128; ++i)
        text += "11";
    text += "04 000000 000002 08 01000000 2222"; // audio in between
    text += "c6 3333";
    const auto messages = readAll(text);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].type, MessageType::Audio);
    EXPECT_EQ(messages[1].payload.size(), 130U);
    EXPECT_EQ(messages[1].payload.back(), 0x33);
}

TEST(ChunkReader, ObeysSetChunkSizeAlsoInTheMiddleOfAMessage)
{
    std::string text = "06 000000 00008c 09 01000000 "; // 140 bytes: 128, then 4 a chunk
    for (int i = 0; i < 128; ++i)
        text += "11";
    text += "02 000000 000004 01 00000000 00000004";
    text += "c6 22222222 c6 33333333 c6 44444444";
    text += "02 000000 000004 01 00000000 00001000 06 000000 000006 09 01000000 555555555555";
    const auto messages = readAll(text);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].payload.size(), 140U);
    EXPECT_EQ(messages[1].payload.size(), 6U);
}

TEST(ChunkReader, FollowsChunkSizesUpAndDownBetweenMessages)
{
    media::Bytes bytes;
    std::uint32_t size = kInitialChunkSize;
    for (const std::uint32_t next : {4096U, 100U, 1U, 65536U, 128U}) {
        appendMessage(bytes, {kVideoChunks, MessageType::Video, 1, size}, media::Bytes(300, 0x17), size);
        appendMessage(bytes, {kControlChunks, MessageType::SetChunkSize, 0, 0},
                      media::Bytes{0, static_cast<std::uint8_t>(next >> 16), static_cast<std::uint8_t>(next >> 8),
                                   static_cast<std::uint8_t>(next)},
                      size);
        size = next;
    }
    ChunkReader reader;
    std::vector<Message> messages;
    ASSERT_TRUE(reader.feed(bytes, messages));
    ASSERT_EQ(messages.size(), 5U);
    for (const Message &message : messages)
        EXPECT_EQ(message.payload, media::Bytes(300, 0x17));
    EXPECT_EQ(reader.chunkSize(), 128U);
}

TEST(ChunkReader, AbortsOnlyTheChunkStreamThatIsNamed)
{
    std::string text = "06 000000 000082 09 01000000 ";
    for (int i = 0; i < 128; ++i)
        text += "11";
    text += "04 000000 000081 08 01000000 ";
    for (int i = 0; i < 128; ++i)
        text += "22";
    text += "02 000000 000004 02 00000000 00000004 02 000000 000004 02 00000000 00000063"; // and one that does not exist
    const auto messages = readAll(text + "c6 3333");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].type, MessageType::Video);
    EXPECT_EQ(messages[0].payload.size(), 130U);
}

TEST(ChunkReader, ForgetsAMessageThatIsAborted)
{
    std::string text = "06 000000 000082 09 01000000 ";
    for (int i = 0; i < 128; ++i)
        text += "11";
    text += "02 000000 000004 02 00000000 00000006";
    text += "06 000000 000001 09 01000000 77";
    const auto messages = readAll(text);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].payload, hex("77"));
}

TEST(ChunkReader, GivesEmptyMessagesAtOnce)
{
    const auto messages = readAll("04 000000 000000 08 01000000");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_TRUE(messages[0].payload.empty());
    EXPECT_EQ(readAll("04 000000 000000 08 01000000 c4 c4 c4").size(), 4U);
}

TEST(ChunkReader, RefusesALengthThatChangesInsideAMessage)
{
    std::string begun = "06 000000 000082 09 01000000 ";
    for (int i = 0; i < 128; ++i)
        begun += "11";
    EXPECT_EQ(errorOf(begun + "06 000000 000083 09 01000000 22"), ChunkError::HeaderChanged);
    EXPECT_EQ(errorOf(begun + "46 000000 000082 08 22"), ChunkError::HeaderChanged);
    // The same header again is a waste, and no contradiction.
    EXPECT_EQ(readAll(begun + "06 000000 000082 09 01000000 2222").size(), 1U);
}

TEST(ChunkReader, RefusesWhatExceedsItsLimits)
{
    EXPECT_EQ(errorOf("06 000000 ffffff 09 01000000"), ChunkError::MessageTooLarge);
    EXPECT_EQ(errorOf("03 000000 010001 14 00000000"), ChunkError::MessageTooLarge);
    EXPECT_EQ(errorOf("c6"), ChunkError::NoHeaderYet);
    EXPECT_EQ(errorOf("86 000000"), ChunkError::NoHeaderYet);
    ChunkLimits few;
    few.chunkStreams = 2;
    EXPECT_EQ(errorOf("04 000000 000000 08 00000000 05 000000 000000 08 00000000 06 000000 000000 08 00000000", few),
              ChunkError::TooManyChunkStreams);
    ChunkLimits small;
    small.bufferedBytes = 5;
    EXPECT_EQ(errorOf("04 000000 000010 08 00000000 112233445566", small), ChunkError::TooMuchBuffered);
    EXPECT_EQ(errorOf("02 000000 000004 01 00000000 00000000"), ChunkError::BadControlMessage);
    EXPECT_EQ(errorOf("02 000000 000004 01 00000000 80000000"), ChunkError::BadControlMessage);
    EXPECT_EQ(errorOf("02 000000 000003 01 00000000 000010"), ChunkError::BadControlMessage);
}

TEST(ChunkReader, DoesNotReserveWhatIsOnlyAnnounced)
{
    ChunkReader reader;
    std::vector<Message> messages;
    ASSERT_TRUE(reader.feed(hex("06 000000 7fffff 09 01000000 17"), messages));
    EXPECT_EQ(reader.bufferedBytes(), 1U);
}

TEST(ChunkReader, ReadsRealEncodersInPiecesOfAnySize)
{
    for (const char *name : {"ffmpeg_publish.bin", "gstreamer_publish.bin"}) {
        const media::Bytes bytes = test::capture(name);
        ChunkReader whole;
        std::vector<Message> expected;
        ASSERT_TRUE(whole.feed(bytes, expected));
        EXPECT_GE(expected.size(), 20U);
        for (const std::size_t piece : {1, 2, 3, 5, 7, 127, 128, 129, 1000}) {
            ChunkReader reader;
            std::vector<Message> messages;
            for (std::size_t from = 0; from < bytes.size(); from += piece)
                ASSERT_TRUE(reader.feed(std::span(bytes).subspan(from, std::min(piece, bytes.size() - from)), messages));
            expectSame(messages, expected);
        }
    }
}

TEST(ChunkReader, WaitsWhereverAStreamIsCut)
{
    const media::Bytes bytes = test::capture("ffmpeg_publish.bin");
    std::size_t last = 0;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        ChunkReader reader;
        std::vector<Message> messages;
        ASSERT_TRUE(reader.feed(std::span(bytes).first(size), messages)) << size;
        ASSERT_GE(messages.size(), last);
        last = messages.size();
    }
}

} // namespace matinee::rtmp

#include "rtmp/wire/chunk_writer.h"

#include "rtmp/wire/chunk_reader.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

using test::hex;

TEST(ChunkWriter, WritesGoldenBytes)
{
    media::Bytes out;
    appendMessage(out, {kAudioChunks, MessageType::Audio, 1, 0x010203}, hex("af01"), hex("2122"), 128);
    EXPECT_EQ(out, hex("04 010203 000004 08 01000000 af012122"));
    out.clear();
    appendMessage(out, {kVideoChunks, MessageType::Video, 1, 0x01020304}, hex("17"), hex("2122232425"), 4);
    EXPECT_EQ(out, hex("06 ffffff 000006 09 01000000 01020304 17212223 c6 01020304 2425"));
    out.clear();
    appendMessage(out, {kControlChunks, MessageType::Abort, 0, 0}, {}, 128);
    EXPECT_EQ(out, hex("02 000000 000000 02 00000000"));
}

TEST(ChunkWriter, IsReadBackAtAnyLengthChunkSizeAndTime)
{
    for (const std::uint32_t timestamp : {0U, 1U, 0xfffffeU, 0xffffffU, 0x1000000U, 0x7fffffffU, 0xffffffffU}) {
        for (const std::uint32_t chunkSize : {1U, 2U, 128U, 129U, kOurChunkSize}) {
            for (const std::size_t length : {0U, 1U, 127U, 128U, 129U, 256U, 1000U}) {
                media::Bytes payload(length);
                for (std::size_t i = 0; i < length; ++i)
                    payload[i] = static_cast<std::uint8_t>(i * 7);
                media::Bytes bytes;
                appendMessage(bytes, {kControlChunks, MessageType::SetChunkSize, 0, 0},
                              media::Bytes{0, static_cast<std::uint8_t>(chunkSize >> 16), static_cast<std::uint8_t>(chunkSize >> 8),
                                           static_cast<std::uint8_t>(chunkSize)},
                              kInitialChunkSize);
                const auto head = std::span(payload).first(std::min<std::size_t>(length, 5));
                appendMessage(bytes, {kVideoChunks, MessageType::Video, 1, timestamp}, head, std::span(payload).subspan(head.size()),
                              chunkSize);
                ChunkReader reader;
                std::vector<Message> messages;
                ASSERT_TRUE(reader.feed(bytes, messages));
                ASSERT_EQ(messages.size(), 1U);
                EXPECT_EQ(messages[0].timestamp, timestamp);
                EXPECT_EQ(messages[0].payload, payload);
            }
        }
    }
}

} // namespace matinee::rtmp

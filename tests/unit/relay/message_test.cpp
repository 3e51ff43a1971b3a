#include "relay/wire/message.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::relay::wire {

using test::hex;

namespace {

std::vector<Message> oneOfEach()
{
    return {Job{JobKind::Push, "rtmp://host/app/key", {"10.0.0.0/8", "loopback"}},
            Track{1, media::Codec::Aac, 0, 0, 48000, 2, hex("1190")},
            Frame{7, true, media::MediaTime(40'000), media::MediaTime(80'000), hex("00000001650102")},
            Media{hex("0900000000")},
            State{Phase::Running},
            Progress{1'000'000'000'000, 42},
            Failure{Reason::Forbidden, "no"},
            Command{Order::Stop},
            Job{JobKind::Ladder, "", {}, Rung{720, 2500, 31, 59.94, 0.75, 4000}},
            Job{JobKind::Pictures, "", {}},
            Progress{1'000'000, 42, 7},
            PictureOrder{1, Track{0, media::Codec::H264, 640, 360, 0, 0, hex("014d001f")}, hex("00000001650102"), 320, 180, 75},
            SheetOrder{2, 5, 160, 90, {hex("ffd8ffd9"), {}, hex("ffd8")}},
            Picture{3, 320, 180, hex("ffd8ffd9")},
            PictureRefused{4, "The key frame is damaged."},
            PictureRefused{5, "There is no decoder.", Refusal::System},
            PortraitOrder{6, 256, 85, hex("89504e470d0a1a0a")}};
}

media::Bytes written(const Message &message)
{
    media::Bytes out;
    write(out, message);
    return out;
}

/// Bodies whose last field is "the rest" may be shorter; with their type they have at least this many bytes before it.
std::size_t fixedBytes(const Message &message)
{
    if (std::holds_alternative<Track>(message) || std::holds_alternative<Frame>(message))
        return 19;
    if (std::holds_alternative<Media>(message))
        return 1;
    if (const auto *const order = std::get_if<PictureOrder>(&message))
        return 32 + order->track.config.size();
    if (std::holds_alternative<Picture>(message) || std::holds_alternative<PortraitOrder>(message))
        return 9;
    return written(message).size() - 4;
}

} // namespace

TEST(RelayMessage, IsWrittenAsTheFormatSays)
{
    EXPECT_EQ(written(State{Phase::Running}), hex("00000002 05 02"));
    EXPECT_EQ(written(Command{Order::Stop}), hex("00000002 08 01"));
    EXPECT_EQ(written(Progress{258, 3}), hex("00000011 06 0000000000000102 0000000000000003"));
    EXPECT_EQ(written(Failure{Reason::Refused, "no"}), hex("00000006 07 02 0002 6e6f"));
    EXPECT_EQ(written(Frame{1, true, media::MediaTime(1), media::MediaTime(2), {0xaa}}),
              hex("00000014 03 01 01 0000000000000001 0000000000000002 aa"));
    EXPECT_EQ(written(Track{2, media::Codec::Hevc, 640, 360, 0, 0, {1, 2}}),
              hex("00000015 02 02 01 00000280 00000168 00000000 00000000 0102"));
    EXPECT_EQ(written(Job{JobKind::Pull, "ab", {"c"}}), hex("0000000b 01 01 0002 6162 0001 0001 63"));
}

TEST(RelayMessage, OfLaddersAndPicturesIsWrittenAsTheFormatSays)
{
    EXPECT_EQ(written(Job{JobKind::Ladder, "", {}, Rung{720, 2500, 31, 59.94, 0.75, 4000}}),
              hex("00000019 01 03 0000 0000 000002d0 000009c4 1f 0000ea24 02ee 00000fa0"));
    EXPECT_EQ(written(Job{JobKind::Pictures, "", {}, Rung{720, 2500, 31, 59.94, 0.75, 4000}}),
              hex("00000006 01 04 0000 0000")); // no rung there
    EXPECT_EQ(written(Progress{258, 3, 1}), hex("00000019 06 0000000000000102 0000000000000003 0000000000000001"));
    EXPECT_EQ(written(PictureOrder{9, Track{2, media::Codec::Hevc, 640, 360, 0, 0, {1, 2}}, {0xaa}, 320, 180, 80}),
              hex("00000023 09 00000009 02 01 00000280 00000168 00000000 00000000 00000002 0102 0140 00b4 50 aa"));
    EXPECT_EQ(written(SheetOrder{9, 5, 160, 90, {{0xaa}, {}}}), hex("00000015 0a 00000009 0005 00a0 005a 02 00000001 aa 00000000"));
    EXPECT_EQ(written(Picture{9, 320, 180, {0xaa}}), hex("0000000a 0b 00000009 0140 00b4 aa"));
    EXPECT_EQ(written(PictureRefused{9, "no"}), hex("0000000a 0c 00000009 01 0002 6e6f"));
    EXPECT_EQ(written(PictureRefused{9, "no", Refusal::System}), hex("0000000a 0c 00000009 02 0002 6e6f"));
    EXPECT_EQ(written(PortraitOrder{9, 256, 85, {0xaa}}), hex("00000009 0d 00000009 0100 55 aa"));
}

TEST(RelayMessage, ComesBackAsItWas)
{
    media::Bytes stream;
    for (const auto &message : oneOfEach())
        write(stream, message);
    Reader reader;
    const auto messages = reader.feed(stream);
    ASSERT_TRUE(messages);
    EXPECT_EQ(*messages, oneOfEach());
    EXPECT_TRUE(reader.atBoundary());
}

TEST(RelayMessage, ComesInPiecesOfAnySize)
{
    media::Bytes stream;
    for (const auto &message : oneOfEach())
        write(stream, message);
    for (std::size_t step = 1; step < 9; ++step) {
        Reader reader;
        std::vector<Message> all;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            const auto part = reader.feed(std::span(stream).subspan(at, std::min(step, stream.size() - at)));
            ASSERT_TRUE(part);
            all.insert(all.end(), part->begin(), part->end());
        }
        EXPECT_EQ(all, oneOfEach()) << step;
    }
}

TEST(RelayMessage, CutAnywhereIsNoMessageYet)
{
    for (const auto &message : oneOfEach()) {
        const auto whole = written(message);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            Reader reader;
            const auto part = reader.feed(std::span(whole).first(size));
            ASSERT_TRUE(part) << size;
            EXPECT_TRUE(part->empty());
            EXPECT_EQ(reader.atBoundary(), size == 0);
        }
    }
}

TEST(RelayMessage, ABodyThatEndsEarlyIsMalformed)
{
    for (const auto &message : oneOfEach()) {
        auto whole = written(message);
        const std::size_t fixed = fixedBytes(message);
        for (std::size_t length = 1; length < whole.size() - 4; ++length) {
            if (length >= fixed)
                break;
            if (std::holds_alternative<Progress>(message) && length == 17)
                continue; // a whole one of a process that leaves nothing out
            auto cut = media::Bytes(whole.begin(), whole.begin() + 4 + static_cast<std::ptrdiff_t>(length));
            cut[0] = cut[1] = 0;
            cut[2] = static_cast<std::uint8_t>(length >> 8);
            cut[3] = static_cast<std::uint8_t>(length);
            const auto read = Reader().feed(cut);
            ASSERT_FALSE(read) << message.index() << " at " << length;
            EXPECT_EQ(read.error(), ReadError::Malformed);
        }
    }
}

TEST(RelayMessage, WhatIsOutOfRangeIsRefusedForEver)
{
    const auto refusal = [](const char *bytes) {
        Reader reader;
        const auto first = reader.feed(hex(bytes));
        const auto again = reader.feed(hex("00000002 05 02"));
        EXPECT_FALSE(first) << bytes;
        EXPECT_FALSE(again);
        return first ? ReadError::Empty : first.error();
    };
    EXPECT_EQ(refusal("00000000"), ReadError::Empty);
    EXPECT_EQ(refusal("01000001"), ReadError::TooLarge);
    EXPECT_EQ(refusal("ffffffff"), ReadError::TooLarge);
    EXPECT_EQ(refusal("00000001 00"), ReadError::UnknownType);
    EXPECT_EQ(refusal("00000001 0e"), ReadError::UnknownType);
    EXPECT_EQ(refusal("00000008 0d 00000009 0100 55"), ReadError::Malformed);                           // no file
    EXPECT_EQ(refusal("00000009 0d 00000009 0000 55 aa"), ReadError::Malformed);                        // no side
    EXPECT_EQ(refusal("00000009 0d 00000009 0100 00 aa"), ReadError::Malformed);                        // no quality
    EXPECT_EQ(refusal("0000000a 0c 00000009 03 0002 6e6f"), ReadError::Malformed);                      // nobody's fault
    EXPECT_EQ(refusal("00000002 05 03"), ReadError::Malformed);                                         // no such phase
    EXPECT_EQ(refusal("00000006 01 05 0000 0000"), ReadError::Malformed);                               // no such job
    EXPECT_EQ(refusal("00000013 01 03 0000 0000 00000000 000009c4 1f 00007530"), ReadError::Malformed); // no height
    EXPECT_EQ(refusal("00000013 01 03 0000 0000 00002001 000009c4 1f 00007530"), ReadError::Malformed); // too high
    EXPECT_EQ(refusal("00000013 01 03 0000 0000 000002d0 00000000 1f 00007530"), ReadError::Malformed); // no rate
    EXPECT_EQ(refusal("00000013 01 03 0000 0000 000002d0 000009c4 1f 00000000"), ReadError::Malformed); // no pictures
    EXPECT_EQ(refusal("00000013 01 03 0000 0000 000002d0 000009c4 1f 000f4241"), ReadError::Malformed); // more than 1000 a second
    EXPECT_EQ(refusal("00000023 09 00000009 02 01 00000280 00000168 00000000 00000000 00000002 0102 0000 00b4 50 aa"),
              ReadError::Malformed); // no width
    EXPECT_EQ(refusal("00000023 09 00000009 02 01 00000280 00000168 00000000 00000000 00000002 0102 0140 00b4 65 aa"),
              ReadError::Malformed); // quality 101
    EXPECT_EQ(refusal("00000023 09 00000009 02 01 00000280 00000168 00000000 00000000 ffffffff 0102 0140 00b4 50 aa"),
              ReadError::Malformed);                                                                   // a lying length
    EXPECT_EQ(refusal("0000000c 0a 00000009 0005 00a0 005a 00"), ReadError::Malformed);                // no tile
    EXPECT_EQ(refusal("0000000c 0a 00000009 0005 00a0 005a 65"), ReadError::Malformed);                // 101 tiles
    EXPECT_EQ(refusal("00000010 0a 00000009 0005 00a0 005a 01 00020001"), ReadError::Malformed);       // a tile too large
    EXPECT_EQ(refusal("00000010 0a 00000009 0000 00a0 005a 01 00000000"), ReadError::Malformed);       // no columns
    EXPECT_EQ(refusal("00000009 0b 00000009 2001 00b4"), ReadError::Malformed);                        // 8193 wide
    EXPECT_EQ(refusal("00000003 05 02 00"), ReadError::Malformed);                                     // too long
    EXPECT_EQ(refusal("00000006 07 07 0002 6e6f"), ReadError::Malformed);                              // no such reason
    EXPECT_EQ(refusal("00000004 07 01 0401"), ReadError::Malformed);                                   // text beyond its limit
    EXPECT_EQ(refusal("00000007 01 01 0001 61 0101"), ReadError::Malformed);                           // too many networks
    EXPECT_EQ(refusal("00000013 02 08 01 00000280 00000168 00000000 00000000"), ReadError::Malformed); // no such track
    EXPECT_EQ(refusal("00000013 02 00 07 00000280 00000168 00000000 00000000"), ReadError::Malformed); // no such codec
    EXPECT_EQ(refusal("00000013 03 00 02 0000000000000001 0000000000000002"), ReadError::Malformed);   // flags of another version
}

TEST(RelayMessage, AnUploadedFileHasFourMebibytesAtMost)
{
    EXPECT_TRUE(Reader().feed(written(PortraitOrder{1, 256, 85, media::Bytes(kMaxPortraitBytes, 1)})));
    const auto larger = Reader().feed(written(PortraitOrder{1, 256, 85, media::Bytes(kMaxPortraitBytes + 1, 1)}));
    ASSERT_FALSE(larger);
    EXPECT_EQ(larger.error(), ReadError::Malformed);
}

TEST(RelayMessage, MediaGoesOutBehindAHeadWithoutBeingCopied)
{
    auto bytes = mediaHead(3);
    for (const std::uint8_t byte : {7, 8, 9})
        bytes.push_back(byte);
    EXPECT_EQ(bytes, written(Media{{7, 8, 9}}));
}

TEST(RelayMessage, LongTextsAreCutWhenWritten)
{
    const auto read = Reader().feed(written(Failure{Reason::Refused, std::string(5000, 'x')}));
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<Failure>(read->front()).text.size(), kMaxTextBytes);
}

} // namespace matinee::relay::wire

#include "http/wire/client_frames.h"

#include <gtest/gtest.h>

namespace matinee::http::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// A frame as a client sends it, masked with 1, 2, 3, 4.
Bytes clientFrame(std::uint8_t first, const Bytes &payload)
{
    Bytes out{first};
    if (payload.size() < 126) {
        out.push_back(static_cast<std::uint8_t>(0x80 | payload.size()));
    } else if (payload.size() <= 0xffff) {
        out.insert(out.end(), {0x80 | 126, static_cast<std::uint8_t>(payload.size() >> 8), static_cast<std::uint8_t>(payload.size())});
    } else {
        out.push_back(0x80 | 127);
        for (int i = 7; i >= 0; --i)
            out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(payload.size()) >> (8 * i)));
    }
    out.insert(out.end(), {1, 2, 3, 4});
    for (std::size_t i = 0; i < payload.size(); ++i)
        out.push_back(payload[i] ^ static_cast<std::uint8_t>(1 + i % 4));
    return out;
}

Bytes joined(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (const auto &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

TEST(FrameHead, IsAsTheStandardShowsIt)
{
    const auto head = [](FrameOpcode opcode, std::uint64_t payload) {
        Bytes out;
        appendFrameHead(out, opcode, payload);
        return out;
    };
    EXPECT_EQ(head(FrameOpcode::Ping, 5), (Bytes{0x89, 0x05}));
    EXPECT_EQ(head(FrameOpcode::Binary, 125), (Bytes{0x82, 125}));
    EXPECT_EQ(head(FrameOpcode::Binary, 256), (Bytes{0x82, 0x7e, 0x01, 0x00})); // RFC 6455 5.7
    EXPECT_EQ(head(FrameOpcode::Binary, 65535), (Bytes{0x82, 0x7e, 0xff, 0xff}));
    EXPECT_EQ(head(FrameOpcode::Binary, 65536), (Bytes{0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0})); // RFC 6455 5.7
}

TEST(CloseFrame, CarriesACodeAndAReasonThatFits)
{
    EXPECT_EQ(closeFrame(1000, "ok"), (Bytes{0x88, 4, 0x03, 0xe8, 'o', 'k'}));
    EXPECT_EQ(closeFrame(1000, std::string(300, 'x')).size(), 2 + kMaxControlPayload);
}

TEST(ClientFrames, GivesControlFramesUnmaskedAndSkipsData)
{
    // RFC 6455 5.7: a masked "Hello", here as a Ping
    const Bytes ping{0x89, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    ClientFrameReader reader;
    std::vector<ClientFrameReader::Control> out;
    ASSERT_TRUE(reader.feed(joined({clientFrame(0x82, Bytes(300, 'd')), ping, clientFrame(0x01, {'a'}), clientFrame(0x8a, {}),
                                    clientFrame(0x80, {'b'}), clientFrame(0x82, Bytes(65536, 'e')), clientFrame(0x88, {3, 0xe8})}),
                            out));
    ASSERT_EQ(out.size(), 3u);
    EXPECT_EQ(out[0], (ClientFrameReader::Control{FrameOpcode::Ping, {'H', 'e', 'l', 'l', 'o'}}));
    EXPECT_EQ(out[1], (ClientFrameReader::Control{FrameOpcode::Pong, {}}));
    EXPECT_EQ(out[2], (ClientFrameReader::Control{FrameOpcode::Close, {3, 0xe8}}));
}

TEST(ClientFrames, ReadsTheSameHoweverItIsCut)
{
    const Bytes all = joined({clientFrame(0x89, Bytes(125, 'p')), clientFrame(0x82, Bytes(200, 'd')), clientFrame(0x88, {3, 0xe9, 'x'})});
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        ClientFrameReader reader;
        std::vector<ClientFrameReader::Control> out;
        ASSERT_TRUE(reader.feed(std::span(all).first(cut), out));
        EXPECT_EQ(out.size(), cut < 131 ? 0u : cut < all.size() ? 1u : 2u) << cut;
        ASSERT_TRUE(reader.feed(std::span(all).subspan(cut), out));
        ASSERT_EQ(out.size(), 2u) << cut;
        EXPECT_EQ(out[0].payload, Bytes(125, 'p'));
        EXPECT_EQ(out[1].payload, (Bytes{3, 0xe9, 'x'}));
    }
}

TEST(ClientFrames, SaysWhatIsWrong)
{
    const auto errorOf = [](const Bytes &bytes) -> std::optional<ClientFrameError> {
        ClientFrameReader reader;
        std::vector<ClientFrameReader::Control> out;
        const auto fed = reader.feed(bytes, out);
        return fed ? std::nullopt : std::optional(fed.error());
    };
    EXPECT_EQ(errorOf({0x82, 0x01, 'a'}), std::nullopt) << "the head is not whole: nothing can be said yet";
    EXPECT_EQ(errorOf({0x82, 0x01, 1, 2, 3, 4}), ClientFrameError::NotMasked);
    EXPECT_EQ(errorOf(clientFrame(0xc2, {1})), ClientFrameError::ReservedBits);
    EXPECT_EQ(errorOf(clientFrame(0x83, {1})), ClientFrameError::BadOpcode);
    EXPECT_EQ(errorOf(clientFrame(0x8b, {1})), ClientFrameError::BadOpcode);
    EXPECT_EQ(errorOf(clientFrame(0x09, {1})), ClientFrameError::BadControl);
    EXPECT_EQ(errorOf(clientFrame(0x89, Bytes(126))), ClientFrameError::BadControl);
    EXPECT_EQ(errorOf(clientFrame(0x82, Bytes(kMaxSkippedPayload))), std::nullopt);
    EXPECT_EQ(errorOf(clientFrame(0x82, Bytes(kMaxSkippedPayload + 1))), ClientFrameError::TooLong);
    EXPECT_EQ(errorOf({0x82, 0xfe, 0, 5, 1, 2, 3, 4}), ClientFrameError::BadLength);
    EXPECT_EQ(errorOf({0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4}), ClientFrameError::BadLength);
    EXPECT_EQ(errorOf({0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4}), ClientFrameError::BadLength);
    EXPECT_EQ(closeCodeOf(ClientFrameError::TooLong), 1009);
    EXPECT_EQ(closeCodeOf(ClientFrameError::NotMasked), 1002);
}

} // namespace
} // namespace matinee::http::wire

#include "rtmp/wire/handshake.h"

#include "rtmp/wire/handshake_digest.h"

#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace matinee::rtmp {

namespace {

Handshake::Random randomBytes()
{
    Handshake::Random random;
    for (std::size_t i = 0; i < random.size(); ++i)
        random[i] = static_cast<std::uint8_t>(i * 31 + 7);
    return random;
}

media::Bytes simpleClient()
{
    media::Bytes bytes(1 + Handshake::kPartBytes, 0x5a);
    bytes[0] = 3;
    std::fill_n(bytes.begin() + 5, 4, std::uint8_t{0});
    return bytes;
}

/// C0 and C1 as Flash Player signs them.
media::Bytes signedClient(std::size_t base, std::size_t &position)
{
    media::Bytes bytes(1 + Handshake::kPartBytes);
    for (std::size_t i = 1; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 13);
    bytes[0] = 3;
    const auto c1 = std::span(bytes).subspan(1);
    c1[4] = 9;
    position = base + 4 + (c1[base] + c1[base + 1] + c1[base + 2] + c1[base + 3]) % 728;
    media::Bytes rest(c1.begin(), c1.end());
    rest.erase(rest.begin() + static_cast<long>(position), rest.begin() + static_cast<long>(position) + 32);
    const std::string key = "Genuine Adobe Flash Player 001";
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), rest.data(), rest.size(), c1.data() + position, nullptr);
    return bytes;
}

} // namespace

TEST(Handshake, EchoesASimpleClient)
{
    Handshake handshake(randomBytes());
    media::Bytes client = simpleClient();
    EXPECT_EQ(*handshake.feed(client), client.size());
    const media::Bytes out = handshake.takeOutput();
    ASSERT_EQ(out.size(), 1 + 2 * Handshake::kPartBytes);
    EXPECT_EQ(out[0], 3);
    EXPECT_TRUE(std::all_of(out.begin() + 1, out.begin() + 9, [](auto byte) { return byte == 0; }));
    EXPECT_TRUE(std::equal(client.begin() + 1, client.end(), out.begin() + 1 + Handshake::kPartBytes));
    EXPECT_FALSE(handshake.done());
    const media::Bytes rest(Handshake::kPartBytes + 5);
    EXPECT_EQ(*handshake.feed(rest), Handshake::kPartBytes); // five bytes belong to what follows
    EXPECT_TRUE(handshake.done());
    EXPECT_TRUE(handshake.takeOutput().empty());
}

TEST(Handshake, TakesBytesOneByOneAndAnswersOnce)
{
    Handshake handshake(randomBytes());
    media::Bytes client = simpleClient();
    client.resize(1 + 2 * Handshake::kPartBytes);
    std::size_t answered = 0;
    for (std::size_t i = 0; i < client.size(); ++i) {
        EXPECT_FALSE(handshake.done());
        EXPECT_EQ(*handshake.feed(std::span(client).subspan(i, 1)), 1U);
        answered += handshake.takeOutput().empty() ? 0 : 1;
        EXPECT_EQ(answered, i < Handshake::kPartBytes ? 0U : 1U);
    }
    EXPECT_TRUE(handshake.done());
}

TEST(Handshake, RefusesOtherProtocols)
{
    for (const std::uint8_t first : {std::uint8_t{'G'}, std::uint8_t{0x16}, std::uint8_t{0}, std::uint8_t{6}}) {
        Handshake handshake(randomBytes());
        EXPECT_EQ(handshake.feed(media::Bytes{first, 0, 0}).error(), HandshakeError::NotRtmp);
    }
}

TEST(Handshake, SignsForAClientThatSigns)
{
    for (const std::size_t base : {std::size_t{8}, std::size_t{772}}) {
        std::size_t position = 0;
        const media::Bytes client = signedClient(base, position);
        const auto digest = findClientDigest(std::span(client).subspan(1).first<kHandshakePart>());
        ASSERT_TRUE(digest);
        EXPECT_EQ(static_cast<std::size_t>(digest->scheme), base);
        EXPECT_TRUE(std::equal(digest->digest.begin(), digest->digest.end(), client.begin() + 1 + static_cast<long>(position)));

        Handshake handshake(randomBytes());
        ASSERT_TRUE(handshake.feed(client));
        const media::Bytes out = handshake.takeOutput();
        ASSERT_EQ(out.size(), 1 + 2 * Handshake::kPartBytes);
        EXPECT_NE(out[5], 0); // a version: the client will check the signature
        EXPECT_FALSE(std::equal(client.begin() + 1, client.end(), out.begin() + 1 + Handshake::kPartBytes));
    }
}

TEST(Handshake, AnswersASpoiltSignatureInTheSimpleWay)
{
    std::size_t position = 0;
    media::Bytes client = signedClient(8, position);
    client[1 + position] ^= 1;
    EXPECT_FALSE(findClientDigest(std::span(client).subspan(1).first<kHandshakePart>()));
    Handshake handshake(randomBytes());
    ASSERT_TRUE(handshake.feed(client));
    const media::Bytes out = handshake.takeOutput();
    EXPECT_TRUE(std::equal(client.begin() + 1, client.end(), out.begin() + 1 + Handshake::kPartBytes));
}

} // namespace matinee::rtmp
